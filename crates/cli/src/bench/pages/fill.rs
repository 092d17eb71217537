//! The record: a simulated market with its planned week, and interactions of earlier years up to the number asked for.

use crate::args::{BenchPages, Database, Simulate};
use crate::{compose, plan, simulate};
use rounds_consent::ledger::{ContactRow, ImportContacts};
use rounds_kernel::{Actor, Error, Result, Time};
use rounds_platform::jobs::{ask_if_due, work_off};
use rounds_store::{FromQueryResult, Query, Runner, args, settings};

/// Setting that says what this command has filled a record with.
const FILLED: &str = "bench.pages";
/// Rows a command.
const CHUNK: i64 = 1_000;
/// Words of notes, so that there is something to look for.
const NOTES: [&str; 4] = [
    "Asked for the comparison before the value analysis committee meets",
    "Theatre manager decides together with purchasing; wants the trial data",
    "Service visit was late twice, the new stapler is liked",
    "Sent the price list, call again in spring",
];

pub(super) async fn fill(runner: &Runner, a: &BenchPages) -> Result<()> {
    let what = format!("{} accounts, {} people each, {} interactions, seed {}", a.accounts, a.people_per_account, a.interactions, a.seed);
    if settings::get(&runner.db, FILLED).await?.as_deref() == Some(what.as_str()) {
        return Ok(());
    }
    let s = Simulate {
        at: Database { database: String::new() },
        accounts: a.accounts,
        people_per_account: a.people_per_account,
        seed: a.seed,
        today: None,
        onto: false,
    };
    simulate::fill(runner, &s).await?;
    earlier_years(runner, a.interactions).await?;
    plan::show(&plan::make(runner, plan::working_week(runner.now().day()), a.seed, 2).await?);
    keep_up(runner).await?;
    runner.db.optimise().await?;
    simulate::remember(runner, FILLED, &what).await
}

/// What a server does by itself once in a while, done once: one that runs for longer than an hour has done it.
async fn keep_up(runner: &Runner) -> Result<()> {
    // Contacts are counted once they are a minute old.
    tokio::time::sleep(std::time::Duration::from_secs(61)).await;
    for work in compose::recurring().iter().filter(|w| w.kind != rounds_platform::backup::KIND) {
        ask_if_due(runner, work).await?;
    }
    let working = tokio::spawn(work_off(runner.clone(), compose::works()));
    while runner.db.number("SELECT COUNT(*) FROM job WHERE state IN ('queued', 'running')", vec![]).await? > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    working.abort();
    Ok(())
}

#[derive(FromQueryResult)]
struct Past {
    id: i64,
    person_key: String,
    account_key: String,
    channel: String,
    occurred_at: i64,
    email: Option<String>,
    purpose: Option<String>,
    outcome: Option<String>,
    direction: Option<String>,
}

/// The simulated year again, one, two, … years earlier, until the ledger holds `wanted`; every third has a note.
async fn earlier_years(runner: &Runner, wanted: usize) -> Result<()> {
    let actor = Actor::program("simulator");
    let present = runner.db.number("SELECT COUNT(*) FROM fact WHERE kind = 'contact'", vec![]).await?;
    let newest = runner.db.number("SELECT MAX(id) FROM fact", vec![]).await?;
    let mut missing = wanted as i64 - present;
    let mut year = 1;
    while missing > 0 && present > 0 {
        let mut after = 0;
        while missing > 0 {
            let rows = past(runner, after, newest, CHUNK.min(missing)).await?;
            let Some(last) = rows.last() else { break };
            (after, missing) = (last.id, missing - rows.len() as i64);
            let rows = rows.into_iter().map(|r| earlier(r, year)).collect();
            let report = runner.run(&actor, ImportContacts { source: rounds_sim::SOURCE.into(), rows }).await?;
            if let Some(r) = report.rejects.first() {
                return Err(Error::internal(format!("an earlier contact was refused: {} [{}]", r.cause, r.code)));
            }
        }
        eprintln!("interactions of {year} years before: {missing} more to come");
        year += 1;
    }
    Ok(())
}

async fn past(runner: &Runner, after: i64, newest: i64, limit: i64) -> Result<Vec<Past>> {
    let sql = "SELECT f.id, p.source_key AS person_key, a.source_key AS account_key, f.channel, f.occurred_at, u.email, \
               f.body->>'purpose' AS purpose, f.body->>'outcome' AS outcome, f.body->>'direction' AS direction \
               FROM fact f JOIN person p ON p.id = f.person_id JOIN account a ON a.id = f.account_id LEFT JOIN app_user u ON u.id = f.user_id \
               WHERE f.kind = 'contact' AND f.channel IS NOT NULL AND f.id > $1 AND f.id <= $2 ORDER BY f.id LIMIT $3";
    runner.db.all(sql, args![after, newest, limit]).await
}

fn earlier(r: Past, year: i64) -> ContactRow {
    // Nobody says no twice: an earlier no would end permissions that the simulated ones stand on.
    let outcome = r.outcome.filter(|o| o != "do_not_contact" && o != "no_channel").unwrap_or_else(|| "reached".into());
    ContactRow {
        line: 0,
        person_key: r.person_key,
        account_key: r.account_key,
        channel: r.channel,
        at: Time(r.occurred_at).plus_days(-365 * year),
        user_email: r.email.unwrap_or_default(),
        purpose: r.purpose.unwrap_or_default(),
        outcome,
        direction: r.direction.unwrap_or_else(|| "out".into()),
        note: (r.id % 3 == 0).then(|| NOTES[(r.id / 3 % 4) as usize].to_owned()),
        family: None,
        key: format!("earlier-{year}-{}", r.id),
    }
}
