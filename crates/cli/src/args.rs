//! The command line.

mod measures;

pub use measures::{BenchPages, BenchTrial, BenchWeek};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The commercial engine for medical-technology companies.
#[derive(Debug, Parser)]
#[command(name = "rounds", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Commands,
}

/// Where the record is.
#[derive(Debug, Clone, Args)]
pub struct Database {
    /// A file (SQLite) or postgres://user:password@host/database.
    #[arg(long, global = true, env = "ROUNDS_DATABASE", default_value = "rounds.db")]
    pub database: String,
}

/// All commands.
#[derive(Debug, Subcommand)]
pub enum Commands {
    /// Simulate a market, plan the week, and serve it on this computer with demo users.
    Demo(Demo),
    /// Serve the application.
    Serve(Serve),
    /// Import files: AHRQ systems and hospital linkage, CMS hospitals, Dartmouth ZIP to HRR.
    Import(Import),
    /// Export to the systems people keep: account_territory__v, Account, Contact, Order, OrderItem.
    Export(Export),
    /// Simulate a market of its own, or people, team and history onto an imported one.
    Simulate(Simulate),
    /// Decide a week's next best actions, check and store them.
    Plan(Plan),
    /// Look for systems, accounts and people that are in the record twice.
    Match(Match),
    /// Merge two records, or take a merge apart.
    Merge(MergeArgs),
    /// Everything about a person as a file, and the erasure of their data.
    Person(Person),
    /// Read a folder of exported files and show a mirror of the business.
    Trial(Trial),
    /// Create users and set passwords.
    User(User),
    /// Make a key for the API; its token is printed this once.
    Key(Key),
    /// The record as a provider directory in FHIR R4.
    #[command(subcommand)]
    Fhir(crate::directory::Fhir),
    /// Show what a release of hospitals and systems would change, without importing it.
    Release(crate::directory::Release),
    /// Copy the embedded database while people work, and check the copy.
    Backup(Backup),
    /// Put a copy in the place of the database.
    Restore(Restore),
    /// Measure, side by side with peers where asked.
    #[command(subcommand)]
    Bench(Bench),
}

/// `rounds demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Accounts to simulate.
    #[arg(long, default_value_t = 1_500)]
    pub accounts: usize,
    /// Seed of the simulation.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Port on 127.0.0.1; the demo listens nowhere else.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Where the demo keeps its record.
    #[arg(long, default_value = "demo/rounds.db")]
    pub database: PathBuf,
    /// Throw an earlier demo's record away first.
    #[arg(long)]
    pub fresh: bool,
    /// Make everything, but do not serve.
    #[arg(long)]
    pub no_serve: bool,
}

/// `rounds serve`
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub at: Database,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// People reach the server over HTTPS: cookies are marked secure.
    #[arg(long)]
    pub https: bool,
    /// Address that people use, for links in mails, e.g. https://rounds.company.example; kept in the settings.
    #[arg(long, env = "ROUNDS_ADDRESS")]
    pub address: Option<String>,
    /// A trusted proxy in front sets x-forwarded-for.
    #[arg(long)]
    pub behind_proxy: bool,
    /// Requests a second that one address, and one key, may make; 100 and 50 if not given.
    #[arg(long)]
    pub requests_per_second: Option<u32>,
    /// Webhooks may go to this computer: for development.
    #[arg(long)]
    pub webhooks_to_loopback: bool,
}

/// `rounds import`
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    pub at: Database,
    /// Files (CSV, XLSX, Parquet); their kind is recognised by the header.
    #[arg(required_unless_present = "undo")]
    pub files: Vec<PathBuf>,
    /// Kind of file, if the header does not say.
    #[arg(long)]
    pub kind: Option<String>,
    /// Which column is which: the name of a mapping saved on the import's page, or a JSON file.
    #[arg(long)]
    pub mapping: Option<String>,
    /// What 3/4/2026 means: day-first or month-first.
    #[arg(long)]
    pub days: Option<String>,
    /// Sheet of a workbook; the first that holds anything if not given.
    #[arg(long)]
    pub sheet: Option<String>,
    /// Show what would be created, changed and rejected; keep nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Take the import with this number back.
    #[arg(long, value_name = "IMPORT", conflicts_with_all = ["files", "dry_run"])]
    pub undo: Option<i64>,
}

/// `rounds export`
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub at: Database,
    /// account_territory__v, Account, Contact, Order or OrderItem.
    pub object: String,
    /// Where to write; OBJECT.csv in this folder if not given.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// `rounds simulate`
#[derive(Debug, Clone, Args)]
pub struct Simulate {
    #[command(flatten)]
    pub at: Database,
    /// Accounts of a market of its own.
    #[arg(long, default_value_t = 1_500)]
    pub accounts: usize,
    /// Mean number of people an account.
    #[arg(long, default_value_t = 8.0)]
    pub people_per_account: f64,
    /// Seed.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Last day of the simulated year, YYYY-MM-DD; today if not given.
    #[arg(long)]
    pub today: Option<String>,
    /// Simulate onto the accounts that are in the record already.
    #[arg(long)]
    pub onto: bool,
}

/// `rounds plan`
#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub at: Database,
    /// ISO week, e.g. 2026-W48; the present week, or on a weekend the next, if not given.
    #[arg(long)]
    pub week: Option<String>,
    /// Breaks ties.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads; the plan does not depend on it.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
    /// Instead of making a plan.
    #[command(subcommand)]
    pub instead: Option<PlanInstead>,
}

/// Other things to do with a plan.
#[derive(Debug, Subcommand)]
pub enum PlanInstead {
    /// Say why, and why not, for one person.
    Explain(Explain),
}

/// `rounds plan explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// Person's id, or the beginning of their name.
    #[arg(long)]
    pub person: String,
    /// ISO week; the newest plan if not given.
    #[arg(long)]
    pub week: Option<String>,
}

/// `rounds key`
#[derive(Debug, Args)]
pub struct Key {
    #[command(flatten)]
    pub at: Database,
    /// E-mail of the user as whom it acts.
    #[arg(long)]
    pub email: String,
    /// What it is for.
    #[arg(long, default_value = "command line")]
    pub name: String,
    /// Days until it ends.
    #[arg(long, default_value_t = 90)]
    pub days: i64,
}

/// `rounds match`
#[derive(Debug, Args)]
pub struct Match {
    #[command(flatten)]
    pub at: Database,
    /// accounts, people or systems; all of them if not given.
    #[arg(long)]
    pub kind: Option<String>,
    /// Compare all with all and learn anew; otherwise only what came since the last run is compared with the record.
    #[arg(long)]
    pub all: bool,
}

/// `rounds merge`
#[derive(Debug, Args)]
pub struct MergeArgs {
    #[command(flatten)]
    pub at: Database,
    /// accounts, people or systems.
    #[arg(long)]
    pub kind: Option<String>,
    /// Id of the record that stays.
    pub survivor: Option<i64>,
    /// Id of the record that goes into it.
    pub merged: Option<i64>,
    /// Take this merge apart instead.
    #[arg(long, conflicts_with_all = ["survivor", "merged"])]
    pub undo: Option<i64>,
}

/// `rounds person`
#[derive(Debug, Args)]
pub struct Person {
    #[command(flatten)]
    pub at: Database,
    /// What to do.
    #[command(subcommand)]
    pub act: PersonAct,
}

/// Acts on a person's data.
#[derive(Debug, Subcommand)]
pub enum PersonAct {
    /// Print everything that is kept about a person, as JSON.
    Export {
        /// The person's id.
        person: i64,
    },
    /// Take a person's words out everywhere; counts and sums stay. There is no way back.
    Erase {
        /// The person's id.
        person: i64,
        /// Who asked, when and how.
        #[arg(long)]
        reason: String,
        /// Why nobody else confirms it, in a sentence.
        #[arg(long)]
        alone: String,
    },
}
/// `rounds backup`
#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    pub at: Database,
    /// The new file.
    pub to: PathBuf,
    /// Copy the installation key too: whoever has both can open every secret and sign every link.
    #[arg(long)]
    pub with_key: bool,
}

/// `rounds restore`
#[derive(Debug, Args)]
pub struct Restore {
    #[command(flatten)]
    pub at: Database,
    /// The copy.
    pub from: PathBuf,
    /// Put it in the place of a database that is there.
    #[arg(long)]
    pub overwrite: bool,
}

/// `rounds user`
#[derive(Debug, Args)]
pub struct User {
    #[command(flatten)]
    pub at: Database,
    /// What to do.
    #[command(subcommand)]
    pub act: UserAct,
}

/// Acts on users.
#[derive(Debug, Subcommand)]
pub enum UserAct {
    /// List all users.
    List,
    /// Create a user.
    Create {
        /// Sign-in name.
        #[arg(long)]
        email: String,
        /// Full name.
        #[arg(long)]
        name: String,
        /// Role code: admin, operations, manager, kam, field_rep, remote_rep, marketer, success, auditor.
        #[arg(long)]
        role: String,
        /// Manager's e-mail.
        #[arg(long)]
        manager: Option<String>,
        /// IANA time zone.
        #[arg(long, default_value = "America/Chicago")]
        zone: String,
        /// Hours a week for planned contacts.
        #[arg(long, default_value_t = 25.0)]
        hours: f64,
    },
    /// Set a password; it is read from standard input.
    Password {
        /// Sign-in name.
        #[arg(long)]
        email: String,
    },
}

/// `rounds bench`
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Contact allocation on the reference family of instances.
    Assign(BenchAssign),
    /// From stored record to stored, checked week.
    Week(BenchWeek),
    /// Record linkage on public data with known truth.
    Linkage(BenchLinkage),
    /// A trial on simulated exports: seconds of each stage.
    Trial(BenchTrial),
    /// Search-as-you-type over simulated people.
    Search(crate::bench::search::BenchSearch),
    /// A company's calls into the ledger with all checks.
    Import(crate::bench::import::BenchImport),
    /// All kinds of pages, visited by a second process at a given rate.
    Pages(BenchPages),
}

/// Variant of the reference instance.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Variant {
    /// Reps' own customers.
    A,
    /// Demos by neighbouring reps: couples all reps.
    B,
    /// With account caps, coverage minimums and locks.
    C,
}

/// A solver to compare with.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Peer {
    /// HiGHS simplex on the linear relaxation, by highspy from PyPI.
    Highs,
}

/// `rounds bench assign`
#[derive(Debug, Args)]
pub struct BenchAssign {
    /// Customers.
    #[arg(long, default_value_t = 100_000)]
    pub customers: usize,
    /// Variant.
    #[arg(long, value_enum, ignore_case = true, default_value = "A")]
    pub variant: Variant,
    /// Seed.
    #[arg(long, default_value_t = 2024)]
    pub seed: u64,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
    /// Peer to run on the same instance.
    #[arg(long, value_enum)]
    pub peer: Option<Peer>,
}

/// A data set of record linkage.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LinkageSet {
    /// FEBRL 3: 5,000 people within one file.
    Febrl3,
    /// FEBRL 4: 5,000 people each of two files.
    Febrl4,
    /// 50,578 historical people with errors.
    Historical,
    /// AHRQ and CMS hospitals, without their number.
    Hospitals,
}

/// A program to compare linkage with.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LinkagePeer {
    /// Splink 5 from PyPI with its tutorial's settings, on the historical people.
    Splink,
}

/// `rounds bench linkage`
#[derive(Debug, Args)]
pub struct BenchLinkage {
    /// Data set.
    #[arg(long, value_enum)]
    pub set: LinkageSet,
    /// Folder of the public data.
    #[arg(long, env = "ROUNDS_DATA", default_value = "../shared/data")]
    pub data: std::path::PathBuf,
    /// The set's files, in place of those in the folder.
    #[arg(long, num_args = 1..)]
    pub files: Vec<std::path::PathBuf>,
    /// Seed of the sample that parameters are learnt from.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
    /// Least log2 odds of a link; chosen without labels if not given.
    #[arg(long, allow_negative_numbers = true)]
    pub threshold: Option<f32>,
    /// Program to run on the same file.
    #[arg(long, value_enum)]
    pub peer: Option<LinkagePeer>,
    /// Explain this many wrong links, and links with a changed number.
    #[arg(long, default_value_t = 0)]
    pub show: usize,
    /// Print the learnt chances.
    #[arg(long)]
    pub model: bool,
}

/// `rounds trial`
#[derive(Debug, Args)]
pub struct Trial {
    /// Folder with exported CSV files: accounts, people, calls, orders, perhaps territories. Their kind is told by the header.
    pub dir: PathBuf,
    /// Where the trial keeps its record; beside the folder if not given.
    #[arg(long)]
    pub database: Option<PathBuf>,
    /// Port on 127.0.0.1; the trial listens nowhere else.
    #[arg(long, default_value_t = 8081)]
    pub port: u16,
    /// Which column is which: a mapping saved on the import's page, or a JSON file with one mapping, or one a file name.
    #[arg(long)]
    pub mapping: Option<String>,
    /// What 3/4/2026 means: day-first or month-first.
    #[arg(long)]
    pub days: Option<String>,
    /// Make the mirror, but do not serve.
    #[arg(long)]
    pub no_serve: bool,
}
