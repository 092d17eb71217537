//! The `rounds` program: composes all areas' routes, migrations and jobs, and gives each a command.

mod args;
mod backup;
pub mod bench;
pub mod compose;
mod demo;
mod directory;
mod explain;
mod export;
mod import;
mod key;
mod matching;
mod person;
mod plan;
pub mod progress;
mod serve;
pub mod simulate;
pub mod trial;
mod user;

pub use args::Cli;

use args::{Bench, Commands};
use rounds_kernel::Result;

/// Runs one command.
///
/// # Errors
/// The command's own; printed by `main` with cause, remedy and code.
pub async fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Commands::Demo(a) => demo::run(a).await,
        Commands::Serve(a) => serve::run(a).await,
        Commands::Import(a) => import::run(a).await,
        Commands::Export(a) => export::run(a).await,
        Commands::Simulate(a) => simulate::run(a).await,
        Commands::Plan(a) => plan::run(a).await,
        Commands::Match(a) => matching::run(a).await,
        Commands::Merge(a) => matching::merge(a).await,
        Commands::Person(a) => person::run(a).await,
        Commands::Backup(a) => backup::run(a).await,
        Commands::Restore(a) => backup::bring_back(a).await,
        Commands::Trial(a) => trial::run(a).await,
        Commands::User(a) => user::run(a).await,
        Commands::Key(a) => key::run(a).await,
        Commands::Fhir(a) => directory::run(a).await,
        Commands::Release(a) => directory::release(a).await,
        Commands::Bench(Bench::Assign(a)) => bench::assign(a),
        Commands::Bench(Bench::Linkage(a)) => bench::linkage(a),
        Commands::Bench(Bench::Trial(a)) => trial::bench(a).await,
        Commands::Bench(Bench::Week(a)) => bench::week(a).await,
        Commands::Bench(Bench::Search(a)) => bench::search::run(a).await,
        Commands::Bench(Bench::Import(a)) => bench::import::run(a).await,
        Commands::Bench(Bench::Pages(a)) => bench::pages::run(a).await,
    }
}
