//! The parties that stand for an account, on the account's page.

use super::model::HOWS;
use super::queries::of_account;
use crate::as_of::AsOf;
use crate::panels::{Panel, PanelHtml, Subject};
use crate::reading::label;
use crate::sheets::{Cell, Table};
use async_trait::async_trait;
use rounds_kernel::{Permission, Result};
use rounds_web::{App, Visitor};

/// Draws the ERP numbers of an account.
#[derive(Debug)]
pub struct PartiesPanel;

#[async_trait]
impl Panel for PartiesPanel {
    fn permission(&self) -> Permission {
        Permission::ReadOrders
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, as_of: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Account(account) = subject else { return Ok(None) };
        let found = of_account(app.db(), account.0, i64::from(as_of.or(visitor.now.day()).0)).await?;
        if found.is_empty() {
            return Ok(None);
        }
        let rows = found.iter().map(|(p, l)| {
            vec![
                Cell::link(&p.number, format!("/parties/{}", p.id)).with(p.erp.clone()),
                Cell::text(p.roles()),
                Cell::text(label(HOWS, &l.how)),
            ]
        });
        let table = Table::new("Numbers in ERP systems", &["Number", "Parts", "Mapped"], ("", "", "")).rows(rows);
        PanelHtml::draw("ERP numbers", "sold-to, ship-to, bill-to, payer", &table).map(Some)
    }
}
