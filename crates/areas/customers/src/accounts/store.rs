//! The account table.

use super::model::{Account, AccountRow};
use crate::identifiers::{self, CHSP_HOSPITAL, EntityKind, NewIdentifier};
use crate::regions::{self, Region};
use crate::sources::{self, Book, Owner, Record as _, Rules};
use rounds_kernel::{AccountId, Result};
use rounds_platform::imports::{ChunkReport, Note, reject};
use rounds_store::{MigrationTrait, Query, SqlMigration, Tx, Value, args};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_120100_customers_account",
            up: "
CREATE TABLE account (
  id {id}, source_key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, setting TEXT NOT NULL, street TEXT NOT NULL, city TEXT NOT NULL,
  state TEXT NOT NULL, zip TEXT NOT NULL, country TEXT NOT NULL, zone TEXT NOT NULL, hsa BIGINT, hrr BIGINT, hrr_name TEXT,
  beds BIGINT, rating BIGINT, ownership TEXT, phone TEXT, source TEXT NOT NULL);
CREATE INDEX account_name ON account (name, id);
CREATE INDEX account_state ON account (state, name, id);
CREATE INDEX account_zip ON account (zip);
CREATE INDEX account_hrr ON account (hrr, name, id);
",
        }
        .boxed(),
    ]
}

/// Columns of [`Account`].
pub(super) const COLUMNS: &str = "account.id, account.source_key, account.name, account.setting, account.street, account.city, account.state, \
    account.zip, account.country, account.zone, account.hsa, account.hrr, account.hrr_name, account.beds, account.rating, account.ownership, \
    account.phone, account.source";

/// One account, whoever asks: pages check the scope first.
pub async fn get(db: &impl Query, id: AccountId) -> Result<Option<Account>> {
    db.one(&format!("SELECT {COLUMNS} FROM account WHERE id = $1"), args![id.0]).await
}

/// Ids by source key: the record's own, that of any source that speaks of it or of a record merged into it; a key of the AHRQ
/// Compendium also finds an account that bears another source's key.
pub async fn ids(db: &impl Query, keys: &[&str]) -> Result<HashMap<String, i64>> {
    let mut out = identifiers::keys(db, "account", "source_key", keys).await?;
    sources::add_aliases(db, EntityKind::Account, keys, &mut out).await?;
    let others: Vec<String> = keys.iter().filter(|k| !out.contains_key(**k)).map(|k| (*k).to_owned()).collect();
    out.extend(identifiers::owners(db, EntityKind::Account, CHSP_HOSPITAL, &others).await?);
    Ok(out)
}

/// Ids of accounts by exact name: several where several bear it.
pub async fn named(db: &impl Query, names: &[&str]) -> Result<HashMap<String, Vec<i64>>> {
    identifiers::named(db, "account", names).await
}

/// Gives the accounts in these ZIP codes the region that the crosswalk says.
pub async fn place(tx: &mut Tx, zips: &[String]) -> Result<u64> {
    let mut moved = 0;
    for chunk in zips.chunks(1_000) {
        let places: Vec<String> = (1..=chunk.len()).map(|n| format!("${n}")).collect();
        let from = "FROM referral_region r WHERE r.zip = account.zip";
        let sql = format!(
            "UPDATE account SET hsa = (SELECT r.hsa {from}), hrr = (SELECT r.hrr {from}), hrr_name = (SELECT r.hrr_name {from}) WHERE zip IN ({})",
            places.join(", ")
        );
        moved += tx.execute(&sql, chunk.iter().map(|z| Value::from(z.clone())).collect()).await?;
    }
    Ok(moved)
}

/// Writes accounts: new ones are added, known ones brought up to date. At most 1,000 a call.
///
/// An account is known by its key, by the key of any source that speaks of it, or by an identifier that it holds already (a CCN, for
/// example), unless it holds another value in a scheme of the row: two places that share one CCN stay two accounts. Each row is kept as its
/// source's word; the record says what the rules choose among all words.
pub async fn upsert(tx: &mut Tx, rows: Vec<AccountRow>) -> Result<ChunkReport> {
    let mut report = ChunkReport::default();
    let known = Known::load(tx, &rows).await?;
    let mut book = Book::open(tx, EntityKind::Account, &known.ids()).await?;
    let (mut taken, mut keys): (HashSet<i64>, HashSet<String>) = Default::default();
    let mut heard: Vec<(AccountRow, Account, Owner)> = Vec::new();
    let day = tx.now.day();
    for row in rows {
        if let Some(rejected) = unusable(&row, &mut keys) {
            report.rejects.push(rejected);
            continue;
        }
        let before = known.find(&row).filter(|a| taken.insert(a.id)).cloned().unwrap_or_default();
        let owner = if before.id == 0 { Owner::New(row.source_key.clone()) } else { Owner::Id(before.id) };
        book.enter(&owner, &row.entry(day), || (before.id != 0).then(|| before.entry()));
        heard.push((row, before, owner));
    }
    let zips: HashSet<&str> = book.values("zip").chain(known.accounts.values().map(|a| a.zip.as_str())).collect();
    let areas = regions::of_zips(tx, &zips.into_iter().collect::<Vec<_>>()).await?;
    let mut writes: Vec<Account> = Vec::new();
    let mut named: Vec<(AccountRow, String)> = Vec::new();
    for (row, before, owner) in heard {
        let after = named_by(&before, &row, &book, &owner).heard(&|field| book.word(&owner, field), &areas);
        let line = row.line;
        named.push((row, after.source_key.clone()));
        if after == before {
            report.unchanged += 1;
            continue;
        }
        report.lines.insert(line);
        report.written += 1;
        report.created += u64::from(before.id == 0);
        writes.push(after);
    }
    save(tx, &writes).await?;
    let stored = identifiers::keys(tx, "account", "source_key", &named.iter().map(|(_, key)| key.as_str()).collect::<Vec<_>>()).await?;
    book.save(tx, &stored).await?;
    note_regions(tx, &mut report, &named, &areas).await?;
    identify(tx, &mut report, &named, &stored).await?;
    let written: Vec<i64> = writes.iter().filter_map(|w| stored.get(&w.source_key).copied()).collect();
    regions::place_accounts(tx, &written).await?;
    crate::search::index_accounts(tx, &written).await?;
    crate::changes::tell(tx, EntityKind::Account, &written).await?;
    Ok(report)
}

/// The record under the key it goes by: its own, or the row's when only sources that add have named it so far.
fn named_by(before: &Account, row: &AccountRow, book: &Book, owner: &Owner) -> Account {
    let named = before.id != 0 && (row.adds_only || !book.only_adds(owner, &before.source, &before.source_key));
    if named {
        return before.clone();
    }
    Account { source_key: row.source_key.clone(), source: row.source.clone(), ..before.clone() }
}

/// What the records would say under `rules`, beside what they say: only those that would change.
async fn would_change(db: &impl Query, rules: &Rules, ids: &[i64]) -> Result<Vec<(Account, Account)>> {
    let said = sources::of(db, EntityKind::Account, ids).await?;
    let held = by_ids(db, ids).await?;
    let zips = said.values().flatten().filter_map(|r| r.said.get("zip")?.0.as_deref()).chain(held.iter().map(|a| a.zip.as_str()));
    let zips: HashSet<&str> = zips.collect();
    let areas = regions::of_zips(db, &zips.into_iter().collect::<Vec<_>>()).await?;
    Ok(sources::settled(held, &said, rules, |r, word| r.heard(word, &areas)))
}

/// What `rules` would change in one field of these records.
pub async fn preview(db: &impl Query, rules: &Rules, ids: &[i64], field: &str) -> Result<Vec<sources::Change>> {
    Ok(sources::field_changes(&would_change(db, rules, ids).await?, field))
}

/// Lets the sources of these records decide anew, and says how many records changed.
pub async fn settle(tx: &mut Tx, ids: &[i64]) -> Result<u64> {
    let rules = sources::rules(tx, EntityKind::Account).await?;
    let changed: Vec<Account> = would_change(tx, &rules, ids).await?.into_iter().map(|(_, after)| after).collect();
    save(tx, &changed).await?;
    let ids: Vec<i64> = changed.iter().map(|a| a.id).collect();
    crate::search::index_accounts(tx, &ids).await?;
    crate::changes::tell(tx, EntityKind::Account, &ids).await?;
    Ok(changed.len() as u64)
}

/// Keeps what the record says as its source's word, when no source is kept for it yet.
pub async fn keep_source(tx: &mut Tx, id: AccountId) -> Result<()> {
    let mut book = Book::open(tx, EntityKind::Account, &[id.0]).await?;
    if let Some(account) = get(tx, id).await? {
        book.hold(&Owner::Id(id.0), || account.entry());
    }
    book.save(tx, &HashMap::new()).await
}

async fn by_ids(db: &impl Query, ids: &[i64]) -> Result<Vec<Account>> {
    sources::by_ids(db, COLUMNS, "account", ids).await
}

fn unusable(row: &AccountRow, keys: &mut HashSet<String>) -> Option<rounds_kernel::RowReject> {
    if row.source_key.is_empty() || !keys.insert(row.source_key.clone()) {
        let cause = format!("Account key “{}” is blank or stands in this chunk already.", row.source_key);
        return Some(reject(row.line, "import.id_twice", cause, "Give each account one row and a key of its own."));
    }
    row.name
        .is_empty()
        .then(|| reject(row.line, "import.name_blank", "The account has no name.", "Fill in its name and import the file again."))
}

/// Accounts that the rows of a chunk may mean.
struct Known {
    by_key: HashMap<String, i64>,
    by_identifier: HashMap<(String, String), i64>,
    held: HashMap<i64, Vec<(String, String)>>,
    accounts: HashMap<i64, Account>,
}

impl Known {
    async fn load(tx: &Tx, rows: &[AccountRow]) -> Result<Self> {
        let keys: Vec<&str> = rows.iter().map(|r| r.source_key.as_str()).collect();
        let mut by_key = identifiers::keys(tx, "account", "source_key", &keys).await?;
        sources::add_aliases(tx, EntityKind::Account, &keys, &mut by_key).await?;
        let mut by_scheme: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (scheme, value) in rows.iter().flat_map(|r| &r.identifiers) {
            by_scheme.entry(scheme).or_default().push(value.clone());
        }
        let mut by_identifier = HashMap::new();
        for (scheme, values) in by_scheme {
            let owners = identifiers::owners(tx, EntityKind::Account, scheme, &values).await?;
            by_identifier.extend(owners.into_iter().map(|(value, id)| ((scheme.to_owned(), value), id)));
        }
        let ids: HashSet<i64> = by_key.values().chain(by_identifier.values()).copied().collect();
        let ids: Vec<i64> = ids.into_iter().collect();
        let mut held: HashMap<i64, Vec<(String, String)>> = HashMap::new();
        for h in identifiers::held_by(tx, EntityKind::Account, &ids).await? {
            held.entry(h.entity_id).or_default().push((h.scheme, h.value));
        }
        let accounts = by_ids(tx, &ids).await?.into_iter().map(|a| (a.id, a)).collect();
        Ok(Self { by_key, by_identifier, held, accounts })
    }

    fn ids(&self) -> Vec<i64> {
        self.accounts.keys().copied().collect()
    }

    fn find(&self, row: &AccountRow) -> Option<&Account> {
        let by_key = self.by_key.get(&row.source_key);
        let id = by_key.or_else(|| row.identifiers.iter().filter_map(|i| self.by_identifier.get(i)).find(|id| self.agrees(**id, row)))?;
        self.accounts.get(id)
    }

    fn agrees(&self, id: i64, row: &AccountRow) -> bool {
        let held = self.held.get(&id).map_or(&[][..], Vec::as_slice);
        row.identifiers.iter().all(|(scheme, value)| held.iter().all(|(s, v)| s != scheme || v == value))
    }
}

const INTO: &[&str] = &[
    "source_key",
    "name",
    "setting",
    "street",
    "city",
    "state",
    "zip",
    "country",
    "zone",
    "hsa",
    "hrr",
    "hrr_name",
    "beds",
    "rating",
    "ownership",
    "phone",
    "source",
];

async fn save(tx: &mut Tx, accounts: &[Account]) -> Result<()> {
    let row = |a: &Account| {
        args![
            a.source_key.clone(),
            a.name.clone(),
            a.setting.clone(),
            a.street.clone(),
            a.city.clone(),
            a.state.clone(),
            a.zip.clone(),
            a.country.clone(),
            a.zone.clone(),
            a.hsa,
            a.hrr,
            a.hrr_name.clone(),
            a.beds,
            a.rating,
            a.ownership.clone(),
            a.phone.clone(),
            a.source.clone()
        ]
    };
    let assignments: Vec<String> = INTO.iter().map(|c| format!("{c} = excluded.{c}")).collect();
    let (new, known): (Vec<&Account>, Vec<&Account>) = accounts.iter().partition(|a| a.id == 0);
    let update = format!("ON CONFLICT (source_key) DO UPDATE SET {}", assignments[1..].join(", "));
    tx.insert_many("account", INTO, new.into_iter().map(row).collect(), &update).await?;
    // Known ones by id: their key may have changed with the source that names them.
    let columns: Vec<&str> = ["id"].into_iter().chain(INTO.iter().copied()).collect();
    let rows = known.into_iter().map(|a| args![a.id].into_iter().chain(row(a)).collect()).collect();
    let update = format!("ON CONFLICT (id) DO UPDATE SET {}", assignments.join(", "));
    tx.insert_many("account", &columns, rows, &update).await.map(|_| ())
}

async fn note_regions(tx: &Tx, report: &mut ChunkReport, rows: &[(AccountRow, String)], areas: &HashMap<String, Region>) -> Result<()> {
    if !regions::loaded(tx).await? {
        return Ok(());
    }
    let unplaced = rows.iter().filter(|(r, _)| !r.zip.is_empty() && r.hrr.is_none() && !areas.contains_key(&r.zip));
    let text = "accounts stand in ZIP codes that the crosswalk does not list: their referral region is unknown";
    report.notes.extend(unplaced.map(|(r, _)| Note::new(r.line, "import.region_unknown", text)));
    Ok(())
}

/// Writes the rows' identifiers and notes those that another account holds.
async fn identify(tx: &mut Tx, report: &mut ChunkReport, rows: &[(AccountRow, String)], ids: &HashMap<String, i64>) -> Result<()> {
    let all = || {
        rows.iter()
            .filter_map(|(r, key)| Some((r, *ids.get(key)?)))
            .flat_map(|(r, id)| r.identifiers.iter().map(move |(s, v)| (r, id, s, v)))
    };
    let new =
        all().map(|(r, entity, s, v)| NewIdentifier { entity, scheme: s.clone(), value: v.clone(), source: r.source.clone() }).collect();
    identifiers::put(tx, EntityKind::Account, new).await?;
    let mut owners = HashMap::new();
    let schemes: BTreeSet<&String> = all().map(|(_, _, s, _)| s).collect();
    for scheme in schemes {
        let values: Vec<String> = all().filter(|(_, _, s, _)| *s == scheme).map(|(_, _, _, v)| v.clone()).collect();
        let found = identifiers::owners(tx, EntityKind::Account, scheme, &values).await?;
        owners.extend(found.into_iter().map(|(v, id)| ((scheme.clone(), v), id)));
    }
    for (row, entity, scheme, value) in all() {
        if owners.get(&(scheme.clone(), value.clone())).is_some_and(|owner| *owner != entity) {
            let text = "identifiers name another account already and stay there: two places share one number";
            report.notes.push(Note::new(row.line, "import.identifier_shared", text));
        }
    }
    Ok(())
}
