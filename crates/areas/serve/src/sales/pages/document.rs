//! The page of one document: its parties, its lines, what was restated.

use super::day;
use crate::sales::model::{KINDS, SUPPLIES};
use crate::sales::queries::{Was, was};
use crate::sales::store::lines::{Stored, of_document, one};
use axum::extract::{Path, State};
use rounds_customers::lists::href;
use rounds_customers::parties::{self, Links, Party};
use rounds_customers::reading::{label, money, quantity};
use rounds_customers::scope;
use rounds_customers::sheets::{Cell, Part, Section, Sheet, Table};
use rounds_kernel::{AccountId, Actor, Error, Result, Scope, Time};
use rounds_store::Query;
use rounds_web::components::{Chip, Fact, RecordHead, Tone};
use rounds_web::{App, Shell, Visitor, WebResult};
use std::collections::BTreeMap;

struct Found {
    first: Stored,
    lines: Vec<Stored>,
    names: BTreeMap<i64, String>,
    parties: Vec<(&'static str, Party)>,
    account: Option<(i64, String)>,
    was: Vec<Was>,
    zone: String,
}

fn facts(f: &Found) -> Vec<Fact> {
    let mut out: Vec<Fact> = f
        .parties
        .iter()
        .map(|(role, p)| Fact::new(*role, p.number.clone()).link(format!("/parties/{}", p.id)).note(p.name.clone()))
        .collect();
    let account = match &f.account {
        Some((id, name)) => Fact::new("Account", name.clone()).link(format!("/accounts/{id}")),
        None => Fact::new("Account", "unknown").note("the ship-to stands for no account on this day"),
    };
    out.insert(0, account);
    out.push(Fact::new("System", f.first.erp.clone()));
    out.push(Fact::new("Supply", label(SUPPLIES, &f.first.supply)));
    let said = [
        ("Purchase order", &f.first.po_no),
        ("Contract", &f.first.contract_no),
        ("Price type", &f.first.price_type),
        ("Reason", &f.first.reason),
    ];
    out.extend(said.into_iter().filter_map(|(l, v)| v.clone().map(|v| Fact::new(l, v))));
    out.extend(f.first.ref_doc.clone().map(|d| Fact::new("Follows", d.clone()).link(href("/sales", &[("doc", &d)]))));
    out.push(Fact::new("Source", f.first.source.clone()));
    out
}

fn view(shell: Shell, f: &Found) -> Sheet {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    f.lines.iter().for_each(|l| *sums.entry(&l.currency).or_default() += l.minor);
    let mut chips: Vec<Chip> = sums.into_iter().map(|(c, minor)| Chip::new(money(minor, c), Tone::Plain)).collect();
    if !f.was.is_empty() {
        chips.push(Chip::new("Restated", Tone::Warn));
    }
    let line = |l: &Stored| {
        let product = match l.product_id.and_then(|p| f.names.get(&p).map(|n| (p, n))) {
            Some((id, name)) => Cell::link(name, format!("/products/{id}")),
            None => Cell::text(l.product_text.clone().unwrap_or_default()).with("not in the catalogue"),
        };
        let base = l.base_milli.map_or_else(|| Cell::unknown("unit not in the catalogue"), |b| Cell::number(quantity(b)));
        vec![
            Cell::text(&l.line),
            product,
            Cell::number(quantity(l.milli)).with(l.unit.clone()),
            base,
            Cell::number(money(l.minor, &l.currency)),
        ]
    };
    let old = |w: &Was| {
        vec![
            Cell::text(&w.line).with(format!("version {}", w.version)),
            Cell::number(quantity(w.milli)).with(w.unit.clone()),
            Cell::number(money(w.minor, &w.currency)),
            Cell::text(Time(w.replaced_at).in_zone(&f.zone)),
            Cell::text(&w.source),
        ]
    };
    let lines = Table::new("Lines", &["Line", "Product", "#Quantity", "#Base units", "#Net amount"], ("No lines", "", ""))
        .rows(f.lines.iter().map(line));
    let mut sections = vec![Section::table("Lines", "", lines)];
    if !f.was.is_empty() {
        let was =
            Table::new("Before", &["Line", "#Quantity", "#Net amount", "Replaced", "Source"], ("", "", "")).rows(f.was.iter().map(old));
        sections.push(Section::table("What it was before", "restated lines keep their old values", was));
    }
    Sheet {
        shell,
        head: Some(RecordHead {
            kind: label(KINDS, &f.first.kind),
            name: f.first.doc_no.clone(),
            identifiers: vec![("Day".into(), day(f.first.day))],
            chips,
        }),
        sections,
        beside: vec![Section { title: "Facts".into(), sub: String::new(), part: Part::Facts(facts(f)) }],
        ..Sheet::default()
    }
}

/// The account of a line within scope; a line that reached none is shown to those who see the whole base.
async fn account(db: &impl Query, actor: &Actor, line: &Stored) -> Result<Option<(i64, String)>> {
    let found = Links::load(db, &[line.ship_to_id]).await?.at(line.ship_to_id, line.day);
    match found {
        None if actor.scope == Scope::All => Ok(None),
        None => Err(Error::not_found("document")),
        Some(id) => {
            scope::see_account(db, actor, AccountId(id)).await.map_err(|_| Error::not_found("document"))?;
            let name = rounds_customers::accounts::get(db, AccountId(id)).await?.map(|a| a.name).unwrap_or_default();
            Ok(Some((id, name)))
        }
    }
}

pub(in crate::sales) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let db = app.db();
    let first = one(db, id).await?.ok_or_else(|| Error::not_found("document"))?;
    let account = account(db, &visitor.actor, &first).await?;
    let lines: Vec<Stored> = of_document(db, &first).await?.into_iter().filter(|l| l.ship_to_id == first.ship_to_id).collect();
    let mut parties = Vec::new();
    for (role, id) in
        [("Sold-to", first.sold_to_id), ("Ship-to", first.ship_to_id), ("Bill-to", first.bill_to_id), ("Payer", first.payer_id)]
    {
        parties.extend(parties::get(db, id).await?.map(|p| (role, p)));
    }
    let names = rounds_customers::products::all(db).await?.into_iter().map(|p| (p.id, p.name)).collect();
    let was = was(db, &lines.iter().map(|l| l.id).collect::<Vec<_>>()).await?;
    let found = Found { first, lines, names, parties, account, was, zone: visitor.actor.zone.clone() };
    view(visitor.shell(&app, &found.first.doc_no), &found).respond()
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let line = Stored {
        id: 4,
        erp: "SAP".into(),
        kind: "return".into(),
        doc_no: "9000<1>".into(),
        line: "10".into(),
        day: 20_780,
        milli: -2_000,
        unit: "BX".into(),
        minor: -297_600,
        currency: "EUR".into(),
        product_text: Some("X-1".into()),
        reason: Some("damaged".into()),
        ref_doc: Some("8000".into()),
        supply: "stock".into(),
        version: 2,
        ..Stored::default()
    };
    let old = Was {
        line: "10".into(),
        version: 1,
        milli: -1_000,
        unit: "BX".into(),
        minor: -100_000,
        currency: "EUR".into(),
        source: "a.csv".into(),
        replaced_at: 1_795_443_600_000_000,
    };
    let party = Party { id: 3, erp: "SAP".into(), number: "104711".into(), name: "St. Brigid".into(), ..Party::default() };
    let found = Found {
        lines: vec![line.clone()],
        first: line,
        names: BTreeMap::new(),
        parties: vec![("Ship-to", party)],
        account: None,
        was: vec![old],
        zone: "UTC".into(),
    };
    vec![("sales document", view(Shell::sample("Document"), &found).draw())]
}
