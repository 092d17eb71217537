//! rounds-bench
