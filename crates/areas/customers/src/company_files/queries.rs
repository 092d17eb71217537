//! Keys of the company's files to ids.

use super::{COMPANY_ACCOUNT, COMPANY_PERSON};
use crate::identifiers::{EntityKind, owners};
use crate::{accounts, people};
use rounds_kernel::Result;
use rounds_platform::imports::Column;
use rounds_store::{FromQueryResult, Query, Value};
use std::collections::HashMap;

/// Whether a header is one of orders or invoices: no file of accounts, people, owners or contacts has such columns.
pub fn speaks_of_sales(header: &[String]) -> bool {
    #[rustfmt::skip]
    const ONLY_THERE: Column = Column::optional("quantity").or(&[
        "qty", "order_qty", "ordered_quantity", "billed_quantity", "invoiced_quantity", "menge", "anzahl", "quantité", "qté", "cantidad",
        "net_value", "net_amount", "net_sales", "amount", "line_amount", "line_total", "extended_amount", "extended_price", "netwr",
        "nettowert", "nettobetrag", "betrag", "umsatz", "montant", "montant_ht", "importe", "importe_neto", "unit_price", "unitprice",
        "stückpreis", "einzelpreis", "prix_unitaire", "precio_unitario", "order_no", "order_number", "order_id", "order", "order_date",
        "sales_order", "sales_order_number", "sales_document", "vbeln", "belegnummer", "auftragsnummer", "invoice", "invoice_no",
        "invoice_number", "invoice_id", "invoice_date", "rechnungsnummer", "billing_document", "material", "material_number", "matnr",
        "sku", "catalog_no", "item_number", "artikel", "artikelnummer",
    ]);
    ONLY_THERE.position(header).is_some()
}

/// Accounts by the company's key for them, whichever source named the account last.
pub async fn account_ids(db: &impl Query, keys: &[&str]) -> Result<HashMap<String, i64>> {
    let mut out = accounts::ids(db, keys).await?;
    let others = rest(keys, &out);
    out.extend(owners(db, EntityKind::Account, COMPANY_ACCOUNT, &others).await?);
    Ok(out)
}

/// People by the company's key for them, whichever source named the person last.
pub async fn person_ids(db: &impl Query, keys: &[&str]) -> Result<HashMap<String, i64>> {
    let mut out = people::ids(db, keys).await?;
    let others = rest(keys, &out);
    out.extend(owners(db, EntityKind::Person, COMPANY_PERSON, &others).await?);
    Ok(out)
}

fn rest(keys: &[&str], known: &HashMap<String, i64>) -> Vec<String> {
    keys.iter().filter(|k| !known.contains_key(**k)).map(|k| (*k).to_owned()).collect()
}

#[derive(FromQueryResult)]
struct Called {
    name: String,
    id: i64,
}

/// Accounts that alone bear exactly these names.
pub(super) async fn accounts_called(db: &impl Query, names: &[&str]) -> Result<HashMap<String, i64>> {
    let mut out = HashMap::new();
    for chunk in names.chunks(1_000) {
        let places: Vec<String> = (1..=chunk.len()).map(|n| format!("${n}")).collect();
        let sql =
            format!("SELECT name, MIN(id) AS id FROM account WHERE name IN ({}) GROUP BY name HAVING COUNT(*) = 1", places.join(", "));
        let values = chunk.iter().map(|n| Value::from((*n).to_owned())).collect();
        out.extend(db.all::<Called>(&sql, values).await?.into_iter().map(|c| (c.name, c.id)));
    }
    Ok(out)
}
