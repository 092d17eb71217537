//! rounds-demand
