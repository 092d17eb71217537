//! All contracts, and when they end.

use super::{SOON, ends, sample, state};
use crate::contracts::model::{Contract, KINDS, POSITIONS, STATES};
use crate::contracts::queries::visible;
use crate::contracts::store::COLUMNS;
use crate::lists::{self, Keyset, Place, Slice, SortBy};
use crate::reading::{label, word};
use crate::sheets::{self, Cell, Section, Sheet, Table};
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::{Actor, Result};
use rounds_platform::views;
use rounds_store::{FromQueryResult, Query as _, args, contains};
use rounds_web::components::{Filter, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult};
use serde::Deserialize;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::contracts) struct Ask {
    name: String,
    kind: String,
    state: String,
    sort: String,
    after: String,
    before: String,
}

/// Contracts that end in one quarter.
#[derive(Debug, Clone, FromQueryResult)]
struct Ending {
    quarter: i64,
    contracts: i64,
}

/// Ways to sort it; the next to end first if none is asked for.
const SORTS: &[SortBy] = &[
    SortBy::text("name", "Contract", "contract.name"),
    SortBy::text("holder", "Holder", "contract.holder"),
    SortBy::text("state", "State", "contract.state"),
    SortBy::number("from", "From", "contract.starts_on"),
    SortBy::number("until", "Until", "COALESCE(contract.ends_on, 9999999)"),
];

impl Ask {
    fn parameters(&self) -> [(&str, &str); 4] {
        [("name", &self.name), ("kind", &self.kind), ("state", &self.state), ("sort", &self.sort)]
    }

    fn list(&self, actor: &Actor, today: i64) -> Keyset {
        let mut list = Keyset {
            columns: COLUMNS.into(),
            from: "contract".into(),
            conditions: vec![visible(actor)],
            args: Vec::new(),
            key: "COALESCE(contract.ends_on, 9999999)".into(),
            numeric: true,
            descending: false,
            id: "contract.id".into(),
        };
        if !self.name.trim().is_empty() {
            list.filter(
                "LOWER(contract.name || ' ' || contract.number || ' ' || contract.holder) LIKE LOWER({}) ESCAPE '!'",
                contains(&self.name),
            );
        }
        if let Some(kind) = word(KINDS, &self.kind) {
            list.filter("contract.kind = {}", kind);
        }
        match self.state.as_str() {
            "soon" => {
                list.filter("contract.ends_on >= {}", today);
                list.filter("contract.ends_on <= {}", today + SOON);
            }
            "" => {
                list.filter("COALESCE(contract.ends_on, 9999999) >= {}", today);
            }
            "all" => {}
            other => list.filter("contract.state = {}", other.to_owned()),
        }
        list.sort(SORTS, &self.sort);
        list
    }
}

fn row(c: &Contract, today: i64) -> Vec<Cell> {
    vec![
        Cell::link(&c.name, format!("/contracts/{}", c.id)).with(c.number.clone()),
        Cell::text(label(KINDS, &c.kind)).with(c.holder.clone()),
        Cell::text(label(POSITIONS, &c.position)),
        state(c, today),
        Cell::day(Some(c.starts_on)),
        ends(c, today),
    ]
}

/// The quarter of a year that a number of quarters since 1970 means, near enough for a calendar of endings.
fn quarter(n: i64) -> String {
    format!("Q{} {}", n.rem_euclid(4) + 1, 1970 + n.div_euclid(4))
}

fn view(shell: Shell, ask: &Ask, slice: &Slice<Contract>, total: &str, endings: &[Ending], today: i64) -> Sheet {
    let parameters = ask.parameters();
    let kinds: Vec<(&str, &str)> = std::iter::once(("", "All kinds")).chain(KINDS.iter().copied()).collect();
    let states: Vec<(&str, &str)> =
        [("", "Not ended"), ("soon", "Ending within 180 days"), ("all", "All")].into_iter().chain(STATES.iter().copied()).collect();
    let empty = ("No contract here", "No contract with a facility within your reach fits.", "Contracts come with their import.");
    let table = Table::new("Contracts", &["Contract", "Holder", "Position", "State", "From", "Until"], empty)
        .choosable("/contracts.csv", slice.rows.iter().map(|c| c.id))
        .sortable(SORTS, &ask.sort, "/contracts", &parameters);
    let calendar = Table::new("Endings", &["Quarter", "#Contracts"], ("Nothing ends", "No contract has a last day.", ""))
        .rows(endings.iter().map(|e| vec![Cell::text(quarter(e.quarter)), Cell::number(e.contracts.to_string())]));
    let soon: i64 = endings.iter().take(2).map(|e| e.contracts).sum();
    Sheet {
        shell,
        title: "Contracts".into(),
        sub: "The next to end first".into(),
        links: vec![
            ("Compliance".into(), "/contracts-compliance".into()),
            ("Tenders".into(), "/tenders".into()),
            ("Export CSV".into(), lists::href("/contracts.csv", &parameters)),
        ],
        stats: vec![
            Stat::new("Ending this quarter and next", soon.to_string(), "/contracts?state=soon")
                .note("renewal takes months", if soon > 0 { Tone::Warn } else { Tone::Good }),
        ],
        path: "/contracts".into(),
        kept: lists::kept(&parameters, &["sort"]),
        filters: vec![
            Filter { value: ask.name.clone(), placeholder: "name, number or holder".into(), ..Filter::select("name", "Contract", &[], "") },
            Filter::select("kind", "Kind", &kinds, &ask.kind),
            Filter::select("state", "State", &states, &ask.state),
        ],
        pager: Some(lists::pager(slice, total, "contracts", "/contracts", &parameters)),
        sections: vec![
            Section::table("", "", table.rows(slice.rows.iter().map(|c| row(c, today)))),
            Section::table("Calendar of endings", "contracts in force, by quarter", calendar),
        ],
        ..Sheet::default()
    }
}

/// Contracts in force by the quarter in which they end; a quarter is counted as 91.3125 days.
async fn endings(app: &App, actor: &Actor, today: i64) -> Result<Vec<Ending>> {
    let sql = format!(
        "SELECT contract.ends_on * 10000 / 913125 AS quarter, COUNT(*) AS contracts FROM contract WHERE contract.ends_on >= $1 \
         AND contract.state IN ('active', 'signed') AND {} GROUP BY contract.ends_on * 10000 / 913125 ORDER BY 1 LIMIT 16",
        visible(actor)
    );
    app.db().all(&sql, args![today]).await
}

pub(in crate::contracts) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (db, actor, today) = (app.db(), &visitor.actor, i64::from(visitor.now.day().0));
    let list = ask.list(actor, today);
    let slice = lists::fetch_sorted(db, &list, &Place::read(&ask.after, &ask.before)).await?;
    let total = lists::count(db, &list).await?;
    let views = views::of(db, &visitor, "/contracts", query.as_deref()).await?;
    let endings = endings(&app, actor, today).await?;
    Sheet { views, ..view(visitor.shell(&app, "Contracts"), &ask, &slice, &total, &endings, today) }.respond()
}

pub(in crate::contracts) async fn csv(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let chosen = lists::chosen(query.as_deref());
    // Who chose rows by hand means those, whatever the list shows by itself.
    let ask = if chosen.is_empty() { ask } else { Ask { state: "all".into(), ..Ask::default() } };
    let mut list = ask.list(&visitor.actor, i64::from(visitor.now.day().0));
    list.only(&chosen);
    let rows: Vec<Contract> = lists::all(app.db(), &list).await?;
    let head = [
        "Contract Number",
        "Contract Name",
        "Contract Kind",
        "Holder",
        "Position",
        "State",
        "Currency",
        "Signed On",
        "Start Date",
        "End Date",
    ];
    let day = |d: Option<i64>| Cell::day(d).text;
    let cells = rows.into_iter().map(|c| {
        let (signed, starts, ends) = (day(c.signed_on), day(Some(c.starts_on)), day(c.ends_on));
        vec![c.number, c.name, c.kind, c.holder, c.position, c.state, c.currency, signed, starts, ends]
    });
    sheets::csv("contracts.csv", &head, cells)
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let slice = |rows| Slice { rows, previous: None, next: None };
    let lost = Contract { state: "lost".into(), ends_on: None, ..sample() };
    let endings = [Ending { quarter: 227, contracts: 3 }];
    let draw = |rows, ask: &Ask| view(Shell::sample("Contracts"), ask, &slice(rows), "2", &endings, 20_780).draw();
    vec![
        ("contracts", draw(vec![sample(), lost], &Ask::default())),
        ("contracts, none", draw(Vec::new(), &Ask { state: "soon".into(), ..Ask::default() })),
    ]
}
