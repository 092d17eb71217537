//! rounds-engage
