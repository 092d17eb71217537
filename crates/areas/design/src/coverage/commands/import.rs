//! Coverage from a file, up to 1,000 rows a transaction. A later link ends the one that holds (a hand-over); a link that would
//! overlap another is rejected with the reason.

use super::super::jobs;
use super::super::store::{NewAlignment, NewLink, close, insert_alignment, insert_links};
use super::refresh::refresh;
use rounds_consent::ledger::ids_of;
use rounds_kernel::{AlignmentId, Day, Permission, Result, Role, RowReject};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_platform::scope;
use rounds_store::{Command, FromQueryResult, Query, Tx, args};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One link.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CoverageRow {
    /// Line in the file, 0 without a file.
    pub line: u64,
    /// The account's key in the source.
    pub account_key: String,
    /// Business unit.
    pub business_unit: String,
    /// Role code.
    pub role: String,
    /// The owner's e-mail.
    pub owner_email: String,
    /// First day.
    pub from: Day,
}

/// Imports one chunk of links.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportCoverage {
    /// File name, or `simulation`.
    pub source: String,
    /// At most 1,000 rows.
    pub rows: Vec<CoverageRow>,
}

type Slot = (i64, String, Role);

/// One link of a slot; void ones (ended the day they began) are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    id: Option<i64>,
    owner: i64,
    from: i64,
    to: Option<i64>,
    changed: bool,
}

impl Command for ImportCoverage {
    const NAME: &'static str = "design.import_coverage";
    const PERMISSION: Permission = Permission::WriteDesign;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "source": self.source, "rows": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        write_coverage(tx, &self.source, &self.rows).await
    }
}

/// Writes links; the report says which lines changed something.
pub(in crate::coverage) async fn write_coverage(tx: &mut Tx, source: &str, rows: &[CoverageRow]) -> Result<ChunkReport> {
    let keys: Vec<&str> = rows.iter().map(|r| r.account_key.as_str()).collect();
    let accounts = ids_of(tx, "account", "source_key", &keys).await?;
    let emails: Vec<String> = rows.iter().map(|r| r.owner_email.trim().to_lowercase()).collect();
    let users = ids_of(tx, "app_user", "email", &emails.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let mut slots = slots(tx, accounts.values().copied().collect()).await?;
    let mut report = ChunkReport::default();
    for (row, email) in rows.iter().zip(&emails) {
        let placed = known(row, &accounts, users.get(email)).and_then(|(slot, owner)| {
            let spans = slots.entry(slot).or_default();
            place(spans, owner, row)
        });
        match placed {
            Ok(true) => {
                report.written += 1;
                report.lines.insert(row.line);
            }
            Ok(false) => report.unchanged += 1,
            Err(no) => report.rejects.push(no),
        }
    }
    report.created = report.written;
    keep(tx, slots, source).await?;
    Ok(report)
}

fn known(row: &CoverageRow, accounts: &BTreeMap<String, i64>, owner: Option<&i64>) -> std::result::Result<(Slot, i64), RowReject> {
    let no = |code: &str, cause: String, remedy: &str| reject(row.line, code, cause, remedy);
    let account = accounts.get(&row.account_key).ok_or_else(|| {
        no(
            "import.account_unknown",
            format!("There is no account with the key “{}”.", row.account_key),
            "Import the accounts first, or correct the key.",
        )
    })?;
    let owner =
        owner.ok_or_else(|| no("import.user_unknown", format!("There is no user {}.", row.owner_email), "Create the user first."))?;
    let role = Role::parse(&row.role).filter(|r| r.covers()).ok_or_else(|| {
        no("import.role", format!("“{}” is no role that covers accounts.", row.role), "Use field_rep, remote_rep, kam or success.")
    })?;
    let unit = row.business_unit.trim();
    if unit.is_empty() {
        return Err(no("import.business_unit_blank", "The business unit is blank.".into(), "Name it as in the product list."));
    }
    Ok(((*account, unit.to_owned(), role), *owner))
}

/// Places a link; false if it holds already.
fn place(spans: &mut Vec<Span>, owner: i64, row: &CoverageRow) -> std::result::Result<bool, RowReject> {
    let from = i64::from(row.from.0);
    let holding = spans.iter().position(|s| s.from <= from && s.to.is_none_or(|to| to > from));
    if holding.is_some_and(|i| spans[i].owner == owner) {
        return Ok(false);
    }
    let overlap = |s: &Span| s.from >= from || s.to.is_some_and(|to| to > from);
    if let Some(other) = spans.iter().find(|s| overlap(s)) {
        let day = |d: i64| Day::stored(d);
        let until = other.to.map_or_else(|| "without end".to_owned(), |to| format!("until {}", day(to)));
        return Err(reject(
            row.line,
            "design.overlap",
            format!("Another owner covers this account for {} from {} {until}, which would overlap.", row.business_unit, day(other.from)),
            "Give a later first day, or correct the other link first.",
        ));
    }
    if let Some(s) = holding.and_then(|i| spans.get_mut(i)) {
        s.to = Some(from);
        s.changed = true;
    }
    spans.push(Span { id: None, owner, from, to: None, changed: true });
    Ok(true)
}

#[derive(FromQueryResult)]
struct SpanRow {
    id: i64,
    account_id: i64,
    business_unit: String,
    role: String,
    owner_id: i64,
    valid_from: i64,
    valid_to: Option<i64>,
}

async fn slots(tx: &Tx, accounts: BTreeSet<i64>) -> Result<BTreeMap<Slot, Vec<Span>>> {
    let mut out: BTreeMap<Slot, Vec<Span>> = BTreeMap::new();
    if accounts.is_empty() {
        return Ok(out);
    }
    let ids = accounts.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT id, account_id, business_unit, role, owner_id, valid_from, valid_to FROM coverage WHERE account_id IN ({ids}) \
         AND (valid_to IS NULL OR valid_to > valid_from) ORDER BY valid_from, id"
    );
    for r in tx.all::<SpanRow>(&sql, vec![]).await? {
        let Some(role) = Role::parse(&r.role) else { continue };
        let span = Span { id: Some(r.id), owner: r.owner_id, from: r.valid_from, to: r.valid_to, changed: false };
        out.entry((r.account_id, r.business_unit, role)).or_default().push(span);
    }
    Ok(out)
}

/// Writes ended and new links, and brings scope along: a hand-over takes scope away, so all of it is set anew.
async fn keep(tx: &mut Tx, slots: BTreeMap<Slot, Vec<Span>>, source: &str) -> Result<()> {
    let today = i64::from(tx.now.day().0);
    let mut ends: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut fresh = Vec::new();
    let mut alignments: BTreeMap<(String, Role), AlignmentId> = BTreeMap::new();
    for ((account, business_unit, role), spans) in slots {
        for s in spans.into_iter().filter(|s| s.changed) {
            match (s.id, s.to) {
                (Some(id), Some(to)) => ends.entry(to).or_default().push(id),
                (Some(_), None) => {}
                (None, to) => {
                    let unit = (business_unit.clone(), role);
                    let alignment = match alignments.get(&unit) {
                        Some(known) => *known,
                        None => {
                            let found = given(tx, &business_unit, role, source, s.from).await?;
                            alignments.insert(unit, found);
                            found
                        }
                    };
                    fresh.push(NewLink {
                        alignment,
                        account,
                        business_unit: business_unit.clone(),
                        role,
                        owner: s.owner,
                        from: s.from,
                        to,
                    });
                }
            }
        }
    }
    let pairs = fresh.iter().filter(|l| l.from <= today && l.to.is_none_or(|to| to > today)).map(|l| (l.owner, l.account)).collect();
    let handed_over = ends.keys().any(|day| *day <= today);
    for (day, ids) in ends {
        close(tx, &ids, day).await?;
    }
    insert_links(tx, fresh).await?;
    if handed_over {
        return refresh(tx).await.map(|_| ());
    }
    scope::extend(tx, pairs).await?;
    jobs::ask(tx).await
}

/// The alignment that holds what `source` gives for a business unit and role.
async fn given(tx: &mut Tx, business_unit: &str, role: Role, source: &str, from: i64) -> Result<AlignmentId> {
    let name = format!("{business_unit}, {}, from {source}", role.label().to_lowercase());
    let sql = "SELECT id FROM alignment WHERE filled_by = 'given' AND business_unit = $1 AND role = $2 AND name = $3 ORDER BY id LIMIT 1";
    let found = tx.number(sql, args![business_unit, role.code(), name.clone()]).await?;
    if found > 0 {
        return Ok(AlignmentId(found));
    }
    let effective_from = Day::stored(from);
    insert_alignment(tx, &NewAlignment { name: &name, business_unit, role, filled_by: "given", effective_from }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(from: i32) -> CoverageRow {
        CoverageRow { business_unit: "Ortho".into(), from: Day(from), ..CoverageRow::default() }
    }

    #[test]
    fn a_later_link_is_a_hand_over_and_an_overlap_is_refused() {
        let mut spans = Vec::new();
        assert_eq!(place(&mut spans, 1, &row(100)), Ok(true));
        assert_eq!(place(&mut spans, 1, &row(120)), Ok(false), "holds already");
        assert_eq!(place(&mut spans, 2, &row(150)), Ok(true));
        assert_eq!(spans.iter().map(|s| (s.owner, s.from, s.to)).collect::<Vec<_>>(), [(1, 100, Some(150)), (2, 150, None)]);
        // The day it began, before it, and within the one before: all overlap.
        for from in [150, 90, 120, 149] {
            assert_eq!(place(&mut spans, 3, &row(from)).map_err(|e| e.code), Err("design.overlap".into()), "{from}");
        }
        assert_eq!(place(&mut spans, 1, &row(100)), Ok(false), "the same file again");
    }

    #[test]
    fn the_day_of_a_hand_over_belongs_to_the_new_owner() {
        let mut spans = vec![Span { id: Some(1), owner: 1, from: 100, to: Some(150), changed: false }];
        assert_eq!(place(&mut spans, 2, &row(150)), Ok(true));
        assert_eq!(spans[0].to, Some(150));
    }
}
