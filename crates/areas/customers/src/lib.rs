//! rounds-customers
