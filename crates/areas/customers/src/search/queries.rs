//! What a search finds: records by a number first, then by name.

use crate::identifiers::{self, Found, Reads};
use rounds_kernel::{Actor, Result};
use rounds_store::Query;
use rounds_store::search::{Hit, find};

/// Fewest letters and digits of a number.
const SHORTEST: usize = 3;

/// Up to `limit` records, products, contracts and tenders within the actor's scope: those that bear `text` as a number, then those with words that begin like it.
pub async fn found(db: &impl Query, actor: &Actor, reads: Reads, text: &str, limit: u64) -> Result<Vec<Hit>> {
    let mut hits: Vec<Hit> = Vec::new();
    if may_be_number(text) {
        for f in identifiers::lookup(db, actor, reads, text).await? {
            let hit = by_number(f);
            // Two of a record's numbers may be written alike: the record is shown once.
            if !hits.iter().any(|h| h.href == hit.href) {
                hits.push(hit);
            }
        }
    }
    let may = reads.contracts();
    // Whoever may not read contracts does not find them: enough is asked for that what is left fills the list.
    for hit in find(db, text, &actor.scope, if may { limit } else { 3 * limit }).await? {
        let contract = ["/contracts/", "/tenders?"].iter().any(|path| hit.href.starts_with(path));
        if (may || !contract) && !hits.iter().any(|h| h.href == hit.href) {
            hits.push(hit);
        }
    }
    hits.truncate(limit as usize);
    Ok(hits)
}

fn by_number(f: Found) -> Hit {
    Hit { subtitle: format!("{} {}", f.scheme_label(), f.value), href: f.href(), title: f.name }
}

/// Names have no digits, numbers of every register have: a name costs no look-up.
fn may_be_number(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit()) && text.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST
}

#[cfg(test)]
mod tests {
    use super::may_be_number;

    #[test]
    fn numbers_are_told_from_names() {
        for number in ["240080", "1234567893", "4 012345 000009", "BM1234563", "001A000001Lk5Xx", "H-12"] {
            assert!(may_be_number(number), "{number}");
        }
        for name in ["", "St. Mary", "7", "42", "O'Brien"] {
            assert!(!may_be_number(name), "{name}");
        }
    }
}
