//! SQL and migrations of the table `order_line`.

use super::Status;
use rounds_customers::lists::{Keyset, SortBy};
use rounds_kernel::{Actor, Result, Scope, Time};
use rounds_platform::scope;
use rounds_store::{MigrationTrait, Query, SqlMigration, Tx, Value, args};
use sea_orm::FromQueryResult;
use std::collections::BTreeMap;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_160000_serve_order_line",
            up: "
CREATE TABLE order_line (
  id {id}, order_no TEXT NOT NULL, line BIGINT NOT NULL, account_id BIGINT NOT NULL, product_id BIGINT NOT NULL, quantity BIGINT NOT NULL,
  amount_cents BIGINT NOT NULL, ordered_at BIGINT NOT NULL, status TEXT NOT NULL, due_at BIGINT, source TEXT NOT NULL,
  UNIQUE (order_no, line));
CREATE INDEX order_line_account ON order_line (account_id, ordered_at, id);
CREATE INDEX order_line_ordered ON order_line (ordered_at, id, account_id, product_id, amount_cents);
CREATE INDEX order_line_status ON order_line (status, due_at, id);
",
        }
        .boxed(),
        // Sums by status from an index that holds all they need, for the whole base and for a scope.
        SqlMigration {
            name: "m20261124_102000_serve_order_line_totals",
            up: "CREATE INDEX order_line_totals ON order_line (account_id, status, due_at, amount_cents);",
        }
        .boxed(),
        // The whole base by day: thousands of rows where the lines are hundreds of thousands.
        SqlMigration {
            name: "m20261126_090000_serve_order_day",
            up: "
CREATE TABLE order_day (
  day BIGINT NOT NULL, product_id BIGINT NOT NULL, status TEXT NOT NULL, lines BIGINT NOT NULL, amount_cents BIGINT NOT NULL,
  PRIMARY KEY (day, product_id, status));
INSERT INTO order_day (day, product_id, status, lines, amount_cents)
  SELECT ordered_at / 86400000000, product_id, status, COUNT(*), CAST(SUM(amount_cents) AS BIGINT) FROM order_line
  GROUP BY ordered_at / 86400000000, product_id, status;
",
        }
        .boxed(),
    ]
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Narrow {
    pub status: Option<Status>,
    pub account: Option<i64>,
    pub order_no: Option<String>,
    /// First letters of the account's name.
    pub name: String,
}

impl Narrow {
    /// SQL condition within the actor's scope, and its parameters, numbered from `$1`.
    fn condition(&self, actor: &Actor) -> (String, Vec<Value>) {
        let (mut sql, mut args) = (scope::accounts(actor, "o.account_id"), Vec::new());
        let mut add = |text: &str, value: Value| {
            args.push(value);
            sql.push_str(&text.replace('?', &format!("${}", args.len())));
        };
        if let Some(s) = self.status {
            add(" AND o.status = ?", s.code().into());
        }
        if let Some(a) = self.account {
            add(" AND o.account_id = ?", a.into());
        }
        if let Some(n) = &self.order_no {
            add(" AND o.order_no = ?", n.clone().into());
        }
        if !self.name.is_empty() {
            let prefix = self.name.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            add(" AND LOWER(a.name) LIKE ? ESCAPE '\\'", format!("{prefix}%").into());
        }
        (sql, args)
    }

    /// The lines within scope: back orders by promised date, the longest overdue first; all others newest first.
    pub fn list(&self, actor: &Actor) -> Keyset {
        let by_due = self.status == Some(Status::BackOrder);
        let (condition, args) = self.condition(actor);
        Keyset {
            columns: COLUMNS.into(),
            from: FROM.into(),
            conditions: vec![condition],
            args,
            key: if by_due { PROMISED.key } else { ORDERED.key }.into(),
            numeric: true,
            descending: !by_due,
            id: "o.id".into(),
        }
    }

    /// Ways to sort the lines asked for.
    pub fn sorts(&self) -> &'static [SortBy] {
        let waiting = matches!(self.status, Some(Status::BackOrder | Status::Open));
        if waiting || self.account.is_some() || self.order_no.is_some() { SORTS_OF_FEW } else { SORTS }
    }
}

const ORDERED: SortBy = SortBy::number("ordered", "Ordered", "o.ordered_at");
const PROMISED: SortBy = SortBy::number("promised", "Promised", "COALESCE(o.due_at, 0)");

/// Ways to sort all lines: by day, whose order an index keeps.
const SORTS: &[SortBy] = &[ORDERED];

/// Ways to sort what still waits, one account's lines or one order's: few enough to be put in order when somebody asks.
const SORTS_OF_FEW: &[SortBy] = &[
    SortBy::text("order", "Order", "o.order_no"),
    SortBy::text("account", "Account", "a.name"),
    SortBy::text("product", "Product", "p.name"),
    SortBy::number("units", "Units", "o.quantity"),
    SortBy::number("amount", "Amount", "o.amount_cents"),
    ORDERED,
    PROMISED,
];

/// One order line as a list shows it.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Line {
    pub id: i64,
    pub order_no: String,
    pub line: i64,
    pub account_id: i64,
    pub account: String,
    pub code: String,
    pub product: String,
    pub family: String,
    pub quantity: i64,
    pub amount_cents: i64,
    pub ordered_at: i64,
    pub status: String,
    pub due_at: Option<i64>,
}

const COLUMNS: &str = "o.id, o.order_no, o.line, o.account_id, a.name AS account, p.code, p.name AS product, p.family, o.quantity, \
    o.amount_cents, o.ordered_at, o.status, o.due_at";
const FROM: &str = "order_line o JOIN account a ON a.id = o.account_id JOIN product p ON p.id = o.product_id";

/// The first lines of [`Narrow::list`], for those who show fewer than a page of the list.
pub(super) async fn first(db: &impl Query, actor: &Actor, n: &Narrow, limit: usize) -> Result<Vec<Line>> {
    let Keyset { columns, from, conditions, mut args, key, descending, .. } = n.list(actor);
    let order = if descending { "DESC" } else { "ASC" };
    args.push((limit as i64).into());
    let (narrowed, place) = (conditions.join(" AND "), args.len());
    db.all(&format!("SELECT {columns} FROM {from} WHERE {narrowed} ORDER BY {key} {order}, o.id {order} LIMIT ${place}"), args).await
}

/// How many lines and how much, by status.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Total {
    pub status: String,
    pub lines: i64,
    pub amount_cents: i64,
    pub overdue: i64,
}

/// Sums by status; what is past its promise is counted for back orders.
pub(super) async fn totals(db: &impl Query, actor: &Actor, n: &Narrow, now: i64) -> Result<Vec<Total>> {
    let n = Narrow { status: None, ..n.clone() };
    if actor.scope == Scope::All && n == Narrow::default() {
        return all_totals(db, now).await;
    }
    let (condition, mut args) = n.condition(actor);
    args.push(now.into());
    let sql = format!(
        "SELECT o.status, COUNT(*) AS lines, CAST(SUM(o.amount_cents) AS BIGINT) AS amount_cents, \
         CAST(SUM(CASE WHEN o.due_at < ${} AND o.status = 'back_order' THEN 1 ELSE 0 END) AS BIGINT) AS overdue \
         FROM order_line o{} WHERE {condition} GROUP BY o.status",
        args.len(),
        if n.name.is_empty() { "" } else { " JOIN account a ON a.id = o.account_id" }
    );
    db.all(&sql, args).await
}

/// The whole base, from the sums by day.
async fn all_totals(db: &impl Query, now: i64) -> Result<Vec<Total>> {
    let sql = "SELECT d.status, CAST(SUM(d.lines) AS BIGINT) AS lines, CAST(SUM(d.amount_cents) AS BIGINT) AS amount_cents, \
               CASE WHEN d.status = 'back_order' THEN (SELECT COUNT(*) FROM order_line o WHERE o.status = 'back_order' AND o.due_at < $1) \
               ELSE 0 END AS overdue FROM order_day d GROUP BY d.status HAVING SUM(d.lines) > 0";
    db.all(sql, args![now]).await
}

const DAY_US: i64 = 86_400_000_000;

/// What was ordered of a family on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct FamilySum {
    /// Days since 1970-01-01; months are not the same arithmetic in both databases.
    pub day: i64,
    /// Product family.
    pub family: String,
    /// Cents.
    pub amount_cents: i64,
}

/// Orders by day and family in `from..to`, within scope. For the whole base from sums by day; for a part of it over an index that
/// holds all it needs.
pub async fn sums(db: &impl Query, actor: &Actor, from: Time, to: Time) -> Result<Vec<FamilySum>> {
    let mut lines = format!(
        "SELECT product_id, ordered_at / {DAY_US} AS day, SUM(amount_cents) AS cents FROM order_line WHERE ordered_at >= $1 AND ordered_at < $2 \
         AND {} GROUP BY product_id, ordered_at / {DAY_US}",
        scope::accounts(actor, "account_id")
    );
    let mut args = args![from.0, to.0];
    if actor.scope == Scope::All {
        // Days that lie in the time as a whole come from the sums, what is left at its ends from the lines.
        let first = from.0.div_euclid(DAY_US) + i64::from(from.0.rem_euclid(DAY_US) > 0);
        let end = to.0.div_euclid(DAY_US).max(first);
        lines = format!(
            "SELECT product_id, day, SUM(amount_cents) AS cents FROM order_day WHERE day >= $3 AND day < $4 GROUP BY product_id, day UNION ALL \
             SELECT product_id, ordered_at / {DAY_US} AS day, SUM(amount_cents) AS cents FROM order_line WHERE ordered_at >= $1 AND ordered_at < $2 \
             AND (ordered_at < $5 OR ordered_at >= $6) GROUP BY product_id, ordered_at / {DAY_US}"
        );
        args.extend(args![first, end, first * DAY_US, end * DAY_US]);
    }
    let sql = format!(
        "SELECT s.day, p.family, CAST(SUM(s.cents) AS BIGINT) AS amount_cents FROM ({lines}) s JOIN product p ON p.id = s.product_id \
         GROUP BY s.day, p.family ORDER BY 1, 2"
    );
    let mut all: Vec<FamilySum> = db.all(&sql, args).await?;
    // Orders of ERP files stand in a table of their own; this sum is in US dollars, other currencies are shown apart.
    let days = (from.0.div_euclid(DAY_US), to.0.div_euclid(DAY_US) + i64::from(to.0.rem_euclid(DAY_US) > 0));
    let sold = crate::sales::orders_by_day(db, actor, "USD", days.0, days.1).await?;
    all.extend(sold.into_iter().map(|o| FamilySum { day: o.day, family: o.family, amount_cents: o.minor }));
    Ok(all)
}

/// What stands of a line already.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(super) struct Known {
    pub order_no: String,
    pub line: i64,
    pub account_id: i64,
    pub product_id: i64,
    pub quantity: i64,
    pub amount_cents: i64,
    pub ordered_at: i64,
    pub status: String,
    pub due_at: Option<i64>,
}

/// Lines of these orders, by order number and line.
pub(super) async fn known(db: &impl Query, order_nos: &[&str]) -> Result<BTreeMap<(String, i64), Known>> {
    let mut wanted = order_nos.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut out = BTreeMap::new();
    for chunk in wanted.chunks(1_000) {
        let places: Vec<String> = (1..=chunk.len()).map(|i| format!("${i}")).collect();
        let sql = format!(
            "SELECT order_no, line, account_id, product_id, quantity, amount_cents, ordered_at, status, due_at FROM order_line \
             WHERE order_no IN ({})",
            places.join(", ")
        );
        let args = chunk.iter().map(|n| Value::from(*n)).collect();
        out.extend(db.all::<Known>(&sql, args).await?.into_iter().map(|k| ((k.order_no.clone(), k.line), k)));
    }
    Ok(out)
}

/// Writes lines: new ones are added, known ones, which were as in `was`, brought up to date; the sums by day keep step.
pub(super) async fn upsert(tx: &mut Tx, source: &str, rows: &[&Known], was: &[&Known]) -> Result<()> {
    const INTO: &[&str] =
        &["order_no", "line", "account_id", "product_id", "quantity", "amount_cents", "ordered_at", "status", "due_at", "source"];
    let values = rows
        .iter()
        .map(|r| {
            let no = r.order_no.clone();
            args![no, r.line, r.account_id, r.product_id, r.quantity, r.amount_cents, r.ordered_at, r.status.clone(), r.due_at, source]
        })
        .collect();
    let suffix = "ON CONFLICT (order_no, line) DO UPDATE SET product_id = excluded.product_id, quantity = excluded.quantity, \
                  amount_cents = excluded.amount_cents, ordered_at = excluded.ordered_at, status = excluded.status, \
                  due_at = excluded.due_at, source = excluded.source";
    tx.insert_many("order_line", INTO, values, suffix).await?;
    add_to_days(tx, rows, was).await
}

async fn add_to_days(tx: &mut Tx, rows: &[&Known], was: &[&Known]) -> Result<()> {
    let mut days: BTreeMap<(i64, i64, &str), (i64, i64)> = BTreeMap::new();
    for (line, sign) in rows.iter().map(|l| (l, 1)).chain(was.iter().map(|w| (w, -1))) {
        let sum = days.entry((line.ordered_at.div_euclid(DAY_US), line.product_id, &line.status)).or_default();
        *sum = (sum.0 + sign, sum.1 + sign * line.amount_cents);
    }
    let rows = days.into_iter().map(|((day, product, status), (lines, cents))| args![day, product, status, lines, cents]).collect();
    let add = "ON CONFLICT (day, product_id, status) DO UPDATE SET lines = order_day.lines + excluded.lines, \
               amount_cents = order_day.amount_cents + excluded.amount_cents";
    tx.insert_many("order_day", &["day", "product_id", "status", "lines", "amount_cents"], rows, add).await.map(|_| ())
}
