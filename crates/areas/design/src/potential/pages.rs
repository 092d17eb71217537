//! The panel on an account's page: what it could buy, by product family.

use super::{Potential, of_account};
use rounds_customers::as_of::AsOf;
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::scope::see_account;
use rounds_kernel::{Permission, Result};
use rounds_store::{FromQueryResult, Query};
use rounds_web::components::Column;
use rounds_web::{App, Visitor};
use std::collections::BTreeSet;

#[derive(askama::Template)]
#[template(path = "potential/templates/panel.html")]
struct Families {
    columns: Vec<Column>,
    lines: Vec<Line>,
    known: bool,
}

struct Line {
    family: String,
    /// Estimate, range and date; `None` when unknown.
    money: Option<(String, String, String)>,
}

/// The panel on an account's page: every family of the portfolio, known or not.
pub struct PotentialPanel;

#[derive(FromQueryResult)]
struct Family {
    family: String,
}

#[async_trait::async_trait]
impl Panel for PotentialPanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Account(account) = subject else { return Ok(None) };
        let db = app.db();
        see_account(db, &visitor.actor, account).await?;
        let families = db.all::<Family>("SELECT DISTINCT family FROM product ORDER BY family", vec![]).await?;
        let shown = view(of_account(db, account).await?, families.into_iter().map(|f| f.family));
        PanelHtml::draw("Potential", "what this account could buy in a year, from us or others", &shown).map(Some)
    }
}

fn view(known: Vec<Potential>, families: impl Iterator<Item = String>) -> Families {
    let told: BTreeSet<String> = known.iter().map(|p| p.family.to_string()).collect();
    let unknown = families.filter(|f| !told.contains(f)).map(|family| Line { family, money: None });
    let line = |p: &Potential| Line {
        family: p.family.to_string(),
        money: Some((p.annual.whole(), format!("{} to {}", p.low.whole(), p.high.whole()), p.as_of.to_string())),
    };
    let any = !known.is_empty();
    let lines = known.iter().map(line).chain(unknown).collect();
    let columns = vec![Column::text("Family"), Column::number("A year, USD"), Column::number("Range")];
    Families { columns, lines, known: any }
}

/// Panels drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    use rounds_kernel::{AccountId, Day, Money};
    let p = |family: &str, annual: i64| Potential {
        account: AccountId(7),
        family: family.into(),
        annual: Money(annual),
        low: Money(annual / 2),
        high: Money(annual * 2),
        as_of: Day(20_700),
    };
    let known = vec![p("Hips", 41_250_000), p("Knees <partial>", 9_900_000)];
    let shown = view(known, ["Hips", "Shoulders"].into_iter().map(str::to_owned));
    vec![("potential-panel", askama::Template::render(&shown).unwrap_or_default())]
}
