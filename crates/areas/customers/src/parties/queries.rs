//! Reads of parties.

use super::commands::zip;
use super::model::{Link, Links, Party, Suggestion, normal};
use super::store::COLUMNS;
use rounds_kernel::Result;
use rounds_store::{FromQueryResult, Query, args};
use std::collections::HashSet;

/// One party, whoever asks.
pub async fn get(db: &impl Query, id: i64) -> Result<Option<Party>> {
    db.one(&format!("SELECT {COLUMNS} FROM party WHERE id = $1"), args![id]).await
}

const LINK: &str = "SELECT l.party_id, l.account_id, a.name AS account, l.valid_from, l.valid_to, l.how, l.actor FROM party_account l \
    JOIN account a ON a.id = l.account_id";

/// All links of one party, newest first.
pub async fn links_of(db: &impl Query, party: i64) -> Result<Vec<Link>> {
    db.all(&format!("{LINK} WHERE l.party_id = $1 ORDER BY l.valid_from DESC, l.id DESC"), args![party]).await
}

impl Links {
    /// Loads the links of many parties.
    pub async fn load(db: &impl Query, parties: &[i64]) -> Result<Self> {
        let mut all = Vec::new();
        for chunk in parties.chunks(1_000) {
            let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            let sql = format!(
                "SELECT party_id, account_id, '' AS account, valid_from, valid_to, how, actor FROM party_account WHERE party_id IN ({list})"
            );
            all.extend(db.all::<Link>(&sql, vec![]).await?);
        }
        Ok(Self::new(all))
    }
}

/// SQL that joins the link `l` which held for `party` on `day` (both columns); it is NULL where nobody is mapped.
pub fn mapped(party: &str, day: &str) -> String {
    format!("LEFT JOIN party_account l ON l.party_id = {party} AND l.valid_from <= {day} AND (l.valid_to IS NULL OR l.valid_to > {day})")
}

/// Parties that stand for an account at present.
pub(super) async fn of_account(db: &impl Query, account: i64, day: i64) -> Result<Vec<(Party, Link)>> {
    let links: Vec<Link> = db
        .all(
            &format!(
                "{LINK} WHERE l.account_id = $1 AND l.valid_from <= $2 AND (l.valid_to IS NULL OR l.valid_to > $2) ORDER BY l.id LIMIT 100"
            ),
            args![account, day],
        )
        .await?;
    let ids: Vec<String> = links.iter().map(|l| l.party_id.to_string()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let parties: Vec<Party> = db.all(&format!("SELECT {COLUMNS} FROM party WHERE id IN ({})", ids.join(", ")), vec![]).await?;
    let pair = |l: Link| parties.iter().find(|p| p.id == l.party_id).cloned().map(|p| (p, l));
    Ok(links.into_iter().filter_map(pair).collect())
}

#[derive(FromQueryResult)]
struct Candidate {
    id: i64,
    name: String,
    street: String,
    city: String,
    state: String,
    zip: String,
}

/// Accounts looked at for one party.
const LOOKED_AT: usize = 500;
/// Suggestions shown.
const SHOWN: usize = 5;

/// Accounts that the party may stand for, best first: compared by the words of the name (most of the weight), postal code, and the
/// first word of the street. Only accounts in the same postal code or the same town are looked at.
pub async fn suggest(db: &impl Query, party: &Party) -> Result<Vec<Suggestion>> {
    let sql = format!(
        "SELECT id, name, street, city, state, zip FROM account WHERE zip = $1 AND zip <> '' \
         UNION SELECT id, name, street, city, state, zip FROM account WHERE state = $2 AND LOWER(city) = LOWER($3) AND city <> '' LIMIT {LOOKED_AT}"
    );
    let near: Vec<Candidate> = db.all(&sql, args![zip(&party.zip), party.state.clone(), party.city.clone()]).await?;
    let mut all: Vec<Suggestion> = near.iter().map(|c| compared(party, c)).filter(|s| s.score >= 0.35).collect();
    all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.account_id.cmp(&b.account_id)));
    all.truncate(SHOWN);
    Ok(all)
}

fn compared(party: &Party, c: &Candidate) -> Suggestion {
    let (ours, theirs): (HashSet<String>, HashSet<String>) =
        (normal(&party.name).into_iter().collect(), normal(&c.name).into_iter().collect());
    let (shared, all) = (ours.intersection(&theirs).count(), ours.union(&theirs).count().max(1));
    let same_zip = !c.zip.is_empty() && zip(&party.zip) == c.zip;
    let first = |street: &str| street.split_whitespace().next().map(str::to_lowercase);
    let same_street = !c.street.is_empty() && first(&party.street) == first(&c.street);
    let mut why = vec![format!("{shared} of {all} words of the names agree")];
    why.extend(same_zip.then(|| "same postal code".to_owned()));
    why.extend(same_street.then(|| "same street number".to_owned()));
    Suggestion {
        account_id: c.id,
        account: c.name.clone(),
        place: [c.city.as_str(), c.state.as_str(), c.zip.as_str()].join(" "),
        score: 0.65 * shared as f64 / all as f64 + if same_zip { 0.2 } else { 0.0 } + if same_street { 0.15 } else { 0.0 },
        why: why.join(", "),
    }
}
