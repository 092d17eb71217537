//! The panel on an account's page: what it could buy, by product family.

use super::{Potential, of_account};
use rounds_customers::scope::see_account;
use rounds_kernel::{AccountId, Actor, Error, Result};
use rounds_store::{FromQueryResult, Query};
use rounds_web::components::Column;
use std::collections::BTreeSet;

#[derive(askama::Template)]
#[template(path = "potential/templates/panel.html")]
struct Panel {
    columns: Vec<Column>,
    lines: Vec<Line>,
    known: bool,
}

struct Line {
    family: String,
    /// Estimate, range and date; `None` when unknown.
    money: Option<(String, String, String)>,
}

/// The panel's HTML: every family of the portfolio, known or not.
///
/// # Errors
/// `record.not_found` outside the actor's scope.
pub async fn panel(db: &rounds_store::Db, actor: &Actor, account: AccountId) -> Result<String> {
    #[derive(FromQueryResult)]
    struct Family {
        family: String,
    }
    see_account(db, actor, account).await?;
    let families = db.all::<Family>("SELECT DISTINCT family FROM product ORDER BY family", vec![]).await?;
    draw(of_account(db, account).await?, families.into_iter().map(|f| f.family))
}

fn draw(known: Vec<Potential>, families: impl Iterator<Item = String>) -> Result<String> {
    let told: BTreeSet<String> = known.iter().map(|p| p.family.to_string()).collect();
    let unknown = families.filter(|f| !told.contains(f)).map(|family| Line { family, money: None });
    let line = |p: &Potential| Line {
        family: p.family.to_string(),
        money: Some((p.annual.whole(), format!("{} to {}", p.low.whole(), p.high.whole()), p.as_of.to_string())),
    };
    let any = !known.is_empty();
    let lines = known.iter().map(line).chain(unknown).collect();
    let columns = vec![Column::text("Family"), Column::number("A year, USD"), Column::number("Range"), Column::text("As of")];
    askama::Template::render(&Panel { columns, lines, known: any }).map_err(Error::internal)
}

/// Panels drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    use rounds_kernel::{Day, Money};
    let p = |family: &str, annual: i64| Potential {
        account: AccountId(7),
        family: family.into(),
        annual: Money(annual),
        low: Money(annual / 2),
        high: Money(annual * 2),
        as_of: Day(20_700),
    };
    let known = vec![p("Hips", 41_250_000), p("Knees <partial>", 9_900_000)];
    let panel = draw(known, ["Hips", "Shoulders"].into_iter().map(str::to_owned)).unwrap_or_default();
    vec![("potential-panel", panel)]
}
