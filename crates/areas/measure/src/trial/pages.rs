//! The mirror, and the rows behind each of its numbers.

use super::jobs::ask;
use super::model::{Blank, FINDINGS, Figures, Finding, Sold, Tenth, by_code};
use super::queries::{self, Blanks, FIELDS, Found};
use super::store::{self, Count};
use axum::extract::{Path, Query, State};
use rounds_customers::lists::{Place, Slice, href};
use rounds_customers::reading::money;
use rounds_customers::sheets::{self, Cell, Form, NoticeLine, Part, Section, Sheet, Table};
use rounds_kernel::{Cursor, Day, Error, Permission, Result, Scope, Time};
use rounds_store::Db;
use rounds_web::components::{Pager, Stat, Tone, grouped};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult};
use serde::Deserialize;

fn share(part: i64, whole: i64) -> String {
    if whole == 0 { "unknown".into() } else { format!("{:.1} %", 100.0 * part as f64 / whole as f64) }
}

fn day(day: i32) -> String {
    Day(day).to_string()
}

fn count(counts: &[Count], code: &str) -> i64 {
    counts.iter().filter(|c| c.finding == code).map(|c| c.found).sum()
}

/// Money of a finding, each currency by itself.
fn worth(counts: &[Count], code: &str) -> String {
    let sums = counts.iter().filter(|c| c.finding == code && !c.currency.is_empty()).map(|c| money(c.minor, &c.currency));
    sums.collect::<Vec<_>>().join(", ")
}

/// Findings that rest on what accounts are worth: without any value they are unknown, not none.
fn unknowable(f: &Figures, code: &str) -> bool {
    f.value.is_empty() && matches!(code, "uncovered" | "under" | "over")
}

fn stats(f: &Figures, counts: &[Count], whole: bool) -> Vec<Stat> {
    let stat = |label: &str, code: &str, bad: bool, note: String| {
        if unknowable(f, code) {
            return Stat::new(label, "unknown", &format!("/trial/{code}")).note("no value is known", Tone::Plain);
        }
        let n = count(counts, code);
        let tone = if n == 0 {
            Tone::Good
        } else if bad {
            Tone::Warn
        } else {
            Tone::Plain
        };
        Stat::new(label, grouped(n), &format!("/trial/{code}")).note(note, tone)
    };
    let mut out = Vec::new();
    if whole {
        let sold = f.sold.iter().max_by_key(|s| s.minor);
        let said = sold.map_or("unknown".into(), |s| share(s.unmapped_minor, s.minor));
        let of = sold.map_or("no sales in the record".into(), |s| format!("of {} {}", money(s.minor, &s.currency), f.lines));
        out.push(Stat::new("Sales of no account", said, "/trial/unmapped").note(of, Tone::Plain));
        out.push(stat("Reasons why rows were rejected", "rejected", true, "by file and reason".into()));
    }
    out.push(stat("Accounts that may be one", "duplicate-accounts", true, "pairs to settle".into()));
    out.push(stat("Accounts with value, no contact", "uncovered", true, worth(counts, "uncovered")));
    out.push(stat("Two owners, one day", "same-day", true, "people and days".into()));
    let of = if whole { format!("{} of {} contained", f.contained, f.shared_systems) } else { String::new() };
    out.push(stat("Systems that cross borders", "borders", true, of));
    out
}

fn parts(figures: &Figures, counts: &[Count]) -> Vec<Section> {
    let row = |f: &&Finding| {
        let rows = format!("/trial/{}", f.code);
        let found = if unknowable(figures, f.code) {
            Cell { numeric: true, ..Cell::unknown("no value is known") }
        } else {
            Cell { href: Some(rows.clone()), ..Cell::number(grouped(count(counts, f.code))) }
        };
        let money = if f.money && !unknowable(figures, f.code) { Cell::number(worth(counts, f.code)) } else { Cell::default() };
        vec![Cell::link(f.title, rows).with(f.rule), Cell::text(f.part), found, money]
    };
    let table = Table::new("What was found", &["What", "Part", "#Found", "#Money"], ("Nothing", "Nothing was looked for.", ""));
    vec![Section::table("What was found", "each number opens its rows", table.rows(FINDINGS.iter().map(|f| row(&f))))]
}

fn tenths(f: &Figures) -> Section {
    let (all, worth) = f.tenths.iter().fold((0, 0), |(c, m), t| (c + t.contacts, m + t.minor));
    let row = |(i, t): (usize, &Tenth)| {
        vec![
            Cell::text(match i {
                0 => "Largest tenth".to_owned(),
                9 => "Smallest tenth".to_owned(),
                i => format!("Tenth {}", i + 1),
            }),
            Cell::number(grouped(t.accounts)),
            Cell::number(money(t.minor, &f.currency)).with(share(t.minor, worth)),
            Cell::number(grouped(t.contacts)).with(share(t.contacts, all)),
            Cell::number(format!("{:.1}", t.contacts as f64 / t.accounts.max(1) as f64)),
        ]
    };
    let empty =
        ("No value is known", "Neither potential nor sales of accounts are in the record.", "Import the orders, or potential by account.");
    let table = Table::new("Contacts by tenth", &["Accounts by value", "#Accounts", "#Value", "#Contacts", "#Contacts an account"], empty);
    let rows = if f.value.is_empty() { Vec::new() } else { f.tenths.iter().enumerate().map(row).collect() };
    let by = if f.value == "potential" {
        "value is the potential of a year"
    } else {
        "no potential is known: value is revenue of the twelve months"
    };
    Section::table("Calls against value", if f.value.is_empty() { "" } else { by }, table.rows(rows))
}

fn unknown(blanks: &[Blank]) -> Section {
    let row = |b: &Blank| {
        let field = FIELDS.iter().find(|f| f.code == b.code)?;
        let rows = format!("/trial/{}", b.code);
        let link = Cell::link(field.title, rows.clone());
        Some(vec![
            link,
            Cell { href: Some(rows), ..Cell::number(grouped(b.unknown)) },
            Cell::number(grouped(b.all)),
            Cell::number(share(b.unknown, b.all)),
        ])
    };
    let table = Table::new("What is unknown", &["What", "#Unknown", "#Of", "#Share"], ("Nothing", "No field was looked at.", ""));
    Section::table("What is unknown", "shown as unknown everywhere, never as a number", table.rows(blanks.iter().filter_map(row)))
}

/// What of the folder is in no figure, and what to do about it.
fn unread(counts: &[Count]) -> Option<NoticeLine> {
    let (files, columns) = (count(counts, "unread-files"), count(counts, "unread-columns"));
    let said = match (files, columns) {
        (0, 0) => return None,
        (0, _) => "Some columns of the files were not read; “Columns that were not read” lists them.",
        (_, 0) => "Some files were not read at all; “Files that were not read” lists them with the reason.",
        _ => "Some files and some columns were not read; “Files that were not read” and “Columns that were not read” list them.",
    };
    let text = format!(
        "{said} The figures below know nothing of them. Say which column is which in a mapping and run the trial again with --mapping FILE, for \
         example {{\"orders.csv\": {{\"kind\": \"sale-lines\", \"columns\": {{\"Net Amount\": \"Wert\"}}}}}}."
    );
    Some(NoticeLine { kind: if files > 0 { "partial" } else { "info" }, title: "Not everything was read".into(), text })
}

fn view(shell: Shell, last: Option<&(i64, Figures)>, counts: &[Count], whole: bool, may_ask: bool) -> Sheet {
    let mut sheet = Sheet { shell, title: "Mirror of the business".into(), ..Sheet::default() };
    sheet.sub = "What the files say, and what they do not".into();
    if let Some((at, f)) = last {
        sheet.sub = format!(
            "{} accounts, {} people, {} systems, {} contacts from {} to {}; made on {}",
            grouped(f.accounts),
            grouped(f.people),
            grouped(f.systems),
            grouped(f.contacts),
            day(f.from),
            day(f.to),
            Time(*at).day()
        );
        sheet.stats = stats(f, counts, whole);
        sheet.sections.extend(parts(f, counts));
        sheet.notices.extend(unread(counts).filter(|_| whole));
        let rejected = count(counts, "rejected");
        if whole && rejected > 0 {
            let text = "Some lines of the files could not be used, so the figures below leave them out. Open “Rejected rows” for the file and the \
                        reason; most often a column has a name that was not recognised: say which one it is on the import's page, and read the file again.";
            sheet.notices.push(NoticeLine { kind: "partial", title: "Rows were rejected".into(), text: text.into() });
        }
        if whole {
            sheet.sections.push(tenths(f));
            sheet.sections.push(unknown(&f.blanks));
            if f.shared_systems > 0 {
                let text = format!(
                    "{} of {} systems with two accounts or more have at least 90 % of them with one owner, by {}.",
                    f.contained, f.shared_systems, f.owners_from
                );
                sheet.notices.push(NoticeLine { kind: "info", title: "Systems and owners".into(), text });
            }
        } else {
            let text = "Found rows are those of the accounts you see; figures of the whole base are left out.".into();
            sheet.notices.push(NoticeLine { kind: "info", title: "Within your reach".into(), text });
        }
    } else {
        let empty = (
            "No mirror yet",
            "The record has not been looked at.",
            "rounds trial DIR reads four exported files and makes one; or look at the record as it is.",
        );
        sheet.sections.push(Section::table("", "", Table::new("What was found", &["What"], empty)));
    }
    if may_ask {
        let form = Form {
            action: "/trial".into(),
            button: if last.is_some() { "Look again" } else { "Look at the record" }.into(),
            ..Form::default()
        };
        let sub = "takes some seconds; the page shows the new figures when it is done".into();
        sheet.sections.push(Section { title: "Look".into(), sub, part: Part::Form(form) });
    }
    sheet
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> WebResult {
    let (db, actor) = (app.db(), &visitor.actor);
    let (last, counts) = (store::last(db).await?, store::counts(db, actor).await?);
    let (whole, may_ask) = (actor.scope == Scope::All, actor.may(Permission::WriteRecord));
    view(visitor.shell(&app, "Mirror"), last.as_ref(), &counts, whole, may_ask).respond()
}

pub(super) async fn again(State(app): State<App>, visitor: Visitor, flashes: Flashes) -> WebResult {
    ask(app.runner(), &visitor.actor).await?;
    flashes.good("/trial", "The record is being looked at; this takes some seconds.").await
}

#[derive(Deserialize, Default)]
pub(super) struct PageQuery {
    #[serde(default)]
    after: String,
    #[serde(default)]
    before: String,
}

/// Title, rule and rows of a finding or of an unknown field.
enum Listed {
    Finding(&'static Finding, Slice<Found>),
    Unknown(&'static str, &'static str, Slice<Blanks>),
}

async fn listed(db: &Db, visitor: &Visitor, code: &str, place: &Place) -> Result<Listed> {
    if let Some(finding) = by_code(code) {
        return Ok(Listed::Finding(finding, queries::found(db, &visitor.actor, code, place).await?));
    }
    let field = FIELDS.iter().find(|f| f.code == code).ok_or_else(|| Error::not_found("finding"))?;
    let base = if field.table == "account" { "/accounts/" } else { "/people/" };
    Ok(Listed::Unknown(field.title, base, queries::blanks(db, &visitor.actor, field, place).await?))
}

fn found_table(finding: &Finding, rows: &[Found]) -> Table {
    let counts = format!("#{}", finding.counts);
    let mut columns = vec!["What", "Detail", counts.as_str()];
    columns.extend(finding.money.then_some("#Money"));
    let row = |r: &Found| {
        let mut cells = vec![Cell::link(&r.what, &r.href).with(r.sub.clone()), Cell::text(&r.detail), Cell::number(grouped(r.n))];
        cells.extend(finding.money.then(|| Cell::number(if r.currency.is_empty() { String::new() } else { money(r.minor, &r.currency) })));
        cells
    };
    Table::new(finding.title, &columns, ("Nothing of this kind", "The mirror found none within your reach.", "")).rows(rows.iter().map(row))
}

fn pager<T>(slice: &Slice<T>, path: &str) -> Pager {
    let link = |name: &str, at: &Option<Cursor>| at.as_ref().map(|c| href(path, &[(name, c.encode().as_str())]));
    Pager {
        shown: if slice.rows.len() == 1 { "1 row".into() } else { format!("{} rows", slice.rows.len()) },
        previous: link("before", &slice.previous),
        next: link("after", &slice.next),
    }
}

fn list_view(shell: Shell, code: &str, listed: &Listed) -> Sheet {
    let path = format!("/trial/{code}");
    let links = vec![("Mirror".to_owned(), "/trial".to_owned()), ("Export".to_owned(), format!("{path}/rows.csv"))];
    let (title, sub, table, pager) = match listed {
        Listed::Finding(f, slice) => (f.title, f.rule, found_table(f, &slice.rows), pager(slice, &path)),
        Listed::Unknown(title, base, slice) => {
            let empty = ("Nothing is missing", "Every record within your reach says it.", "");
            let rows = slice.rows.iter().map(|b| vec![Cell::link(&b.name, format!("{base}{}", b.id))]);
            (*title, "as the record stands now", Table::new(title, &["Name"], empty).rows(rows), pager(slice, &path))
        }
    };
    let sections = vec![Section::table("", "", table)];
    Sheet { shell, title: title.into(), sub: sub.into(), links, sections, pager: Some(pager), ..Sheet::default() }
}

pub(super) async fn rows(State(app): State<App>, visitor: Visitor, Path(code): Path<String>, Query(q): Query<PageQuery>) -> WebResult {
    let listed = listed(app.db(), &visitor, &code, &Place::read(&q.after, &q.before)).await?;
    let title = match &listed {
        Listed::Finding(f, _) => f.title,
        Listed::Unknown(title, ..) => *title,
    };
    list_view(visitor.shell(&app, title), &code, &listed).respond()
}

/// Pages of an export: as many rows as a finding keeps.
const PAGES: usize = 400;

pub(super) async fn csv(State(app): State<App>, visitor: Visitor, Path(code): Path<String>) -> WebResult {
    let (mut place, mut out, mut header) = (Place::default(), Vec::new(), vec!["Name", "Link"]);
    for _ in 0..PAGES {
        let next = match listed(app.db(), &visitor, &code, &place).await? {
            Listed::Finding(f, slice) => {
                header = vec!["What", "Place", "Detail", f.counts, "Money (minor units)", "Currency", "Link"];
                let row = |r: &Found| {
                    let minor = if r.currency.is_empty() { String::new() } else { r.minor.to_string() };
                    vec![r.what.clone(), r.sub.clone(), r.detail.clone(), r.n.to_string(), minor, r.currency.clone(), r.href.clone()]
                };
                out.extend(slice.rows.iter().map(row));
                slice.next
            }
            Listed::Unknown(_, base, slice) => {
                out.extend(slice.rows.iter().map(|b| vec![b.name.clone(), format!("{base}{}", b.id)]));
                slice.next
            }
        };
        let Some(next) = next else { break };
        place = Place { after: Some(next), before: None };
    }
    sheets::csv(&format!("{code}.csv"), &header, out)
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let figures = Figures {
        from: 20_415,
        to: 20_779,
        accounts: 1_500,
        people: 11_700,
        systems: 130,
        contacts: 70_300,
        lines: "orders".into(),
        sold: vec![Sold { currency: "EUR".into(), lines: 900, minor: 90_000_000, unmapped_minor: 1_800_000 }],
        value: "revenue".into(),
        currency: "EUR".into(),
        tenths: (1..=10).map(|i| Tenth { accounts: 150, contacts: 9_000 - 400 * i, minor: 40_000_000 / i }).collect(),
        shared_systems: 90,
        contained: 61,
        owners_from: "the territory file".into(),
        blanks: vec![Blank { code: "person-email".into(), unknown: 4_100, all: 11_700 }],
    };
    let counts = [Count { finding: "unmapped".into(), currency: "EUR".into(), found: 12, minor: 1_800_000 }];
    let found = Found {
        id: 1,
        rank: 9,
        what: "4711 <Brigid> Med Ctr".into(),
        sub: "SAP, Mainz".into(),
        href: "/parties/3".into(),
        detail: "last on 2026-11-20".into(),
        n: 12,
        minor: 90_000,
        currency: "EUR".into(),
    };
    let slice = Slice { rows: vec![found], previous: None, next: None };
    let listed = Listed::Finding(&FINDINGS[0], slice);
    let shell = || Shell::sample("Mirror");
    vec![
        ("mirror", view(shell(), Some(&(Time::at_day(Day(20_780)).0, figures)), &counts, true, true).draw()),
        ("mirror, none", view(shell(), None, &[], true, true).draw()),
        ("mirror, rows", list_view(shell(), "unmapped", &listed).draw()),
    ]
}
