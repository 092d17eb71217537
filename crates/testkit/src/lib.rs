//! rounds-testkit
