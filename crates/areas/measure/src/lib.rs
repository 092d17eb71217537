//! rounds-measure
