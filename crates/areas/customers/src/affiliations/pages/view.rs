//! The page itself.

use super::super::check;
use super::super::model::{HAND, LinkKind, Said};
use super::super::queries::{Known, known};
use axum::extract::{Path, State};
use rounds_kernel::{Day, Error, Permission, Time};
use rounds_web::components::{Column, Field};
use rounds_web::{App, Shell, Visitor, WebResult, page};

#[derive(Debug, askama::Template)]
#[template(path = "affiliations/templates/list.html")]
struct LinksPage {
    shell: Shell,
    title: String,
    sub: String,
    back: String,
    path: String,
    columns: Vec<Column>,
    links: Vec<LinkLine>,
    said_columns: Vec<Column>,
    said: Vec<[String; 5]>,
    edits: Vec<EditLine>,
    /// Fields of a new link; empty for those who may not change the record.
    fields: Vec<Field>,
    exclusive: bool,
    posts: bool,
    today: String,
}

#[derive(Debug)]
struct LinkLine {
    parent: i64,
    name: String,
    href: Option<String>,
    from: String,
    to: String,
    post: String,
    source: String,
    confidence: String,
    role: String,
    title: String,
    department: String,
    share: String,
}

#[derive(Debug)]
struct EditLine {
    id: i64,
    when: String,
    name: String,
    what: String,
    reason: String,
    /// Who undid it and when; empty while it stands.
    undone: String,
}

fn day(d: i64) -> String {
    i32::try_from(d).map_or(String::new(), |d| Day(d).to_string())
}

pub(super) fn record_path(kind: &str, id: i64) -> Option<String> {
    match kind {
        "system" => Some(format!("/systems/{id}")),
        "account" => Some(format!("/accounts/{id}")),
        "person" => Some(format!("/people/{id}")),
        "group" => Some(format!("/groups/{id}")),
        _ => None,
    }
}

fn words(said: Said) -> &'static str {
    match said {
        Said::Here => "at",
        Said::Alone => "at none",
        Said::Unlisted => "no longer listed",
        Said::Opened => "since then at",
        Said::Ended => "no longer at",
    }
}

fn view(shell: Shell, kind: LinkKind, child: i64, found: Known, zone: &str, may_change: bool, today: Day) -> LinksPage {
    let name = |id: i64| found.parents.get(&id).cloned().unwrap_or_default();
    let percent = |c: f64| format!("{:.0} %", c * 100.0);
    let line = |l: &super::super::Affiliation| LinkLine {
        parent: l.parent_id,
        name: name(l.parent_id),
        href: record_path(kind.parent(), l.parent_id),
        from: day(l.valid_from),
        to: l.valid_to.map_or(String::new(), day),
        post: [l.role.replace('_', " "), l.title.clone(), l.department.clone(), l.share.map_or(String::new(), |s| format!("{s} %"))]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        source: l.source.clone(),
        confidence: percent(l.confidence),
        role: l.role.clone(),
        title: l.title.clone(),
        department: l.department.clone(),
        share: l.share.map_or(String::new(), |s| s.to_string()),
    };
    let said = found.said.iter().map(|s| {
        let source = if s.source == HAND { "by hand".into() } else { s.source.clone() };
        [day(s.day), source, words(s.said).into(), name(s.parent), percent(s.confidence)]
    });
    let edit = |e: &super::super::queries::Edited| EditLine {
        id: e.id,
        when: Time(e.at).in_zone(zone),
        name: e.name.clone(),
        what: e.what.clone(),
        reason: e.reason.clone(),
        undone: e
            .undone_at
            .map_or(String::new(), |at| format!("undone {} by {}", Time(at).in_zone(zone), e.undone_by.clone().unwrap_or_default())),
    };
    let posts = matches!(kind, LinkKind::PersonAccount | LinkKind::AccountAccount);
    LinksPage {
        shell,
        title: format!("{}: {}", found.name, kind.label().to_lowercase()),
        sub: "what holds and held, who said so, and changes by hand".into(),
        back: record_path(kind.child(), child).unwrap_or_default(),
        path: format!("/affiliations/{}/{child}", kind.code()),
        columns: ["With", "From", "Until", "As", "Source", "Sure"].map(Column::text).to_vec(),
        links: found.links.iter().map(line).collect(),
        said_columns: ["Day", "Who", "Says", "With", "Sure"].map(Column::text).to_vec(),
        said: said.collect(),
        edits: found.edits.iter().map(edit).collect(),
        fields: if may_change { fields(posts, today) } else { Vec::new() },
        exclusive: kind.exclusive(),
        posts,
        today: today.to_string(),
    }
}

fn fields(posts: bool, today: Day) -> Vec<Field> {
    let date = |name: &str, label: &str, value: &str, required| Field { kind: "date".into(), required, ..Field::text(name, label, value) };
    let mut all = vec![
        Field { hint: "Its whole name, its number, or its key.".into(), ..Field::text("parent", "With", "") },
        date("from", "From", &today.to_string(), true),
        date("to", "Until", "", false),
    ];
    if posts {
        all.extend(
            ["role", "title", "department"]
                .map(|n| Field { required: false, ..Field::text(n, &format!("{}{}", n[..1].to_uppercase(), &n[1..]), "") }),
        );
        all.push(Field { kind: "number".into(), required: false, ..Field::text("share", "Share of working time, %", "") });
    }
    all.push(Field {
        hint: "Stands beside the change for those who come after.".into(),
        ..Field::text("reason", "Why, and where you know it from", "")
    });
    all
}

pub(in crate::affiliations) async fn list(State(app): State<App>, visitor: Visitor, Path((kind, child)): Path<(String, i64)>) -> WebResult {
    let kind = LinkKind::parse(&kind).ok_or_else(|| Error::not_found("kind of link"))?;
    check::end_known(app.db(), &visitor.actor, kind.child(), child).await?;
    let found = known(app.db(), &visitor.actor, kind, child).await?;
    let (actor, today) = (&visitor.actor, visitor.now.day());
    page(&view(visitor.shell(&app, &found.name.clone()), kind, child, found, &actor.zone, actor.may(Permission::WriteRecord), today))
}

pub(in crate::affiliations) fn samples() -> Vec<(&'static str, String)> {
    use super::super::model::{Affiliation, Sighting};
    use super::super::queries::Edited;
    let link = |id, parent_id, valid_from, valid_to| Affiliation {
        id,
        child_id: 7,
        parent_id,
        valid_from,
        valid_to,
        source: "ahrq-hospitals".into(),
        confidence: 1.0,
        role: String::new(),
        title: String::new(),
        department: String::new(),
        share: None,
    };
    let found = || Known {
        name: "St. Brigid <b>Medical</b> Center".into(),
        links: vec![link(2, 3, 19_000, None), link(1, 4, 17_896, Some(19_000))],
        said: vec![Sighting::new(7, 3, "ahrq-hospitals", Day(19_000), Said::Here), Sighting::new(7, 4, HAND, Day(17_896), Said::Opened)],
        edits: vec![Edited {
            id: 5,
            at: 1_795_000_000_000_000,
            name: "Priya Raman".into(),
            what: "Part of Old Lakes, from 2018-12-31".into(),
            reason: "Letter of the <system>".into(),
            undone_at: None,
            undone_by: None,
        }],
        parents: [(3, "Northlake Health".to_owned()), (4, "Old Lakes".to_owned())].into(),
    };
    let none = Known { links: Vec::new(), said: Vec::new(), edits: Vec::new(), ..found() };
    let draw = |kind, found, may| {
        askama::Template::render(&view(Shell::sample("Links"), kind, 7, found, "UTC", may, Day(20_000))).unwrap_or_default()
    };
    vec![("affiliations", draw(LinkKind::AccountSystem, found(), true)), ("affiliations, none", draw(LinkKind::PersonAccount, none, false))]
}
