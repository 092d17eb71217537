//! `rounds key`: a key for a program, made on the machine that the record is on.

use crate::args::Key;
use crate::compose;
use rounds_kernel::{Actor, Error, Result, SystemClock, UserId};
use rounds_platform::keys::{MakeKey, new_token};
use rounds_platform::users::by_email;
use std::sync::Arc;

pub(crate) async fn run(a: Key) -> Result<()> {
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let unknown = || Error::invalid("user.unknown", format!("There is no user {}.", a.email), "Create the user first: rounds user create.");
    let user = by_email(&runner.db, &a.email).await?.ok_or_else(unknown)?;
    let token = new_token()?;
    let command = MakeKey {
        user: UserId(user.id),
        name: a.name,
        permissions: user.role().permissions().to_vec(),
        own_only: false,
        days: a.days,
        prefix: token.prefix,
        hash: token.hash,
    };
    runner.run(&Actor::program("command line"), command).await?;
    println!("{}", token.token);
    Ok(())
}
