//! Writing a chunk of what a file says.

use super::FhirReport;
use crate::accounts::{self, AccountRow};
use crate::affiliations::{self, LinkKind, Post, Said, Sighting};
use crate::groups::{self, GroupRow};
use crate::identifiers::{self, EntityKind, NewIdentifier};
use crate::people::{self, PersonRow};
use crate::systems::{self, SystemRow};
use rounds_kernel::{Day, Permission, Result};
use rounds_platform::imports::ChunkReport;
use rounds_store::{Command, Tx};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Numbers of one record.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Numbers {
    pub kind: String,
    pub key: String,
    pub source: String,
    pub values: Vec<(String, String)>,
}

/// A dated link between two records, by their keys.
#[derive(Debug, Clone, Serialize)]
pub(super) struct LinkRow {
    pub resource: String,
    pub kind: String,
    pub child: String,
    pub parent: String,
    pub from: Day,
    pub to: Option<Day>,
    /// True when it says on one day where the child is, and nothing of since when.
    pub whole: bool,
    pub source: String,
    pub confidence: f64,
    pub post: Post,
}

/// A chunk of a file.
#[derive(Debug, Default, Serialize)]
pub(super) struct Write {
    pub systems: Vec<SystemRow>,
    pub groups: Vec<GroupRow>,
    pub accounts: Vec<AccountRow>,
    pub people: Vec<PersonRow>,
    pub numbers: Vec<Numbers>,
    pub links: Vec<LinkRow>,
}

impl Write {
    pub(super) fn len(&self) -> usize {
        self.systems.len() + self.groups.len() + self.accounts.len() + self.people.len() + self.links.len()
    }
}

impl Command for Write {
    const NAME: &'static str = "customers.import_fhir";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = FhirReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({
            "systems": self.systems.len(), "groups": self.groups.len(), "accounts": self.accounts.len(), "people": self.people.len(),
            "links": self.links.len()
        })
    }

    async fn run(self, tx: &mut Tx) -> Result<FhirReport> {
        let mut report = FhirReport::default();
        add(&mut report, "Organization", systems::upsert(tx, self.systems).await?);
        add(&mut report, "Organization", groups::upsert(tx, self.groups).await?);
        add(&mut report, "Organization", accounts::upsert(tx, self.accounts).await?);
        add(&mut report, "Practitioner", people::upsert(tx, self.people).await?);
        write_numbers(tx, self.numbers).await?;
        write_links(tx, self.links, &mut report).await?;
        Ok(report)
    }
}

fn add(report: &mut FhirReport, what: &str, chunk: ChunkReport) {
    report.created += chunk.created;
    report.updated += chunk.written.saturating_sub(chunk.created);
    report.unchanged += chunk.unchanged;
    chunk.rejects.into_iter().for_each(|r| report.issue(what, &r.code, r.cause, &r.remedy));
}

async fn ids(tx: &Tx, kind: &str, keys: &[&str]) -> Result<HashMap<String, i64>> {
    match kind {
        "system" => systems::ids(tx, keys).await,
        "group" => groups::ids(tx, keys).await,
        "account" => accounts::ids(tx, keys).await,
        _ => people::ids(tx, keys).await,
    }
}

async fn write_numbers(tx: &mut Tx, numbers: Vec<Numbers>) -> Result<()> {
    for kind in [EntityKind::System, EntityKind::Account, EntityKind::Person] {
        let of: Vec<&Numbers> = numbers.iter().filter(|n| n.kind == kind.code()).collect();
        let ids = ids(tx, kind.code(), &of.iter().map(|n| n.key.as_str()).collect::<Vec<_>>()).await?;
        let new = of.into_iter().filter_map(|n| Some((n, *ids.get(&n.key)?))).flat_map(|(n, entity)| {
            n.values.iter().map(move |(scheme, value)| NewIdentifier {
                entity,
                scheme: scheme.clone(),
                value: value.clone(),
                source: n.source.clone(),
            })
        });
        identifiers::put(tx, kind, new.collect()).await?;
    }
    Ok(())
}

async fn write_links(tx: &mut Tx, links: Vec<LinkRow>, report: &mut FhirReport) -> Result<()> {
    let mut by_kind: BTreeMap<LinkKind, Vec<LinkRow>> = BTreeMap::new();
    for l in links {
        if let Some(kind) = LinkKind::parse(&l.kind) {
            by_kind.entry(kind).or_default().push(l);
        }
    }
    for (kind, links) in by_kind {
        let children = ids(tx, kind.child(), &links.iter().map(|l| l.child.as_str()).collect::<Vec<_>>()).await?;
        let parents = ids(tx, kind.parent(), &links.iter().map(|l| l.parent.as_str()).collect::<Vec<_>>()).await?;
        let mut said = Vec::new();
        let mut rows = Vec::new();
        for l in links {
            let (Some(child), Some(parent)) = (children.get(&l.child), parents.get(&l.parent)) else {
                let cause = "One of its ends could not be read and is not in the record.";
                report.issue(&l.resource, "fhir.end_missing", cause, "Put the other resource right, and import the file again.");
                continue;
            };
            let statement = |day, what| Sighting {
                confidence: l.confidence,
                post: l.post.clone(),
                ..Sighting::new(*child, *parent, &l.source, day, what)
            };
            said.push(statement(l.from, if l.whole { Said::Here } else { Said::Opened }));
            said.extend(l.to.map(|to| statement(to, Said::Ended)));
            rows.push((l.resource, *child, *parent));
        }
        let changes = affiliations::see(tx, kind, said).await?;
        for (resource, child, parent) in rows {
            if changes.refused.contains(&(child, parent)) {
                let cause = "The two would belong to each other.";
                report.issue(&resource, "affiliation.cycle", cause, "Correct which belongs to which.");
            } else if changes.opened.contains(&(child, parent)) {
                report.created += 1;
            } else if changes.children.contains(&child) {
                report.updated += 1;
            } else {
                report.unchanged += 1;
            }
        }
        renew(tx, kind, changes).await?;
    }
    Ok(())
}

/// Renews what is found by the links that changed.
async fn renew(tx: &mut Tx, kind: LinkKind, changes: affiliations::Changes) -> Result<()> {
    if let Some(entity) = EntityKind::parse(kind.child()) {
        crate::changes::tell(tx, entity, &changes.children.iter().copied().collect::<Vec<_>>()).await?;
    }
    match kind {
        LinkKind::PersonAccount => crate::search::index_people(tx, &changes.children.into_iter().collect::<Vec<_>>()).await,
        LinkKind::AccountSystem => crate::search::index_systems(tx, &changes.parents.into_iter().collect::<Vec<_>>()).await,
        _ => Ok(()),
    }
}
