//! `rounds plan explain`: why, and why not, for one person.

use crate::args::Explain;
use crate::compose;
use rounds_engage::next_best_action::{Verdict, actions_of, explain_person, in_force, newest_plans, why_not};
use rounds_kernel::{Error, PersonId, Result, SystemClock, Week};
use rounds_store::{Db, FromQueryResult, Query, args};
use std::sync::Arc;

#[derive(FromQueryResult)]
struct Found {
    id: i64,
    name: String,
}

async fn person(db: &Db, text: &str) -> Result<Found> {
    let by_id = text.parse::<i64>().unwrap_or(-1);
    let name = format!("{}%", text.replace(['%', '_'], ""));
    let sql = "SELECT id, name FROM person WHERE id = $1 OR LOWER(name) LIKE LOWER($2) ORDER BY id LIMIT 2";
    let mut found: Vec<Found> = db.all(sql, args![by_id, name]).await?;
    match found.len() {
        0 => Err(Error::not_found("person")),
        1 => Ok(found.remove(0)),
        _ => Err(Error::invalid("plan.person", format!("More than one person is called {text}…"), "Give the id or more of the name.")),
    }
}

pub(crate) async fn run(database: &str, a: Explain) -> Result<()> {
    let runner = compose::open(database, Arc::new(SystemClock)).await?;
    let who = person(&runner.db, &a.person).await?;
    let plan = match &a.week {
        Some(w) => in_force(&runner.db, Week::parse(w)?.monday()).await?,
        None => newest_plans(&runner.db, 1).await?.into_iter().next(),
    };
    let plan = plan.ok_or_else(|| Error::invalid("plan.none", "There is no plan for that week.", "Make one with “rounds plan”."))?;
    let actions = actions_of(&runner.db, who.id, 20).await?;
    println!("{} (person {}), plan {} of {}", who.name, who.id, plan.id, plan.week);
    let mut any = false;
    for x in actions.iter().filter(|x| x.plan_id == plan.id) {
        any = true;
        println!("\n  in the plan: {} by {}, {}\n    {}", x.channel, x.owner, rounds_kernel::Day(x.day as i32).short(), x.reason);
    }
    if !any {
        println!("\n  no contact is planned");
    }
    let verdicts = explain_person(&runner.db, plan.id, PersonId(who.id)).await?;
    let planned = |v: &&Verdict| {
        actions.iter().any(|x| x.plan_id == plan.id && x.owner == v.owner && x.channel == v.channel.code() && x.unit == v.unit)
    };
    println!("\n  left out:");
    for v in verdicts.iter().filter(|v| !planned(v)) {
        let about = v.product.as_ref().map_or_else(String::new, |p| format!(" about {p}"));
        println!("    {} by {} for {}{about}: worth {:.2}, its time costs {:.2}", v.channel.label(), v.owner, v.unit, v.value, v.cost);
        match v.refusals.is_empty() {
            true => println!("      {}", why_not(v)),
            false => v.refusals.iter().for_each(|(title, words)| println!("      {title}: {words}")),
        }
    }
    Ok(())
}
