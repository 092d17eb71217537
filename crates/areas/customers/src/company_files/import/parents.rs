//! Who belongs to whom by the company's own file: systems to systems, accounts to systems, accounts to accounts.

use super::accounts::SOURCE;
use super::words::folded;
use crate::affiliations::{self, LinkKind, Said, Sighting};
use crate::company_files::account_ids;
use crate::company_files::queries::accounts_called;
use crate::company_files::store::{Told, wait};
use crate::identifiers::{self, EntityKind};
use crate::systems::{self, SystemRow};
use rounds_kernel::{Day, Result, SystemId};
use rounds_platform::imports::{ChunkReport, Note, reject};
use rounds_store::Tx;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What becomes of a parent that the record does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    /// A later row of the file may be about it.
    Wait,
    /// No row is about it: it is a system that only its members name.
    IsSystem,
}

/// Joins rows to their parents.
pub(super) async fn join(tx: &mut Tx, told: Vec<Told>, unknown: Unknown, report: &mut ChunkReport) -> Result<()> {
    let mut known = Known::load(tx, &told).await?;
    if unknown == Unknown::IsSystem {
        known.mention(tx, &told).await?;
    }
    let (ready, later): (Vec<Told>, Vec<Told>) = told.into_iter().partition(|t| known.parent(t).is_some());
    wait(tx, later).await?;
    let mut said: BTreeMap<LinkKind, Vec<(i64, Sighting)>> = BTreeMap::new();
    let mut left: BTreeMap<LinkKind, Vec<Sighting>> = BTreeMap::new();
    for t in ready {
        let (Some(child), Some(parent)) = (known.child(&t), known.parent(&t)) else { continue };
        let day = Day(t.day as i32);
        let kind = match (t.child_kind.as_str(), parent) {
            ("system", Parent::System(_)) => LinkKind::SystemSystem,
            ("system", Parent::Account(_)) => {
                let text = "groups of accounts name a single place as their parent: they were taken in without it";
                report.notes.push(Note::new(t.line as u64, "import.parent_is_account", text));
                continue;
            }
            (_, Parent::System(_)) => LinkKind::AccountSystem,
            (_, Parent::Account(_)) => LinkKind::AccountAccount,
        };
        if let Some(gone) = other(kind) {
            left.entry(gone).or_default().push(Sighting::new(child, 0, SOURCE, day, Said::Alone));
        }
        said.entry(kind).or_default().push((t.line, Sighting::new(child, parent.id(), SOURCE, day, Said::Here)));
    }
    for (kind, alone) in left {
        leave(tx, kind, alone, &known).await?;
    }
    for (kind, said) in said {
        take(tx, kind, said, unknown == Unknown::Wait, report).await?;
    }
    Ok(())
}

/// The kind of link that a link of this kind takes the place of, where a file has one parent for both.
fn other(kind: LinkKind) -> Option<LinkKind> {
    match kind {
        LinkKind::AccountSystem => Some(LinkKind::AccountAccount),
        LinkKind::AccountAccount => Some(LinkKind::AccountSystem),
        _ => None,
    }
}

/// Ends what the file no longer says: that an account is a site of another, or part of a system that is in truth the account named now.
async fn leave(tx: &mut Tx, kind: LinkKind, alone: Vec<Sighting>, known: &Known) -> Result<()> {
    let children: Vec<i64> = alone.iter().map(|s| s.child).collect();
    let held = affiliations::current(tx, kind, &children).await?;
    let of_old = |s: &Sighting| {
        let parents = held.get(&s.child).map_or(&[][..], Vec::as_slice);
        if kind == LinkKind::AccountSystem { parents.iter().any(|p| known.doubles.contains(p)) } else { !parents.is_empty() }
    };
    let ended: Vec<Sighting> = alone.into_iter().filter(of_old).collect();
    let changes = affiliations::see(tx, kind, ended).await?;
    if kind == LinkKind::AccountSystem {
        crate::search::index_systems(tx, &changes.parents.into_iter().collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// Takes what rows say, and says of each whether it changed the record, or why its link cannot be.
///
/// Rows that `count` are of this report's own chunk.
async fn take(tx: &mut Tx, kind: LinkKind, said: Vec<(i64, Sighting)>, count: bool, report: &mut ChunkReport) -> Result<()> {
    let all = || said.iter().map(|(_, s)| s.clone());
    let mut changes = affiliations::see(tx, kind, all().collect()).await?;
    let mut refused: BTreeSet<(i64, i64)> = std::mem::take(&mut changes.refused).into_iter().collect();
    if !refused.is_empty() {
        // A link that led back may only have come before the row that ends the other.
        let again = affiliations::see(tx, kind, all().filter(|s| refused.contains(&(s.child, s.parent))).collect()).await?;
        changes.children.extend(again.children);
        changes.opened.extend(again.opened);
        refused = again.refused.into_iter().collect();
    }
    for (line, s) in &said {
        let line = *line as u64;
        if refused.contains(&(s.child, s.parent)) {
            report.rejects.push(round(line));
        } else if count && changes.children.contains(&s.child) && report.lines.insert(line) {
            report.written += 1;
            report.unchanged = report.unchanged.saturating_sub(1);
        }
    }
    let child_kind = if kind == LinkKind::SystemSystem { EntityKind::System } else { EntityKind::Account };
    crate::changes::tell(tx, child_kind, &changes.children.into_iter().collect::<Vec<_>>()).await?;
    if kind == LinkKind::AccountSystem && !changes.parents.is_empty() {
        crate::search::index_systems(tx, &changes.parents.into_iter().collect::<Vec<_>>()).await?;
    }
    Ok(())
}

fn round(line: u64) -> rounds_kernel::RowReject {
    let cause = "The parent belongs to this record already, directly or through others: the two would belong to each other. The record itself was taken in, without this parent.";
    reject(line, "affiliation.cycle", cause, "Correct which of them belongs to which, or end the other link on its page.")
}

#[derive(Debug, Clone, Copy)]
enum Parent {
    System(i64),
    Account(i64),
}

impl Parent {
    fn id(self) -> i64 {
        match self {
            Self::System(id) | Self::Account(id) => id,
        }
    }
}

/// The records that rows and their parents may mean.
struct Known {
    systems: HashMap<String, i64>,
    accounts: HashMap<String, i64>,
    systems_called: HashMap<String, i64>,
    accounts_called: HashMap<String, i64>,
    /// Systems under the key of an account that are no more than how members named it before it had a row of its own.
    doubles: BTreeSet<i64>,
}

impl Known {
    async fn load(tx: &Tx, told: &[Told]) -> Result<Self> {
        let keys: BTreeSet<&str> =
            told.iter().flat_map(|t| [t.child_key.as_str(), t.parent_key.as_str()]).filter(|k| !k.is_empty()).collect();
        let keys: Vec<&str> = keys.into_iter().collect();
        let names: BTreeSet<&str> = told.iter().filter(|t| t.parent_key.is_empty()).map(|t| t.parent_name.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let (systems, accounts) = (systems::ids(tx, &keys).await?, account_ids(tx, &keys).await?);
        let mut doubles = BTreeSet::new();
        let both: BTreeSet<i64> = systems.iter().filter(|(key, _)| accounts.contains_key(*key)).map(|(_, id)| *id).collect();
        for id in both {
            doubles.extend(systems::get(tx, SystemId(id)).await?.filter(|s| s.source == SOURCE).map(|s| s.id));
        }
        Ok(Self {
            systems_called: identifiers::keys(tx, "health_system", "name", &names).await?,
            accounts_called: accounts_called(tx, &names).await?,
            systems,
            accounts,
            doubles,
        })
    }

    fn child(&self, told: &Told) -> Option<i64> {
        let of = if told.child_kind == "system" { &self.systems } else { &self.accounts };
        of.get(&told.child_key).copied()
    }

    fn parent(&self, told: &Told) -> Option<Parent> {
        if told.parent_key.is_empty() {
            let system = self.systems_called.get(&told.parent_name).or_else(|| self.systems.get(&key_of(told)));
            let account = self.accounts_called.get(&told.parent_name).filter(|id| self.child(told) != Some(**id));
            return system.map(|id| Parent::System(*id)).or_else(|| account.map(|id| Parent::Account(*id)));
        }
        let account = self.accounts.get(&told.parent_key).map(|id| Parent::Account(*id));
        let system = self.systems.get(&told.parent_key).filter(|id| account.is_none() || !self.doubles.contains(id));
        system.map(|id| Parent::System(*id)).or(account)
    }

    /// Makes systems of the parents that nothing else is known of.
    async fn mention(&mut self, tx: &mut Tx, told: &[Told]) -> Result<()> {
        let mut new: BTreeMap<String, String> = BTreeMap::new();
        for t in told.iter().filter(|t| self.parent(t).is_none()) {
            let named = new.entry(key_of(t)).or_default();
            if named.is_empty() {
                *named = t.parent_name.clone();
            }
        }
        let keys: Vec<String> = new.keys().cloned().collect();
        let row = |(key, name): (String, String)| SystemRow {
            name: if name.is_empty() { key.clone() } else { name },
            source_key: key,
            country: "US".into(),
            source: SOURCE.into(),
            mention: true,
            ..SystemRow::default()
        };
        systems::upsert(tx, new.into_iter().map(row).collect()).await?;
        self.systems.extend(systems::ids(tx, &keys.iter().map(String::as_str).collect::<Vec<_>>()).await?);
        Ok(())
    }
}

/// The key of a parent; of one that is only named, a key made of its name.
fn key_of(told: &Told) -> String {
    if told.parent_key.is_empty() { format!("name:{}", folded(&told.parent_name)) } else { told.parent_key.clone() }
}
