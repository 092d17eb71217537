//! Contracts on the pages of accounts and systems, and a running quiet period.

use super::{ends, state};
use crate::as_of::AsOf;
use crate::contracts::model::{Contract, POSITIONS};
use crate::contracts::queries::{of_account, quiet, ran, visible};
use crate::contracts::store::COLUMNS;
use crate::panels::{Panel, PanelHtml, Subject};
use crate::reading::label;
use crate::sheets::{Cell, Table};
use async_trait::async_trait;
use rounds_kernel::{Permission, Result};
use rounds_store::{Query, args};
use rounds_web::{App, Visitor};

/// Draws the contracts of an account or a system.
#[derive(Debug)]
pub struct ContractsPanel;

#[async_trait]
impl Panel for ContractsPanel {
    fn permission(&self) -> Permission {
        Permission::ReadContracts
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, as_of: AsOf) -> Result<Option<PanelHtml>> {
        let (db, day) = (app.db(), as_of.or(visitor.now.day()));
        let today = i64::from(day.0);
        let (contracts, sub): (Vec<(Contract, String)>, String) = match subject {
            Subject::Account(account) => {
                let words = quiet(db, account, day)
                    .await?
                    .map(|q| format!("quiet until {}: tender {} {}", Cell::day(Some(q.until)).text, q.tender, q.name));
                (of_account(db, account, today).await?, words.unwrap_or_else(|| "whose prices it may have".into()))
            }
            Subject::System(system) => {
                let sql = format!(
                    "SELECT {COLUMNS} FROM contract WHERE contract.system_id = $1 AND {} AND {} ORDER BY contract.ends_on, contract.id LIMIT 20",
                    ran(as_of),
                    visible(&visitor.actor)
                );
                let all: Vec<Contract> = db.all(&sql, args![system.0]).await?;
                (all.into_iter().map(|c| (c, String::new())).collect(), "held by the system".into())
            }
            _ => return Ok(None),
        };
        if contracts.is_empty() && !sub.starts_with("quiet") {
            return Ok(None);
        }
        let rows = contracts.iter().map(|(c, tier)| {
            let tier = if tier.is_empty() { String::new() } else { format!("tier {tier}") };
            let position = Cell::text(label(POSITIONS, &c.position)).with(tier);
            vec![Cell::link(&c.name, format!("/contracts/{}", c.id)).with(c.number.clone()), position, state(c, today), ends(c, today)]
        });
        let none = ("No contract", "It buys at list price or on terms of its own.", "");
        PanelHtml::draw("Contracts", &sub, &Table::new("Contracts", &["Contract", "Position", "State", "Until"], none).rows(rows)).map(Some)
    }
}
