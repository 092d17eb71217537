//! The orders of one account, on the account's page.

use super::super::store::{self, Narrow};
use super::{Shown, shown, stats};
use async_trait::async_trait;
use rounds_customers::as_of::AsOf;
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_kernel::{Permission, Result};
use rounds_web::components::{Column, Stat};
use rounds_web::{App, Visitor};

/// Lines shown.
const LINES: usize = 6;

/// Draws back orders and the newest lines of an account.
pub(in crate::orders) struct OrdersPanel;

#[derive(askama::Template)]
#[template(path = "orders/templates/panel.html")]
struct View {
    stats: Vec<Stat>,
    columns: Vec<Column>,
    lines: Vec<Shown>,
    account: i64,
}

#[async_trait]
impl Panel for OrdersPanel {
    fn permission(&self) -> Permission {
        Permission::ReadOrders
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Account(account) = subject else { return Ok(None) };
        let narrow = Narrow { account: Some(account.0), ..Narrow::default() };
        let (db, actor) = (app.db(), &visitor.actor);
        let totals = store::totals(db, actor, &narrow, visitor.now.0).await?;
        let rows = store::first(db, actor, &narrow, LINES).await?;
        let view = View {
            stats: stats(&totals, &format!("account={}&", account.0)),
            columns: vec![Column::text("Ordered"), Column::text("Product"), Column::number("Amount"), Column::text("Status")],
            lines: rows.iter().map(|l| shown(l, visitor.now, &actor.zone)).collect(),
            account: account.0,
        };
        PanelHtml::draw("Order lines", "the newest, and what waits", &view).map(Some)
    }
}
