//! rounds-consent
