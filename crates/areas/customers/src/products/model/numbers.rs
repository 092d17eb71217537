//! Device identifiers and their issuing agencies.

/// Who issues device identifiers (21 CFR 830; EU 2017/745 article 27).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::products) enum Agency {
    /// GS1: GTIN of 8, 12, 13 or 14 digits.
    Gs1,
    /// Health Industry Business Communications Council.
    Hibcc,
    /// ICCBBA, for blood, tissue and cells.
    Iccbba,
}

impl Agency {
    /// As stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gs1 => "GS1",
            Self::Hibcc => "HIBCC",
            Self::Iccbba => "ICCBBA",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Gs1, Self::Hibcc, Self::Iccbba].into_iter().find(|a| a.name().eq_ignore_ascii_case(text.trim()))
    }
}

/// A device identifier with its agency, as told by the file or by its form: `+` begins HIBCC's, `=` ICCBBA's, digits are GTINs.
/// GTINs are kept with 14 digits, leading zeros put in front, as GS1 compares them.
///
/// # Errors
/// Words for people: the check digit does not fit, or nobody issues such a thing.
pub(in crate::products) fn device_identifier(text: &str, agency: &str) -> Result<(String, Agency), String> {
    let value: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let told = match agency.trim() {
        "" => None,
        name => Some(Agency::parse(name).ok_or_else(|| format!("“{name}” issues no device identifiers: GS1, HIBCC and ICCBBA do"))?),
    };
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let by_form = match value.as_bytes().first() {
        Some(b'+') => Agency::Hibcc,
        Some(b'=') => Agency::Iccbba,
        _ if digits => Agency::Gs1,
        _ => Agency::Hibcc,
    };
    match told.unwrap_or(by_form) {
        Agency::Gs1 => gtin(&value).map(|g| (g, Agency::Gs1)),
        other if (6..=40).contains(&value.len()) => Ok((value, other)),
        other => Err(format!("“{value}” is too short or too long for an identifier of {}", other.name())),
    }
}

/// A GTIN of 8, 12, 13 or 14 digits, by its check digit (GS1 General Specifications 7.9.1: weights 3 and 1 from the right).
fn gtin(value: &str) -> Result<String, String> {
    if !matches!(value.len(), 8 | 12 | 13 | 14) || !value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("“{value}” is no GTIN: those have 8, 12, 13 or 14 digits; a spreadsheet may have cut its leading zeros"));
    }
    let weighted = |(place, byte): (usize, u8)| u32::from(byte - b'0') * if place % 2 == 0 { 1 } else { 3 };
    let sum: u32 = value.bytes().rev().enumerate().map(weighted).sum();
    if sum.is_multiple_of(10) {
        Ok(format!("{value:0>14}"))
    } else {
        Err(format!("the check digit of GTIN {value} does not fit: a digit is wrong"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_gtins_pass_and_one_wrong_digit_fails() {
        // GS1's own examples of check digits for the four lengths.
        for good in ["96385074", "614141000036", "6291041500213", "10614141000415", "4006381333931", "00614141999996"] {
            assert_eq!(device_identifier(good, ""), Ok((format!("{good:0>14}"), Agency::Gs1)), "{good}");
            let last = good.as_bytes()[good.len() - 1] - b'0';
            let bad = format!("{}{}", &good[..good.len() - 1], (last + 1) % 10);
            assert!(device_identifier(&bad, "").is_err(), "{bad}");
        }
        for bad in ["", "123", "1234567", "629104150021X"] {
            assert!(device_identifier(bad, "GS1").is_err(), "{bad}");
        }
    }

    #[test]
    fn other_agencies_are_named_not_checked() {
        assert_eq!(device_identifier("+A123BJC5D6E71", ""), Ok(("+A123BJC5D6E71".into(), Agency::Hibcc)));
        assert_eq!(device_identifier("=/A9999XYZ100T0474", "ICCBBA"), Ok(("=/A9999XYZ100T0474".into(), Agency::Iccbba)));
        assert_eq!(device_identifier("M20609070", "hibcc").map(|d| d.1), Ok(Agency::Hibcc));
        assert!(device_identifier("12345678901234567890", "EAN").is_err());
    }
}
