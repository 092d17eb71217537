//! Pull-through on a device's page.

use super::model::months;
use super::queries::{bought, devices};
use async_trait::async_trait;
use rounds_customers::as_of::AsOf;
use rounds_customers::installed_base;
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::reading::quantity;
use rounds_customers::sheets::{Cell, Table};
use rounds_kernel::{Permission, Result};
use rounds_web::{App, Visitor};

/// Months shown.
const MONTHS: usize = 12;

/// Draws what is used with a device.
#[derive(Debug)]
pub struct PullThroughPanel;

#[async_trait]
impl Panel for PullThroughPanel {
    fn permission(&self) -> Permission {
        Permission::ReadOrders
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Device(id) = subject else { return Ok(None) };
        let (db, today) = (app.db(), i64::from(visitor.now.day().0));
        let Some(device) = installed_base::get(db, &visitor.actor, id).await? else { return Ok(None) };
        let Some(product) = device.product_id else { return Ok(None) };
        let (sales, unknown) = bought(db, device.account_id, product, today - 370).await?;
        let stood = devices(db, device.account_id, product).await?;
        let all = months(&sales, &stood, today, MONTHS);
        let any = all.iter().any(|m| m.milli != 0);
        let rows = all.iter().rev().map(|m| {
            let per = m
                .per_device()
                .map_or_else(|| Cell { numeric: true, ..Cell::unknown("no device stood there") }, |p| Cell::number(quantity(p)));
            vec![Cell::text(&m.name), Cell::number(m.devices.to_string()), Cell::number(quantity(m.milli)), per]
        });
        let none =
            ("Nothing is used with it", "The account ordered none of its consumables in 12 months, or the catalogue links none to it.", "");
        let table = Table::new("Pull-through", &["Month", "#Devices", "#Base units", "#A device"], none);
        let table = if any { table.rows(rows) } else { table };
        let left_out = if unknown > 0 { format!("; {unknown} lines in unknown units are left out") } else { String::new() };
        PanelHtml::draw("Pull-through", &format!("consumables ordered by this account for such devices{left_out}"), &table).map(Some)
    }
}
