//! Devices on an account's page.

use super::{age, due};
use crate::as_of::AsOf;
use crate::installed_base::queries::of_account;
use crate::lists::href;
use crate::panels::{Panel, PanelHtml, Subject};
use crate::sheets::{Cell, Table};
use async_trait::async_trait;
use rounds_kernel::{Permission, Result};
use rounds_web::{App, Visitor};

/// Draws an account's devices.
#[derive(Debug)]
pub struct DevicesPanel;

#[async_trait]
impl Panel for DevicesPanel {
    fn permission(&self) -> Permission {
        Permission::ReadOrders
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, as_of: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Account(account) = subject else { return Ok(None) };
        let today = i64::from(as_of.or(visitor.now.day()).0);
        let mut devices = of_account(app.db(), account.0).await?;
        devices
            .retain(|d| as_of.day().is_none() || (d.installed_on.is_none_or(|on| on <= today) && d.removed_on.is_none_or(|on| on > today)));
        if devices.is_empty() {
            return Ok(None);
        }
        let row = |d: &super::Device| {
            vec![Cell::link(d.name(), format!("/devices/{}", d.id)).with(d.department.clone()), age(d, today), due(d, today)]
        };
        let mut table = Table::new("Devices", &["Device", "#Age", "Due"], ("", "", "")).rows(devices.iter().take(8).map(row));
        table.more = Some(("All devices here".into(), href("/installed-base", &[("show", "all"), ("account", &account.0.to_string())])));
        PanelHtml::draw("Installed base", "equipment and when it is due", &table).map(Some)
    }
}
