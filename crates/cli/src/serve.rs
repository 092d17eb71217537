//! `rounds serve`: the application on an address, with the worker for long work beside it.

use crate::args::Serve;
use crate::compose;
use rounds_kernel::{Error, ErrorKind, Result, SystemClock};
use rounds_platform::users::StoredDirectory;
use rounds_store::Runner;
use rounds_web::WebConfig;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

pub(crate) async fn run(a: Serve) -> Result<()> {
    let listener = listen(&a.listen).await?;
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let config = WebConfig { https: a.https, behind_proxy: a.behind_proxy, ..WebConfig::default() };
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
    let worker = tokio::spawn(rounds_platform::jobs::worker(runner.clone(), compose::works()));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let ended = tokio::select! {
        ended = async { axum::serve(listener, service).await } => ended,
        () = stopped() => Ok(()),
    };
    // Work in progress stops between two commands; it goes on at the next start.
    worker.abort();
    runner.db.close().await;
    ended.map_err(|e| Error::internal(format!("the server stopped: {e}")))
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
