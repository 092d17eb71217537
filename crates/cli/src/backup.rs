//! `rounds backup` and `rounds restore`.

use crate::args::{Backup, Restore};
use crate::compose::Migrator;
use rounds_kernel::{Error, Result};
use rounds_platform::backup::{Made, make, restore};
use rounds_store::MigratorTrait;
use std::path::Path;

fn said(what: &str, made: &Made) {
    println!("{what} {}: {} tables, {} rows, {} bytes; checked.", made.file.display(), made.tables, made.rows, made.bytes);
}

pub(crate) async fn run(a: Backup) -> Result<()> {
    said("Copied to", &make(&a.at.database, &a.to, a.with_key).await?);
    if !a.with_key {
        println!("The installation key is not in it: keep it elsewhere, or sealed secrets cannot be read after a restore.");
    }
    Ok(())
}

pub(crate) async fn bring_back(a: Restore) -> Result<()> {
    if a.at.database.starts_with("postgres") {
        let cause = "A copy of the embedded database cannot be put into a PostgreSQL server. Nothing was changed.";
        return Err(Error::invalid("backup.engine", cause, "Use pg_restore with a pg_dump of that server."));
    }
    let known = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    let to = a.at.database.strip_prefix("sqlite:").unwrap_or(&a.at.database);
    said("Restored", &restore(&a.from, Path::new(to), a.overwrite, &known).await?);
    Ok(())
}
