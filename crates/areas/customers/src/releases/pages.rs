//! Pages of releases.

use super::model::{Change, ChangeKind, ReleaseReport, compare};
use super::queries::{self, snapshot};
use super::store::{self, Release};
use axum::extract::{Multipart, Path, Query as Asked, State};
use rounds_kernel::{Day, Error, Time};
use rounds_web::components::{Column, Stat, Tab, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

/// The source whose releases are compared before they are imported.
const SOURCE: &str = "ahrq-hospitals";
/// Changes shown of one kind.
const SHOWN: usize = 500;

#[derive(Debug, askama::Template)]
#[template(path = "releases/templates/list.html")]
struct ReleasesPage {
    shell: Shell,
    columns: Vec<Column>,
    rows: Vec<[String; 5]>,
}

#[derive(Debug, askama::Template)]
#[template(path = "releases/templates/detail.html")]
struct ReleasePage {
    shell: Shell,
    title: String,
    sub: String,
    preview: bool,
    stats: Vec<Stat>,
    tabs: Vec<Tab>,
    columns: Vec<Column>,
    /// Address of the record, name, before, after.
    rows: Vec<(String, String, String, String)>,
    more: usize,
}

fn day(d: i64) -> String {
    i32::try_from(d).map_or(String::new(), |d| Day(d).to_string())
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor) -> WebResult {
    let releases = store::all(app.db()).await?;
    page(&list_view(visitor.shell(&app, "Releases"), releases, &visitor.actor.zone))
}

fn list_view(shell: Shell, releases: Vec<Release>, zone: &str) -> ReleasesPage {
    let row = |r: Release| [r.id.to_string(), day(r.day), r.source, r.file, Time(r.received_at).in_zone(zone)];
    ReleasesPage {
        shell,
        columns: ["As of", "Source", "File", "Received"].map(Column::text).to_vec(),
        rows: releases.into_iter().map(row).collect(),
    }
}

/// Which changes are shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct KindAsk {
    kind: String,
}

pub(super) async fn detail(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>, Asked(ask): Asked<KindAsk>) -> WebResult {
    let releases = store::all(app.db()).await?;
    let this = releases.iter().find(|r| r.id == id).ok_or_else(|| Error::not_found("release"))?;
    let before = releases.iter().find(|r| r.source == this.source && r.day < this.day);
    let report = match before {
        Some(b) => compare(&snapshot(app.db(), &b.source, b.day).await?, &snapshot(app.db(), &this.source, this.day).await?),
        None => ReleaseReport::default(),
    };
    let sub = before.map_or("the first release that the record holds: nothing to compare with".into(), |b| {
        format!("{}, beside the release of {}", this.file, day(b.day))
    });
    let words = (format!("Release of {}", day(this.day)), sub);
    page(&view(visitor.shell(&app, &words.0), words, report, &ask.kind, Some(id)))
}

/// What a file would change: nothing is kept.
pub(super) async fn preview(State(app): State<App>, visitor: Visitor, mut form: Multipart) -> WebResult {
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or("file").chars().filter(|c| !c.is_control()).take(200).collect::<String>();
            file = Some((name, field.bytes().await.map_err(unreadable)?));
        }
    }
    let Some((name, bytes)) = file.filter(|(_, b)| !b.is_empty()) else {
        return Err(Error::invalid("release.no_file", "No file was chosen.", "Choose the release's hospital linkage file.").into());
    };
    let (latest, report) = queries::preview(app.db(), SOURCE, &bytes).await?;
    let words = (format!("What {name} would change"), format!("beside the release of {}; nothing was imported", day(latest)));
    page(&view(visitor.shell(&app, "Release preview"), words, report, "", None))
}

fn unreadable(e: impl std::fmt::Display) -> Error {
    Error::invalid("release.upload", format!("The upload could not be read: {e}."), "Try it again; files up to 64 MB are taken.")
}

fn record(change: &Change) -> String {
    let system = matches!(change.kind, ChangeKind::Merged | ChangeKind::Dissolved | ChangeKind::Formed | ChangeKind::SystemRenamed);
    let path = if system { "systems" } else { "accounts" };
    change.key.parse::<i64>().map_or(String::new(), |id| format!("/{path}/{id}"))
}

fn view(shell: Shell, (title, sub): (String, String), report: ReleaseReport, kind: &str, id: Option<i64>) -> ReleasePage {
    let chosen = ChangeKind::ALL.iter().copied().find(|k| k.code() == kind);
    let href = |k: ChangeKind| id.map_or("#changes".to_owned(), |id| format!("/releases/{id}?kind={}#changes", k.code()));
    let stat = |k: &ChangeKind| Stat::new(k.label(), report.count(*k).to_string(), &href(*k));
    let tab = |k: &ChangeKind| Tab { label: k.label().into(), href: href(*k), count: report.count(*k), current: chosen == Some(*k) };
    let shown: Vec<&Change> = report.changes.iter().filter(|c| chosen.is_none_or(|k| c.kind == k)).collect();
    let more = shown.len().saturating_sub(SHOWN);
    let row = |c: &&Change| {
        let before = if c.before.is_empty() { "—".into() } else { c.before.clone() };
        let after = if c.after.is_empty() { "—".into() } else { c.after.clone() };
        (record(c), format!("{} ({})", c.name, singular(c.kind)), before, after)
    };
    let mut stats: Vec<Stat> =
        [ChangeKind::Sold, ChangeKind::Joined, ChangeKind::Left, ChangeKind::Merged, ChangeKind::Closed].iter().map(stat).collect();
    stats.push(Stat::new("hospitals unchanged", report.unchanged.to_string(), "#changes").note("said again as before", Tone::Plain));
    ReleasePage {
        shell,
        title,
        sub,
        preview: id.is_none(),
        stats,
        tabs: if id.is_some() { ChangeKind::ALL.iter().filter(|k| report.count(**k) > 0).map(tab).collect() } else { Vec::new() },
        columns: ["What", "Before", "After"].map(Column::text).to_vec(),
        rows: shown.iter().take(SHOWN).map(row).collect(),
        more,
    }
}

fn singular(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Sold => "to another system",
        ChangeKind::Joined => "joined a system",
        ChangeKind::Left => "left its system",
        ChangeKind::Opened => "new in the list",
        ChangeKind::Closed => "no longer listed",
        ChangeKind::HospitalRenamed | ChangeKind::SystemRenamed => "another name",
        ChangeKind::Merged => "merged",
        ChangeKind::Dissolved => "dissolved",
        ChangeKind::Formed => "formed",
    }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let release =
        |id, day| Release { id, source: SOURCE.into(), day, file: "linkage-<b>2021</b>.csv".into(), received_at: 1_795_000_000_000_000 };
    let change = |kind, key: &str| Change {
        kind,
        key: key.into(),
        name: "St. <i>Brigid</i>".into(),
        before: "Old Lakes".into(),
        after: "Northlake".into(),
    };
    let report = ReleaseReport { changes: vec![change(ChangeKind::Sold, "7"), change(ChangeKind::Merged, "HSI9")], unchanged: 6_740 };
    let words = || ("Release of 2021-12-31".to_owned(), "beside the release of 2018-12-31".to_owned());
    let list = |rows| askama::Template::render(&list_view(Shell::sample("Releases"), rows, "UTC")).unwrap_or_default();
    let draw = |report, kind, id| askama::Template::render(&view(Shell::sample("Release"), words(), report, kind, id)).unwrap_or_default();
    vec![
        ("releases", list(vec![release(2, 18_992), release(1, 17_896)])),
        ("releases, none", list(Vec::new())),
        ("release", draw(report.clone(), "sold", Some(2))),
        ("release preview", draw(report, "", None)),
        ("release, nothing new", draw(ReleaseReport::default(), "", Some(1))),
    ]
}
