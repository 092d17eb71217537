//! rounds-design
