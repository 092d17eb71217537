//! The register as a list, and the same rows as a file.

use super::super::queries::{COLUMNS, FROM, RuleRow, visible};
use super::super::{AccessRule, Subject};
use super::{Line, line, rule_fields};
use axum::extract::{Query, RawQuery, State};
use rounds_customers::lists::{self, Keyset, Place, Slice, SortBy};
use rounds_customers::sheets;
use rounds_kernel::{Actor, Day, Permission, Result};
use rounds_platform::views::{self, Views};
use rounds_store::{Db, contains};
use rounds_web::components::{Column, Field, Filter, Pager};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

/// Ways to sort it; the newest first if none is asked for. Subjects by nearness, rules by strictness: their codes say neither.
const SORTS: &[SortBy] = &[
    SortBy::number("about", "About", "(CASE r.subject WHEN 'person' THEN 1 WHEN 'department' THEN 2 WHEN 'account' THEN 3 ELSE 4 END)"),
    SortBy::text("who", "Who", "COALESCE(p.name, a.name, r.country)"),
    SortBy::number(
        "rule",
        "Rule",
        "(CASE r.rule WHEN 'open' THEN 1 WHEN 'hours' THEN 2 WHEN 'appointment_only' THEN 3 WHEN 'credential_needed' THEN 4 \
         WHEN 'group_only' THEN 5 ELSE 6 END)",
    ),
    SortBy::number("since", "Since", "r.valid_from"),
    SortBy::text("source", "Source", "r.source"),
];

/// The address of a view.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::access) struct Ask {
    name: String,
    subject: String,
    rule: String,
    past: String,
    sort: String,
    after: String,
    before: String,
}

impl Ask {
    fn parameters(&self) -> [(&str, &str); 5] {
        [("name", &self.name), ("subject", &self.subject), ("rule", &self.rule), ("past", &self.past), ("sort", &self.sort)]
    }

    /// Where its page starts.
    pub(in crate::access) fn place(&self) -> Place {
        Place::read(&self.after, &self.before)
    }

    /// The rules it asks for, within the actor's scope.
    pub(in crate::access) fn list(&self, actor: &Actor, today: Day) -> Keyset {
        let mut list = Keyset {
            columns: COLUMNS.into(),
            from: FROM.into(),
            conditions: vec![visible(actor)],
            args: Vec::new(),
            key: "r.id".into(),
            numeric: true,
            descending: true,
            id: "r.id".into(),
        };
        if !self.name.trim().is_empty() {
            list.filter(
                "LOWER(COALESCE(p.name, '') || ' ' || COALESCE(a.name, '') || ' ' || r.department || ' ' || r.country || ' ' || r.source \
                 || ' ' || r.note) LIKE LOWER({}) ESCAPE '!'",
                contains(&self.name),
            );
        }
        if let Some(subject) = Subject::parse(&self.subject) {
            list.filter("r.subject = {}", subject.code());
        }
        if let Some(rule) = AccessRule::parse(&self.rule) {
            list.filter("r.rule = {}", rule.code());
        }
        if self.past != "yes" {
            list.filter("(r.valid_to IS NULL OR r.valid_to > {})", i64::from(today.0));
        }
        list.sort(SORTS, &self.sort);
        list
    }
}

#[derive(askama::Template)]
#[template(path = "access/templates/list.html")]
struct ListPage {
    shell: Shell,
    csrf: String,
    filters: Vec<Filter>,
    /// Parameters that stay when a filter changes, and when rows are chosen.
    kept: Vec<(String, String)>,
    chosen_of: Vec<(String, String)>,
    views: Views,
    export: String,
    columns: Vec<Column>,
    lines: Vec<Line>,
    pager: Pager,
    fields: Vec<Field>,
    narrowed: bool,
}

fn filters(ask: &Ask) -> Vec<Filter> {
    let with_all = |pairs: Vec<(&'static str, &'static str)>| std::iter::once(("", "All")).chain(pairs).collect::<Vec<_>>();
    vec![
        Filter {
            value: ask.name.clone(),
            placeholder: "person, site, department or source".into(),
            ..Filter::select("name", "Words", &[], "")
        },
        Filter::select("subject", "About", &with_all(Subject::ALL.iter().map(|s| (s.code(), s.label())).collect()), &ask.subject),
        Filter::select("rule", "Rule", &with_all(AccessRule::ALL.iter().map(|s| (s.code(), s.label())).collect()), &ask.rule),
        Filter::select("past", "Show", &[("", "In force"), ("yes", "Ended too")], &ask.past),
    ]
}

fn view(shell: Shell, csrf: &str, ask: &Ask, slice: Slice<RuleRow>, total: &str, today: Day) -> ListPage {
    let parameters = ask.parameters();
    let mut columns = ["About", "Who", "Rule", "Since", "Source", "Note", ""].map(Column::text).to_vec();
    lists::sortable(&mut columns, SORTS, &ask.sort, "/access", &parameters);
    let mut fields = vec![Field {
        hint: "Two letters. Rules for a person or a site are written on their pages.".into(),
        ..Field::text("country", "Country", "")
    }];
    fields.extend(rule_fields(today));
    ListPage {
        shell,
        csrf: csrf.to_owned(),
        filters: filters(ask),
        kept: lists::kept(&parameters, &["sort"]),
        chosen_of: lists::kept(&parameters, &["past", "sort"]),
        views: Views::default(),
        export: lists::href("/access.csv", &parameters),
        columns,
        pager: lists::pager(&slice, total, "rules", "/access", &parameters),
        lines: slice.rows.into_iter().filter_map(|r| line(r, today)).collect(),
        fields,
        narrowed: [&ask.name, &ask.subject, &ask.rule].iter().any(|f| !f.is_empty()),
    }
}

pub(in crate::access) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (db, today) = (app.db(), visitor.now.day());
    let list = ask.list(&visitor.actor, today);
    let slice = lists::fetch_sorted(db, &list, &ask.place()).await?;
    let total = lists::count(db, &list).await?;
    let views = views::of(db, &visitor, "/access", query.as_deref()).await?;
    let csrf = if visitor.actor.may(Permission::WritePermission) { visitor.csrf.as_str() } else { "" };
    page(&ListPage { views, ..view(visitor.shell(&app, "Access register"), csrf, &ask, slice, &total, today) })
}

/// Heads of the file.
pub(in crate::access) const HEAD: &[&str] = &[
    "Rule Id",
    "About",
    "Person Id",
    "Person",
    "Account Id",
    "Account",
    "Department",
    "Country",
    "Access Rule",
    "From Time",
    "To Time",
    "Since",
    "Until",
    "Source",
    "Note",
];

/// Rows of the file: all that `ask` shows, or of those only the chosen.
pub(in crate::access) async fn exported(db: &Db, actor: &Actor, ask: &Ask, today: Day, chosen: &[i64]) -> Result<Vec<Vec<String>>> {
    let mut list = ask.list(actor, today);
    list.only(chosen);
    let id = |id: Option<i64>| id.map_or(String::new(), |id| id.to_string());
    let clock = |m: Option<i64>| m.map_or(String::new(), |m| format!("{:02}:{:02}", m / 60, m % 60));
    let rows = lists::all::<RuleRow>(db, &list).await?.into_iter().map(|r| {
        vec![
            r.id.to_string(),
            Subject::parse(&r.subject).map_or(r.subject, |s| s.label().to_owned()),
            id(r.person_id),
            r.person.unwrap_or_default(),
            id(r.account_id),
            r.account.unwrap_or_default(),
            r.department,
            r.country,
            r.rule,
            clock(r.from_minute),
            clock(r.to_minute),
            Day::stored(r.valid_from).to_string(),
            r.valid_to.map_or(String::new(), |d| Day::stored(d).to_string()),
            r.source,
            r.note,
        ]
    });
    Ok(rows.collect())
}

pub(in crate::access) async fn csv(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let rows = exported(app.db(), &visitor.actor, &ask, visitor.now.day(), &lists::chosen(query.as_deref())).await?;
    sheets::csv("access.csv", HEAD, rows)
}

/// The page with `rows`, and without any.
pub(super) fn samples(rows: &[RuleRow], today: Day) -> Vec<(&'static str, String)> {
    let slice = |rows: &[RuleRow]| Slice { rows: rows.to_vec(), previous: None, next: None };
    let draw = |csrf: &str, ask: &Ask, rows: &[RuleRow]| {
        let shown = view(Shell::sample("Access register"), csrf, ask, slice(rows), &rows.len().to_string(), today);
        askama::Template::render(&shown).unwrap_or_default()
    };
    let narrowed = Ask { name: "<b>".into(), sort: "-since".into(), ..Ask::default() };
    vec![
        ("access", draw("sample", &Ask::default(), rows)),
        ("access-empty", draw("", &Ask::default(), &[])),
        ("access, none fits", draw("", &narrowed, &[])),
    ]
}
