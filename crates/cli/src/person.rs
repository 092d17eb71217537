//! `rounds person`: everything about a person to a file, and the erasure of their data, from the command line.

use crate::args::{Person, PersonAct};
use crate::compose;
use rounds_consent::personal_data::{AskErasure, ConfirmErasure, export};
use rounds_kernel::{Actor, Error, PersonId, Result, SystemClock};
use std::sync::Arc;

pub(crate) async fn run(a: Person) -> Result<()> {
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let actor = Actor::program("command line");
    let registry = compose::personal_data();
    match a.act {
        PersonAct::Export { person } => {
            let all = export(&runner.db, &actor, &registry, PersonId(person), runner.now()).await?;
            println!("{}", serde_json::to_string_pretty(&all).map_err(Error::internal)?);
            Ok(())
        }
        PersonAct::Erase { person, reason, alone } => {
            let id = runner.run(&actor, AskErasure { person: PersonId(person), reason }).await?;
            let changed = runner.run(&actor, ConfirmErasure { id, alone, registry }).await?;
            println!(
                "Person {person} is erased: {changed} rows changed. The evidence is request {id} on /personal-data. Copies made before hold the data still."
            );
            Ok(())
        }
    }
}
