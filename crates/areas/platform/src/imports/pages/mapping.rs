//! Which column is which: what was guessed, with values from the file, to be confirmed or put right, and saved for the next file.

use super::super::commands::{SaveMapping, header_of};
use super::super::import::{Table, header_fingerprint, order_of, place};
use super::super::model::{Form, folded};
use super::super::store::{self, Saved};
use super::super::{Ask, DayOrder, FileInfo, Importer, Importers, Mapping, ask, choose};
use axum::extract::{Form as Posted, Path, Query, State};
use rounds_kernel::{Error, Result};
use rounds_store::Runner;
use rounds_web::components::{Choice, Field};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Rows looked at for examples.
const LOOKED_AT: usize = 500;

/// Different words of one column that are offered for translation.
const MOST_WORDS: usize = 40;

#[derive(Debug, askama::Template)]
#[template(path = "imports/templates/mapping.html")]
struct MappingPage {
    shell: Shell,
    hash: String,
    file: String,
    kinds: Field,
    problem: Option<ToDo>,
    chosen: Option<Chosen>,
}

/// The form for one kind of file.
#[derive(Debug)]
struct Chosen {
    kind: String,
    rows: Vec<MapRow>,
    words: Vec<WordRow>,
    options: Vec<Field>,
}

/// One of our columns.
#[derive(Debug)]
struct MapRow {
    name: String,
    label: String,
    required: bool,
    options: Vec<Choice>,
    samples: String,
    certainty: &'static str,
}

/// One of their words.
#[derive(Debug)]
struct WordRow {
    name: String,
    column: String,
    theirs: String,
    options: Vec<Choice>,
}

/// Which kind of file the page is drawn for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct KindAsk {
    kind: String,
}

/// How a file that has just arrived is to be read, where that needs nobody's word: all columns bear our own names, or somebody
/// confirmed a file with this header before. `None` when a person has to look.
pub(super) async fn known(runner: &Runner, importers: &Importers, file: &FileInfo, kind: Option<&str>) -> Result<Option<Ask>> {
    let table = header_of(runner, file, &Mapping::default()).await?;
    if let Some(saved) = store::mapping_for(&runner.db, &header_fingerprint(&table.header)).await?
        && kind.is_none_or(|k| k == saved.kind)
    {
        return Ok(Some(Ask { kind: Some(saved.kind), mapping: saved.mapping, dry_run: false }));
    }
    let importer = match choose(importers, kind, &table.header, &Mapping::default()) {
        Ok(importer) => importer,
        // A kind that does not exist is a mistake; a header that does not fit is what the page is for.
        Err(e) if kind.is_some_and(|k| importers.iter().all(|i| i.kind() != k)) => return Err(e),
        Err(_) => return Ok(None),
    };
    let own =
        |i: usize| importer.columns().iter().any(|c| c.position(&table.header) == Some(i) && folded(c.name) == folded(&table.header[i]));
    let read: BTreeSet<usize> = importer.columns().iter().filter_map(|c| c.position(&table.header)).collect();
    Ok(read.into_iter().all(own).then(|| Ask { kind: Some(importer.kind().into()), ..Ask::default() }))
}

fn rows_of(table: &mut Table) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    while out.len() < LOOKED_AT {
        let Ok(Some(cells)) = table.next_cells() else { break };
        out.extend(cells);
    }
    out
}

pub(super) async fn form(app: App, visitor: Visitor, hash: String, asked: KindAsk, importers: Importers) -> WebResult {
    let file = store::file(app.db(), &hash, app.runner().now()).await?;
    let mut table = header_of(app.runner(), &file, &Mapping::default()).await?;
    let saved = store::mapping_for(app.db(), &header_fingerprint(&table.header)).await?;
    let kind = Some(asked.kind).filter(|k| !k.is_empty()).or_else(|| saved.as_ref().map(|s| s.kind.clone()));
    let saved = saved.filter(|s| Some(&s.kind) == kind.as_ref());
    let guessed = choose(&importers, kind.as_deref(), &table.header, &Mapping::default());
    let (importer, problem) = match guessed {
        Ok(importer) => (Some(importer), None),
        // A kind that lacks columns is still shown: that is what the page is for.
        Err(e) => (importers.iter().find(|i| Some(i.kind()) == kind.as_deref()).map(AsRef::as_ref), Some(e)),
    };
    let header = table.header.clone();
    let rows = rows_of(&mut table);
    let chosen = importer.map(|i| chosen(i, &header, &rows, saved, &file.name, &visitor.actor.zone));
    let shell = visitor.shell(&app, &format!("Import {}", file.name));
    page(&view(shell, hash, file.name, &importers, problem, chosen))
}

fn view(shell: Shell, hash: String, file: String, importers: &Importers, problem: Option<Error>, chosen: Option<Chosen>) -> MappingPage {
    let at = chosen.as_ref().map_or("", |c| c.kind.as_str());
    let mut kinds: Vec<(&str, &str)> = vec![("", "Choose what the file is")];
    kinds.extend(importers.iter().map(|i| (i.kind(), i.title())));
    let kinds = Field { options: Choice::list(&kinds, at), ..Field::text("kind", "What it is", at) };
    MappingPage { shell, hash, file, kinds, problem: problem.map(to_do), chosen }
}

/// What the page asks for.
#[derive(Debug)]
struct ToDo {
    tone: &'static str,
    title: String,
    text: String,
    code: String,
}

/// A header that nobody has explained yet is work to do here, not a fault.
fn to_do(e: Error) -> ToDo {
    let asked = match e.code.as_str() {
        "import.kind_unknown" => Some("This header is new: choose what the file is, then say which column is which"),
        "import.columns_missing" => Some("Some columns that are needed have other names here: choose them below"),
        _ => None,
    };
    match asked {
        Some(title) => {
            ToDo { tone: "info", title: title.into(), text: "Nothing was read yet, and nothing was changed.".into(), code: e.code }
        }
        None => ToDo { tone: "error", title: e.cause, text: e.remedy, code: e.code },
    }
}

/// One of our columns in words; what is an abbreviation in the field's language stays one.
fn label(column: &str) -> String {
    match column {
        "ccn" | "npi" | "gln" | "aha" | "hin" | "dea" | "zip" => column.to_uppercase(),
        _ => column.replace('_', " "),
    }
}

fn chosen(importer: &dyn Importer, header: &[String], rows: &[Vec<String>], saved: Option<Saved>, file: &str, zone: &str) -> Chosen {
    let name = saved.as_ref().map_or_else(|| file.split('.').next().unwrap_or(file).to_owned(), |s| s.name.clone());
    let confirmed = saved.is_some();
    let mapping = saved.map(|s| s.mapping).unwrap_or_default();
    let mut out = Chosen { kind: importer.kind().into(), rows: Vec::new(), words: Vec::new(), options: Vec::new() };
    let mut days = None;
    for (i, column) in importer.columns().iter().enumerate() {
        let at = place(column, header, &mapping);
        let cells = || rows.iter().filter_map(|r| r.get(at?)).map(String::as_str).filter(|c| !c.is_empty());
        let certainty = match at {
            None => "not in this file",
            Some(_) if confirmed => "confirmed before",
            Some(p) if folded(&header[p]) == folded(column.name) => "certain: our own name",
            Some(_) => "likely: another name for it",
        };
        let mut options = vec![Choice { selected: at.is_none(), ..Choice::new("", "— not read —") }];
        options.extend(header.iter().enumerate().map(|(h, theirs)| Choice { selected: at == Some(h), ..Choice::new(theirs, theirs) }));
        let mut samples: Vec<&str> = cells().take(30).collect();
        samples.dedup();
        out.rows.push(MapRow {
            name: format!("column:{}", column.name),
            label: label(column.name),
            required: column.required,
            options,
            samples: samples.into_iter().take(3).collect::<Vec<_>>().join(" · "),
            certainty,
        });
        if matches!(column.form, Form::Day | Form::Moment) && at.is_some() {
            days = days.or(Some(order_of(cells())));
        }
        out.words.extend(words(importer, i, cells(), &mapping));
    }
    if let Some(found) = days.filter(|d| *d != Some(None)) {
        let now = mapping.days.or(found.flatten());
        let at = now.map_or("", |d| if d == DayOrder::DayFirst { "day_first" } else { "month_first" });
        let list =
            [("", "Please choose"), ("day_first", "3/4/2026 is the third of April"), ("month_first", "3/4/2026 is the fourth of March")];
        out.options.push(Field { options: Choice::list(&list, at), ..Field::text("days", "How days are written", at) });
    }
    let comma = mapping.decimal_comma.map_or("", |c| if c { "yes" } else { "no" });
    let list = [("", "Tell by the numbers"), ("no", "1,234.50"), ("yes", "1.234,50")];
    out.options.push(Field {
        options: Choice::list(&list, comma),
        required: false,
        ..Field::text("comma", "How numbers are written", comma)
    });
    let zone = mapping.zone.as_deref().unwrap_or(zone);
    let hint = "For times without an offset, e.g. America/Chicago.".into();
    out.options.push(Field { hint, required: false, ..Field::text("zone", "Time zone", zone) });
    let hint = "Files with the same header are then read this way without asking.".into();
    out.options.push(Field { hint, required: false, ..Field::text("save_as", "Save as", &name) });
    out
}

fn words<'a>(importer: &dyn Importer, i: usize, cells: impl Iterator<Item = &'a str>, mapping: &Mapping) -> Vec<WordRow> {
    let ours = importer.words(i);
    if ours.is_empty() {
        return Vec::new();
    }
    let column = importer.columns()[i].name;
    let theirs: BTreeSet<&str> = cells.take(LOOKED_AT).collect();
    let row = |word: &str| {
        let said = mapping.values.get(column).and_then(|v| v.get(word)).map(String::as_str);
        let at = said.or_else(|| importer.word(i, word)).unwrap_or("");
        let mut list = vec![("", "not understood: as it stands")];
        list.extend(ours.iter().copied());
        WordRow {
            name: format!("value:{column}:{word}"),
            column: column.replace('_', " "),
            theirs: word.to_owned(),
            options: Choice::list(&list, at),
        }
    };
    theirs.into_iter().take(MOST_WORDS).map(row).collect()
}

fn mapping_of(fields: &BTreeMap<String, String>) -> Mapping {
    let mut mapping = Mapping::default();
    for (name, value) in fields {
        if let Some(column) = name.strip_prefix("column:") {
            mapping.columns.insert(column.to_owned(), value.clone());
        } else if let Some((column, theirs)) = name.strip_prefix("value:").and_then(|n| n.split_once(':'))
            && !value.is_empty()
        {
            mapping.values.entry(column.to_owned()).or_default().insert(theirs.to_owned(), value.clone());
        }
    }
    let field = |name: &str| fields.get(name).map(|v| v.trim()).filter(|v| !v.is_empty());
    mapping.days = field("days").and_then(DayOrder::parse);
    mapping.decimal_comma = field("comma").map(|c| c == "yes");
    mapping.zone = field("zone").map(str::to_owned);
    mapping
}

pub(super) async fn start(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(hash): Path<String>,
    importers: Importers,
    fields: BTreeMap<String, String>,
) -> WebResult {
    let runner = app.runner();
    let file = store::file(app.db(), &hash, runner.now()).await?;
    let mapping = mapping_of(&fields);
    let dry_run = fields.get("do").is_some_and(|d| d == "dry_run");
    let kind = fields.get("kind").cloned().unwrap_or_default();
    let how = Ask { kind: Some(kind.clone()), mapping: mapping.clone(), dry_run };
    let job = ask(runner, &visitor.actor, &importers, file.clone(), how).await?;
    if let Some(name) = fields.get("save_as").map(|n| n.trim()).filter(|n| !n.is_empty() && n.chars().count() <= 100) {
        let table = header_of(runner, &file, &mapping).await?;
        let saved = SaveMapping { header: header_fingerprint(&table.header), name: name.to_owned(), kind, mapping };
        runner.run(&visitor.actor, saved).await?;
    }
    let said = if dry_run {
        "The dry run has begun: what would change is shown here."
    } else {
        "The file will be read now. You may leave this page."
    };
    flashes.good(&format!("/imports/{}", job.id), said).await
}

/// The form's fields, as sent.
pub(super) type Fields = Posted<BTreeMap<String, String>>;

/// The page's address state.
pub(super) type Asked = Query<KindAsk>;

/// The page drawn from samples.
pub(super) fn samples() -> Vec<(&'static str, String)> {
    let none: Importers = std::sync::Arc::new(Vec::new());
    let row = |label: &str, certainty, samples: &str| MapRow {
        name: format!("column:{label}"),
        label: label.into(),
        required: label == "account id",
        options: Choice::list(&[("", "— not read —"), ("Customer No", "Customer No")], "Customer No"),
        samples: samples.into(),
        certainty,
    };
    let word = WordRow {
        name: "value:channel:In Person".into(),
        column: "channel".into(),
        theirs: "In <b>Person</b>".into(),
        options: Choice::list(&[("visit", "Visit"), ("phone", "Call")], "visit"),
    };
    let full = Chosen {
        kind: "contacts".into(),
        rows: vec![row("account id", "likely: another name for it", "0017 · 0018"), row("note", "not in this file", "")],
        words: vec![word],
        options: vec![Field::text("save_as", "Save as", "calls")],
    };
    let draw = |problem, chosen| {
        let view = view(Shell::sample("Import calls.csv"), "h".into(), "calls.csv".into(), &none, problem, chosen);
        askama::Template::render(&view).unwrap_or_default()
    };
    let unknown = Error::invalid("import.kind_unknown", "The header is of no kind that can be read.", "Say what it is.");
    vec![("import, columns", draw(None, Some(full))), ("import, of no known kind", draw(Some(unknown), None))]
}
