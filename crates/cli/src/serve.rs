//! `rounds serve`: the application on an address, with the worker for long work beside it.

use crate::args::Serve;
use crate::compose;
use rounds_design::coverage::RefreshScope;
use rounds_kernel::{Actor, Error, ErrorKind, Result, SystemClock};
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
        ..WebConfig::default()
    };
    let loopback = if a.webhooks_to_loopback { "yes" } else { "no" };
    crate::simulate::remember(&runner, rounds_platform::webhooks::LOOPBACK, loopback).await?;
    println!("Rounds listens on http://{}. Stop it with Ctrl-C.", a.listen);
    serve(runner, listener, config, None).await
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
pub(crate) async fn serve(runner: Runner, listener: TcpListener, config: WebConfig, demo_password: Option<String>) -> Result<()> {
    let directory = Arc::new(StoredDirectory::new(runner.db.clone(), demo_password));
    let router = rounds_web::build(runner.clone(), directory, compose::routes(), config);
    let worker = tokio::spawn(rounds_platform::jobs::work_off(runner.clone(), compose::works()));
    let daily = tokio::spawn(daily(runner.clone()));
    let postman = tokio::spawn(rounds_platform::mail::deliver_forever(runner.clone()));
    let loopback = settings::get(&runner.db, rounds_platform::webhooks::LOOPBACK).await?.as_deref() == Some("yes");
    let hooks = tokio::spawn(rounds_platform::webhooks::deliver(runner.clone(), rounds_platform::webhooks::Guard::new(loopback)));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let ended = tokio::select! {
        ended = async { axum::serve(listener, service).await } => ended,
        () = stopped() => Ok(()),
    };
    // Work in progress stops between two commands; it goes on at the next start.
    worker.abort();
    daily.abort();
    postman.abort();
    hooks.abort();
    runner.db.close().await;
    ended.map_err(|e| Error::internal(format!("the server stopped: {e}")))
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
        if let Err(e) = rounds_consent::keep_up(&runner).await {
            tracing::warn!(code = e.code, cause = e.cause, "permissions were not kept up; it is tried again");
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
