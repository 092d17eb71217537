//! rounds-platform
