//! Writing the catalogue: what a row leaves blank stays as it is known, and every changed field is kept with who changed it.

use crate::identifiers;
use crate::products::queries::{ARTICLE, Article};
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, Note, reject};
use rounds_store::{FromQueryResult, Query, Tx, Value, args};
use std::collections::{HashMap, HashSet};

/// An article on its way into the catalogue. What is `None` says nothing.
#[derive(Debug, Clone, Default)]
pub(in crate::products) struct ArticleRow {
    pub line_no: u64,
    pub code: String,
    /// Field and value as text, by column of the table `product`.
    pub texts: Vec<(&'static str, String)>,
    pub numbers: Vec<(&'static str, i64)>,
    /// Unit, base units it holds, GTIN of the pack.
    pub units: Vec<(String, i64, Option<String>)>,
    /// Currency, unit, minor units, first day, last day.
    pub price: Option<(String, String, i64, i64, Option<i64>)>,
    /// Codes of the devices it is used with.
    pub used_with: Vec<String>,
}

const TEXTS: &[&str] = &[
    "name",
    "family",
    "line",
    "business_unit",
    "stage",
    "kind",
    "currency",
    "unit",
    "udi_di",
    "agency",
    "fda_code",
    "device_class",
    "predecessor",
    "successor",
    "source",
];
const NUMBERS: &[&str] = &["list_price_cents", "discontinued_on", "lifetime_years"];

/// Values of one article by column.
type Fields = HashMap<&'static str, String>;

fn fields(a: &Article) -> Fields {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let number = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
    HashMap::from([
        ("name", a.name.clone()),
        ("family", a.family.clone()),
        ("line", a.line.clone()),
        ("business_unit", a.business_unit.clone()),
        ("stage", a.stage.clone()),
        ("kind", a.kind.clone()),
        ("currency", a.currency.clone()),
        ("unit", a.unit.clone()),
        ("udi_di", text(&a.udi_di)),
        ("agency", text(&a.agency)),
        ("fda_code", text(&a.fda_code)),
        ("device_class", text(&a.device_class)),
        ("predecessor", text(&a.predecessor)),
        ("successor", text(&a.successor)),
        ("source", a.source.clone()),
        ("list_price_cents", a.list_price_cents.to_string()),
        ("discontinued_on", number(a.discontinued_on)),
        ("lifetime_years", number(a.lifetime_years)),
    ])
}

/// Writes at most 1,000 articles with their units, prices and links.
pub(in crate::products) async fn write(tx: &mut Tx, source: &str, rows: Vec<ArticleRow>) -> Result<ChunkReport> {
    let known = known(tx, &rows).await?;
    let owners = identifier_owners(tx, &rows).await?;
    let (mut report, mut seen, mut udis) = (ChunkReport::default(), HashSet::new(), HashSet::new());
    let (mut articles, mut changes, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        if !seen.insert(row.code.clone()) {
            let cause = format!("Article “{}” stands twice.", row.code);
            report.rejects.push(reject(
                row.line_no,
                "import.id_twice",
                cause,
                "Keep one row an article, or number its prices by date in files of their own.",
            ));
            continue;
        }
        let udi = row.texts.iter().find(|(f, _)| *f == "udi_di").map(|(_, v)| v.clone());
        if let Some(udi) = udi
            && (owners.get(&udi).is_some_and(|code| *code != row.code) || !udis.insert(udi.clone()))
        {
            let cause = format!("The device identifier {udi} of article “{}” belongs to another article.", row.code);
            report.rejects.push(reject(
                row.line_no,
                "import.udi_taken",
                cause,
                "A device identifier names one article: correct the one that is wrong.",
            ));
            continue;
        }
        let before = known.get(&row.code).map(fields);
        let mut after = before.clone().unwrap_or_else(|| {
            fields(&Article {
                kind: "consumable".into(),
                unit: "EA".into(),
                currency: "USD".into(),
                stage: "established".into(),
                ..Article::default()
            })
        });
        for (field, value) in row.texts.iter().filter(|(_, v)| !v.is_empty()) {
            after.insert(field, value.clone());
        }
        for (field, value) in &row.numbers {
            after.insert(field, value.to_string());
        }
        if before.as_ref() == Some(&after) {
            report.unchanged += 1;
        } else {
            report.written += 1;
            report.created += u64::from(before.is_none());
            report.lines.insert(row.line_no);
            if let Some(before) = before {
                let id = known.get(&row.code).map_or(0, |a| a.id);
                let fields = TEXTS.iter().chain(NUMBERS).filter(|f| before.get(*f) != after.get(*f));
                changes.extend(
                    fields.map(|f| (id, *f, before.get(f).cloned().unwrap_or_default(), after.get(f).cloned().unwrap_or_default())),
                );
            }
            articles.push((row.code.clone(), after));
        }
        kept.push(row);
    }
    let written: Vec<String> = articles.iter().map(|(code, _)| code.clone()).collect();
    save(tx, articles).await?;
    super::index(tx, &written).await?;
    remember(tx, source, changes).await?;
    around(tx, source, &kept, &mut report).await?;
    Ok(report)
}

async fn known(tx: &Tx, rows: &[ArticleRow]) -> Result<HashMap<String, Article>> {
    let mut out = HashMap::new();
    for chunk in rows.chunks(1_000) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {ARTICLE} FROM product WHERE code IN ({places})");
        let found: Vec<Article> = tx.all(&sql, chunk.iter().map(|r| Value::from(r.code.clone())).collect()).await?;
        out.extend(found.into_iter().map(|a| (a.code.clone(), a)));
    }
    Ok(out)
}

#[derive(FromQueryResult)]
struct Owner {
    code: String,
    udi_di: String,
}

async fn identifier_owners(tx: &Tx, rows: &[ArticleRow]) -> Result<HashMap<String, String>> {
    let udis: Vec<String> = rows.iter().flat_map(|r| &r.texts).filter(|(f, _)| *f == "udi_di").map(|(_, v)| v.clone()).collect();
    let mut out = HashMap::new();
    for chunk in udis.chunks(1_000) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT code, udi_di FROM product WHERE udi_di IN ({places})");
        let found: Vec<Owner> = tx.all(&sql, chunk.iter().map(|u| Value::from(u.clone())).collect()).await?;
        out.extend(found.into_iter().map(|o| (o.udi_di, o.code)));
    }
    Ok(out)
}

async fn save(tx: &mut Tx, articles: Vec<(String, Fields)>) -> Result<()> {
    let columns: Vec<&str> = ["code"].into_iter().chain(TEXTS.iter().copied()).chain(NUMBERS.iter().copied()).collect();
    let optional = ["udi_di", "agency", "fda_code", "device_class", "predecessor", "successor"];
    let mut values = Vec::with_capacity(articles.len());
    for (code, fields) in articles {
        let mut row = args![code];
        for f in TEXTS {
            let value = fields.get(f).cloned().unwrap_or_default();
            row.push(if optional.contains(f) && value.is_empty() { Value::from(None::<String>) } else { Value::from(value) });
        }
        for f in NUMBERS {
            let value = fields.get(f).and_then(|v| v.parse::<i64>().ok());
            row.push(if *f == "list_price_cents" { Value::from(value.unwrap_or(0)) } else { Value::from(value) });
        }
        values.push(row);
    }
    let update: Vec<String> = columns[1..].iter().map(|c| format!("{c} = excluded.{c}")).collect();
    tx.insert_many("product", &columns, values, &format!("ON CONFLICT (code) DO UPDATE SET {}", update.join(", "))).await.map(|_| ())
}

async fn remember(tx: &mut Tx, source: &str, changes: Vec<(i64, &'static str, String, String)>) -> Result<()> {
    let (at, user, actor) = (tx.now.0, tx.actor.user.map(|u| u.0), tx.actor.name.clone());
    let values =
        changes.into_iter().map(|(id, field, was, becomes)| args![id, field, was, becomes, at, user, actor.clone(), source]).collect();
    let into = ["product_id", "field", "was", "becomes", "at", "user_id", "actor", "source"];
    tx.insert_many("product_change", &into, values, "").await.map(|_| ())
}

/// Units, list prices and what is used with what.
async fn around(tx: &mut Tx, source: &str, rows: &[ArticleRow], report: &mut ChunkReport) -> Result<()> {
    let mut codes: Vec<&str> = rows.iter().map(|r| r.code.as_str()).collect();
    codes.extend(rows.iter().flat_map(|r| r.used_with.iter().map(String::as_str)));
    codes.sort_unstable();
    codes.dedup();
    let ids = identifiers::keys(tx, "product", "code", &codes).await?;
    let (mut units, mut prices, mut links) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let Some(id) = ids.get(&row.code).copied() else { continue };
        units.extend(row.units.iter().map(|(unit, holds, gtin)| args![id, unit.clone(), *holds, gtin.clone()]));
        prices.extend(
            row.price.iter().map(|(currency, unit, minor, from, to)| args![id, currency.clone(), unit.clone(), *minor, *from, *to, source]),
        );
        for device in &row.used_with {
            match ids.get(device) {
                Some(device) => links.push(args![*device, id]),
                None => report.notes.push(Note::new(
                    row.line_no,
                    "import.device_unknown",
                    "articles are used with a device that is not in the catalogue: the link was left out",
                )),
            }
        }
    }
    let update = "ON CONFLICT (product_id, unit) DO UPDATE SET holds = excluded.holds, gtin = COALESCE(excluded.gtin, product_unit.gtin)";
    tx.insert_many("product_unit", &["product_id", "unit", "holds", "gtin"], units, update).await?;
    let into = ["product_id", "currency", "unit", "minor", "valid_from", "valid_to", "source"];
    let update = "ON CONFLICT (product_id, currency, unit, valid_from) DO UPDATE SET minor = excluded.minor, valid_to = excluded.valid_to";
    tx.insert_many("product_price", &into, prices, update).await?;
    tx.insert_many("consumable_of", &["device_id", "consumable_id"], links, "ON CONFLICT (device_id, consumable_id) DO NOTHING").await?;
    Ok(())
}
