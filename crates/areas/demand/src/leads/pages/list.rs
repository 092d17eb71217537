//! The list of leads: how long each has waited, who answers, and the same rows as a file.

use super::super::model::{REASONS, SOURCES, span, words};
use super::super::store::{self, COLUMNS, Counts, FROM, LeadLine, Show};
use axum::extract::{Query, RawQuery, State};
use rounds_customers::lists::{self, Keyset, Place, Slice, SortBy};
use rounds_customers::sheets;
use rounds_kernel::{Actor, Permission, Result, Time, UserId};
use rounds_platform::scope;
use rounds_platform::views::{self, Views};
use rounds_store::{Db, contains};
use rounds_web::components::{Choice, Column, Filter, Pager, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A lead is answered within five minutes; after an hour it is late.
const FRESH_US: i64 = 5 * 60_000_000;
const LATE_US: i64 = 60 * 60_000_000;

/// How long a lead waited until it was taken or closed. Of those that still wait, the earliest captured has waited longest, whatever
/// the hour: without the present time in it, the order stays the same from one page to the next.
const WAIT: &str = "(COALESCE(l.taken_at, l.closed_at, 0) - l.captured_at)";

/// Ways to sort it; the longest waiting first, closed ones the newest first, if none is asked for.
const SORTS: &[SortBy] = &[
    SortBy::number("wait", "Waiting", WAIT),
    SortBy::number("wait", "Waited", WAIT),
    SortBy::text("who", "Who", "COALESCE(p.name, a.name)"),
    SortBy::text("family", "Asked about", "COALESCE(l.family, '')"),
    SortBy::text("source", "Source", "l.source"),
    SortBy::text("state", "State", "COALESCE(l.close_reason, u.name, '')"),
];

/// The address of a view.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::leads) struct Ask {
    name: String,
    show: String,
    source: String,
    account: String,
    sort: String,
    after: String,
    before: String,
}

impl Ask {
    /// Closed leads, by who asked.
    pub(super) fn closed() -> Self {
        Self { show: "closed".into(), sort: "-who".into(), ..Self::default() }
    }

    fn show(&self) -> Show {
        Show::parse(&self.show)
    }

    fn parameters(&self) -> [(&str, &str); 5] {
        [("name", &self.name), ("show", &self.show), ("source", &self.source), ("account", &self.account), ("sort", &self.sort)]
    }

    /// Where its page starts.
    pub(in crate::leads) fn place(&self) -> Place {
        Place::read(&self.after, &self.before)
    }

    /// The leads it asks for, within the actor's scope.
    pub(in crate::leads) fn list(&self, actor: &Actor) -> Keyset {
        let show = self.show();
        let mut list = Keyset {
            columns: COLUMNS.into(),
            from: FROM.into(),
            conditions: vec![show.condition().into(), scope::accounts(actor, "l.account_id")],
            args: Vec::new(),
            key: "l.captured_at".into(),
            numeric: true,
            descending: show == Show::Closed,
            id: "l.id".into(),
        };
        if !self.name.trim().is_empty() {
            list.filter(
                "LOWER(a.name || ' ' || COALESCE(p.name, '') || ' ' || COALESCE(l.family, '') || ' ' || l.note) LIKE LOWER({}) ESCAPE '!'",
                contains(&self.name),
            );
        }
        if SOURCES.iter().any(|(code, _)| *code == self.source) {
            list.filter("l.source = {}", self.source.clone());
        }
        if let Ok(account) = self.account.parse::<i64>() {
            list.filter("l.account_id = {}", account);
        }
        list.sort(SORTS, &self.sort);
        list
    }
}

#[derive(askama::Template)]
#[template(path = "leads/templates/list.html")]
pub(super) struct ListPage {
    shell: Shell,
    stats: Vec<Stat>,
    filters: Vec<Filter>,
    /// Parameters that stay when a filter changes, and when rows are chosen.
    kept: Vec<(String, String)>,
    chosen_of: Vec<(String, String)>,
    views: Views,
    export: String,
    columns: Vec<Column>,
    lines: Vec<Line>,
    pager: Pager,
    reasons: Vec<Choice>,
    may_write: bool,
    empty: (&'static str, &'static str, &'static str),
}

struct Line {
    id: i64,
    account_id: i64,
    account: String,
    person: Option<(i64, String)>,
    source: String,
    family: String,
    note: String,
    at: String,
    shown_at: String,
    waited: String,
    tone: Tone,
    covered_by: String,
    taker: String,
    may_take: bool,
    may_close: bool,
    may_release: bool,
    end: String,
}

/// What stands around the rows of the list.
pub(super) struct Frame<'a> {
    pub(super) actor: &'a Actor,
    pub(super) now: Time,
    pub(super) families: BTreeMap<String, String>,
    pub(super) covering: BTreeMap<i64, Vec<(String, String)>>,
}

fn line(l: &LeadLine, f: &Frame<'_>) -> Line {
    let end = l.taken_at.or(l.closed_at).unwrap_or(f.now.0);
    let waited = end - l.captured_at;
    let unit = l.family.as_ref().and_then(|n| f.families.get(n));
    let covers = f.covering.get(&l.account_id).map_or(&[][..], Vec::as_slice);
    let mut names: Vec<&str> =
        covers.iter().filter(|(u, _)| unit.is_none_or(|want| want == u || u == "all")).map(|(_, n)| n.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let open = l.closed_at.is_none();
    let mine = l.taken_by.is_none_or(|t| f.actor.sees_user(UserId(t)));
    Line {
        id: l.id,
        account_id: l.account_id,
        account: l.account.clone(),
        person: l.person_id.zip(l.person.clone()),
        source: words(SOURCES, &l.source),
        family: l.family.clone().unwrap_or_else(|| "not said".into()),
        note: l.note.clone(),
        at: Time(l.captured_at).rfc3339(),
        shown_at: Time(l.captured_at).in_zone(&f.actor.zone),
        waited: span(waited),
        tone: if waited <= FRESH_US {
            Tone::Good
        } else if waited <= LATE_US {
            Tone::Warn
        } else {
            Tone::Bad
        },
        covered_by: if names.is_empty() { "nobody".into() } else { names.join(", ") },
        taker: l.taker.clone().unwrap_or_default(),
        may_take: open && l.taken_by.is_none() && f.actor.user.is_some(),
        may_close: open && mine,
        may_release: open && l.taken_by.is_some() && mine,
        end: l.close_reason.as_deref().map_or(String::new(), |r| words(REASONS, r)),
    }
}

fn stats(c: &Counts) -> Vec<Stat> {
    let late = if c.late > 0 {
        (format!("{} for more than an hour", c.late), Tone::Bad)
    } else {
        ("none for more than an hour".into(), Tone::Good)
    };
    vec![
        Stat::new("Waiting", c.waiting.to_string(), "/leads").note(late.0, late.1),
        Stat::new("Taken, not closed", c.taken.to_string(), "/leads?show=taken"),
    ]
}

fn empty(ask: &Ask) -> (&'static str, &'static str, &'static str) {
    if !(ask.name.trim().is_empty() && ask.source.is_empty() && ask.account.is_empty()) {
        return ("No lead fits", "No such lead within your reach matches what you asked for.", "Widen the filter.");
    }
    match ask.show() {
        Show::Waiting => {
            ("Nobody waits", "All leads within your reach are taken or closed.", "A new sign of interest appears here at once.")
        }
        Show::Taken => ("No lead is being worked on", "Nobody within your reach holds an open lead.", "Take one from those who wait."),
        Show::Closed => (
            "No lead was closed yet",
            "Leads appear here with the reason they were closed for.",
            "Close a lead once it has led somewhere, or nowhere.",
        ),
    }
}

fn filters(ask: &Ask) -> Vec<Filter> {
    let code = ["waiting", "taken", "closed"][ask.show() as usize];
    let sources: Vec<(&str, &str)> = std::iter::once(("", "All")).chain(SOURCES.iter().copied()).collect();
    vec![
        Filter {
            value: ask.name.clone(),
            placeholder: "account, person, family or note".into(),
            ..Filter::select("name", "Words", &[], "")
        },
        Filter::select("show", "Show", &[("waiting", "Waiting"), ("taken", "Taken"), ("closed", "Closed")], code),
        Filter::select("source", "Source", &sources, &ask.source),
    ]
}

pub(super) fn view(shell: Shell, ask: &Ask, frame: &Frame<'_>, counts: &Counts, slice: &Slice<LeadLine>, total: &str) -> ListPage {
    let parameters = ask.parameters();
    let clock = if ask.show() == Show::Waiting { "Waiting" } else { "Waited" };
    let mut columns = [clock, "Who", "Asked about", "Source", "Covered by", "State"].map(Column::text).to_vec();
    lists::sortable(&mut columns, SORTS, &ask.sort, "/leads", &parameters);
    ListPage {
        shell,
        stats: stats(counts),
        filters: filters(ask),
        kept: lists::kept(&parameters, &["sort", "account"]),
        chosen_of: lists::kept(&parameters, &["show", "sort"]),
        views: Views::default(),
        export: lists::href("/leads.csv", &parameters),
        columns,
        lines: slice.rows.iter().map(|l| line(l, frame)).collect(),
        pager: lists::pager(slice, total, "leads", "/leads", &parameters),
        reasons: Choice::list(REASONS, ""),
        may_write: frame.actor.may(Permission::WriteDemand),
        empty: empty(ask),
    }
}

pub(in crate::leads) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (db, actor) = (app.db(), &visitor.actor);
    let list = ask.list(actor);
    let slice: Slice<LeadLine> = lists::fetch_sorted(db, &list, &ask.place()).await?;
    let total = lists::count(db, &list).await?;
    let mut accounts: Vec<i64> = slice.rows.iter().map(|l| l.account_id).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let covering = store::covering(db, &accounts, i64::from(visitor.now.day().0)).await?;
    let counts = store::counts(db, actor, Time(visitor.now.0 - LATE_US)).await?;
    let frame = Frame { actor, now: visitor.now, families: store::families(db).await?, covering };
    let views = views::of(db, &visitor, "/leads", query.as_deref()).await?;
    page(&ListPage { views, ..view(visitor.shell(&app, "Leads"), &ask, &frame, &counts, &slice, &total) })
}

/// Heads of the file.
pub(in crate::leads) const HEAD: &[&str] = &[
    "Lead Id",
    "Account Id",
    "Account",
    "Person Id",
    "Person",
    "Source",
    "Product Family",
    "Note",
    "Captured At",
    "Taken By",
    "Taken At",
    "Closed At",
    "Close Reason",
];

/// Rows of the file: all that `ask` shows, or of those only the chosen.
pub(in crate::leads) async fn exported(db: &Db, actor: &Actor, ask: &Ask, chosen: &[i64]) -> Result<Vec<Vec<String>>> {
    let mut list = ask.list(actor);
    list.only(chosen);
    let at = |t: Option<i64>| t.map_or(String::new(), |t| Time(t).rfc3339());
    let rows = lists::all::<LeadLine>(db, &list).await?.into_iter().map(|l| {
        vec![
            l.id.to_string(),
            l.account_id.to_string(),
            l.account,
            l.person_id.map_or(String::new(), |id| id.to_string()),
            l.person.unwrap_or_default(),
            words(SOURCES, &l.source),
            l.family.unwrap_or_default(),
            l.note,
            at(Some(l.captured_at)),
            l.taker.unwrap_or_default(),
            at(l.taken_at),
            at(l.closed_at),
            l.close_reason.map_or(String::new(), |r| words(REASONS, &r)),
        ]
    });
    Ok(rows.collect())
}

pub(in crate::leads) async fn csv(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let rows = exported(app.db(), &visitor.actor, &ask, &lists::chosen(query.as_deref())).await?;
    sheets::csv("leads.csv", HEAD, rows)
}
