//! Consignment stock and exchange rates.

use crate::sales::model::Rates;
use rounds_kernel::Result;
use rounds_store::{Query, Tx, Value, args};
use sea_orm::FromQueryResult;

/// Counted stock at a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::sales) struct Count {
    pub party_id: i64,
    pub product_id: Option<i64>,
    pub product_text: String,
    pub lot: String,
    pub milli: i64,
    pub unit: String,
    pub expires_on: Option<i64>,
    pub counted_on: i64,
}

/// Writes counts; the same lot counted again on the same day is the same count.
pub(in crate::sales) async fn put_counts(tx: &mut Tx, source: &str, rows: Vec<Count>) -> Result<u64> {
    let into = ["party_id", "product_id", "product_text", "lot", "milli", "unit", "expires_on", "counted_on", "source"];
    let values = rows.into_iter();
    let values =
        values.map(|c| args![c.party_id, c.product_id, c.product_text, c.lot, c.milli, c.unit, c.expires_on, c.counted_on, source]);
    let update = "ON CONFLICT (party_id, product_text, lot, counted_on) DO UPDATE SET milli = excluded.milli, unit = excluded.unit, \
                  expires_on = excluded.expires_on, product_id = excluded.product_id, source = excluded.source";
    tx.insert_many("consignment_stock", &into, values.collect(), update).await
}

/// Writes rates.
pub(in crate::sales) async fn put_rates(tx: &mut Tx, source: &str, rows: Vec<(String, String, i64, i64)>) -> Result<u64> {
    let values = rows.into_iter().map(|(currency, into, day, rate)| args![currency, into, day, rate, source]).collect::<Vec<Vec<Value>>>();
    let update = "ON CONFLICT (into_currency, currency, day) DO UPDATE SET millionths = excluded.millionths, source = excluded.source";
    tx.insert_many("exchange_rate", &["currency", "into_currency", "day", "millionths", "source"], values, update).await
}

#[derive(FromQueryResult)]
struct Rate {
    currency: String,
    into_currency: String,
    day: i64,
    millionths: i64,
}

/// The rate table into the currency that most rates lead to.
pub(in crate::sales) async fn rates(db: &impl Query) -> Result<Rates> {
    let most = "SELECT into_currency FROM exchange_rate GROUP BY into_currency ORDER BY COUNT(*) DESC, into_currency LIMIT 1";
    let Some(into) = db.text(most, vec![]).await? else { return Ok(Rates::default()) };
    let sql = "SELECT currency, into_currency, day, millionths FROM exchange_rate WHERE into_currency = $1 ORDER BY currency, day";
    let mut out = Rates { into: into.clone(), ..Rates::default() };
    for r in db.all::<Rate>(sql, args![into]).await? {
        debug_assert_eq!(r.into_currency, out.into);
        out.table.entry(r.currency).or_default().push((r.day, r.millionths));
    }
    Ok(out)
}
