//! `rounds fhir`: the record as a provider directory in FHIR R4, out and in; `rounds release`: what a release of hospitals and systems
//! would change.

use crate::args::Database;
use crate::compose;
use clap::{Args, Subcommand};
use rounds_customers::fhir::{self, Format};
use rounds_customers::releases::{self, ChangeKind};
use rounds_kernel::{Actor, Error, Result, SystemClock};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// `rounds fhir`
#[derive(Debug, Subcommand)]
pub enum Fhir {
    /// Read a Bundle or NDJSON file into the record.
    Import(FhirImport),
    /// Write the record as NDJSON or as a Bundle.
    Export(FhirExport),
}

/// `rounds fhir import`
#[derive(Debug, Args)]
pub struct FhirImport {
    #[command(flatten)]
    pub at: Database,
    /// Bundle or NDJSON of FHIR R4.
    pub file: PathBuf,
    /// A short name of where it comes from.
    #[arg(long, default_value = "fhir")]
    pub source: String,
}

/// `rounds fhir export`
#[derive(Debug, Args)]
pub struct FhirExport {
    #[command(flatten)]
    pub at: Database,
    /// File to write.
    pub file: PathBuf,
    /// ndjson or bundle.
    #[arg(long, default_value = "ndjson")]
    pub format: String,
}

/// `rounds release`
#[derive(Debug, Args)]
pub struct Release {
    #[command(flatten)]
    pub at: Database,
    /// Hospital linkage of the AHRQ Compendium.
    pub file: PathBuf,
    /// Changes to list of each kind.
    #[arg(long, default_value_t = 5)]
    pub show: usize,
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|e| {
        let cause = format!("The file {} cannot be read: {e}.", file.display());
        Error::invalid("file.unreadable", cause, "Check the path and its permissions.")
    })
}

pub(crate) async fn run(command: Fhir) -> Result<()> {
    match command {
        Fhir::Import(a) => import(a).await,
        Fhir::Export(a) => export(a).await,
    }
}

async fn import(a: FhirImport) -> Result<()> {
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let report = fhir::receive(&runner, &Actor::program("command line"), &read(&a.file)?, &a.source).await?;
    println!("{}", report.summary());
    report.ignored.iter().for_each(|(kind, n)| println!("  {n} × {kind} left out: no part of a provider directory"));
    for i in report.issues.iter().take(50) {
        println!("  {}: {} {} [{}]", i.resource, i.cause, i.remedy, i.code);
    }
    if report.issues.len() > 50 {
        println!("  … and {} more", report.issues.len() - 50);
    }
    runner.db.optimise().await
}

async fn export(a: FhirExport) -> Result<()> {
    let format = Format::parse(&a.format).ok_or_else(|| {
        Error::invalid("fhir.format_unknown", format!("“{}” is no form of export.", a.format), "Ask for ndjson or bundle.")
    })?;
    let unwritable = |e: std::io::Error| {
        Error::invalid("file.unwritable", format!("The file {} cannot be written: {e}.", a.file.display()), "Choose another place.")
    };
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let mut file = BufWriter::new(File::create(&a.file).map_err(unwritable)?);
    let mut out = |part: &str| file.write_all(part.as_bytes()).map_err(unwritable);
    let count = fhir::export(&runner.db, &Actor::program("command line"), format, &mut out).await?;
    file.flush().map_err(unwritable)?;
    println!("{count} resources written to {}", a.file.display());
    Ok(())
}

pub(crate) async fn release(a: Release) -> Result<()> {
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let (day, report) = releases::preview(&runner.db, "ahrq-hospitals", &read(&a.file)?).await?;
    let day = rounds_kernel::Day::stored(day);
    println!("Beside the release of {day}: {}; {} hospitals unchanged. Nothing was imported.", report.summary(), report.unchanged);
    for kind in ChangeKind::ALL {
        for c in report.changes.iter().filter(|c| c.kind == *kind).take(a.show) {
            println!("  {}: {} ({} → {})", kind.code(), c.name, c.before, c.after);
        }
    }
    Ok(())
}
