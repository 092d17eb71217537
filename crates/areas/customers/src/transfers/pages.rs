//! Transfers of value on a person's page.

use super::store::{Total, Transfer, latest, totals};
use crate::as_of::AsOf;
use crate::panels::{Panel, PanelHtml, Subject};
use crate::sheets::{Cell, Table};
use askama::Template;
use async_trait::async_trait;
use rounds_kernel::{Permission, Result};
use rounds_web::components::grouped;
use rounds_web::{App, Visitor};

/// Transfers shown one by one.
const LATEST: i64 = 10;

/// Draws what manufacturers transferred to a person, for those who check compliance.
#[derive(Debug)]
pub struct TransfersPanel;

#[derive(Template)]
#[template(source = "{{ totals }}{{ latest }}", ext = "html")]
struct Tables {
    totals: Table,
    latest: Table,
}

#[async_trait]
impl Panel for TransfersPanel {
    fn permission(&self) -> Permission {
        Permission::ReadAudit
    }

    async fn draw(&self, app: &App, _visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Person(person) = subject else { return Ok(None) };
        let by_payer = totals(app.db(), person.0).await?;
        if by_payer.is_empty() {
            return Ok(None);
        }
        let shown = latest(app.db(), person.0, LATEST).await?;
        let tables = Tables { totals: by_manufacturer(&by_payer), latest: one_by_one(&shown) };
        PanelHtml::draw("Transfers of value", "CMS Open Payments; a compliance reference, used in no score and no plan", &tables).map(Some)
    }
}

fn by_manufacturer(totals: &[Total]) -> Table {
    let rows = totals.iter().map(|t| {
        let years = if t.first_year == t.last_year { t.last_year.to_string() } else { format!("{} to {}", t.first_year, t.last_year) };
        let disputed = if t.disputed > 0 { format!("{} disputed", t.disputed) } else { String::new() };
        vec![
            Cell::text(&t.payer),
            Cell::text(years),
            Cell::number(t.transfers.to_string()).with(disputed),
            Cell::number(dollars(t.amount_cents)),
        ]
    });
    Table::new("Transfers by manufacturer", &["Manufacturer", "Program years", "#Transfers", "#Total"], ("", "", "")).rows(rows)
}

fn one_by_one(latest: &[Transfer]) -> Table {
    let rows = latest.iter().map(|t| {
        let about = if t.product.is_empty() { t.nature.clone() } else { format!("{}: {}", t.nature, t.product) };
        let disputed = if t.disputed > 0 { "disputed" } else { "" };
        vec![Cell::day(Some(t.day)), Cell::text(&t.payer), Cell::text(about), Cell::number(dollars(t.amount_cents)).with(disputed)]
    });
    Table::new("Latest transfers", &["Day", "Manufacturer", "For", "#Amount"], ("", "", "")).rows(rows)
}

/// Published to the cent, and shown so.
fn dollars(cents: i64) -> String {
    let sign = if cents < 0 { "−" } else { "" };
    format!("{sign}{}.{:02} USD", grouped((cents / 100).abs()), (cents % 100).abs())
}
