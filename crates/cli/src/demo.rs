//! `rounds demo`: a simulated market, a planned week and demo users, on this computer only.

use crate::args::{Database, Demo, Simulate};
use crate::{compose, plan, serve, simulate};
use rounds_kernel::{Error, Result, Role, SystemClock};
use rounds_platform::users::{UserRow, all};
use rounds_store::{Runner, settings};
use rounds_web::WebConfig;
use rounds_web::components::DemoUser;
use std::path::Path;
use std::sync::Arc;

/// Known to the demo's process alone, which listens on 127.0.0.1 alone; no hash of it is ever stored.
const PASSWORD: &str = "rounds-demo";

pub(crate) async fn run(mut a: Demo) -> Result<()> {
    // As everywhere else, a path may be written with its engine before it.
    if let Some(path) = a.database.to_str().and_then(|p| p.strip_prefix("sqlite:")) {
        a.database = path.into();
    }
    let address = format!("127.0.0.1:{}", a.port);
    let listener = if a.no_serve { None } else { Some(serve::listen(&address).await?) };
    prepare(&a.database, a.fresh)?;
    let database = a.database.to_string_lossy().into_owned();
    let runner = compose::open(&database, Arc::new(SystemClock)).await?;
    match settings::get(&runner.db, settings::SIMULATED).await? {
        Some(what) if settings::get(&runner.db, DONE).await?.is_some() => {
            println!("\nUsing the demo made earlier ({what}). “make demo ARGS=--fresh” makes a new one.");
        }
        _ => {
            println!("\nSimulating a market of {} accounts with seed {}: every name and figure is made up.", a.accounts, a.seed);
            let s = Simulate {
                at: Database { database },
                accounts: a.accounts,
                people_per_account: 8.0,
                seed: a.seed,
                today: None,
                onto: false,
            };
            simulate::fill(&runner, &s).await?;
            simulate::remember(&runner, DONE, "yes").await?;
        }
    }
    plan_week(&runner).await?;
    let users = demo_users(&all(&runner.db).await?);
    show_users(&users);
    match listener {
        None => {
            println!("\n“rounds demo --database {}” serves it; the password works there alone.", a.database.display());
            Ok(())
        }
        Some(listener) => {
            println!("\nOpen http://{address} and sign in as any of them. Stop with Ctrl-C.\n");
            let config = WebConfig { demo: users, ..WebConfig::default() };
            serve::serve(&a.database.to_string_lossy(), runner, listener, config, Some(PASSWORD.into())).await
        }
    }
}

/// Setting that says that the demo's market is complete.
const DONE: &str = "demo.complete";

fn prepare(database: &Path, fresh: bool) -> Result<()> {
    let unwritable = |e: std::io::Error| {
        Error::invalid(
            "demo.directory",
            format!("The demo cannot write {}: {e}.", database.display()),
            "Choose another place with --database.",
        )
    };
    if let Some(dir) = database.parent().filter(|d| !d.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir).map_err(unwritable)?;
    }
    for end in ["", "-wal", "-shm"].iter().filter(|_| fresh) {
        let file = format!("{}{end}", database.display());
        match std::fs::remove_file(file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(unwritable(e)),
            _ => {}
        }
    }
    Ok(())
}

async fn plan_week(runner: &Runner) -> Result<()> {
    let week = plan::working_week(runner.now().day());
    if rounds_engage::next_best_action::in_force(&runner.db, week.monday()).await?.is_some() {
        println!("  ✓ the week {week} is planned already");
        return Ok(());
    }
    let report = plan::make(runner, week, 1, 2).await?;
    plan::show(&report);
    Ok(())
}

/// One user of each role, those with a queue first; the whole team can sign in too.
fn demo_users(all: &[UserRow]) -> Vec<DemoUser> {
    let order = [
        Role::RemoteRep,
        Role::FieldRep,
        Role::KeyAccountManager,
        Role::SuccessManager,
        Role::Manager,
        Role::Operations,
        Role::Marketer,
        Role::Admin,
        Role::Auditor,
    ];
    let first = |role: Role| all.iter().filter(|u| u.active && u.role() == role).min_by_key(|u| u.id);
    order
        .into_iter()
        .filter_map(|r| first(r).map(|u| (r, u)))
        .map(|(r, u)| DemoUser { name: u.name.clone(), role: r.label().into(), email: u.email.clone(), password: PASSWORD.into() })
        .collect()
}

fn show_users(users: &[DemoUser]) {
    println!("\n  {:<24} {:<26} e-mail (password: {PASSWORD})", "Role", "Name");
    users.iter().for_each(|u| println!("  {:<24} {:<26} {}", u.role, u.name, u.email));
}
