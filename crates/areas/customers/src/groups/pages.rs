//! Pages of buying groups.

use super::model::{Group, GroupKind};
use super::store;
use crate::as_of::{AsOf, AsOfBar};
use crate::contracts::{self, Contract};
use crate::lists::{self, SortBy};
use crate::scope;
use axum::extract::{Path, Query as Asked, RawQuery, State};
use rounds_kernel::{Actor, Day, Error, Permission, Result};
use rounds_platform::imports::export;
use rounds_platform::views::{self, Views};
use rounds_store::{FromQueryResult, Query, Value, args, contains};
use rounds_web::components::{Column, Filter, RecordHead, Stat};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

/// Members shown of each kind.
const SHOWN: usize = 200;

#[derive(Debug, askama::Template)]
#[template(path = "groups/templates/list.html")]
struct GroupsPage {
    shell: Shell,
    as_of: AsOfBar,
    filters: Vec<Filter>,
    kept: Vec<(String, String)>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    export: String,
    views: Views,
}

/// A group with how many systems and accounts within the visitor's scope buy through it.
type Row = (Group, i64, i64);

/// Ways to sort the list; it is short, and is put in order once it is read.
const SORTS: &[SortBy] = &[
    SortBy::text("name", "Group", ""),
    SortBy::text("kind", "Kind", ""),
    SortBy::text("office", "Head office", ""),
    SortBy::number("systems", "Systems", ""),
    SortBy::number("accounts", "Accounts", ""),
];

#[derive(Debug, askama::Template)]
#[template(path = "groups/templates/detail.html")]
struct GroupPage {
    shell: Shell,
    as_of: AsOfBar,
    head: RecordHead,
    stats: Vec<Stat>,
    columns: Vec<Column>,
    systems: Vec<Line>,
    accounts: Vec<Line>,
    more: bool,
    contract_columns: Vec<Column>,
    /// `None` for roles that may not read contracts.
    contracts: Option<Vec<Held>>,
}

/// A contract of the group.
#[derive(Debug)]
struct Held {
    id: i64,
    name: String,
    number: String,
    state: String,
    from: String,
    until: String,
}

#[derive(Debug)]
struct Line {
    href: String,
    name: String,
    place: String,
    tier: &'static str,
    from: String,
    until: String,
    source: String,
}

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct GroupsAsk {
    kind: String,
    name: String,
    sort: String,
}

impl GroupsAsk {
    /// The address's parameters but the day.
    fn parameters(&self) -> [(&str, &str); 3] {
        [("kind", &self.kind), ("name", &self.name), ("sort", &self.sort)]
    }
}

#[derive(FromQueryResult)]
struct Count {
    group_id: i64,
    systems: i64,
    accounts: i64,
}

/// The groups asked for, in the order asked for.
async fn found(db: &impl Query, actor: &Actor, as_of: AsOf, ask: &GroupsAsk) -> Result<Vec<Row>> {
    let sql = format!(
        "SELECT {} FROM buying_group WHERE (kind = $1 OR $1 = '') AND LOWER(name) LIKE LOWER($2) ESCAPE '!' ORDER BY name, id LIMIT 500",
        store::COLUMNS
    );
    let groups: Vec<Group> = db.all(&sql, args![ask.kind.clone(), contains(&ask.name)]).await?;
    let counted = format!(
        "SELECT f.parent_id AS group_id, COUNT(health_system.id) AS systems, COUNT(account.id) AS accounts FROM affiliation f \
         LEFT JOIN health_system ON f.child_kind = 'system' AND health_system.id = f.child_id AND {} \
         LEFT JOIN account ON f.child_kind = 'account' AND account.id = f.child_id AND {} \
         WHERE f.parent_kind = 'group' AND {} GROUP BY f.parent_id",
        scope::systems(actor),
        scope::accounts(actor),
        as_of.holds("f")
    );
    let counts: Vec<Count> = db.all(&counted, vec![]).await?;
    Ok(sorted(lines(groups, &counts), &ask.sort))
}

/// Groups by the column asked for, by name where that is the same.
fn sorted(mut rows: Vec<Row>, asked: &str) -> Vec<Row> {
    let word = |r: &Row| match asked.trim_start_matches('-') {
        "kind" => r.0.kind_label().to_lowercase(),
        "office" => format!("{} {}", r.0.country, r.0.city).to_lowercase(),
        _ => r.0.name.to_lowercase(),
    };
    let number = |r: &Row| match asked.trim_start_matches('-') {
        "systems" => r.1,
        "accounts" => r.2,
        _ => 0,
    };
    rows.sort_by_cached_key(|r| (number(r), word(r), r.0.name.to_lowercase(), r.0.id));
    if asked.starts_with('-') {
        rows.reverse();
    }
    rows
}

pub(super) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    as_of: AsOf,
    Asked(ask): Asked<GroupsAsk>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (db, parameters) = (app.db(), ask.parameters());
    let kinds: Vec<(&str, &str)> = [("", "All")].into_iter().chain(GroupKind::ALL.iter().map(|k| (k.code(), k.label()))).collect();
    let day = as_of.day().map_or(String::new(), |d| d.to_string());
    let dated = [parameters.as_slice(), &[("as_of", day.as_str())]].concat();
    let mut columns = list_columns();
    lists::sortable(&mut columns, SORTS, if ask.sort.is_empty() { "name" } else { &ask.sort }, "/groups", &dated);
    page(&GroupsPage {
        as_of: as_of.bar("/groups", &parameters),
        filters: vec![
            Filter {
                name: "name".into(),
                label: "Name".into(),
                value: ask.name.clone(),
                placeholder: "part of the name".into(),
                ..Filter::default()
            },
            Filter::select("kind", "Kind", &kinds, &ask.kind),
        ],
        kept: lists::kept(&dated, &["sort", "as_of"]),
        rows: found(db, &visitor.actor, as_of, &ask).await?,
        columns,
        export: lists::href("/groups.csv", &dated),
        views: views::of(db, &visitor, "/groups", query.as_deref()).await?,
        shell: visitor.shell(&app, "Buying groups"),
    })
}

pub(super) async fn csv(State(app): State<App>, visitor: Visitor, as_of: AsOf, Asked(ask): Asked<GroupsAsk>) -> WebResult {
    let rows = found(app.db(), &visitor.actor, as_of, &ask).await?;
    let head = ["key", "name", "kind", "city", "country", "systems", "accounts", "source"];
    let cells = |(g, systems, accounts): Row| {
        let kind = g.kind_label().to_owned();
        vec![g.source_key, g.name, kind, g.city, g.country, systems.to_string(), accounts.to_string(), g.source]
    };
    Ok(rounds_web::download("buying-groups.csv", export::csv(&head, rows.into_iter().map(cells))))
}

fn list_columns() -> Vec<Column> {
    vec![Column::text("Group"), Column::text("Kind"), Column::text("Head office"), Column::number("Systems"), Column::number("Accounts")]
}

fn lines(groups: Vec<Group>, counts: &[Count]) -> Vec<Row> {
    let line = |g: Group| {
        let of = counts.iter().find(|c| c.group_id == g.id).map_or((0, 0), |c| (c.systems, c.accounts));
        (g, of.0, of.1)
    };
    groups.into_iter().map(line).collect()
}

#[derive(Debug, FromQueryResult)]
struct Member {
    id: i64,
    name: String,
    city: String,
    state: String,
    relation: String,
    valid_from: i64,
    valid_to: Option<i64>,
    source: String,
}

async fn members(db: &impl Query, actor: &Actor, group: i64, as_of: AsOf, kind: &str) -> Result<Vec<Member>> {
    let (table, seen) = if kind == "system" { ("health_system", scope::systems(actor)) } else { ("account", scope::accounts(actor)) };
    let sql = format!(
        "SELECT {table}.id, {table}.name, {table}.city, {table}.state, f.relation, f.valid_from, f.valid_to, f.source FROM affiliation f \
         JOIN {table} ON {table}.id = f.child_id WHERE f.parent_kind = 'group' AND f.parent_id = $1 AND f.child_kind = $2 AND {} AND {seen} \
         ORDER BY f.relation DESC, {table}.name, {table}.id LIMIT {}",
        as_of.holds("f"),
        SHOWN + 1
    );
    db.all(&sql, vec![Value::from(group), Value::from(kind)]).await
}

fn member(kind: &str, m: Member, as_of: AsOf) -> Line {
    let day = |d: i64| i32::try_from(d).map_or(String::new(), |d| Day(d).to_string());
    let path = if kind == "system" { "systems" } else { "accounts" };
    Line {
        href: as_of.link(&format!("/{path}/{}", m.id)),
        name: m.name,
        place: [m.city, m.state].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", "),
        tier: if m.relation == "primary_member" { "Primary" } else { "Secondary" },
        from: day(m.valid_from),
        until: m.valid_to.map_or(String::new(), day),
        source: m.source,
    }
}

pub(super) async fn detail(State(app): State<App>, visitor: Visitor, as_of: AsOf, Path(id): Path<i64>) -> WebResult {
    let group = store::get(app.db(), id).await?.ok_or_else(|| Error::not_found("buying group"))?;
    let systems = members(app.db(), &visitor.actor, id, as_of, "system").await?;
    let accounts = members(app.db(), &visitor.actor, id, as_of, "account").await?;
    let contracts = if visitor.actor.may(Permission::ReadContracts) {
        let day = i64::from(as_of.or(visitor.now.day()).0);
        let all = contracts::of_group(app.db(), &visitor.actor, id, as_of).await?;
        Some(all.into_iter().map(|c| held(c, day)).collect())
    } else {
        None
    };
    page(&view(visitor.shell(&app, &group.name), group, (systems, accounts, contracts), as_of))
}

fn held(c: Contract, day: i64) -> Held {
    Held {
        state: contracts::stands(&c, day),
        from: Day::stored(c.starts_on).to_string(),
        until: c.ends_on.map_or("open-ended".into(), |d| Day::stored(d).to_string()),
        id: c.id,
        name: c.name,
        number: c.number,
    }
}

type Shown = (Vec<Member>, Vec<Member>, Option<Vec<Held>>);

fn view(shell: Shell, group: Group, (mut systems, mut accounts, contracts): Shown, as_of: AsOf) -> GroupPage {
    let more = systems.len() > SHOWN || accounts.len() > SHOWN;
    systems.truncate(SHOWN);
    accounts.truncate(SHOWN);
    let count = |n: usize| if n == SHOWN && more { format!("{n} and more") } else { n.to_string() };
    GroupPage {
        shell,
        as_of: as_of.bar(&format!("/groups/{}", group.id), &[]),
        stats: vec![
            Stat::new("Systems", count(systems.len()), "#systems"),
            Stat::new("Accounts of their own", count(accounts.len()), "#accounts"),
        ],
        head: RecordHead {
            kind: group.kind_label().into(),
            identifiers: vec![
                ("Key".into(), group.source_key.clone()),
                (
                    "Head office".into(),
                    [group.city.as_str(), group.country.as_str()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", "),
                ),
                ("Source".into(), group.source.clone()),
            ],
            name: group.name,
            chips: Vec::new(),
        },
        columns: ["Member", "Town", "Tier", "From", "Until", "Source"].map(Column::text).to_vec(),
        systems: systems.into_iter().map(|m| member("system", m, as_of)).collect(),
        accounts: accounts.into_iter().map(|m| member("account", m, as_of)).collect(),
        more,
        contract_columns: ["Contract", "State", "From", "Until"].map(Column::text).to_vec(),
        contracts,
    }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let group = || Group {
        id: 1,
        source_key: "G1".into(),
        name: "Northern <b>Buyers</b>".into(),
        kind: "gpo".into(),
        country: "US".into(),
        ..Group::default()
    };
    let m = |id, relation: &str| Member {
        id,
        name: "Northlake Health".into(),
        city: "Duluth".into(),
        state: "MN".into(),
        relation: relation.into(),
        valid_from: 17_896,
        valid_to: None,
        source: "buying-group-members".into(),
    };
    let list = |groups: Vec<Group>| GroupsPage {
        shell: Shell::sample("Buying groups"),
        as_of: AsOf::TODAY.bar("/groups", &[]),
        filters: Vec::new(),
        kept: Vec::new(),
        export: "/groups.csv".into(),
        views: Views::default(),
        columns: list_columns(),
        rows: lines(groups, &[Count { group_id: 1, systems: 3, accounts: 2 }]),
    };
    let draw = |p: &GroupsPage| askama::Template::render(p).unwrap_or_default();
    let detail = |systems, accounts, contracts, as_of| {
        let shown = (systems, accounts, contracts);
        askama::Template::render(&view(Shell::sample("Buying group"), group(), shown, as_of)).unwrap_or_default()
    };
    let contract = Contract { id: 9, number: "GPO-<17>".into(), name: "Access".into(), state: "active".into(), ..Contract::default() };
    vec![
        ("groups", draw(&list(vec![group()]))),
        ("groups, none", draw(&list(Vec::new()))),
        ("group", detail(vec![m(3, "primary_member")], vec![m(7, "member")], Some(vec![held(contract, 18_000)]), AsOf::on(Day(18_000)))),
        ("group, no members", detail(Vec::new(), Vec::new(), Some(Vec::new()), AsOf::TODAY)),
    ]
}
