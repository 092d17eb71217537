//! rounds-serve
