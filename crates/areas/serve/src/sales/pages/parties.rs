//! The list of parties, and the page of one: its links, suggestions, and the form that maps it.

use crate::sales::commands::{EndLink, MapParty};
use axum::Form as Posted;
use axum::extract::{Path, Query, RawQuery, State};
use rounds_customers::accounts;
use rounds_customers::lists::{self, Keyset, Place, Slice, SortBy};
use rounds_customers::parties::{self, HOWS, Link, Party, Suggestion};
use rounds_customers::reading::label;
use rounds_customers::scope;
use rounds_customers::sheets::{self, Act, Cell, Form, Part, Section, Sheet, Table};
use rounds_kernel::{AccountId, Actor, Day, Error, Permission, Scope};
use rounds_platform::views;
use rounds_store::contains;
use rounds_web::components::{Chip, Fact, Field, Filter, RecordHead, Tone};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult};
use serde::Deserialize;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::sales) struct Ask {
    pub name: String,
    pub show: String,
    pub sort: String,
    pub after: String,
    pub before: String,
}

const NAME: SortBy = SortBy::text("name", "Name", "party.name");

/// Ways to sort all parties: by name, whose order an index keeps.
const SORTS: &[SortBy] = &[NAME];

/// Ways to sort what a filter has left of them.
const SORTS_NARROWED: &[SortBy] = &[
    SortBy::text("number", "Number", "party.number"),
    NAME,
    SortBy::text("place", "Place", "party.state || ' ' || party.city || ' ' || party.zip"),
];

impl Ask {
    fn parameters(&self) -> [(&str, &str); 3] {
        [("name", &self.name), ("show", &self.show), ("sort", &self.sort)]
    }

    /// Ways to sort the parties asked for.
    fn sorts(&self) -> &'static [SortBy] {
        if self.name.trim().is_empty() && self.show != "unmapped" { SORTS } else { SORTS_NARROWED }
    }

    /// The parties asked for, by name if no other order is.
    pub fn list(&self, actor: &Actor) -> Keyset {
        let mut list = keyset(&self.name, self.show == "unmapped", actor);
        list.sort(self.sorts(), &self.sort);
        list
    }

    pub fn place(&self) -> Place {
        Place::read(&self.after, &self.before)
    }
}

/// The parties an actor may see: those that stand for an account within scope, and all of them for the whole base.
fn visible(actor: &Actor) -> String {
    match actor.scope {
        Scope::All => "1 = 1".into(),
        Scope::CoveredBy(_) => {
            let inside = rounds_platform::scope::accounts(actor, "v.account_id");
            format!("party.id IN (SELECT v.party_id FROM party_account v WHERE {inside} AND v.valid_to IS NULL)")
        }
    }
}

/// Parties within the actor's scope, by name: those whose name or number holds `name`, or those only that stand for no account.
pub(in crate::sales) fn keyset(name: &str, unmapped: bool, actor: &Actor) -> Keyset {
    let mut list = Keyset {
        columns: "party.id, party.erp, party.number, party.name, party.street, party.city, party.state, party.zip, party.country, party.sold_to, \
                  party.ship_to, party.bill_to, party.payer"
            .into(),
        from: "party".into(),
        conditions: vec![visible(actor)],
        args: Vec::new(),
        key: "party.name".into(),
        numeric: false,
        descending: false,
        id: "party.id".into(),
    };
    if !name.trim().is_empty() {
        list.filter("LOWER(party.name || ' ' || party.number) LIKE LOWER({}) ESCAPE '!'", contains(name));
    }
    if unmapped {
        list.conditions.push("NOT EXISTS (SELECT 1 FROM party_account l WHERE l.party_id = party.id AND l.valid_to IS NULL)".into());
    }
    list
}

fn list_view(shell: Shell, ask: &Ask, slice: &Slice<Party>, total: &str) -> Sheet {
    let parameters = ask.parameters();
    let row = |p: &Party| {
        let name = if p.name.is_empty() { "no name".to_owned() } else { p.name.clone() };
        vec![
            Cell::link(&p.number, format!("/parties/{}", p.id)).with(p.erp.clone()),
            Cell::text(name),
            Cell::text(p.place()),
            Cell::text(p.roles()),
        ]
    };
    let empty =
        ("No such party", "No number of an ERP system within your reach fits.", "Numbers come with the customer master and with sales.");
    let sort = if ask.sort.is_empty() { "name" } else { &ask.sort };
    let table = Table::new("Parties", &["Number", "Name", "Place", "Parts"], empty)
        .choosable("/parties.csv", slice.rows.iter().map(|p| p.id))
        .sortable(ask.sorts(), sort, "/parties", &parameters);
    Sheet {
        shell,
        title: "ERP parties".into(),
        sub: "Numbers of sold-tos, ship-tos, bill-tos and payers, and the accounts they stand for".into(),
        links: vec![("Export CSV".into(), lists::href("/parties.csv", &parameters)), ("Unmapped sales".into(), "/unmapped-sales".into())],
        path: "/parties".into(),
        kept: lists::kept(&parameters, &["sort"]),
        filters: vec![
            Filter { value: ask.name.clone(), placeholder: "name or number".into(), ..Filter::select("name", "Party", &[], "") },
            Filter::select("show", "Show", &[("", "All"), ("unmapped", "Unmapped")], &ask.show),
        ],
        pager: Some(lists::pager(slice, total, "parties", "/parties", &parameters)),
        sections: vec![Section::table("", "", table.rows(slice.rows.iter().map(row)))],
        ..Sheet::default()
    }
}

pub(in crate::sales) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (db, list) = (app.db(), ask.list(&visitor.actor));
    let slice = lists::fetch_sorted(db, &list, &ask.place()).await?;
    let total = lists::count(db, &list).await?;
    let views = views::of(db, &visitor, "/parties", query.as_deref()).await?;
    Sheet { views, ..list_view(visitor.shell(&app, "ERP parties"), &ask, &slice, &total) }.respond()
}

pub(in crate::sales) async fn csv(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let mut list = ask.list(&visitor.actor);
    list.only(&lists::chosen(query.as_deref()));
    file(lists::all(app.db(), &list).await?)
}

/// Parties as a file.
pub(in crate::sales) fn file(rows: Vec<Party>) -> WebResult {
    let head = ["system", "number", "name", "street", "city", "state", "zip", "country", "parts"];
    let cells = |p: Party| {
        let parts = p.roles();
        vec![p.erp, p.number, p.name, p.street, p.city, p.state, p.zip, p.country, parts]
    };
    sheets::csv("parties.csv", &head, rows.into_iter().map(cells))
}

struct Found {
    party: Party,
    links: Vec<Link>,
    suggestions: Vec<Suggestion>,
    may_map: bool,
}

fn view(shell: Shell, f: &Found) -> Sheet {
    let p = &f.party;
    let current = f.links.iter().find(|l| l.valid_to.is_none());
    let chip = current.map_or_else(|| Chip::new("Unmapped", Tone::Warn), |l| Chip::new(l.account.clone(), Tone::Good));
    let link = |l: &Link| {
        let from = if l.valid_from == 0 { Cell::text("always") } else { Cell::day(Some(l.valid_from)) };
        let how = Cell::text(label(HOWS, &l.how)).with(l.actor.clone());
        vec![Cell::link(&l.account, format!("/accounts/{}", l.account_id)), from, Cell::day(l.valid_to), how]
    };
    let suggestion = |s: &Suggestion| {
        let hidden = vec![("account".to_owned(), s.account_id.to_string()), ("from".to_owned(), String::new())];
        let act = Act { label: "Map".into(), action: format!("/parties/{}/map", p.id), hidden };
        vec![
            Cell::link(&s.account, format!("/accounts/{}", s.account_id)).with(s.place.clone()),
            Cell::number(format!("{:.0} %", s.score * 100.0)),
            Cell::text(&s.why),
            Cell::acts(if f.may_map { vec![act] } else { Vec::new() }),
        ]
    };
    let none = ("Stands for no account", "Its sales are unmapped.", "Map it to an account.");
    let mut sections = vec![Section::table(
        "Accounts",
        "one at a time, each from its day",
        Table::new("Links", &["Account", "From", "Until", "How"], none).rows(f.links.iter().map(link)),
    )];
    if f.may_map {
        let nothing =
            ("Nothing similar", "No account in the same postal code or town has a similar name.", "Give the account's key below.");
        let table = Table::new("Suggestions", &["Account", "#Alike", "Why", ""], nothing).rows(f.suggestions.iter().map(suggestion));
        sections.push(Section::table("Suggestions", "by name and address", table));
        let fields = vec![
            Field { hint: "Key or number of the account, as its page shows it.".into(), ..Field::text("account", "Account", "") },
            Field { kind: "date".into(), required: false, hint: "Blank: for all days.".into(), ..Field::text("from", "From", "") },
        ];
        let form = Form { action: format!("/parties/{}/map", p.id), fields, hidden: Vec::new(), button: "Map to this account".into() };
        sections.push(Section { title: "Map by hand".into(), sub: String::new(), part: Part::Form(form) });
        if current.is_some() {
            let fields = vec![Field {
                kind: "date".into(),
                hint: "From this day on it stands for nobody. Its first day takes the link back altogether.".into(),
                ..Field::text("day", "Day", "")
            }];
            let form = Form { action: format!("/parties/{}/end", p.id), fields, hidden: Vec::new(), button: "End the link".into() };
            sections.push(Section { title: "End the link".into(), sub: String::new(), part: Part::Form(form) });
        }
    }
    let facts = vec![
        Fact::new("System", p.erp.clone()),
        Fact::new("Parts", p.roles()),
        Fact::new("Address", if p.place().is_empty() { "unknown".into() } else { p.place() }),
        Fact::new("Sales", "their lines").link(lists::href("/sales", &[("party", &p.id.to_string())])),
    ];
    Sheet {
        shell,
        head: Some(RecordHead {
            kind: "ERP party".into(),
            name: if p.name.is_empty() { p.number.clone() } else { p.name.clone() },
            identifiers: vec![("Number".into(), p.number.clone())],
            chips: vec![chip],
        }),
        sections,
        beside: vec![Section { title: "Facts".into(), sub: String::new(), part: Part::Facts(facts) }],
        ..Sheet::default()
    }
}

pub(in crate::sales) async fn one(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let (db, actor) = (app.db(), &visitor.actor);
    let party = parties::get(db, id).await?.ok_or_else(|| Error::not_found("party"))?;
    let mut links = parties::links_of(db, id).await?;
    if actor.scope != Scope::All {
        let mut seen = Vec::new();
        for l in links {
            if scope::see_account(db, actor, AccountId(l.account_id)).await.is_ok() {
                seen.push(l);
            }
        }
        links = seen;
        if links.is_empty() {
            return Err(Error::not_found("party").into());
        }
    }
    let may_map = actor.may(Permission::Steward);
    let suggestions = if may_map { parties::suggest(db, &party).await? } else { Vec::new() };
    let name = party.number.clone();
    view(visitor.shell(&app, &name), &Found { party, links, suggestions, may_map }).respond()
}

#[derive(Debug, Deserialize)]
pub(in crate::sales) struct Mapping {
    #[serde(default)]
    account: String,
    #[serde(default)]
    from: String,
}

pub(in crate::sales) async fn map(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Posted(f): Posted<Mapping>,
) -> WebResult {
    let key = f.account.trim();
    let by_key = accounts::ids(app.db(), &[key]).await?.get(key).copied();
    let account = by_key.or_else(|| key.parse().ok()).ok_or_else(|| {
        Error::invalid(
            "party.account_unknown",
            format!("No account has the key “{key}”. Nothing was changed."),
            "Give the key as the account's page shows it.",
        )
    })?;
    let from = if f.from.trim().is_empty() { 0 } else { i64::from(Day::parse(&f.from)?.0) };
    app.runner().run(&visitor.actor, MapParty { party: id, account, from }).await?;
    flashes.good(&format!("/parties/{id}"), "Mapped; its sales stand on the account's page.").await
}

#[derive(Debug, Deserialize)]
pub(in crate::sales) struct Ending {
    #[serde(default)]
    day: String,
}

pub(in crate::sales) async fn end(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Posted(f): Posted<Ending>,
) -> WebResult {
    let day = i64::from(Day::parse(&f.day)?.0);
    let ended = app.runner().run(&visitor.actor, EndLink { party: id, day }).await?;
    let to = format!("/parties/{id}");
    if ended > 0 {
        flashes.good(&to, "The link ended.").await
    } else {
        flashes.warn(&to, "No link held on that day; nothing was changed.").await
    }
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let party = Party {
        id: 3,
        erp: "SAP".into(),
        number: "104711".into(),
        name: "St. Brigid <Med> Ctr".into(),
        city: "Duluth".into(),
        ship_to: 1,
        payer: 1,
        ..Party::default()
    };
    let link = Link {
        party_id: 3,
        account_id: 7,
        account: "St. Brigid Medical Center".into(),
        how: "hand".into(),
        actor: "Olga".into(),
        ..Link::default()
    };
    let suggestion =
        Suggestion { account_id: 7, account: "St. Brigid".into(), place: "Duluth MN".into(), score: 0.8, why: "same postal code".into() };
    let slice = Slice { rows: vec![party.clone()], previous: None, next: None };
    let none = Slice { rows: Vec::new(), previous: None, next: None };
    let narrowed = Ask { name: "4<7".into(), sort: "-number".into(), ..Ask::default() };
    let full = Found { party: party.clone(), links: vec![link], suggestions: vec![suggestion], may_map: true };
    let bare = Found { party, links: Vec::new(), suggestions: Vec::new(), may_map: false };
    vec![
        ("parties", list_view(Shell::sample("Parties"), &Ask::default(), &slice, "1").draw()),
        ("parties, none", list_view(Shell::sample("Parties"), &narrowed, &none, "0").draw()),
        ("party", view(Shell::sample("Party"), &full).draw()),
        ("party, unmapped", view(Shell::sample("Party"), &bare).draw()),
    ]
}
