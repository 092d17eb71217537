//! `rounds export`: files for the systems people keep.

use crate::args::Export;
use crate::compose;
use rounds_kernel::{Actor, Error, Result, SystemClock};
use rounds_platform::imports::export;
use rounds_serve::crm_export::{Object, rows};
use std::sync::Arc;

pub(crate) async fn run(a: Export) -> Result<()> {
    let known: Vec<&str> = Object::ALL.iter().map(|o| o.code()).collect();
    let object = Object::parse(&a.object).ok_or_else(|| {
        let cause = format!("There is no export “{}”.", a.object);
        Error::invalid("export.unknown", cause, format!("Use one of: {}.", known.join(", ")))
    })?;
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let found = rows(&runner.db, &Actor::program("command line"), object, runner.now().day()).await?;
    let count = found.len();
    let path = a.out.unwrap_or_else(|| format!("{}.csv", object.code()).into());
    std::fs::write(&path, export::csv(object.header(), found)).map_err(|e| {
        Error::invalid(
            "export.unwritable",
            format!("The file {} cannot be written: {e}.", path.display()),
            "Check the folder and its permissions.",
        )
    })?;
    println!("{}: {count} rows", path.display());
    Ok(())
}
