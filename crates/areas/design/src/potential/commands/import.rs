//! Potentials from a file, up to 1,000 rows a transaction; a newer estimate replaces the older one.

use rounds_consent::ledger::ids_of;
use rounds_kernel::{Permission, Result, RowReject};
use rounds_platform::imports::{ChunkReport, Note, reject};
use rounds_store::{Command, FromQueryResult, Query, Tx, Value, args};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One estimate.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PotentialRow {
    /// Line in the file, 0 without a file.
    pub line: u64,
    /// The account's key in the source.
    pub account_key: String,
    /// Product family.
    pub family: String,
    /// Best estimate for a year.
    pub annual_cents: i64,
    /// Low end.
    pub low_cents: i64,
    /// High end.
    pub high_cents: i64,
}

/// Imports one chunk of estimates, as of today.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportPotential {
    /// File name, or `simulation`.
    pub source: String,
    /// At most 1,000 rows.
    pub rows: Vec<PotentialRow>,
}

impl Command for ImportPotential {
    const NAME: &'static str = "design.import_potential";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "source": self.source, "rows": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        let keys: Vec<&str> = self.rows.iter().map(|r| r.account_key.as_str()).collect();
        let accounts = ids_of(tx, "account", "source_key", &keys).await?;
        let (mut good, mut rejects) = (Vec::with_capacity(self.rows.len()), Vec::new());
        let today = i64::from(tx.now.day().0);
        for row in &self.rows {
            let made = Estimate {
                line: row.line,
                family: row.family.trim().to_owned(),
                annual: row.annual_cents,
                low: row.low_cents,
                high: row.high_cents,
                source: self.source.clone(),
                how: String::new(),
                as_of: today,
            };
            match (accounts.get(&row.account_key), made.checked()) {
                (Some(account), Ok(made)) => good.push((*account, made)),
                (Some(_), Err(no)) => rejects.push(no),
                (None, _) => {
                    let cause = format!("There is no account with the key “{}”.", row.account_key);
                    rejects.push(reject(row.line, "import.account_unknown", cause, "Import the accounts first, or correct the key."));
                }
            }
        }
        let mut report = put(tx, good).await?;
        report.rejects.extend(rejects);
        Ok(report)
    }
}

/// An estimate of one family for one account or country.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::potential) struct Estimate {
    /// Line in the file.
    pub line: u64,
    pub family: String,
    /// Cents a year, and the interval.
    pub annual: i64,
    pub low: i64,
    pub high: i64,
    /// Who says so.
    pub source: String,
    /// How it was worked out; empty when the amount was given.
    pub how: String,
    pub as_of: i64,
}

impl Estimate {
    /// The estimate, if it says something.
    pub(in crate::potential) fn checked(self) -> std::result::Result<Self, RowReject> {
        let no = |code: &str, cause: &str, remedy: &str| Err(reject(self.line, code, cause, remedy));
        if self.family.is_empty() {
            return no("import.family_blank", "The product family is blank.", "Name the family as in the product list.");
        }
        if self.low < 0 || self.low > self.annual || self.annual > self.high {
            let cause = "The estimate does not lie between its low and high end, or is negative.";
            return no("import.potential_range", cause, "Give 0 ≤ low ≤ estimate ≤ high; leave the row out when unknown.");
        }
        Ok(self)
    }
}

/// What the record holds of one account or country.
#[derive(FromQueryResult)]
struct Held {
    whose: String,
    family: String,
    annual_cents: i64,
    low_cents: i64,
    high_cents: i64,
    source: String,
    how: String,
    as_of: i64,
}

/// Writes estimates of accounts.
pub(in crate::potential) async fn put(tx: &mut Tx, all: Vec<(i64, Estimate)>) -> Result<ChunkReport> {
    let rows = all.into_iter().map(|(account, e)| (account.to_string(), Value::from(account), e)).collect();
    upsert(tx, ("potential", "account_id", "CAST(account_id AS TEXT)"), rows).await
}

/// Writes what a country's accounts have where nothing is known of them.
pub(in crate::potential) async fn put_defaults(tx: &mut Tx, all: Vec<(String, Estimate)>) -> Result<ChunkReport> {
    let rows = all.into_iter().map(|(country, e)| (country.clone(), Value::from(country), e)).collect();
    upsert(tx, ("potential_default", "country", "country"), rows).await
}

/// Writes what is new; an estimate that is older than the one held is left, and the last row of one account and family wins.
async fn upsert(tx: &mut Tx, (table, column, whose): (&str, &str, &str), all: Vec<(String, Value, Estimate)>) -> Result<ChunkReport> {
    let mut report = ChunkReport::default();
    let mut owners: Vec<Value> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    owners.extend(all.iter().filter(|(key, ..)| seen.insert(key)).map(|(_, value, _)| value.clone()));
    let mut held: HashMap<(String, String), Held> = HashMap::new();
    for chunk in owners.chunks(1_000) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {whose} AS whose, family, annual_cents, low_cents, high_cents, source, how, as_of FROM {table} WHERE {column} IN ({places})"
        );
        held.extend(tx.all::<Held>(&sql, chunk.to_vec()).await?.into_iter().map(|h| ((h.whose.clone(), h.family.clone()), h)));
    }
    let mut latest: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    for (key, value, e) in all {
        let at = (key, e.family.clone());
        match held.get(&at) {
            Some(h) if h.as_of > e.as_of => {
                let text = "estimates are older than those held, which stay";
                report.notes.push(Note::new(e.line, "potential.older", text));
                report.unchanged += 1;
                continue;
            }
            Some(h) if same(h, &e) => {
                report.unchanged += 1;
                continue;
            }
            Some(_) => report.written += 1,
            None => {
                report.created += 1;
                report.written += 1;
            }
        }
        let row = vec![value].into_iter().chain(args![e.family, e.annual, e.low, e.high, e.source, e.how, e.as_of]).collect();
        if latest.insert(at, row).is_some() {
            report.notes.push(Note::new(e.line, "potential.twice", "rows name an account and family twice: the last one holds"));
        }
    }
    let into = [column, "family", "annual_cents", "low_cents", "high_cents", "source", "how", "as_of"];
    let suffix = format!(
        "ON CONFLICT ({column}, family) DO UPDATE SET annual_cents = excluded.annual_cents, low_cents = excluded.low_cents, \
         high_cents = excluded.high_cents, source = excluded.source, how = excluded.how, as_of = excluded.as_of"
    );
    tx.insert_many(table, &into, latest.into_values().collect(), &suffix).await?;
    Ok(report)
}

fn same(h: &Held, e: &Estimate) -> bool {
    (h.annual_cents, h.low_cents, h.high_cents, h.as_of) == (e.annual, e.low, e.high, e.as_of) && h.source == e.source && h.how == e.how
}
