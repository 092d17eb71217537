//! Money in minor units, and countries.

use serde::{Deserialize, Serialize};

/// ISO 4217 code of a currency.
pub type Currency = [u8; 3];

/// An amount in minor units (cents). Shown per account and product family, never against a named person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub i64);

impl Money {
    /// Whole units for display with thousands separators, e.g. `12,345`.
    pub fn whole(self) -> String {
        group_thousands(self.0.div_euclid(100))
    }
}

fn group_thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if n < 0 { format!("−{out}") } else { out }
}

/// ISO 3166 two-letter country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Country(pub [u8; 2]);

impl Country {
    /// The United States.
    pub const US: Self = Self(*b"US");

    /// From two letters of any case.
    pub fn parse(text: &str) -> Option<Self> {
        let b = text.trim().as_bytes();
        let &[a, c] = b else { return None };
        (a.is_ascii_alphabetic() && c.is_ascii_alphabetic()).then(|| Self([a.to_ascii_uppercase(), c.to_ascii_uppercase()]))
    }

    /// Is this text two capital letters?
    pub fn is_code(text: &str) -> bool {
        Self::parse(text).is_some_and(|c| c.code() == text)
    }

    /// The two letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(Money(123_456_789).whole(), "1,234,567");
        assert_eq!(Money(-100_000).whole(), "−1,000");
        assert_eq!(Money(0).whole(), "0");
    }

    #[test]
    fn countries_are_two_letters() {
        assert_eq!(Country::parse(" us").map(|c| c.code().to_owned()), Some("US".into()));
        assert!(Country::parse("USA").is_none() && Country::parse("1A").is_none());
        assert!(Country::is_code("DE") && !Country::is_code("de") && !Country::is_code(" DE"));
    }
}
