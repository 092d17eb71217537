//! Pages of accounts: the list and its CSV.

use crate::accounts::model::Account;
use crate::accounts::queries::{AccountsAsk, states, systems_of};
use crate::as_of::{AsOf, AsOfBar};
use crate::identifiers::EntityKind;
use crate::lists::{self, Place, Slice, pager, sort_link};
use crate::names;
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::{CareSetting, Permission};
use rounds_platform::imports::export;
use rounds_platform::views::{self, Views};
use rounds_web::components::{Choice, Column, Filter, Pager};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use std::collections::HashMap;

/// The list.
#[derive(Debug, askama::Template)]
#[template(path = "accounts/templates/list.html")]
struct AccountsPage {
    shell: Shell,
    filters: Vec<Filter>,
    columns: Vec<Column>,
    rows: Vec<Line>,
    pager: Pager,
    filtered: bool,
    export: String,
    views: Views,
    /// Whether the reader may enter records here.
    add: bool,
    as_of: AsOfBar,
    kept: Vec<(String, String)>,
}

#[derive(Debug)]
struct Line {
    id: i64,
    name: String,
    setting: String,
    place: String,
    system: Option<(i64, String)>,
    region: String,
    beds: String,
    rating: String,
}

fn number(value: Option<i64>) -> String {
    value.map_or_else(|| "unknown".into(), |n| n.to_string())
}

fn lines(rows: Vec<Account>, systems: &HashMap<i64, (i64, String)>) -> Vec<Line> {
    let line = |a: Account| Line {
        id: a.id,
        setting: a.setting_label().to_owned(),
        place: a.place(),
        system: systems.get(&a.id).cloned(),
        region: a.hrr_name.clone().unwrap_or_else(|| "unknown".into()),
        beds: number(a.beds),
        rating: number(a.rating),
        name: a.name,
    };
    rows.into_iter().map(line).collect()
}

fn filters(ask: &AccountsAsk, states: &[String]) -> Vec<Filter> {
    let mut state = vec![Choice { selected: ask.state.is_empty(), ..Choice::new("", "All") }];
    state.extend(states.iter().map(|s| Choice { selected: *s == ask.state.to_uppercase(), ..Choice::new(s.clone(), s.clone()) }));
    let mut settings = vec![("", "All")];
    settings.extend(CareSetting::ALL.iter().map(|s| (s.code(), s.label())));
    let mut all = vec![
        Filter {
            name: "name".into(),
            label: "Name".into(),
            value: ask.name.clone(),
            placeholder: "part of the name".into(),
            options: Vec::new(),
        },
        Filter { name: "state".into(), label: "State".into(), value: ask.state.clone(), placeholder: String::new(), options: state },
        Filter::select("setting", "Setting", &settings, &ask.setting),
    ];
    let one = ask.system.parse::<i64>().is_ok();
    let mut systems = vec![("", "All"), ("none", "Independent")];
    if one {
        systems.push((&ask.system, "The system chosen"));
    }
    all.push(Filter::select("system", "System", &systems, &ask.system));
    if ask.hrr.parse::<i64>().is_ok() {
        all.push(Filter::select("hrr", "Region", &[("", "All"), (&ask.hrr, "The region chosen")], &ask.hrr));
    }
    all
}

fn view(
    shell: Shell,
    ask: &AccountsAsk,
    slice: Slice<Account>,
    total: &str,
    systems: &HashMap<i64, (i64, String)>,
    states: &[String],
) -> AccountsPage {
    let (parameters, day) = (ask.parameters(), AsOf::read(&ask.as_of));
    let chosen = if ask.sort.is_empty() { "name" } else { ask.sort.as_str() };
    let sortable = |column: Column, name: &str| {
        let (href, sort) = sort_link(name, chosen, "/accounts", &parameters);
        column.sortable(&href, sort)
    };
    AccountsPage {
        filters: filters(ask, states),
        columns: vec![
            sortable(Column::text("Account"), "name"),
            Column::text("Setting"),
            sortable(Column::text("Town"), "state"),
            Column::text("System"),
            Column::text("Referral region"),
            sortable(Column::number("Beds"), "beds"),
            sortable(Column::number("CMS rating, 1–5"), "rating"),
        ],
        pager: pager(&slice, total, "accounts", "/accounts", &parameters),
        export: lists::href("/accounts.csv", &parameters),
        filtered: parameters.iter().any(|(name, value)| !matches!(*name, "sort" | "as_of") && !value.is_empty()),
        rows: lines(slice.rows, systems),
        views: Views::default(),
        add: false,
        as_of: day.bar("/accounts", &parameters[..parameters.len() - 1]),
        kept: lists::kept(&parameters, &["sort", "as_of"]),
        shell,
    }
}

pub(in crate::accounts) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<AccountsAsk>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let day = AsOf::parse(&ask.as_of)?;
    let keyset = ask.list(&visitor.actor);
    let mut slice = lists::fetch(app.db(), &keyset, &Place::read(&ask.after, &ask.before), |a: &Account| ask.cursor(a)).await?;
    let total = lists::count(app.db(), &keyset).await?;
    let shown: Vec<i64> = slice.rows.iter().map(|a| a.id).collect();
    let systems = systems_of(app.db(), &shown, day).await?;
    let then = names::on(app.db(), EntityKind::Account, &shown, day).await?;
    slice.rows.iter_mut().for_each(|a| then.get(&a.id).into_iter().for_each(|name| a.name.clone_from(name)));
    let states = states(app.db(), &visitor.actor).await?;
    let views = views::of(app.db(), &visitor, "/accounts", query.as_deref()).await?;
    page(&AccountsPage {
        views,
        add: visitor.actor.may(Permission::WriteRecord),
        ..view(visitor.shell(&app, "Accounts"), &ask, slice, &total, &systems, &states)
    })
}

pub(in crate::accounts) async fn csv(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<AccountsAsk>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let day = AsOf::parse(&ask.as_of)?;
    let mut list = ask.list(&visitor.actor);
    list.only(&lists::chosen(query.as_deref()));
    let rows: Vec<Account> = lists::all(app.db(), &list).await?;
    let mut systems = HashMap::new();
    for chunk in rows.chunks(1_000) {
        systems.extend(systems_of(app.db(), &chunk.iter().map(|a| a.id).collect::<Vec<_>>(), day).await?);
    }
    let header = [
        "key",
        "name",
        "setting",
        "street",
        "city",
        "state",
        "zip",
        "country",
        "system",
        "hrr",
        "referral_region",
        "beds",
        "cms_rating",
        "ownership",
        "phone",
        "source",
    ];
    let some = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
    let text = export::csv(
        &header,
        rows.into_iter().map(|a| {
            let system = systems.get(&a.id).map_or(String::new(), |s| s.1.clone());
            vec![
                a.source_key,
                a.name,
                a.setting,
                a.street,
                a.city,
                a.state,
                a.zip,
                a.country,
                system,
                some(a.hrr),
                a.hrr_name.unwrap_or_default(),
                some(a.beds),
                some(a.rating),
                a.ownership.unwrap_or_default(),
                a.phone.unwrap_or_default(),
                a.source,
            ]
        }),
    );
    Ok(rounds_web::download("accounts.csv", text))
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let account = |id, name: &str| Account {
        id,
        name: name.into(),
        setting: "hospital".into(),
        city: "Duluth".into(),
        state: "MN".into(),
        hrr: Some(250),
        hrr_name: Some("Duluth, MN".into()),
        beds: Some(312),
        rating: (id == 7).then_some(4),
        ..Account::default()
    };
    let rows = vec![account(7, "St. Brigid Medical Center"), account(8, "Hospital <b>of</b> the Plains & Lakes")];
    let slice = Slice { next: Some(rounds_kernel::Cursor { key: "x".into(), id: 8 }), previous: None, rows };
    let empty = Slice { rows: Vec::new(), previous: None, next: None };
    let systems = HashMap::from([(7, (3, "Northlake Health".to_owned()))]);
    let states = vec!["MN".to_owned(), "WI".to_owned()];
    let ask = AccountsAsk { state: "MN".into(), sort: "-rating".into(), ..AccountsAsk::default() };
    let draw = |p: AccountsPage| askama::Template::render(&p).unwrap_or_default();
    vec![
        ("accounts", draw(view(Shell::sample("Accounts"), &ask, slice, "6,742", &systems, &states))),
        ("accounts, none", draw(view(Shell::sample("Accounts"), &AccountsAsk::default(), empty.clone(), "0", &systems, &[]))),
        ("accounts, none found", draw(view(Shell::sample("Accounts"), &ask, empty, "0", &systems, &states))),
    ]
}
