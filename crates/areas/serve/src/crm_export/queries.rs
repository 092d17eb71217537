//! Rows of each object, within scope.

use super::model::{Object, Rows, names};
use rounds_customers::parties::mapped;
use rounds_customers::reading::{exact, quantity};
use rounds_kernel::{Actor, Day, PersonRole, Result};
use rounds_platform::scope;
use rounds_store::{Query, args};
use sea_orm::FromQueryResult;

/// Rows of one export; more would be a data warehouse's work.
const MOST: usize = 500_000;

fn day(day: Option<i64>) -> String {
    day.map_or(String::new(), |d| Day::stored(d).to_string())
}

/// The rows of an object within the actor's scope, as of a day.
///
/// # Errors
/// `access.forbidden` when the role may not read what the object holds.
pub async fn rows(db: &impl Query, actor: &Actor, object: Object, today: Day) -> Result<Rows> {
    actor.require(object.permission())?;
    match object {
        Object::AccountTerritory => territories(db, actor).await,
        Object::Account => accounts(db, actor).await,
        Object::Contact => contacts(db, actor).await,
        Object::Order => orders(db, actor, today).await,
        Object::OrderItem => items(db, actor, today).await,
    }
}

#[derive(FromQueryResult)]
struct Territory {
    key: String,
    business_unit: String,
    role: String,
    owner: String,
    valid_from: i64,
    valid_to: Option<i64>,
}

async fn territories(db: &impl Query, actor: &Actor) -> Result<Rows> {
    let sql = format!(
        "SELECT a.source_key AS key, c.business_unit, c.role, u.name AS owner, c.valid_from, c.valid_to FROM coverage c \
         JOIN account a ON a.id = c.account_id JOIN app_user u ON u.id = c.owner_id WHERE c.valid_to IS NULL AND {} ORDER BY a.source_key, c.id LIMIT {MOST}",
        scope::accounts(actor, "c.account_id")
    );
    let cells = |t: Territory| {
        let name = format!("{} {} {}", t.business_unit, t.role, t.owner);
        vec![format!("{}:{}:{}", t.key, t.business_unit, t.role), t.key, name, day(Some(t.valid_from)), day(t.valid_to)]
    };
    Ok(db.all::<Territory>(&sql, vec![]).await?.into_iter().map(cells).collect())
}

#[derive(FromQueryResult)]
struct Account {
    key: String,
    name: String,
    setting: String,
    parent: Option<String>,
    street: String,
    city: String,
    state: String,
    zip: String,
    country: String,
    phone: Option<String>,
}

async fn accounts(db: &impl Query, actor: &Actor) -> Result<Rows> {
    let sql = format!(
        "SELECT a.source_key AS key, a.name, a.setting, (SELECT MIN(s.source_key) FROM affiliation f JOIN health_system s ON s.id = f.parent_id \
         WHERE f.child_kind = 'account' AND f.child_id = a.id AND f.parent_kind = 'system' AND f.valid_to IS NULL) AS parent, \
         a.street, a.city, a.state, a.zip, a.country, a.phone FROM account a WHERE {} ORDER BY a.source_key LIMIT {MOST}",
        scope::accounts(actor, "a.id")
    );
    let cells = |a: Account| {
        let setting = rounds_kernel::CareSetting::parse(&a.setting).map_or(a.setting.clone(), |s| s.label().to_owned());
        vec![a.key, a.name, setting, a.parent.unwrap_or_default(), a.street, a.city, a.state, a.zip, a.country, a.phone.unwrap_or_default()]
    };
    Ok(db.all::<Account>(&sql, vec![]).await?.into_iter().map(cells).collect())
}

#[derive(FromQueryResult)]
struct Contact {
    key: String,
    name: String,
    account: Option<String>,
    role: String,
    specialty: String,
    email: Option<String>,
    phone: Option<String>,
    no_mail: i64,
    no_call: i64,
}

async fn contacts(db: &impl Query, actor: &Actor) -> Result<Rows> {
    let refused = |channel: &str| {
        format!(
            "(SELECT COUNT(*) FROM permission r WHERE r.person_id = person.id AND r.channel IN ('{channel}', '*') AND r.state = 'denied' AND r.valid_to IS NULL)"
        )
    };
    let sql = format!(
        "SELECT person.source_key AS key, person.name, (SELECT MIN(a.source_key) FROM affiliation f JOIN account a ON a.id = f.parent_id \
         WHERE f.child_kind = 'person' AND f.child_id = person.id AND f.parent_kind = 'account' AND f.valid_to IS NULL AND {}) AS account, \
         person.role, person.specialty, person.email, person.phone, {} AS no_mail, {} AS no_call FROM person WHERE {} ORDER BY person.source_key LIMIT {MOST}",
        scope::accounts(actor, "f.parent_id"),
        refused("email"),
        refused("phone"),
        rounds_customers::scope::people(actor)
    );
    let cells = |c: Contact| {
        let (last, first) = names(&c.name);
        let role = PersonRole::parse(&c.role).map_or(c.role.clone(), |r| r.label().to_owned());
        let yes = |n: i64| if n > 0 { "true".to_owned() } else { "false".to_owned() };
        let (email, phone) = (c.email.unwrap_or_default(), c.phone.unwrap_or_default());
        vec![c.key, last, first, c.account.unwrap_or_default(), role, c.specialty, email, phone, yes(c.no_mail), yes(c.no_call)]
    };
    Ok(db.all::<Contact>(&sql, vec![]).await?.into_iter().map(cells).collect())
}

#[derive(FromQueryResult)]
struct Order {
    no: String,
    key: String,
    day: i64,
    open: i64,
    currency: String,
    minor: i64,
    po: Option<String>,
}

/// Orders of ERP files and the company's own order lines, which are in US dollars.
async fn orders(db: &impl Query, actor: &Actor, today: Day) -> Result<Rows> {
    let from = i64::from(today.0) - 365;
    let sql = format!(
        "SELECT s.doc_no AS no, a.source_key AS key, MIN(s.day) AS day, CAST(0 AS BIGINT) AS open, s.currency, CAST(SUM(s.minor) AS BIGINT) AS minor, \
         MAX(s.po_no) AS po FROM sale_line s {} JOIN account a ON a.id = l.account_id WHERE s.kind = 'order' AND s.day >= $1 AND {} \
         GROUP BY s.doc_no, a.source_key, s.currency UNION ALL \
         SELECT o.order_no AS no, a.source_key AS key, MIN(o.ordered_at / 86400000000) AS day, \
         MAX(CASE WHEN o.status = 'delivered' THEN 0 ELSE 1 END) AS open, 'USD' AS currency, CAST(SUM(o.amount_cents) AS BIGINT) AS minor, NULL AS po \
         FROM order_line o JOIN account a ON a.id = o.account_id WHERE o.ordered_at >= $1 * 86400000000 AND {} GROUP BY o.order_no, a.source_key \
         ORDER BY 1, 2 LIMIT {MOST}",
        mapped("s.ship_to_id", "s.day"),
        scope::accounts(actor, "l.account_id"),
        scope::accounts(actor, "o.account_id")
    );
    let cells = |o: Order| {
        let status = if o.open > 0 { "Draft" } else { "Activated" };
        let amount = exact(o.minor, &o.currency);
        vec![o.no, o.key, day(Some(o.day)), status.to_owned(), o.currency, amount, o.po.unwrap_or_default()]
    };
    Ok(db.all::<Order>(&sql, args![from]).await?.into_iter().map(cells).collect())
}

#[derive(FromQueryResult)]
struct Item {
    no: String,
    line: String,
    product: String,
    milli: i64,
    unit: String,
    minor: i64,
    currency: String,
}

async fn items(db: &impl Query, actor: &Actor, today: Day) -> Result<Rows> {
    let from = i64::from(today.0) - 365;
    let sql = format!(
        "SELECT s.doc_no AS no, s.line, COALESCE(p.code, s.product_text, '') AS product, s.milli, s.unit, s.minor, s.currency FROM sale_line s {} \
         LEFT JOIN product p ON p.id = s.product_id WHERE s.kind = 'order' AND s.day >= $1 AND l.account_id IS NOT NULL AND {} UNION ALL \
         SELECT o.order_no AS no, CAST(o.line AS TEXT) AS line, p.code AS product, o.quantity * 1000 AS milli, 'EA' AS unit, o.amount_cents AS minor, \
         'USD' AS currency FROM order_line o JOIN product p ON p.id = o.product_id WHERE o.ordered_at >= $1 * 86400000000 AND {} \
         ORDER BY 1, 2 LIMIT {MOST}",
        mapped("s.ship_to_id", "s.day"),
        scope::accounts(actor, "l.account_id"),
        scope::accounts(actor, "o.account_id")
    );
    let cells = |i: Item| {
        let (units, price) = (quantity(i.milli), exact(i.minor, &i.currency));
        vec![i.no, i.line, i.product, units, i.unit, price, i.currency]
    };
    Ok(db.all::<Item>(&sql, args![from]).await?.into_iter().map(cells).collect())
}
