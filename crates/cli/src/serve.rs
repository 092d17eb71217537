//! `rounds serve`: the application on an address, with the worker for long work beside it.

use crate::args::Serve;
use crate::compose;
use rounds_design::coverage::RefreshScope;
use rounds_kernel::{Actor, Error, ErrorKind, Result, SystemClock};
use rounds_platform::setup::{self, Place};
use rounds_platform::users::StoredDirectory;
use rounds_store::{Runner, settings};
use rounds_web::WebConfig;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

pub(crate) async fn run(a: Serve) -> Result<()> {
    let listener = listen(&a.listen).await?;
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let fast = a.requests_per_second.unwrap_or(0);
    let config = WebConfig {
        https: a.https,
        behind_proxy: a.behind_proxy,
        requests_per_second: fast,
        key_requests_per_second: fast,
        metrics_token: std::env::var("ROUNDS_METRICS_TOKEN").ok().filter(|t| !t.is_empty()),
        ..WebConfig::default()
    };
    let loopback = if a.webhooks_to_loopback { "yes" } else { "no" };
    crate::simulate::remember(&runner, rounds_platform::webhooks::LOOPBACK, loopback).await?;
    if let Some(address) = &a.address {
        set_address(&runner, address).await?;
    }
    if !runner.keys().durable() {
        eprintln!("No lasting installation key: links in mails end when this server stops. Set ROUNDS_KEY (“openssl rand -hex 32”).");
    }
    println!("Rounds listens on http://{}. Stop it with Ctrl-C.", a.listen);
    serve(&a.at.database, runner, listener, config, None).await
}

/// Takes the address before anything else is done, so that a port in use is said at once.
pub(crate) async fn listen(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|e| {
        Error::new(
            ErrorKind::Unavailable,
            "serve.address",
            format!("Rounds cannot listen on {address}: {e}."),
            "Stop the program that uses it, or choose another port (serve: --listen, demo: --port).",
        )
    })
}

/// Serves until Ctrl-C or a termination signal.
pub(crate) async fn serve(
    database: &str,
    runner: Runner,
    listener: TcpListener,
    config: WebConfig,
    demo_password: Option<String>,
) -> Result<()> {
    let directory = Arc::new(StoredDirectory::new(runner.db.clone(), demo_password));
    let router = rounds_web::build(runner.clone(), directory, compose::routes(), config);
    let mut works = compose::works();
    works.push(Arc::new(rounds_platform::backup::BackupWork { database: database.to_owned() }));
    let worker = tokio::spawn(rounds_platform::jobs::work_off(runner.clone(), works));
    let schedule = tokio::spawn(rounds_platform::jobs::schedule(runner.clone(), compose::recurring()));
    let daily = tokio::spawn(daily(runner.clone()));
    let postman = tokio::spawn(rounds_platform::mail::deliver_forever(runner.clone()));
    let loopback = settings::get(&runner.db, rounds_platform::webhooks::LOOPBACK).await?.as_deref() == Some("yes");
    let hooks = tokio::spawn(rounds_platform::webhooks::deliver(
        runner.clone(),
        rounds_platform::webhooks::Guard::new(loopback),
        rounds_customers::changes::seen,
    ));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, mut told) = tokio::sync::watch::channel(false);
    let server = axum::serve(listener, service).with_graceful_shutdown(async move { drop(told.wait_for(|stop| *stop).await) });
    let mut server = Box::pin(async { server.await });
    let ended = tokio::select! {
        ended = &mut server => ended,
        () = stopped() => {
            // No new visitors; those being answered are answered. Open streams have no end and are cut.
            stopping.send_replace(true);
            tokio::time::timeout(PATIENCE, server).await.unwrap_or(Ok(()))
        }
    };
    // Work in progress stops between two commands; it goes on at the next start.
    worker.abort();
    daily.abort();
    postman.abort();
    hooks.abort();
    schedule.abort();
    runner.db.close().await;
    ended.map_err(|e| Error::internal(format!("the server stopped: {e}")))
}

/// How long requests in progress may take once the server was told to stop.
const PATIENCE: Duration = Duration::from_secs(8);

/// Keeps the address that goes into mails.
async fn set_address(runner: &Runner, address: &str) -> Result<()> {
    let before: Place = setup::load(&runner.db).await?;
    let address = address.trim_end_matches('/').to_owned();
    if before.address == address {
        return Ok(());
    }
    setup::change(runner, &Actor::program("command line"), &Place { address, ..before }).await
}

/// Setting that holds the last day on which [`daily`] ran.
const REFRESHED: &str = "scope.refreshed";

/// Coverage begins and ends on dates: once a day everybody's scope follows.
async fn daily(runner: Runner) {
    loop {
        let today = runner.now().day().to_string();
        let last = settings::get(&runner.db, REFRESHED).await.unwrap_or_default();
        if last.as_deref() != Some(today.as_str()) {
            let done = runner.run(&Actor::program("daily"), RefreshScope::default()).await;
            match done {
                Ok(_) => drop(crate::simulate::remember(&runner, REFRESHED, &today).await),
                Err(e) => tracing::warn!(code = e.code, cause = e.cause, "scope was not refreshed; it is tried again"),
            }
        }
        tokio::time::sleep(Duration::from_secs(600)).await;
    }
}

async fn stopped() {
    #[cfg(unix)]
    {
        let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            let _ = tokio::signal::ctrl_c().await;
            return;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = term.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}
