//! The page of one article: what it is, in which units and at which price it is sold, who changed what, and where it is used.

use super::list::{price, sample, stage};
use crate::as_of::AsOf;
use crate::panels::{Panels, Subject, drawn};
use crate::products::model::{KINDS, UNITS};
use crate::products::queries::{self, Article, Change, Classification, Other, Price, UnitRow};
use crate::reading::{label, money};
use crate::sheets::{Cell, Part, Section, Sheet, Table};
use rounds_kernel::{Error, ProductId, Time};
use rounds_web::components::{Chip, Fact, RecordHead, Tone};
use rounds_web::{App, Shell, Visitor, WebResult};

struct Found {
    article: Article,
    units: Vec<UnitRow>,
    prices: Vec<Price>,
    changes: Vec<Change>,
    class: Option<Classification>,
    used_with: Vec<Other>,
}

/// A stored field in the catalogue's words.
fn field_label(field: &str) -> String {
    let words = match field {
        "udi_di" => "Device identifier",
        "fda_code" => "FDA product code",
        "agency" => "Issuing agency",
        "name" => "Name",
        _ => return rounds_web::plain::name(field),
    };
    words.into()
}

fn facts(f: &Found) -> Vec<Fact> {
    let a = &f.article;
    let said = |t: &Option<String>| t.clone().unwrap_or_else(|| "unknown".into());
    let text = |t: &str| if t.is_empty() { "unknown".to_owned() } else { t.to_owned() };
    let mut out = vec![
        Fact::new("Business unit", text(&a.business_unit)),
        Fact::new("Family", text(&a.family)).link(crate::lists::href("/products", &[("family", &a.family)])),
        Fact::new("Line", text(&a.line)),
        Fact::new("Kind", label(KINDS, &a.kind)),
        Fact::new("Base unit", label(UNITS, &a.unit)),
        Fact::new("List price", price(a).text),
        Fact::new("FDA product code", said(&a.fda_code)),
        Fact::new("Predecessor", a.predecessor.clone().unwrap_or_else(|| "none".into())),
        Fact::new("Successor", a.successor.clone().unwrap_or_else(|| "none".into())),
    ];
    if let Some(class) = &f.class {
        out.push(Fact::new("FDA class", class.class.clone()).note(format!("{}, 21 CFR {}", class.name, class.regulation)));
        out.extend(Some(&class.definition).filter(|d| !d.is_empty()).map(|d| Fact::new("FDA definition", d.clone())));
    }
    out.extend(a.device_class.iter().map(|c| Fact::new("Device class", c.clone()).note("as the catalogue says")));
    out.extend(a.lifetime_years.map(|y| Fact::new("Replaced after", format!("{y} years"))));
    out.extend(f.used_with.iter().map(|o| Fact::new("Used with", format!("{} ({})", o.name, o.code)).link(format!("/products/{}", o.id))));
    out
}

fn view(shell: Shell, f: &Found, zone: &str) -> Sheet {
    let a = &f.article;
    let mut identifiers = vec![("Code".to_owned(), a.code.clone())];
    identifiers.extend(a.udi_di.clone().map(|u| (a.agency.clone().unwrap_or_else(|| "UDI-DI".into()), u)));
    let mut chips = vec![Chip::new(stage(&a.stage), Tone::Plain)];
    chips.extend(a.discontinued_on.map(|d| Chip::new(format!("Discontinued {}", Cell::day(Some(d)).text), Tone::Warn)));
    let unit = |u: &UnitRow| {
        vec![
            Cell::text(label(UNITS, &u.unit)),
            Cell::number(format!("{} {}", u.holds, a.unit)),
            Cell::text(u.gtin.clone().unwrap_or_default()),
        ]
    };
    let price = |p: &Price| {
        vec![
            Cell::number(money(p.minor, &p.currency)),
            Cell::text(label(UNITS, &p.unit)),
            Cell::day(Some(p.valid_from)),
            Cell::day(p.valid_to),
        ]
    };
    let change = |c: &Change| {
        let or_nothing = |t: &str| if t.is_empty() { "nothing".to_owned() } else { t.to_owned() };
        vec![
            Cell::text(Time(c.at).in_zone(zone)),
            Cell::text(&c.actor).with(c.source.clone()),
            Cell::text(field_label(&c.field)),
            Cell::text(or_nothing(&c.was)),
            Cell::text(or_nothing(&c.becomes)),
        ]
    };
    let units = Table::new(
        "Units",
        &["Unit", "#Holds", "GTIN"],
        ("Sold by the base unit", "No pack is in the catalogue.", "Packs come with the catalogue."),
    );
    let prices = Table::new(
        "List prices",
        &["#Price", "Unit", "From", "Until"],
        ("No list price", "No file gives one.", "Prices come with the catalogue."),
    );
    let changes = Table::new(
        "Changes",
        &["When", "Who", "Field", "Was", "Became"],
        ("Never changed", "Every field is as it first came.", "Changes appear here with who made them."),
    );
    Sheet {
        shell,
        head: Some(RecordHead { kind: "Product".into(), name: a.name.clone(), identifiers, chips }),
        sections: vec![
            Section::table("Units of measure", "", units.rows(f.units.iter().map(unit))),
            Section::table("List prices", "in their own currency", prices.rows(f.prices.iter().map(price))),
            Section::table("Changes", "who changed what", changes.rows(f.changes.iter().map(change))),
        ],
        beside: vec![Section { title: "Facts".into(), sub: String::new(), part: Part::Facts(facts(f)) }],
        ..Sheet::default()
    }
}

pub(in crate::products) async fn one(app: App, visitor: Visitor, id: i64, panels: Panels) -> WebResult {
    let db = app.db();
    let article = queries::article(db, id).await?.ok_or_else(|| Error::not_found("product"))?;
    let class = match &article.fda_code {
        Some(code) => queries::classification(db, code).await?,
        None => None,
    };
    let found = Found {
        units: queries::units(db, id).await?,
        prices: queries::prices(db, id).await?,
        changes: queries::changes(db, id).await?,
        used_with: queries::used_with(db, id).await?,
        class,
        article,
    };
    let others = drawn(&panels, &app, &visitor, Subject::Product(ProductId(id)), AsOf::TODAY).await?;
    view(visitor.shell(&app, &found.article.name), &found, &visitor.actor.zone).with_panels(others).respond()
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let change = Change {
        at: 1_795_443_600_000_000,
        actor: "Olga <Ops>".into(),
        field: "list_price_cents".into(),
        was: "100".into(),
        becomes: "120".into(),
        source: "catalogue.csv".into(),
    };
    let full = Found {
        article: Article { lifetime_years: Some(8), discontinued_on: Some(20_700), ..sample() },
        units: vec![UnitRow { unit: "BX".into(), holds: 10, gtin: Some("10614141000415".into()) }],
        prices: vec![Price { currency: "EUR".into(), unit: "EA".into(), minor: 123_400, valid_from: 20_600, valid_to: None }],
        changes: vec![change],
        class: Some(Classification {
            name: "Device, Hemostasis, Vascular".into(),
            class: "3".into(),
            regulation: "870.0000".into(),
            definition: String::new(),
        }),
        used_with: vec![Other { id: 2, code: "C".into(), name: "Console".into() }],
    };
    let bare = Found { article: sample(), units: vec![], prices: vec![], changes: vec![], class: None, used_with: vec![] };
    vec![
        ("product", view(Shell::sample("Product"), &full, "UTC").draw()),
        ("product, bare", view(Shell::sample("Product"), &bare, "UTC").draw()),
    ]
}
