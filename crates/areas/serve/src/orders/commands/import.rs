//! Order lines from a file or the simulator, up to 1,000 a transaction. A line known already takes over the new status, amount and
//! promise; its fact stays as it was first told.

use super::super::Status;
use super::super::store::{self, Known};
use rounds_consent::ledger::ids_of;
use rounds_customers::products::{self, Product};
use rounds_kernel::{AccountId, FactKind, NewFact, Permission, Result, RowReject, Time};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One line of an order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct OrderRow {
    /// Line in the file, 0 without a file.
    pub file_line: u64,
    /// Order number.
    pub order_no: String,
    /// Line in the order.
    pub line: i64,
    /// The account's key in the source.
    pub account_key: String,
    /// Article code.
    pub product_code: String,
    /// Units; negative for a return.
    pub quantity: i64,
    /// Amount in cents.
    pub amount_cents: i64,
    /// When ordered.
    pub at: Time,
    /// `delivered`, `open` or `back_order`.
    pub status: String,
    /// Promised delivery.
    pub due: Option<Time>,
}

/// Imports one chunk of order lines.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportOrders {
    /// File name, or `simulation`.
    pub source: String,
    /// At most 1,000 rows.
    pub rows: Vec<OrderRow>,
}

struct Context {
    accounts: BTreeMap<String, i64>,
    products: BTreeMap<String, Product>,
    known: BTreeMap<(String, i64), Known>,
    now: Time,
}

impl Command for ImportOrders {
    const NAME: &'static str = "serve.import_orders";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "source": self.source, "rows": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        let context = Context {
            accounts: ids_of(tx, "account", "source_key", &self.rows.iter().map(|r| r.account_key.as_str()).collect::<Vec<_>>()).await?,
            products: products::all(tx).await?.into_iter().map(|p| (p.code.clone(), p)).collect(),
            known: store::known(tx, &self.rows.iter().map(|r| r.order_no.as_str()).collect::<Vec<_>>()).await?,
            now: tx.now,
        };
        let (mut report, mut seen) = (ChunkReport::default(), BTreeSet::new());
        let (mut lines, mut facts) = (Vec::new(), Vec::new());
        for row in &self.rows {
            match context.line(row, &mut seen) {
                Ok((line, _)) if context.known.get(&key(&line)) == Some(&line) => report.unchanged += 1,
                Ok((line, product)) => {
                    report.created += u64::from(!context.known.contains_key(&key(&line)));
                    facts.push(fact(&line, product, &self.source));
                    lines.push(line);
                }
                Err(reject) => report.rejects.push(reject),
            }
        }
        report.written = lines.len() as u64;
        let was: Vec<&Known> = lines.iter().filter_map(|l| context.known.get(&key(l))).collect();
        store::upsert(tx, &self.source, &lines.iter().collect::<Vec<_>>(), &was).await?;
        tx.facts(facts).await?;
        Ok(report)
    }
}

fn key(line: &Known) -> (String, i64) {
    (line.order_no.clone(), line.line)
}

impl Context {
    fn line<'a>(&'a self, row: &OrderRow, seen: &mut BTreeSet<(String, i64)>) -> std::result::Result<(Known, &'a Product), RowReject> {
        let no = |code: &str, cause: String, remedy: &str| reject(row.file_line, code, cause, remedy);
        let order_no = row.order_no.trim();
        if order_no.is_empty() || order_no.chars().count() > 100 {
            let cause = "The order number is blank or longer than 100 characters.".into();
            return Err(no("import.order_no", cause, "Give every line the number of its order."));
        }
        let account_id = *self.accounts.get(&row.account_key).ok_or_else(|| {
            let cause = format!("There is no account with the key “{}”.", row.account_key);
            no("import.account_unknown", cause, "Import the accounts first, or correct the key.")
        })?;
        let product = self.products.get(&row.product_code).ok_or_else(|| {
            let cause = format!("There is no product with the code “{}”.", row.product_code);
            no("import.product_unknown", cause, "Import the products first, or correct the code.")
        })?;
        if Status::parse(&row.status).is_none() {
            let cause = format!("“{}” is not a status of an order line.", row.status);
            return Err(no("import.status", cause, "Use delivered, open or back_order."));
        }
        if row.quantity == 0 {
            return Err(no(
                "import.quantity",
                "The quantity is zero.".into(),
                "Leave the line out, or give its units; negative for a return.",
            ));
        }
        if row.at > self.now {
            return Err(no(
                "import.future_date",
                format!("The order is dated {}, which is still to come.", row.at.day()),
                "Correct the date.",
            ));
        }
        let place = (order_no.to_owned(), row.line);
        if self.known.get(&place).is_some_and(|k| k.account_id != account_id) {
            let cause = format!("Order {order_no} belongs to another account in the record.");
            return Err(no("import.order_elsewhere", cause, "Check the account, or give the order a number of its own."));
        }
        if !seen.insert(place) {
            let cause = format!("Line {} of order {order_no} appears twice.", row.line);
            return Err(no("import.duplicate", cause, "Keep one of them, or number the lines."));
        }
        Ok((
            Known {
                order_no: order_no.to_owned(),
                line: row.line,
                account_id,
                product_id: product.id,
                quantity: row.quantity,
                amount_cents: row.amount_cents,
                ordered_at: row.at.0,
                status: row.status.clone(),
                due_at: row.due.map(|d| d.0),
            },
            product,
        ))
    }
}

/// Orders land on accounts, never on people.
fn fact(line: &Known, product: &Product, source: &str) -> NewFact {
    let body = serde_json::json!({
        "order_no": line.order_no, "product": product.name, "family": product.family, "quantity": line.quantity,
        "amount_cents": line.amount_cents,
    });
    NewFact {
        account: Some(AccountId(line.account_id)),
        natural_key: Some(format!("order:{}:{}", line.order_no, line.line)),
        body,
        ..NewFact::new(FactKind::Order, Time(line.ordered_at), source)
    }
}
