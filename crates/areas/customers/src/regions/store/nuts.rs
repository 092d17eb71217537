//! NUTS regions: which region of the European statistics a postcode lies in, and the accounts in it.
//!
//! NUTS codes are two letters of the country and up to three more letters or digits (Regulation (EC) No 1059/2003); level 3 has all five.

use crate::affiliations::{self, LinkKind, Said, Sighting};
use rounds_kernel::{Day, Result};
use rounds_platform::imports::ChunkReport;
use rounds_store::{FromQueryResult, Query, Tx, Value, args};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Source code of these links.
const SOURCE: &str = "nuts";

/// A postcode's region on its way into the record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NutsRow {
    /// Line in the file.
    pub line: u64,
    /// Country, two letters; the code's first two unless the file says otherwise (NUTS writes EL for Greece, UK for the United Kingdom).
    pub country: String,
    /// Postcode, without spaces.
    pub postcode: String,
    /// NUTS level 3 code.
    pub code: String,
    /// Its name, if the file has it.
    pub name: String,
    /// Since when the division holds.
    pub since: Day,
}

/// A NUTS 3 code in its form, or `None` for what is none.
pub fn nuts_form(text: &str) -> Option<String> {
    let text = text.trim().trim_matches('\'').to_uppercase();
    let bytes = text.as_bytes();
    let ok = bytes.len() == 5 && bytes[..2].iter().all(u8::is_ascii_uppercase) && bytes[2..].iter().all(u8::is_ascii_alphanumeric);
    ok.then_some(text)
}

/// The country of a NUTS code, as ISO 3166 writes it.
pub(in crate::regions) fn country_of(code: &str) -> String {
    match &code[..2] {
        "EL" => "GR".into(),
        "UK" => "GB".into(),
        other => other.into(),
    }
}

#[derive(FromQueryResult)]
struct Known {
    postcode: String,
    code: String,
}

/// Writes postcodes' regions and places the accounts that stand in them. At most 1,000 a call.
pub async fn upsert_nuts(tx: &mut Tx, rows: Vec<NutsRow>) -> Result<ChunkReport> {
    let mut report = ChunkReport::default();
    let mut by_country: HashMap<&str, Vec<&NutsRow>> = HashMap::new();
    rows.iter().for_each(|r| by_country.entry(&r.country).or_default().push(r));
    let mut known: HashMap<(String, String), String> = HashMap::new();
    let mut countries: Vec<&str> = by_country.keys().copied().collect();
    countries.sort_unstable();
    for country in countries {
        let places: Vec<String> = (2..by_country[country].len() + 2).map(|n| format!("${n}")).collect();
        let sql = format!("SELECT postcode, code FROM postcode_region WHERE country = $1 AND postcode IN ({})", places.join(", "));
        let mut values = args![country];
        values.extend(by_country[country].iter().map(|r| Value::from(r.postcode.clone())));
        known.extend(tx.all::<Known>(&sql, values).await?.into_iter().map(|k| ((country.to_owned(), k.postcode), k.code)));
    }
    let regions: HashMap<&str, &NutsRow> = rows.iter().map(|r| (r.code.as_str(), r)).collect();
    let mut regions: Vec<&NutsRow> = regions.into_values().collect();
    regions.sort_by(|a, b| a.code.cmp(&b.code));
    let name = |r: &NutsRow| if r.name.is_empty() { r.code.clone() } else { r.name.clone() };
    let values = regions.iter().map(|r| args!["nuts3", r.code.clone(), name(r), r.country.clone()]).collect();
    let update = "ON CONFLICT (scheme, code) DO UPDATE SET name = excluded.name";
    tx.insert_many("market_region", &["scheme", "code", "name", "country"], values, update).await?;
    let mut writes: HashMap<(String, String), NutsRow> = HashMap::new();
    for row in rows {
        let key = (row.country.clone(), row.postcode.clone());
        match known.get(&key) {
            Some(code) if *code == row.code => report.unchanged += 1,
            before => {
                report.written += 1;
                report.created += u64::from(before.is_none());
                writes.insert(key, row);
            }
        }
    }
    let mut changed: Vec<NutsRow> = writes.into_values().collect();
    changed.sort_by(|a, b| (&a.country, &a.postcode).cmp(&(&b.country, &b.postcode)));
    let values = changed.iter().map(|r| args![r.country.clone(), r.postcode.clone(), r.code.clone(), i64::from(r.since.0)]).collect();
    let update = "ON CONFLICT (country, postcode) DO UPDATE SET code = excluded.code, since = excluded.since";
    tx.insert_many("postcode_region", &["country", "postcode", "code", "since"], values, update).await?;
    let codes: Vec<Value> = changed.iter().map(|r| Value::from(r.postcode.clone())).collect();
    for chunk in codes.chunks(1_000) {
        let places: Vec<String> = (1..=chunk.len()).map(|n| format!("${n}")).collect();
        see(tx, &format!("p.postcode IN ({})", places.join(", ")), chunk.to_vec()).await?;
    }
    Ok(report)
}

#[derive(FromQueryResult)]
struct Lies {
    id: i64,
    region: i64,
    since: i64,
}

/// Places these accounts in the regions of their postcodes; does nothing where no crosswalk is loaded.
pub async fn place_accounts(tx: &mut Tx, accounts: &[i64]) -> Result<()> {
    if accounts.is_empty() || tx.text("SELECT country FROM postcode_region LIMIT 1", vec![]).await?.is_none() {
        return Ok(());
    }
    for chunk in accounts.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        see(tx, &format!("a.id IN ({list})"), vec![]).await?;
    }
    Ok(())
}

async fn see(tx: &mut Tx, condition: &str, values: Vec<Value>) -> Result<()> {
    let sql = format!(
        "SELECT a.id, r.id AS region, p.since FROM account a JOIN postcode_region p ON p.country = a.country AND p.postcode = REPLACE(a.zip, ' ', '') \
         JOIN market_region r ON r.scheme = 'nuts3' AND r.code = p.code WHERE {condition}"
    );
    let said = tx.all::<Lies>(&sql, values).await?;
    let said = said.into_iter().map(|l| Sighting::new(l.id, l.region, SOURCE, Day(l.since as i32), Said::Here)).collect();
    affiliations::see(tx, LinkKind::AccountNuts, said).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_a_form() {
        assert_eq!(nuts_form("'de212'").as_deref(), Some("DE212"));
        assert_eq!(country_of("EL303"), "GR");
        for bad in ["DE21", "D1212", "DE2123", "DE21-"] {
            assert_eq!(nuts_form(bad), None, "{bad}");
        }
    }
}
