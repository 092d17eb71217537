//! A device, its service and its calls.

use crate::reading::Words;
use rounds_store::FromQueryResult;

/// What a service call was for.
pub(super) const CALLS: Words = &[
    ("repair", "Repair"),
    ("maintenance", "Maintenance"),
    ("installation", "Installation"),
    ("training", "Training"),
    ("complaint", "Complaint"),
    ("recall", "Recall or field action"),
];

/// A device as stored, with its article and account.
#[derive(Debug, Clone, Default, PartialEq, FromQueryResult)]
pub struct Device {
    /// Id.
    pub id: i64,
    /// Serial number.
    pub serial: String,
    /// Article as written.
    pub product_text: String,
    /// Article.
    pub product_id: Option<i64>,
    /// Its name.
    pub product: Option<String>,
    /// Device identifier with production identifiers, as scanned.
    pub udi: Option<String>,
    /// Account.
    pub account_id: i64,
    /// Its name.
    pub account: String,
    /// Department.
    pub department: String,
    /// Software version.
    pub software: String,
    /// Installed on.
    pub installed_on: Option<i64>,
    /// Removed on.
    pub removed_on: Option<i64>,
    /// Due for replacement, as the file or the catalogue says.
    pub due_on: Option<i64>,
    /// File.
    pub source: String,
}

impl Device {
    /// Name of its article, or what was written.
    pub fn name(&self) -> &str {
        self.product.as_deref().unwrap_or(&self.product_text)
    }

    /// Years since its installation, in tenths, at a day or at its removal.
    pub fn age_tenths(&self, today: i64) -> Option<i64> {
        let from = self.installed_on?;
        Some((self.removed_on.unwrap_or(today) - from).max(0) * 10_000 / 365_250)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_counts_from_installation_to_removal() {
        let device = Device { installed_on: Some(0), ..Device::default() };
        assert_eq!(device.age_tenths(3_653), Some(100));
        assert_eq!(Device { removed_on: Some(731), ..device }.age_tenths(3_653), Some(20));
        assert_eq!(Device::default().age_tenths(3_653), None);
    }
}
