//! The page of one contract.

use super::{ends, sample, state};
use crate::as_of::AsOf;
use crate::contracts::model::{BASES, Contract, Facility, KINDS, POSITIONS, Term};
use crate::contracts::queries::{self, Version};
use crate::panels::{Panels, Subject, drawn};
use crate::reading::{label, money, quantity};
use crate::sheets::{Cell, NoticeLine, Part, Section, Sheet, Table};
use rounds_kernel::{Error, Time};
use rounds_web::components::{Chip, Fact, RecordHead, Tone};
use rounds_web::{App, Shell, Visitor, WebResult};

struct Found {
    contract: Contract,
    facilities: Vec<Facility>,
    elsewhere: i64,
    terms: Vec<Term>,
    versions: Vec<Version>,
    today: i64,
    zone: String,
}

/// A threshold or commitment in words.
fn value(t: &Term) -> String {
    match t.basis.as_str() {
        "share" => format!("{}.{:02} %", t.value / 100, t.value % 100).replace(".00 %", " %"),
        "units" => quantity(t.value),
        _ => money(t.value, &t.currency),
    }
}

fn family(t: &Term) -> Cell {
    Cell::text(if t.family.is_empty() { "all families" } else { &t.family })
}

fn promises(f: &Found, kind: &str, name: &str, empty: (&str, &str, &str)) -> Table {
    let rows = f.terms.iter().filter(|t| t.kind == kind).map(|t| {
        vec![
            family(t),
            Cell::text(&t.tier),
            Cell::number(value(t)).with(label(BASES, &t.basis)),
            Cell::day(Some(t.valid_from)),
            Cell::day(t.valid_to),
        ]
    });
    Table::new(name, &["Family", "Tier", "#At least", "From", "Until"], empty).rows(rows)
}

fn prices(f: &Found) -> Table {
    let rows = f.terms.iter().filter(|t| t.kind == "price").map(|t| {
        let name = t.product.clone().unwrap_or_else(|| "not in the catalogue".into());
        let product = t.product_id.map_or_else(|| Cell::text(&name), |id| Cell::link(&name, format!("/products/{id}")));
        let price = Cell::number(money(t.value, &t.currency)).with(format!("a {}", t.unit));
        vec![
            product.with(if t.lot.is_empty() { String::new() } else { format!("lot {}", t.lot) }),
            Cell::text(&t.tier),
            price,
            Cell::day(Some(t.valid_from)),
            Cell::day(t.valid_to),
        ]
    });
    Table::new(
        "Prices",
        &["Product", "Tier", "#Price", "From", "Until"],
        ("No price", "No file gives a price of this contract.", "Prices come with the terms."),
    )
    .rows(rows)
}

fn facilities(f: &Found) -> Table {
    let rows = f.facilities.iter().map(|x| {
        let holds = x.valid_from <= f.today && x.valid_to.is_none_or(|t| t > f.today);
        let chip = if holds { Cell::chip("Eligible", Tone::Good) } else { Cell::chip("Not at present", Tone::Plain) };
        vec![
            Cell::link(&x.account, format!("/accounts/{}", x.account_id)),
            chip,
            Cell::text(&x.tier),
            Cell::day(Some(x.valid_from)),
            Cell::day(x.valid_to),
        ]
    });
    let empty = ("No facility within your reach", "Nobody here may buy at these prices.", "Facilities come with their file.");
    Table::new("Facilities", &["Account", "State", "Tier", "From", "Until"], empty).rows(rows)
}

fn versions(f: &Found) -> Table {
    let rows = f.versions.iter().map(|v| {
        let body: serde_json::Value = serde_json::from_str(&v.body).unwrap_or_default();
        let day = |name: &str| Cell::day(body[name].as_i64()).text;
        let words = [body["state"].as_str(), body["position"].as_str(), body["holder"].as_str()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ");
        vec![
            Cell::number(v.version.to_string()),
            Cell::text(words).with(format!("{} to {}", day("starts_on"), day("ends_on"))),
            Cell::text(Time(v.at).in_zone(&f.zone)),
            Cell::text(&v.actor).with(v.source.clone()),
        ]
    });
    Table::new("Versions", &["#Version", "Said", "Since", "By"], ("", "", "")).rows(rows)
}

fn view(shell: Shell, f: &Found) -> Sheet {
    let c = &f.contract;
    let stands = state(c, f.today);
    let facts = vec![
        Fact::new("Kind", label(KINDS, &c.kind)),
        match (c.system_id, c.buying_group_id) {
            (Some(id), _) => Fact::new("Holder", c.holder.clone()).link(format!("/systems/{id}")),
            (None, Some(id)) => Fact::new("Holder", c.holder.clone()).link(format!("/groups/{id}")),
            (None, None) => Fact::new("Holder", if c.holder.is_empty() { "unknown".into() } else { c.holder.clone() }),
        },
        Fact::new("Position", label(POSITIONS, &c.position)),
        Fact::new("Currency", c.currency.clone()),
        Fact::new("Signed", c.signed_on.map_or("unknown".into(), |d| Cell::day(Some(d)).text)),
        Fact::new("From", Cell::day(Some(c.starts_on)).text),
        Fact::new("Until", ends(c, f.today).text),
        Fact::new("Source", c.source.clone()),
    ];
    let mut notices = Vec::new();
    if matches!(c.kind.as_str(), "gpo" | "idn") {
        let text =
            "Only the facilities listed here buy at these prices. Being a member of the GPO or part of the system gives none.".into();
        notices.push(NoticeLine { kind: "info", title: "Membership is not price eligibility".into(), text });
    }
    if f.elsewhere > 0 {
        notices.push(NoticeLine {
            kind: "partial",
            title: format!("{} more facilities", f.elsewhere),
            text: "They are outside what you may see.".into(),
        });
    }
    let steps = f
        .terms
        .iter()
        .filter(|t| t.kind == "step")
        .map(|t| vec![Cell::day(Some(t.valid_from)), Cell::text(&t.note), Cell::text(&t.family)]);
    let steps = Table::new(
        "Steps",
        &["Day", "Step", "Family"],
        ("No step recorded", "Negotiation and implementation leave none yet.", "Steps come with the terms."),
    )
    .rows(steps);
    let sections = vec![
        Section::table("Facilities", "who may buy, from when", facilities(f)),
        Section::table(
            "Commitments",
            "",
            promises(f, "commitment", "Commitments", ("Nothing was promised", "The contract asks for no volume and no share.", "")),
        ),
        Section::table("Tiers", "", promises(f, "tier", "Tiers", ("No tiers", "One price for all.", ""))),
        Section::table("Prices", "", prices(f)),
        Section::table("Steps", "negotiation, implementation, loss", steps),
        Section::table("Versions", "what the contract's head said", versions(f)),
    ];
    Sheet {
        shell,
        head: Some(RecordHead {
            kind: "Contract".into(),
            name: c.name.clone(),
            identifiers: vec![("Number".into(), c.number.clone()), ("Version".into(), c.version.to_string())],
            chips: vec![Chip::new(stands.text, stands.chip.unwrap_or_default())],
        }),
        notices,
        sections,
        beside: vec![Section { title: "Facts".into(), sub: String::new(), part: Part::Facts(facts) }],
        ..Sheet::default()
    }
}

pub(in crate::contracts) async fn show(app: App, visitor: Visitor, id: i64, panels: Panels) -> WebResult {
    let (db, actor) = (app.db(), &visitor.actor);
    let contract = queries::get(db, actor, id).await?.ok_or_else(|| Error::not_found("contract"))?;
    let facilities = queries::facilities(db, actor, id).await?;
    let mut seen: Vec<i64> = facilities.iter().map(|f| f.account_id).collect();
    seen.sort_unstable();
    seen.dedup();
    let elsewhere = queries::facility_count(db, id).await? - seen.len() as i64;
    let found = Found {
        facilities,
        elsewhere,
        terms: queries::terms(db, id).await?,
        versions: queries::versions(db, id).await?,
        today: i64::from(visitor.now.day().0),
        zone: actor.zone.clone(),
        contract,
    };
    let others = drawn(&panels, &app, &visitor, Subject::Contract(id), AsOf::TODAY).await?;
    view(visitor.shell(&app, &found.contract.name), &found).with_panels(others).respond()
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let term = |kind: &str, basis: &str, value| Term {
        kind: kind.into(),
        family: "Vascular <closure>".into(),
        basis: basis.into(),
        value,
        currency: "USD".into(),
        unit: "EA".into(),
        tier: "B".into(),
        valid_from: 20_100,
        note: "Kick-off".into(),
        ..Term::default()
    };
    let full = Found {
        contract: sample(),
        facilities: vec![Facility {
            contract_id: 9,
            account_id: 7,
            account: "St. Brigid".into(),
            tier: "B".into(),
            valid_from: 20_100,
            valid_to: None,
        }],
        elsewhere: 3,
        terms: vec![
            term("commitment", "share", 8_000),
            term("tier", "amount", 5_000_000),
            term("price", "", 12_345),
            term("step", "", 0),
            term("commitment", "units", 1_500),
        ],
        versions: vec![Version {
            version: 2,
            body: "{\"state\":\"active\",\"starts_on\":20100}".into(),
            at: 1_795_443_600_000_000,
            actor: "Olga".into(),
            source: "a.csv".into(),
        }],
        today: 20_780,
        zone: "UTC".into(),
    };
    let bare = Found {
        contract: Contract { kind: "local".into(), ..sample() },
        facilities: vec![],
        elsewhere: 0,
        terms: vec![],
        versions: vec![],
        today: 20_780,
        zone: "UTC".into(),
    };
    vec![("contract", view(Shell::sample("Contract"), &full).draw()), ("contract, bare", view(Shell::sample("Contract"), &bare).draw())]
}
