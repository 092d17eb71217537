//! Sales and consignment stock on an account's page; where a product is used, on the product's.

use super::day;
use super::list::figures;
use crate::sales::model::{BILLED, KINDS, Total, by_currency};
use crate::sales::queries::{Ask, Row, Site, days, product_sites, stock};
use crate::sales::store::stock::rates;
use async_trait::async_trait;
use rounds_customers::as_of::AsOf;
use rounds_customers::lists::{Place, fetch, href};
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::reading::{label, money, quantity};
use rounds_customers::sheets::{Cell, Table};
use rounds_kernel::{Permission, Result};
use rounds_web::components::Tone;
use rounds_web::{App, Visitor};

/// Lines shown.
const SHOWN: usize = 6;

/// Draws what an account ordered, was billed and sent back.
#[derive(Debug)]
pub struct SalesPanel;

#[async_trait]
impl Panel for SalesPanel {
    fn permission(&self) -> Permission {
        Permission::ReadOrders
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Account(account) = subject else { return Ok(None) };
        let (db, actor) = (app.db(), &visitor.actor);
        let ask = Ask { account: account.0.to_string(), ..Ask::default() };
        let slice = fetch(db, &ask.list(actor), &Place::default(), Ask::cursor).await?;
        if slice.rows.is_empty() {
            return Ok(None);
        }
        let since = i64::from(visitor.now.day().0) - 365;
        let all = href("/sales", &[("account", &ask.account)]);
        let billed = days(db, actor, Some(account.0), BILLED, since).await?;
        let rates = rates(db).await?;
        let line = |r: &Row| {
            let product = r.product.clone().or(r.product_text.clone()).unwrap_or_default();
            vec![
                Cell::link(&r.doc_no, format!("/sales/{}", r.id)).with(day(r.day)),
                Cell::text(label(KINDS, &r.kind)),
                Cell::text(product),
                Cell::number(money(r.minor, &r.currency)),
            ]
        };
        let mut table = Table::new("Newest lines", &["Document", "Kind", "Product", "#Net"], ("", "", ""))
            .rows(slice.rows.iter().take(SHOWN).map(line));
        table.more = Some(("All sales of this account".into(), all.clone()));
        let totals: Vec<String> = by_currency(&billed).iter().map(|t: &Total| money(t.minor, &t.currency)).collect();
        let together = figures("Billed", &billed, &rates, &all).into_iter().find(|s| s.label.ends_with("together"));
        let mut sub = if totals.is_empty() {
            "nothing billed in 12 months".to_owned()
        } else {
            format!("billed in 12 months: {}", totals.join(", "))
        };
        if let Some(sum) = together {
            sub.push_str(&format!("; together {}", sum.value));
        }
        PanelHtml::draw("Sales", &sub, &table).map(Some)
    }
}

/// Draws the stock that the company owns at an account's sites.
#[derive(Debug)]
pub struct ConsignmentPanel;

/// Days before expiry from which a lot is marked.
const SOON: i64 = 90;

#[async_trait]
impl Panel for ConsignmentPanel {
    fn permission(&self) -> Permission {
        Permission::ReadOrders
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Account(account) = subject else { return Ok(None) };
        let lots = stock(app.db(), account.0).await?;
        let Some(counted) = lots.iter().map(|l| l.counted_on).max() else { return Ok(None) };
        let today = i64::from(visitor.now.day().0);
        let rows = lots.iter().map(|l| {
            let expiry = match l.expires_on {
                None => Cell::unknown(""),
                Some(d) if d < today => Cell::chip(format!("expired {}", day(d)), Tone::Bad),
                Some(d) if d < today + SOON => Cell::chip(day(d), Tone::Warn),
                Some(d) => Cell::text(day(d)),
            };
            let product = l.product.clone().unwrap_or_else(|| l.product_text.clone());
            let name = l.product_id.map_or_else(|| Cell::text(&product), |id| Cell::link(&product, format!("/products/{id}")));
            vec![name.with(format!("lot {}", l.lot)), Cell::number(quantity(l.milli)).with(l.unit.clone()), expiry]
        });
        let table = Table::new("Consignment stock", &["Product", "#On site", "Expires"], ("", "", "")).rows(rows);
        PanelHtml::draw("Consignment stock", &format!("ours until used; counted {}", day(counted)), &table).map(Some)
    }
}

/// Draws the accounts that use a product.
#[derive(Debug)]
pub struct ProductPanel;

#[async_trait]
impl Panel for ProductPanel {
    fn permission(&self) -> Permission {
        Permission::ReadOrders
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Product(product) = subject else { return Ok(None) };
        let since = i64::from(visitor.now.day().0) - 365;
        let (ordered, sites) = product_sites(app.db(), &visitor.actor, product.0, since).await?;
        let row = |s: &Site| {
            let lines = href("/sales", &[("account", &s.account_id.to_string()), ("product", &product.0.to_string())]);
            vec![
                Cell::link(&s.account, format!("/accounts/{}", s.account_id)),
                Cell::number(quantity(s.milli)),
                Cell { href: Some(lines), ..Cell::number(money(s.minor, &s.currency)) },
                Cell::text(day(s.last_day)),
            ]
        };
        let empty = (
            "Nobody within your reach",
            "No order or invoice of the last twelve months names it.",
            "Orders and invoices appear here once they are imported.",
        );
        let table =
            Table::new("Where it is used", &["Account", "#Base units", if ordered { "#Ordered" } else { "#Billed" }, "Last"], empty)
                .rows(sites.iter().map(row));
        let sub = match (ordered, sites.is_empty()) {
            (false, false) => "no orders of it are in the record: invoices of 12 months less returns, the largest accounts",
            _ => "orders of 12 months, the largest accounts",
        };
        PanelHtml::draw("Where it is used", sub, &table).map(Some)
    }
}
