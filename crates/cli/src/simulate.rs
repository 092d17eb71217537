//! `rounds simulate`: joins the simulator to the areas' importers. The simulator knows no table; the areas know no simulator.

use crate::args::Simulate;
use crate::{compose, progress};
use rounds_consent::{ledger, permissions, preferences};
use rounds_customers::{accounts, affiliations, people, products, systems};
use rounds_demand::leads;
use rounds_design::{coverage, potential};
use rounds_kernel::{Actor, CareSetting, Day, Error, JobId, Permission, PersonRole, ProductStage, Result, Role, SystemClock};
use rounds_platform::imports::{ChunkReport, run_import};
use rounds_platform::users::{CreateUser, EditUser, by_id};
use rounds_serve::orders;
use rounds_sim::{Config, ExistingAccount, Market, SOURCE};
use rounds_store::{Command, FromQueryResult, Query, Runner, Tx, settings};
use serde::Serialize;
use std::sync::Arc;

/// Rows a command, and accounts a round.
const CHUNK: usize = 1_000;
const ROUND: usize = 200;

pub(crate) async fn run(a: Simulate) -> Result<()> {
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    fill(&runner, &a).await
}

/// Says in the record that it holds simulated facts; every page shows it from then on.
#[derive(Serialize)]
struct Remember<'a> {
    key: &'a str,
    value: &'a str,
}

impl Command for Remember<'_> {
    const NAME: &'static str = "simulate.remember";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        settings::put(tx, self.key, self.value).await
    }
}

pub(crate) async fn remember(runner: &Runner, key: &str, value: &str) -> Result<()> {
    runner.run(&Actor::program("simulator"), Remember { key, value }).await
}

/// Simulates into the record of `runner`. Stopped half-way it can be run again with the same arguments: rows have keys of their
/// own, so that nothing is doubled.
///
/// # Errors
/// `simulate.…` for a market that cannot be made; `simulate.rejected` if an importer refuses a row (a fault of ours).
pub(crate) async fn fill(runner: &Runner, a: &Simulate) -> Result<()> {
    let today = match &a.today {
        Some(day) => Day::parse(day)?,
        None => runner.now().day(),
    };
    let config = Config { people_per_account: a.people_per_account, ..Config::new(a.seed, a.accounts, today) };
    let market = if a.onto { Market::onto(config, existing(runner).await?)? } else { Market::new(config)? };
    let what = format!("seed {}, {} accounts{}", a.seed, market.len(), if a.onto { ", onto imported ones" } else { "" });
    remember(runner, settings::SIMULATED, &what).await?;
    let sink = Sink { runner, actor: Actor::program("simulator") };
    team(&sink, &market).await?;
    places(&sink, &market).await?;
    crowd(&sink, &market).await?;
    covers(&sink, &market).await?;
    history(&sink, &market).await?;
    commerce(&sink, &market).await?;
    runner.db.optimise().await
}

/// A market of its own with `accounts` accounts up to the day `today`; for tests and measurements.
///
/// # Errors
/// Those of `rounds simulate`.
pub async fn market(runner: &Runner, accounts: usize, people_per_account: f64, seed: u64, today: Day) -> Result<()> {
    let at = crate::args::Database { database: String::new() };
    fill(runner, &Simulate { at, accounts, people_per_account, seed, today: Some(today.to_string()), onto: false }).await
}

struct Sink<'a> {
    runner: &'a Runner,
    actor: Actor,
}

impl Sink<'_> {
    /// Sends rows in commands of at most [`CHUNK`]; a rejected row is a fault of ours and stops the simulation.
    async fn send<R, C, F>(&self, rows: Vec<R>, command: F) -> Result<()>
    where
        C: Command<Out = ChunkReport>,
        F: Fn(Vec<R>) -> C,
    {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let report = self.runner.run(&self.actor, command(rows.by_ref().take(CHUNK).collect())).await?;
            if let Some(r) = report.rejects.first() {
                return Err(Error::internal(format!("the importer refused a simulated row: {} [{}]", r.cause, r.code)));
            }
        }
        Ok(())
    }
}

fn parsed<T>(parsed: Option<T>, code: &str) -> Result<T> {
    parsed.ok_or_else(|| Error::internal(format!("the simulator used a word nobody knows: {code}")))
}

/// One of the hundred numbers that are kept for stories (555-0100 to 555-0199).
fn made_up_phone(place: usize) -> String {
    format!("+1 218 555 01{:02}", place % 100)
}

async fn team(sink: &Sink<'_>, market: &Market) -> Result<()> {
    // Managers first: a user's manager must exist.
    let mut users: Vec<_> = market.team().iter().collect();
    users.sort_by_key(|u| u.manager_email.is_some() as u8 + u8::from(!matches!(u.role.as_str(), "admin" | "operations" | "manager")));
    for (place, u) in users.into_iter().enumerate() {
        let user = CreateUser {
            email: u.email.clone(),
            name: u.name.clone(),
            role: parsed(Role::parse(&u.role), &u.role)?,
            manager_email: u.manager_email.clone(),
            zone: u.zone.clone(),
            weekly_minutes: u.weekly_minutes,
        };
        let id = sink.runner.run(&sink.actor, user).await?;
        let row = by_id(&sink.runner.db, id).await?.ok_or_else(|| Error::internal("a user vanished"))?;
        let edit = EditUser { phone: made_up_phone(place), ..EditUser::as_it_is(&sink.runner.db, &row).await? };
        sink.runner.run(&sink.actor, edit).await?;
    }
    println!("  ✓ {} colleagues", market.team().len());
    let rows = market.products().into_iter().map(product).collect::<Result<Vec<_>>>()?;
    let n = rows.len();
    sink.send(rows, |rows| products::ImportProducts { rows }).await?;
    println!("  ✓ {n} products");
    Ok(())
}

fn product(p: rounds_sim::ProductRow) -> Result<products::ProductRow> {
    let stage = parsed(ProductStage::parse(&p.stage), &p.stage)?;
    Ok(products::ProductRow {
        line: 0,
        code: p.code,
        name: p.name,
        family: p.family,
        business_unit: p.business_unit,
        stage,
        list_price_cents: p.list_price_cents,
    })
}

fn account(a: rounds_sim::AccountRow) -> Result<accounts::AccountRow> {
    let setting = parsed(CareSetting::parse(&a.setting), &a.setting)?;
    Ok(accounts::AccountRow {
        street: a.street,
        city: a.city,
        state: a.state,
        zip: a.zip,
        country: a.country,
        zone: Some(a.zone),
        hsa: a.hsa,
        hrr: a.hrr,
        hrr_name: a.hrr_name,
        beds: a.beds,
        rating: a.rating,
        ownership: a.ownership,
        phone: a.phone,
        ..accounts::AccountRow::new(a.source_key, a.name, setting, SOURCE)
    })
}

async fn places(sink: &Sink<'_>, market: &Market) -> Result<()> {
    let system = |s: &rounds_sim::SystemRow| systems::SystemRow {
        source_key: s.source_key.clone(),
        name: s.name.clone(),
        city: s.city.clone(),
        state: s.state.clone(),
        country: s.country.clone(),
        source: SOURCE.into(),
        ..systems::SystemRow::default()
    };
    sink.send(market.systems().iter().map(system).collect(), |rows| systems::ImportSystems { rows }).await?;
    let (bar, tell) = progress::bar("Accounts");
    for from in (0..market.len()).step_by(ROUND) {
        let (mut rows, mut links, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for i in from..(from + ROUND).min(market.len()) {
            let place = market.place(i);
            rows.extend(place.account.map(account).transpose()?);
            links.extend(place.system.map(|l| affiliations::AccountSystemRow {
                line: 0,
                account_key: l.account_key,
                system_key: l.system_key,
                from: l.from,
                source: SOURCE.into(),
                confidence: l.confidence,
            }));
            sizes.extend(place.potentials.into_iter().map(|p| potential::PotentialRow {
                line: 0,
                account_key: p.account_key,
                family: p.family,
                annual_cents: p.annual_cents,
                low_cents: p.low_cents,
                high_cents: p.high_cents,
            }));
        }
        sink.send(rows, |rows| accounts::ImportAccounts { rows }).await?;
        sink.send(links, |rows| affiliations::ImportAffiliations { rows }).await?;
        sink.send(sizes, |rows| potential::ImportPotential { source: SOURCE.into(), rows }).await?;
        tell(from as i64, market.len() as i64, "accounts, systems, potential");
    }
    progress::done(&bar, &format!("{} systems, {} accounts", market.systems().len(), market.len()));
    Ok(())
}

async fn crowd(sink: &Sink<'_>, market: &Market) -> Result<()> {
    let (bar, tell) = progress::bar("People");
    let mut count = 0;
    for from in (0..market.len()).step_by(ROUND) {
        let (mut rows, mut wishes, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for i in from..(from + ROUND).min(market.len()) {
            let crowd = market.people(i);
            for p in crowd.people {
                rows.push(person(p)?);
            }
            let wish = |p: rounds_sim::PreferenceRow| preferences::PreferenceRow {
                line: 0,
                person_key: p.person_key,
                channel: p.channel,
                weight: p.weight,
            };
            wishes.extend(crowd.preferences.into_iter().map(wish));
            answers.extend(crowd.permissions.into_iter().map(|p| permissions::PermissionRow {
                line: 0,
                person_key: p.person_key,
                channel: p.channel,
                state: p.state,
                basis: p.basis,
                since: p.since,
                ..permissions::PermissionRow::default()
            }));
        }
        count += rows.len();
        sink.send(rows, |rows| people::ImportPeople { rows }).await?;
        sink.send(wishes, |rows| preferences::ImportPreferences { source: SOURCE.into(), rows }).await?;
        sink.send(answers, |rows| permissions::ImportPermissions { source: SOURCE.into(), rows }).await?;
        tell(from as i64, market.len() as i64, &format!("{count} people with preferences and permissions"));
    }
    progress::done(&bar, &format!("{count} people with preferences and permissions"));
    Ok(())
}

fn person(p: rounds_sim::PersonRow) -> Result<people::PersonRow> {
    let role = parsed(PersonRole::parse(&p.role), &p.role)?;
    Ok(people::PersonRow {
        line: 0,
        source_key: p.source_key,
        name: p.name,
        role,
        specialty: p.specialty,
        email: p.email,
        phone: p.phone,
        language: p.language,
        account_key: p.account_key,
        affil_from: p.affil_from,
        source: SOURCE.into(),
    })
}

async fn covers(sink: &Sink<'_>, market: &Market) -> Result<()> {
    let (bar, tell) = progress::bar("Coverage");
    let mut count = 0;
    for from in (0..market.len()).step_by(ROUND) {
        let rows: Vec<coverage::CoverageRow> = (from..(from + ROUND).min(market.len()))
            .flat_map(|i| market.place(i).coverage)
            .map(|c| coverage::CoverageRow {
                line: 0,
                account_key: c.account_key,
                business_unit: c.business_unit,
                role: c.role,
                owner_email: c.owner_email,
                from: c.from,
            })
            .collect();
        count += rows.len();
        sink.send(rows, |rows| coverage::ImportCoverage { source: SOURCE.into(), rows }).await?;
        tell(from as i64, market.len() as i64, &format!("{count} coverage links"));
    }
    progress::done(&bar, &format!("{count} coverage links"));
    index(sink).await
}

/// Works off what coverage asked for: names are found by who covers them.
async fn index(sink: &Sink<'_>) -> Result<()> {
    for job in rounds_store::jobs::takeable(&sink.runner.db, sink.runner.now()).await? {
        let (bar, tell) = progress::bar("Search index");
        rounds_platform::jobs::run_now(sink.runner, &sink.actor, &compose::works(), JobId(job.id), tell).await?;
        progress::done(&bar, "search index");
    }
    Ok(())
}

async fn history(sink: &Sink<'_>, market: &Market) -> Result<()> {
    let (bar, tell) = progress::bar("Twelve months");
    let (mut contacts, mut lines, mut interest) = (0, 0, 0);
    for from in (0..market.len()).step_by(ROUND) {
        let (mut met, mut sold, mut shown) = (Vec::new(), Vec::new(), Vec::new());
        for i in from..(from + ROUND).min(market.len()) {
            let h = market.history(i);
            met.extend(h.contacts.into_iter().map(contact));
            sold.extend(h.orders.into_iter().map(order));
            shown.extend(h.leads.into_iter().map(lead));
        }
        contacts += met.len();
        lines += sold.len();
        interest += shown.len();
        sink.send(met, |rows| ledger::ImportContacts { source: SOURCE.into(), rows }).await?;
        sink.send(sold, |rows| orders::ImportOrders { source: SOURCE.into(), rows }).await?;
        sink.send(shown, |rows| leads::ImportLeads { source: SOURCE.into(), rows }).await?;
        tell(from as i64, market.len() as i64, &format!("{contacts} contacts, {lines} order lines"));
    }
    progress::done(&bar, &format!("twelve months: {contacts} contacts, {lines} order lines, {interest} open leads"));
    Ok(())
}

/// The commercial record, read as anybody's files are.
async fn commerce(sink: &Sink<'_>, market: &Market) -> Result<()> {
    let (bar, tell) = progress::bar("Commercial record");
    let importers = compose::importers();
    let mut rows = 0;
    for file in market.commerce() {
        // The name marks every row and fact as simulated.
        let told = (Some(file.kind), SOURCE, file.text.as_bytes());
        let report = run_import(sink.runner, &sink.actor, &importers, told, tell.clone()).await?;
        if let Some(r) = report.rejects.first() {
            println!(
                "  {}: {} rows refused, the first because: {} [{}]; all are on the import's page",
                file.kind, report.rejected, r.cause, r.code
            );
        }
        rows += report.read;
    }
    progress::done(&bar, &format!("commercial record: {rows} rows of contracts, sales, equipment, tracings"));
    Ok(())
}

fn contact(c: rounds_sim::ContactRow) -> ledger::ContactRow {
    ledger::ContactRow {
        line: 0,
        person_key: c.person_key,
        account_key: c.account_key,
        channel: c.channel,
        at: c.at,
        user_email: c.user_email,
        purpose: c.purpose,
        outcome: c.outcome,
        direction: c.direction,
        note: c.note,
        family: c.family,
        key: c.key,
    }
}

fn order(o: rounds_sim::OrderRow) -> orders::OrderRow {
    orders::OrderRow {
        file_line: 0,
        order_no: o.order_no,
        line: o.line,
        account_key: o.account_key,
        product_code: o.product_code,
        quantity: o.quantity,
        amount_cents: o.amount_cents,
        at: o.at,
        status: o.status,
        due: o.due,
    }
}

fn lead(l: rounds_sim::LeadRow) -> leads::LeadRow {
    leads::LeadRow {
        line: 0,
        account_key: l.account_key,
        person_key: l.person_key,
        source: l.source,
        family: l.family,
        note: l.note,
        captured_at: l.captured_at,
    }
}

#[derive(FromQueryResult)]
struct Row {
    source_key: String,
    name: String,
    state: String,
    zip: String,
    hrr: Option<i64>,
    setting: String,
    beds: Option<i64>,
    system_key: Option<String>,
}

/// Accounts in the record that were imported, with their system.
async fn existing(runner: &Runner) -> Result<Vec<ExistingAccount>> {
    let sql = "SELECT a.source_key, a.name, a.state, a.zip, a.hrr, a.setting, a.beds, MIN(s.source_key) AS system_key FROM account a \
               LEFT JOIN affiliation f ON f.child_kind = 'account' AND f.child_id = a.id AND f.parent_kind = 'system' AND f.valid_to IS NULL \
               LEFT JOIN health_system s ON s.id = f.parent_id WHERE a.source <> 'simulation' \
               GROUP BY a.source_key, a.name, a.state, a.zip, a.hrr, a.setting, a.beds ORDER BY a.source_key";
    let rows: Vec<Row> = runner.db.all(sql, vec![]).await?;
    let account = |r: Row| ExistingAccount {
        key: r.source_key,
        name: r.name,
        state: r.state,
        zip: r.zip,
        hrr: r.hrr,
        setting: r.setting,
        beds: r.beds,
        system_key: r.system_key,
    };
    Ok(rows.into_iter().map(account).collect())
}
