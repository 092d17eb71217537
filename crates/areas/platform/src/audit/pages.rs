//! The page of the audit log.

use super::model::words;
use super::queries::{Entry, Found, Search, search};
use crate::imports::export::csv;
use crate::users::all;
use crate::views::{self, Views, chosen};
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::{Day, Error, Permission, Result, Role, Time};
use rounds_web::components::{Column, Filter, Pager, Sort};
use rounds_web::{App, Locale, Shell, Visitor, WebResult, page, plain};
use serde::Deserialize;

const PER_PAGE: usize = 50;
/// Rows of one exported file.
const MOST_EXPORTED: usize = 50_000;

#[derive(askama::Template)]
#[template(path = "audit/templates/list.html")]
struct AuditPage {
    shell: Shell,
    filters: Vec<Filter>,
    sort: &'static str,
    entries: Vec<Line>,
    columns: Vec<Column>,
    pager: Pager,
    partial: bool,
    searched: bool,
    export: String,
    views: Views,
}

struct Line {
    id: i64,
    iso: String,
    at: String,
    actor: String,
    role: String,
    /// What was done, in words.
    what: String,
    command: String,
    input: Vec<(String, String)>,
    notes: Vec<String>,
}

/// Fields of the input as people read them: a name and a value.
fn readable(input: &str) -> Vec<(String, String)> {
    match serde_json::from_str::<serde_json::Value>(input) {
        Ok(serde_json::Value::Object(fields)) => fields.iter().map(|(k, v)| (plain::name(k), plain::value(k, v))).collect(),
        Ok(serde_json::Value::Null) => Vec::new(),
        Ok(other) => vec![(String::new(), plain::value("", &other))],
        Err(_) => vec![(String::new(), input.to_owned())],
    }
}

fn line(e: Entry, locale: Locale, zone: &str) -> Line {
    Line {
        id: e.id,
        iso: Time(e.at).rfc3339(),
        at: locale.time(Time(e.at), zone),
        actor: e.actor,
        role: Role::parse(&e.role).map_or(e.role, |r| r.label().to_owned()),
        what: words(&e.command),
        command: e.command,
        input: readable(&e.input),
        notes: e.notes.lines().map(str::to_owned).collect(),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct AuditQuery {
    user: String,
    command: String,
    from: String,
    to: String,
    text: String,
    /// `when` for the oldest first, else the newest.
    sort: String,
    after: String,
}

impl AuditQuery {
    fn oldest(&self) -> bool {
        self.sort == "when"
    }

    fn search(&self) -> Result<Search> {
        let day = |text: &str| if text.trim().is_empty() { Ok(None) } else { Day::parse(text).map(Some) };
        let user = match self.user.trim() {
            "" => None,
            text => {
                Some(text.parse().map_err(|_| Error::invalid("audit.user", format!("“{text}” is no user."), "Choose one from the list."))?)
            }
        };
        Ok(Search {
            user,
            command: self.command.trim().to_owned(),
            from: day(&self.from)?,
            to: day(&self.to)?,
            text: self.text.trim().to_owned(),
            oldest: self.oldest(),
            after: self.after.parse().ok(),
            chosen: Vec::new(),
        })
    }

    /// What stands in the address, with another order and place.
    fn query(&self, sort: &str, after: Option<i64>) -> String {
        let enc = |t: &str| url::form_urlencoded::byte_serialize(t.trim().as_bytes()).collect::<String>();
        let fields: [(&str, &str); 6] = [
            ("user", &self.user),
            ("command", &self.command),
            ("from", &self.from),
            ("to", &self.to),
            ("text", &self.text),
            ("sort", sort),
        ];
        let mut parts: Vec<String> = fields.iter().filter(|(_, v)| !v.trim().is_empty()).map(|(k, v)| format!("{k}={}", enc(v))).collect();
        parts.extend(after.map(|id| format!("after={id}")));
        parts.join("&")
    }

    /// The heads of the columns; the first one turns the order around.
    fn columns(&self) -> Vec<Column> {
        let (sort, other) = if self.oldest() { (Sort::Ascending, "") } else { (Sort::Descending, "when") };
        let mut all = ["When", "Who", "What was done", "Input", "What changed"].map(Column::text);
        all[0] = all[0].clone().sortable(&address("/audit", &self.query(other, None)), sort);
        all.to_vec()
    }

    fn filters(&self, users: &[(String, String)]) -> Vec<Filter> {
        let mut pairs: Vec<(&str, &str)> = vec![("", "Everyone")];
        pairs.extend(users.iter().map(|(id, name)| (id.as_str(), name.as_str())));
        let text = |name: &str, label: &str, value: &str, placeholder: &str| Filter {
            name: name.into(),
            label: label.into(),
            value: value.into(),
            placeholder: placeholder.into(),
            ..Filter::default()
        };
        vec![
            Filter::select("user", "Who", &pairs, &self.user),
            text("command", "Command", &self.command, "starts with, e.g. platform."),
            text("from", "From", &self.from, "2026-11-01"),
            text("to", "To", &self.to, "2026-11-30"),
            text("text", "Words", &self.text, "in what, who and notes"),
        ]
    }
}

fn address(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

fn view(shell: Shell, visitor: (Locale, &str), q: &AuditQuery, users: &[(String, String)], found: Found) -> AuditPage {
    let (sort, order) = if q.oldest() { ("when", "oldest") } else { ("", "newest") };
    let shown = format!("{} shown, {order} first", found.entries.len());
    let next = found.next.map(|id| address("/audit", &q.query(sort, Some(id))));
    AuditPage {
        shell,
        filters: q.filters(users),
        sort,
        entries: found.entries.into_iter().map(|e| line(e, visitor.0, visitor.1)).collect(),
        columns: q.columns(),
        pager: Pager { shown, next, ..Pager::default() },
        partial: found.partial,
        searched: !q.query("", None).is_empty(),
        export: address("/audit/export", &q.query(sort, None)),
        views: Views::default(),
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(q): Query<AuditQuery>, RawQuery(query): RawQuery) -> WebResult {
    let found = search(app.db(), &q.search()?, PER_PAGE).await?;
    let users: Vec<(String, String)> = all(app.db()).await?.into_iter().map(|u| (u.id.to_string(), u.name)).collect();
    let views = views::of(app.db(), &visitor, "/audit", query.as_deref()).await?;
    let shell = visitor.shell(&app, "Audit log");
    page(&AuditPage { views, ..view(shell, (visitor.locale, &visitor.actor.zone), &q, &users, found) })
}

/// Heads of the file.
pub(super) const HEAD: &[&str] = &["at", "actor", "role", "command", "input", "notes"];

/// Rows of the file: all that is found.
pub(super) async fn exported(db: &impl rounds_store::Query, mut s: Search) -> Result<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    while rows.len() < MOST_EXPORTED {
        let found = search(db, &s, 5_000).await?;
        rows.extend(found.entries.into_iter().map(|e| vec![Time(e.at).rfc3339(), e.actor, e.role, e.command, e.input, e.notes]));
        s.after = found.next;
        if s.after.is_none() {
            break;
        }
    }
    rows.truncate(MOST_EXPORTED);
    Ok(rows)
}

pub(super) async fn export(State(app): State<App>, visitor: Visitor, Query(q): Query<AuditQuery>, RawQuery(query): RawQuery) -> WebResult {
    visitor.actor.require(Permission::ReadAudit)?;
    let s = Search { chosen: chosen(query.as_deref()), ..q.search()? };
    Ok(rounds_web::download("audit.csv", csv(HEAD, exported(app.db(), s).await?)))
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let entry = |id, command: &str, input: &str, notes: &str| Entry {
        id,
        at: 1_795_000_000_000_000,
        actor: "Ines <b>Kowalski".into(),
        role: "remote_rep".into(),
        command: command.into(),
        input: input.into(),
        notes: notes.into(),
    };
    let entries = vec![
        entry(8, "platform.edit_user", "{\"user\":5,\"name\":\"Bo <i>\"}", "role: Field rep → Sales manager\nscope: own → own, country DE"),
        entry(7, "engage.accept", "{\"action\":12}", ""),
    ];
    let users = vec![("5".to_owned(), "Ines Kowalski".to_owned())];
    let draw = |q: &AuditQuery, found| {
        askama::Template::render(&view(Shell::sample("Audit log"), (Locale::default(), "UTC"), q, &users, found)).unwrap_or_default()
    };
    let searched = AuditQuery { text: "scope <b>".into(), sort: "when".into(), ..AuditQuery::default() };
    vec![
        ("audit", draw(&AuditQuery::default(), Found { entries, next: Some(7), partial: false })),
        ("audit, none found yet", draw(&searched, Found { entries: Vec::new(), next: Some(900_000), partial: true })),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_read_as_names_and_values() {
        assert_eq!(readable("{\"user_id\":5,\"why\":null}"), [("user id".into(), "5".into()), ("why".into(), "—".into())]);
        assert!(readable("null").is_empty());
        assert_eq!(readable("not json"), [(String::new(), "not json".to_owned())]);
    }

    #[test]
    fn a_search_keeps_its_state_in_the_address() {
        let q = AuditQuery { text: " a&b ".into(), user: "5".into(), ..AuditQuery::default() };
        assert_eq!(q.query("when", Some(9)), "user=5&text=a%26b&sort=when&after=9");
        let heads = |q: &AuditQuery| q.columns()[0].clone().sort_href.unwrap_or_default();
        assert_eq!(heads(&q), "/audit?user=5&text=a%26b&sort=when");
        assert_eq!(heads(&AuditQuery { sort: "when".into(), ..AuditQuery::default() }), "/audit");
        assert!(AuditQuery { from: "2026-02-30".into(), ..AuditQuery::default() }.search().is_err());
    }
}
