//! What is looked at.

use rounds_kernel::{Result, Time};
use rounds_store::{Db, Engine, FromQueryResult, Query, args, settings};

/// Setting that holds when the worker was last seen, µs.
const BEAT: &str = "worker.beat";

/// The worker says that it lives; written down at most every quarter of a minute by its caller.
pub async fn beat(db: &Db, now: Time) -> Result<()> {
    settings::remember(db, BEAT, &now.0.to_string()).await
}

/// Seconds since the worker was seen; none if it never was.
pub(super) async fn worker_age(db: &impl Query, now: Time) -> Result<Option<i64>> {
    let at = settings::get(db, BEAT).await?.and_then(|t| t.parse::<i64>().ok());
    Ok(at.map(|at| (now.0 - at) / 1_000_000))
}

#[derive(FromQueryResult)]
struct Counted {
    label: String,
    n: i64,
}

async fn counted(db: &impl Query, out: &mut String, name: &str, help: &str, label: &str, sql: &str) -> Result<()> {
    use std::fmt::Write;
    let rows: Vec<Counted> = db.all(sql, vec![]).await?;
    // Writing to a String cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
    for r in rows {
        let value: String = r.label.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
        let _ = writeln!(out, "{name}{{{label}=\"{value}\"}} {}", r.n);
    }
    Ok(())
}

/// Gauges read from the database at the moment of asking, in Prometheus' text form.
pub(super) async fn gauges(db: &Db, now: Time) -> Result<String> {
    use std::fmt::Write;
    let mut out = String::new();
    let by_state = "SELECT state AS label, COUNT(*) AS n FROM job GROUP BY state ORDER BY state";
    counted(db, &mut out, "rounds_jobs", "Jobs by state.", "state", by_state).await?;
    let rows = "SELECT kind AS label, CAST(SUM(done) AS BIGINT) AS n FROM job GROUP BY kind ORDER BY kind";
    counted(db, &mut out, "rounds_job_rows", "Units done by jobs, by kind; rows for imports.", "kind", rows).await?;
    let mail = "SELECT state AS label, COUNT(*) AS n FROM outgoing_mail GROUP BY state ORDER BY state";
    counted(db, &mut out, "rounds_mail", "Mails by state.", "state", mail).await?;
    let bytes = match db.engine() {
        Engine::Sqlite => db.number("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()", vec![]).await?,
        Engine::Postgres => db.number("SELECT pg_database_size(current_database())", vec![]).await?,
    };
    let age = worker_age(db, now).await?.unwrap_or(-1);
    let sessions =
        db.number("SELECT COUNT(*) FROM web_session WHERE user_id IS NOT NULL AND expires_at >= $1", args![now.0 / 1_000_000]).await?;
    let outbox = db.number("SELECT MAX(id) FROM outbox", vec![]).await?;
    for (name, help, value) in [
        ("rounds_database_bytes", "Size of the database.", bytes),
        ("rounds_worker_age_seconds", "Seconds since the worker was seen; -1 if it never was.", age),
        ("rounds_sessions", "Sessions of signed-in users.", sessions),
        ("rounds_outbox_head", "Number of the newest outbox message.", outbox),
    ] {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
    }
    Ok(out)
}
