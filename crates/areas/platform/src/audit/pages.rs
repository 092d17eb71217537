//! The page of the audit log.

use super::queries::{Entry, Found, Search, search};
use crate::imports::export::csv;
use crate::users::all;
use crate::views::{self, Views};
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::{Day, Error, Permission, Result, Role, Time};
use rounds_web::components::{Column, Filter, Pager};
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
    entries: Vec<Line>,
    columns: Vec<Column>,
    pager: Pager,
    partial: bool,
    searched: bool,
    export: String,
    views: Views,
}

struct Line {
    iso: String,
    at: String,
    actor: String,
    role: String,
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
        iso: Time(e.at).rfc3339(),
        at: locale.time(Time(e.at), zone),
        actor: e.actor,
        role: Role::parse(&e.role).map_or(e.role, |r| r.label().to_owned()),
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
    before: Option<i64>,
}

impl AuditQuery {
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
            before: self.before,
        })
    }

    fn query(&self, before: Option<i64>) -> String {
        let enc = |t: &str| url::form_urlencoded::byte_serialize(t.trim().as_bytes()).collect::<String>();
        let fields = [("user", &self.user), ("command", &self.command), ("from", &self.from), ("to", &self.to), ("text", &self.text)];
        let mut parts: Vec<String> = fields.iter().filter(|(_, v)| !v.trim().is_empty()).map(|(k, v)| format!("{k}={}", enc(v))).collect();
        parts.extend(before.map(|b| format!("before={b}")));
        parts.join("&")
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

fn view(shell: Shell, visitor: (Locale, &str), q: &AuditQuery, users: &[(String, String)], found: Found) -> AuditPage {
    let shown = format!("{} shown, newest first", found.entries.len());
    let next = found.next.map(|id| format!("/audit?{}", q.query(Some(id))));
    AuditPage {
        shell,
        filters: q.filters(users),
        entries: found.entries.into_iter().map(|e| line(e, visitor.0, visitor.1)).collect(),
        columns: ["When", "Who", "Command", "Input", "What changed"].iter().map(|c| Column::text(c)).collect(),
        pager: Pager { shown, next, ..Pager::default() },
        partial: found.partial,
        searched: !q.query(None).is_empty(),
        export: format!("/audit/export?{}", q.query(None)),
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

pub(super) async fn export(State(app): State<App>, visitor: Visitor, Query(q): Query<AuditQuery>) -> WebResult {
    visitor.actor.require(Permission::ReadAudit)?;
    let mut s = q.search()?;
    let mut rows = Vec::new();
    while rows.len() < MOST_EXPORTED {
        let found = search(app.db(), &s, 5_000).await?;
        rows.extend(found.entries.into_iter().map(|e| vec![Time(e.at).rfc3339(), e.actor, e.role, e.command, e.input, e.notes]));
        s.before = found.next;
        if s.before.is_none() {
            break;
        }
    }
    rows.truncate(MOST_EXPORTED);
    let text = csv(&["at", "actor", "role", "command", "input", "notes"], rows);
    Ok(rounds_web::download("audit.csv", text))
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
    let words = AuditQuery { text: "scope <b>".into(), ..AuditQuery::default() };
    vec![
        ("audit", draw(&AuditQuery::default(), Found { entries, next: Some(7), partial: false })),
        ("audit, none found yet", draw(&words, Found { entries: Vec::new(), next: Some(900_000), partial: true })),
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
        assert_eq!(q.query(Some(9)), "user=5&text=a%26b&before=9");
        assert!(AuditQuery { from: "2026-02-30".into(), ..AuditQuery::default() }.search().is_err());
    }
}
