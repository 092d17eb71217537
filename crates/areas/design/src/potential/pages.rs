//! Potential on an account's page, and the list of it by account and family, with the share of it that was bought.

use super::import::template;
use super::queries::{Bought, CountryDefault, Listed, bought, defaults, estimates, listed, without};
use super::{Potential, Share, of_account};
use axum::extract::{Query as Asked, State};
use rounds_customers::as_of::AsOf;
use rounds_customers::lists::{Place, Slice, href, pager};
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::scope::see_account;
use rounds_customers::sheets::{self, Cell, Section, Sheet, Table};
use rounds_kernel::{Cursor, Day, Money, Permission, Result};
use rounds_store::{FromQueryResult, Query};
use rounds_web::components::{Column, Filter, Stat, Tone, grouped};
use rounds_web::{App, Shell, Visitor, WebResult};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(askama::Template)]
#[template(path = "potential/templates/panel.html")]
struct Families {
    columns: Vec<Column>,
    lines: Vec<Line>,
    known: bool,
}

struct Line {
    family: String,
    /// Estimate, range and date; `None` when unknown.
    money: Option<(String, String, String)>,
    default: bool,
    /// Share of wallet, and why it is unknown.
    share: (String, &'static str),
}

/// The panel on an account's page: every family of the portfolio, known or not.
pub struct PotentialPanel;

#[derive(FromQueryResult)]
struct Family {
    family: String,
}

async fn families(db: &impl Query) -> Result<Vec<String>> {
    let rows = db.all::<Family>("SELECT DISTINCT family FROM product ORDER BY family", vec![]).await?;
    Ok(rows.into_iter().map(|f| f.family).collect())
}

#[async_trait::async_trait]
impl Panel for PotentialPanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Account(account) = subject else { return Ok(None) };
        let db = app.db();
        see_account(db, &visitor.actor, account).await?;
        // Who may not read orders is not told them as a share either.
        let sold = if visitor.actor.may(Permission::ReadOrders) { bought(db, &[account.0], visitor.now).await? } else { Bought::default() };
        let shown = view(of_account(db, account).await?, families(db).await?.into_iter(), &sold);
        PanelHtml::draw("Potential", "what this account could buy in a year, from us or others", &shown).map(Some)
    }
}

fn said(share: Share) -> (String, &'static str) {
    match share {
        Share::Of(_) => (share.words(), ""),
        Share::Unknown(why) => (share.words(), why),
    }
}

fn view(known: Vec<Potential>, families: impl Iterator<Item = String>, sold: &Bought) -> Families {
    let told: BTreeSet<String> = known.iter().map(|p| p.family.to_string()).collect();
    let unknown = families.filter(|f| !told.contains(f)).map(|family| Line {
        family,
        money: None,
        default: false,
        share: said(Share::new(None, Ok(0))),
    });
    let line = |p: &Potential| Line {
        family: p.family.to_string(),
        money: Some((p.annual.whole(), format!("{} to {}", p.low.whole(), p.high.whole()), p.as_of.to_string())),
        default: p.default,
        share: said(Share::new(Some(p.annual), sold.of(p.account.0, &p.family))),
    };
    let any = known.iter().any(|p| !p.default);
    let lines = known.iter().map(line).chain(unknown).collect();
    let columns = vec![Column::text("Family"), Column::number("A year, USD"), Column::number("Share of wallet")];
    Families { columns, lines, known: any }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Ask {
    family: String,
    after: String,
    before: String,
}

/// What the list shows.
struct Shown {
    slice: Slice<Listed>,
    sold: Bought,
    defaults: Vec<CountryDefault>,
    families: Vec<String>,
    /// Estimates in all.
    all: i64,
    /// Accounts without any potential, and all of them.
    without: (i64, i64),
}

async fn read(app: &App, visitor: &Visitor, ask: &Ask, place: &Place) -> Result<Shown> {
    let db = app.db();
    let slice = listed(db, &visitor.actor, &ask.family, place).await?;
    let accounts: BTreeSet<i64> = slice.rows.iter().map(|r| r.account_id).collect();
    let sold = bought(db, &accounts.into_iter().collect::<Vec<_>>(), visitor.now).await?;
    let all = estimates(db, &visitor.actor, &ask.family).await?;
    let (defaults, families) = (defaults(db).await?, families(db).await?);
    Ok(Shown { slice, sold, defaults, families, all, without: without(db, &visitor.actor).await? })
}

fn interval(low: i64, high: i64) -> String {
    format!("{} to {}", Money(low).whole(), Money(high).whole())
}

fn row(r: &Listed, sold: &Bought) -> Vec<Cell> {
    let bought = sold.of(r.account_id, &r.family);
    let share = match Share::new(Some(Money(r.annual_cents)), bought) {
        Share::Unknown(why) => Cell { numeric: true, ..Cell::unknown(why) },
        share => Cell::number(share.words()),
    };
    let ordered = bought.map_or_else(|why| Cell { numeric: true, ..Cell::unknown(why) }, |cents| Cell::number(Money(cents).whole()));
    vec![
        Cell::link(&r.account, format!("/accounts/{}", r.account_id)).with(r.country.clone()),
        Cell::text(&r.family),
        Cell::number(Money(r.annual_cents).whole()).with(interval(r.low_cents, r.high_cents)),
        ordered,
        share,
        Cell::text(&r.source).with(r.how.clone()),
        Cell::day(Some(r.as_of)),
    ]
}

fn sheet(shell: Shell, ask: &Ask, shown: &Shown) -> Sheet {
    let bought = if shown.sold.kind == Some("invoice") { "#Billed, 12 months" } else { "#Ordered, 12 months" };
    let empty = (
        "No potential is known",
        "No potential of an account within your reach is in the record. Unknown is not zero.",
        "Fill in the template and import it.",
    );
    let columns = ["Account", "Family", "#A year, USD", bought, "#Share of wallet", "Source", "As of"];
    let table = Table::new("Potential by account and family", &columns, empty).rows(shown.slice.rows.iter().map(|r| row(r, &shown.sold)));
    let default = |d: &CountryDefault| {
        vec![
            Cell::text(&d.country),
            Cell::text(&d.family),
            Cell::number(Money(d.annual_cents).whole()).with(interval(d.low_cents, d.high_cents)),
            Cell::text(&d.source),
            Cell::day(Some(d.as_of)),
        ]
    };
    let none = (
        "No defaults",
        "An account of which nothing is known has no potential.",
        "A row of the template that names a country and no account makes one.",
    );
    let defaults =
        Table::new("Defaults", &["Country", "Family", "#A year, USD", "Source", "As of"], none).rows(shown.defaults.iter().map(default));
    let pairs: Vec<(&str, &str)> =
        [("", "All families")].into_iter().chain(shown.families.iter().map(|f| (f.as_str(), f.as_str()))).collect();
    let (without, all) = shown.without;
    let note = format!("of {}; they have defaults at most", grouped(all));
    Sheet {
        shell,
        title: "Potential".into(),
        sub: "What accounts could buy in a year, from us or others, and the share of it that they bought from us".into(),
        links: vec![
            ("Template".into(), "/potential/template.csv".into()),
            ("Import".into(), "/imports".into()),
            ("Export".into(), href("/potential.csv", &[("family", &ask.family)])),
        ],
        filters: vec![Filter::select("family", "Family", &pairs, &ask.family)],
        stats: vec![Stat::new("Accounts without an estimate", grouped(without), "/potential#defaults").note(note, Tone::Plain)],
        sections: vec![
            Section::table("", "", table),
            Section::table("Defaults", "what an account of the country has where nobody estimated it; marked as a default", defaults),
        ],
        pager: Some(pager(&shown.slice, &grouped(shown.all), "estimates", "/potential", &[("family", &ask.family)])),
        ..Sheet::default()
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Asked(ask): Asked<Ask>) -> WebResult {
    let shown = read(&app, &visitor, &ask, &Place::read(&ask.after, &ask.before)).await?;
    sheet(visitor.shell(&app, "Potential"), &ask, &shown).respond()
}

/// Pages of an export at most.
const PAGES: usize = 2_000;

pub(super) async fn csv(State(app): State<App>, visitor: Visitor, Asked(ask): Asked<Ask>) -> WebResult {
    let header = [
        "Account",
        "Country",
        "Family",
        "A year (cents)",
        "Low",
        "High",
        "Bought in 12 months (cents)",
        "Share of wallet",
        "Source",
        "How",
        "As of",
    ];
    let (mut place, mut out): (Place, Vec<Vec<String>>) = (Place::default(), Vec::new());
    for _ in 0..PAGES {
        let slice = listed(app.db(), &visitor.actor, &ask.family, &place).await?;
        let accounts: BTreeSet<i64> = slice.rows.iter().map(|r| r.account_id).collect();
        let sold = bought(app.db(), &accounts.into_iter().collect::<Vec<_>>(), visitor.now).await?;
        out.extend(slice.rows.iter().map(|r| line(r, &sold)));
        let Some(next) = slice.next else { break };
        place = Place { after: Some(next), before: None };
    }
    sheets::csv("potential.csv", &header, out)
}

fn line(r: &Listed, sold: &Bought) -> Vec<String> {
    let bought = sold.of(r.account_id, &r.family);
    vec![
        r.account.clone(),
        r.country.clone(),
        r.family.clone(),
        r.annual_cents.to_string(),
        r.low_cents.to_string(),
        r.high_cents.to_string(),
        bought.map_or_else(|_| "unknown".into(), |cents| cents.to_string()),
        Share::new(Some(Money(r.annual_cents)), bought).words(),
        r.source.clone(),
        r.how.clone(),
        Day::stored(r.as_of).to_string(),
    ]
}

pub(super) async fn blank(_visitor: Visitor) -> WebResult {
    Ok(rounds_web::download("potential-template.csv", template()))
}

/// Panels and pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    use rounds_kernel::AccountId;
    let p = |family: &str, annual: i64, default: bool| Potential {
        account: AccountId(7),
        family: family.into(),
        annual: Money(annual),
        low: Money(annual / 2),
        high: Money(annual * 2),
        as_of: Day(20_700),
        default,
    };
    let known = vec![p("Hips", 41_250_000, false), p("Knees <partial>", 9_900_000, true)];
    let panel = view(known, ["Hips", "Shoulders"].into_iter().map(str::to_owned), &Bought::default());
    let listed = Listed {
        id: 1,
        account_id: 7,
        account: "St. <Brigid>".into(),
        country: "US".into(),
        family: "Hips".into(),
        annual_cents: 41_250_000,
        low_cents: 30_000_000,
        high_cents: 50_000_000,
        source: "Claims 2025".into(),
        how: "320 procedures × 1.5 units × 120 USD".into(),
        as_of: 20_700,
    };
    let default = CountryDefault {
        country: "DE".into(),
        family: "Hips".into(),
        annual_cents: 4_000_000,
        low_cents: 1_000_000,
        high_cents: 9_000_000,
        source: "Mean of the known accounts".into(),
        as_of: 20_700,
    };
    let of = |rows: Vec<Listed>, next, defaults: Vec<CountryDefault>, all| Shown {
        slice: Slice { rows, previous: None, next },
        sold: Bought::default(),
        defaults,
        families: vec!["Hips".into()],
        all,
        without: (3, 9),
    };
    let next = Some(Cursor { key: "St. <Brigid>".into(), id: 1 });
    let (full, none) = (of(vec![listed], next, vec![default], 1), of(Vec::new(), None, Vec::new(), 0));
    let draw = |shown: &Shown| sheet(Shell::sample("Potential"), &Ask::default(), shown).draw();
    vec![
        ("potential-panel", askama::Template::render(&panel).unwrap_or_default()),
        ("potential", draw(&full)),
        ("potential, none", draw(&none)),
    ]
}
