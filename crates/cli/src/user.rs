//! `rounds user`: users and passwords from the command line, for the first administrator.

use crate::args::{User, UserAct};
use crate::compose;
use rounds_kernel::{Actor, Error, Result, Role, SystemClock};
use rounds_platform::users::{CreateUser, SetPassword, all};
use std::sync::Arc;

pub(crate) async fn run(a: User) -> Result<()> {
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let actor = Actor::program("command line");
    match a.act {
        UserAct::List => {
            for u in all(&runner.db).await? {
                println!("{:<32} {:<24} {}", u.email, u.role().label(), u.name);
            }
            Ok(())
        }
        UserAct::Create { email, name, role, manager, zone, hours } => {
            let role = Role::parse(&role)
                .ok_or_else(|| Error::invalid("user.role", format!("There is no role “{role}”."), "Use one of those that --help lists."))?;
            let weekly_minutes = (hours * 60.0).round() as i64;
            let id =
                runner.run(&actor, CreateUser { email: email.clone(), name, role, manager_email: manager, zone, weekly_minutes }).await?;
            println!("User {id} is {email}. Set a password with “rounds user password --email {email}”.");
            Ok(())
        }
        UserAct::Password { email } => {
            let mut password = String::new();
            std::io::stdin().read_line(&mut password).map_err(Error::internal)?;
            SetPassword::give(&runner, &actor, &email, password.trim_end_matches(['\r', '\n']).to_owned()).await?;
            println!("The password of {email} is set; other sessions of theirs have ended.");
            Ok(())
        }
    }
}
