//! rounds-sim
