//! All devices, the ones due first.

use super::{SOON, age, due, sample};
use crate::installed_base::model::Device;
use crate::installed_base::queries::{Counts, counts};
use crate::installed_base::store::{DUE, FROM, columns};
use crate::lists::{self, Keyset, Place, Slice, SortBy};
use crate::sheets::{self, Cell, Section, Sheet, Table};
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::Actor;
use rounds_platform::scope;
use rounds_platform::views;
use rounds_store::contains;
use rounds_web::components::{Filter, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult};
use serde::Deserialize;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::installed_base) struct Ask {
    name: String,
    show: String,
    account: String,
    sort: String,
    after: String,
    before: String,
}

/// Ways to sort it; the ones due first if none is asked for.
const SORTS: &[SortBy] = &[
    SortBy::text("device", "Device", "COALESCE(product.name, device.product_text)"),
    SortBy::text("account", "Account", "account.name"),
    SortBy::number("installed", "Installed", "COALESCE(device.installed_on, 0)"),
];

impl Ask {
    fn parameters(&self) -> [(&str, &str); 4] {
        [("name", &self.name), ("show", &self.show), ("account", &self.account), ("sort", &self.sort)]
    }

    fn list(&self, actor: &Actor, today: i64) -> Keyset {
        let mut list = Keyset {
            columns: columns(),
            from: FROM.into(),
            conditions: vec![scope::accounts(actor, "device.account_id")],
            args: Vec::new(),
            key: format!("COALESCE({DUE}, 9999999)"),
            numeric: true,
            descending: false,
            id: "device.id".into(),
        };
        if !self.name.trim().is_empty() {
            list.filter(
                "LOWER(device.serial || ' ' || COALESCE(product.name, device.product_text) || ' ' || account.name) LIKE LOWER({}) ESCAPE '!'",
                contains(&self.name),
            );
        }
        if let Ok(account) = self.account.parse::<i64>() {
            list.filter("device.account_id = {}", account);
        }
        match self.show.as_str() {
            "all" => {}
            "due" => list.filter(&format!("device.removed_on IS NULL AND {DUE} <= {{}}"), today + SOON),
            "unknown" => list.conditions.push(format!("device.removed_on IS NULL AND {DUE} IS NULL")),
            _ => list.conditions.push("device.removed_on IS NULL".into()),
        }
        list.sort(SORTS, &self.sort);
        list
    }
}

fn view(shell: Shell, ask: &Ask, slice: &Slice<Device>, total: &str, c: &Counts, today: i64) -> Sheet {
    let parameters = ask.parameters();
    let row = |d: &Device| {
        vec![
            Cell::link(d.name(), format!("/devices/{}", d.id)).with(format!("serial {}", d.serial)),
            Cell::link(&d.account, format!("/accounts/{}", d.account_id)).with(d.department.clone()),
            Cell::day(d.installed_on),
            age(d, today),
            due(d, today),
        ]
    };
    let none = ("No device here", "No equipment at an account within your reach fits.", "Devices come with the installed base.");
    let table = Table::new("Installed base", &["Device", "Account", "Installed", "#Age", "Due for replacement"], none)
        .choosable("/installed-base.csv", slice.rows.iter().map(|d| d.id))
        .sortable(SORTS, &ask.sort, "/installed-base", &parameters);
    Sheet {
        shell,
        title: "Installed base".into(),
        sub: "Equipment at accounts; the ones due for replacement first".into(),
        links: vec![("Export CSV".into(), lists::href("/installed-base.csv", &parameters))],
        stats: vec![
            Stat::new("In use", c.all_devices.to_string(), "/installed-base"),
            Stat::new("Due within a year", c.due.to_string(), "/installed-base?show=due")
                .note("or overdue", if c.due > 0 { Tone::Warn } else { Tone::Good }),
            Stat::new("Not known when due", c.unknown.to_string(), "/installed-base?show=unknown")
                .note("no lifetime in the catalogue", Tone::Plain),
        ],
        path: "/installed-base".into(),
        kept: lists::kept(&parameters, &["sort", "account"]),
        filters: vec![
            Filter {
                value: ask.name.clone(),
                placeholder: "article, serial or account".into(),
                ..Filter::select("name", "Device", &[], "")
            },
            Filter::select(
                "show",
                "Show",
                &[("", "In use"), ("due", "Due within a year"), ("unknown", "Not known when due"), ("all", "All, removed ones too")],
                &ask.show,
            ),
        ],
        pager: Some(lists::pager(slice, total, "devices", "/installed-base", &parameters)),
        sections: vec![Section::table("", "", table.rows(slice.rows.iter().map(row)))],
        ..Sheet::default()
    }
}

pub(in crate::installed_base) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (db, actor, today) = (app.db(), &visitor.actor, i64::from(visitor.now.day().0));
    let list = ask.list(actor, today);
    let slice = lists::fetch_sorted(db, &list, &Place::read(&ask.after, &ask.before)).await?;
    let total = lists::count(db, &list).await?;
    let counts = counts(db, actor, today + SOON).await?;
    let views = views::of(db, &visitor, "/installed-base", query.as_deref()).await?;
    Sheet { views, ..view(visitor.shell(&app, "Installed base"), &ask, &slice, &total, &counts, today) }.respond()
}

pub(in crate::installed_base) async fn csv(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let chosen = lists::chosen(query.as_deref());
    // Who chose rows by hand means those, whatever the list shows by itself.
    let ask = if chosen.is_empty() { ask } else { Ask { show: "all".into(), ..Ask::default() } };
    let mut list = ask.list(&visitor.actor, i64::from(visitor.now.day().0));
    list.only(&chosen);
    let rows: Vec<Device> = lists::all(app.db(), &list).await?;
    let day = |d: Option<i64>| Cell::day(d).text;
    let cells = rows.into_iter().map(|d| {
        let (installed, removed, due) = (day(d.installed_on), day(d.removed_on), day(d.due_on));
        vec![
            d.serial,
            d.product_text,
            d.product.unwrap_or_default(),
            d.account_id.to_string(),
            d.account,
            d.department,
            d.software,
            installed,
            removed,
            due,
        ]
    });
    let head = [
        "Serial Number",
        "Product Code",
        "Product",
        "Account Id",
        "Account",
        "Department",
        "Software",
        "Installed On",
        "Removed On",
        "Due On",
    ];
    sheets::csv("installed-base.csv", &head, cells)
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let slice = |rows| Slice { rows, previous: None, next: None };
    let gone = Device { removed_on: Some(20_000), ..sample() };
    let unknown = Device { due_on: None, installed_on: None, product: None, ..sample() };
    let counts = Counts { all_devices: 3, due: 1, unknown: 1 };
    let draw = |rows, c: &Counts| view(Shell::sample("Installed base"), &Ask::default(), &slice(rows), "3", c, 20_780).draw();
    vec![("installed base", draw(vec![sample(), gone, unknown], &counts)), ("installed base, none", draw(Vec::new(), &Counts::default()))]
}
