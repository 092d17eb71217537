//! What a user may be given to see.

use rounds_kernel::{Error, Result};
use serde::{Deserialize, Serialize};

/// One part of a user's scope; a user may have several at once, and always sees what they cover themselves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grant {
    /// What the user covers.
    Own,
    /// What the user and everyone below covers.
    Team,
    /// Accounts of a region: a state (`US-OH`, `OH`), a referral region (`HRR-56`), the beginning of a postcode (`ZIP-441`).
    Region(String),
    /// Accounts of a country, by its two letters.
    Country(String),
    /// Everything.
    All,
}

impl Grant {
    /// Kind as stored.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Team => "team",
            Self::Region(_) => "region",
            Self::Country(_) => "country",
            Self::All => "all",
        }
    }

    /// Value as stored; empty where the kind says it all.
    pub fn value(&self) -> &str {
        match self {
            Self::Region(v) | Self::Country(v) => v,
            _ => "",
        }
    }

    /// From its stored parts.
    pub fn of(kind: &str, value: &str) -> Option<Self> {
        Some(match kind {
            "own" => Self::Own,
            "team" => Self::Team,
            "region" if !value.is_empty() => Self::Region(value.to_owned()),
            "country" if !value.is_empty() => Self::Country(value.to_owned()),
            "all" => Self::All,
            _ => return None,
        })
    }

    /// As people write and read it: `own`, `team`, `region US-OH`, `country DE`, `all`.
    pub fn words(&self) -> String {
        format!("{} {}", self.kind(), self.value()).trim_end().to_owned()
    }

    /// A list as people write it, separated by commas or line ends; empty for the role's own scope.
    ///
    /// # Errors
    /// `user.scope` with the part that is none.
    pub fn parse_list(text: &str) -> Result<Vec<Self>> {
        let mut all = Vec::new();
        for part in text.split([',', ';', '\n']).map(str::trim).filter(|p| !p.is_empty()) {
            let (kind, value) = part.split_once([' ', ':']).unwrap_or((part, ""));
            let value = value.trim().to_uppercase();
            let grant = Self::of(&kind.to_lowercase(), &value).filter(|g| well_formed(g) && (g.value() == value));
            all.push(grant.ok_or_else(|| {
                Error::invalid(
                    "user.scope",
                    format!("“{part}” is no scope. Nothing was changed."),
                    "Write own, team, region US-OH, region HRR-56, region ZIP-441, country DE or all, separated by commas.",
                )
            })?);
        }
        all.sort();
        all.dedup();
        Ok(all)
    }
}

fn well_formed(grant: &Grant) -> bool {
    let plain = |v: &str| v.len() <= 12 && v.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match grant {
        Grant::Country(c) => rounds_kernel::Country::is_code(c),
        Grant::Region(r) => match r.split_once('-') {
            Some(("HRR", number)) => number.parse::<i64>().is_ok(),
            Some(("ZIP", start)) => !start.is_empty() && plain(start),
            Some((country, state)) => country.len() == 2 && !state.is_empty() && plain(state),
            None => plain(r),
        },
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_as_people_write_them() {
        let of = |t: &str| Grant::parse_list(t).map(|g| g.iter().map(Grant::words).collect::<Vec<_>>().join(", ")).map_err(|e| e.code);
        assert_eq!(of(" team, region us-oh; country de,own, team").as_deref(), Ok("own, team, region US-OH, country DE"));
        assert_eq!(of("region HRR-56, region zip-441").as_deref(), Ok("region HRR-56, region ZIP-441"));
        assert_eq!(of("").as_deref(), Ok(""));
        for bad in ["everything", "country", "country Germany", "region", "region HRR-x", "all of it", "region a'b", "team x"] {
            assert_eq!(of(bad).err().as_deref(), Some("user.scope"), "{bad}");
        }
    }
}
