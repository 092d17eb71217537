//! The catalogue.

use crate::lists::{self, Place, Slice};
use crate::products::queries::{Article, Ask, SORTS, families};
use crate::reading::{exact, money};
use crate::sheets::{self, Cell, Section, Sheet, Table};
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::ProductStage;
use rounds_platform::views;
use rounds_web::components::{Filter, Tone};
use rounds_web::{App, Shell, Visitor, WebResult};

pub(super) fn stage(code: &str) -> String {
    ProductStage::parse(code).map_or_else(|| code.to_owned(), |s| s.label().to_owned())
}

/// What the record does not know has no price.
pub(super) fn price(a: &Article) -> Cell {
    if a.list_price_cents > 0 {
        Cell::number(money(a.list_price_cents, &a.currency)).with(format!("a {}", a.unit))
    } else {
        Cell::unknown("")
    }
}

fn row(a: &Article) -> Vec<Cell> {
    let state = match a.discontinued_on {
        Some(_) => Cell::chip("Discontinued", Tone::Warn),
        None => Cell::text(stage(&a.stage)),
    };
    vec![
        Cell::link(&a.name, format!("/products/{}", a.id)).with(a.code.clone()),
        Cell::text(&a.family).with(a.line.clone()),
        Cell::text(&a.business_unit),
        state,
        a.udi_di.as_ref().map_or_else(|| Cell::unknown(""), |u| Cell::text(u).with(a.agency.clone().unwrap_or_default())),
        price(a),
    ]
}

fn view(shell: Shell, ask: &Ask, families: &[String], slice: &Slice<Article>, total: &str) -> Sheet {
    let narrowed = !ask.name.is_empty() || !ask.family.is_empty();
    let empty = if narrowed {
        ("No such product", "Nothing in the catalogue fits these filters.", "Loosen a filter.")
    } else {
        ("No product yet", "The catalogue was not imported.", "Operations imports it: Admin › Imports.")
    };
    let parameters = ask.parameters();
    let options: Vec<(&str, &str)> =
        std::iter::once(("", "All families")).chain(families.iter().map(|f| (f.as_str(), f.as_str()))).collect();
    let table = Table::new("Products", &["Product", "Family", "Business unit", "Stage", "Device identifier", "#List price"], empty)
        .choosable("/products.csv", slice.rows.iter().map(|a| a.id))
        .sortable(SORTS, if ask.sort.is_empty() { "name" } else { &ask.sort }, "/products", &parameters);
    Sheet {
        shell,
        title: "Products".into(),
        sub: "The catalogue: business unit, family, line, article".into(),
        links: vec![("Export CSV".into(), lists::href("/products.csv", &parameters))],
        path: "/products".into(),
        kept: lists::kept(&parameters, &["sort"]),
        filters: vec![
            Filter { value: ask.name.clone(), placeholder: "name, code or GTIN".into(), ..Filter::select("name", "Product", &[], "") },
            Filter::select("family", "Family", &options, &ask.family),
        ],
        pager: Some(lists::pager(slice, total, "products", "/products", &parameters)),
        sections: vec![Section::table("", "", table.rows(slice.rows.iter().map(row)))],
        ..Sheet::default()
    }
}

pub(in crate::products) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (db, list) = (app.db(), ask.list());
    let slice = lists::fetch_sorted(db, &list, &Place::read(&ask.after, &ask.before)).await?;
    let total = lists::count(db, &list).await?;
    let views = views::of(db, &visitor, "/products", query.as_deref()).await?;
    Sheet { views, ..view(visitor.shell(&app, "Products"), &ask, &families(db).await?, &slice, &total) }.respond()
}

pub(in crate::products) async fn csv(
    State(app): State<App>,
    _visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let head = [
        "Product Code",
        "Product Name",
        "Family",
        "Product Line",
        "Business Unit",
        "Stage",
        "Kind",
        "UDI-DI",
        "Issuing Agency",
        "FDA Product Code",
        "List Price",
        "Currency",
    ];
    let mut list = ask.list();
    list.only(&lists::chosen(query.as_deref()));
    let rows: Vec<Article> = lists::all(app.db(), &list).await?;
    let cells = rows.into_iter().map(|a| {
        let price = exact(a.list_price_cents, &a.currency);
        let text = |t: Option<String>| t.unwrap_or_default();
        vec![
            a.code,
            a.name,
            a.family,
            a.line,
            a.business_unit,
            a.stage,
            a.kind,
            text(a.udi_di),
            text(a.agency),
            text(a.fda_code),
            price,
            a.currency,
        ]
    });
    sheets::csv("products.csv", &head, cells)
}

pub(super) fn sample() -> Article {
    Article {
        id: 1,
        code: "CL-06".into(),
        name: "Closure device <6F>".into(),
        family: "Closure".into(),
        line: "Sealis".into(),
        business_unit: "Vascular".into(),
        stage: "launch".into(),
        kind: "consumable".into(),
        list_price_cents: 123_400,
        currency: "EUR".into(),
        unit: "EA".into(),
        udi_di: Some("00614141999996".into()),
        agency: Some("GS1".into()),
        fda_code: Some("MGB".into()),
        ..Article::default()
    }
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let slice = |rows| Slice { rows, previous: None, next: None };
    let old = Article { id: 2, discontinued_on: Some(20_000), list_price_cents: 0, udi_di: None, ..sample() };
    let draw = |rows, ask: &Ask| view(Shell::sample("Products"), ask, &["Closure".into()], &slice(rows), "2").draw();
    let none = Ask { name: "x".into(), ..Ask::default() };
    vec![
        ("products", draw(vec![sample(), old], &Ask::default())),
        ("products, none", draw(Vec::new(), &Ask::default())),
        ("products, none found", draw(Vec::new(), &none)),
    ]
}
