//! What timelines are told of sales: one fact a document and family, and one for what a restatement changed.

use crate::sales::model::KINDS;
use crate::sales::store::lines::Stored;
use rounds_customers::parties::Links;
use rounds_customers::reading::{label, money, quantity};
use rounds_kernel::{AccountId, Day, FactKind, NewFact, Result, Time};
use rounds_store::{Query, Tx, Value};
use sea_orm::FromQueryResult;
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(FromQueryResult)]
struct Named {
    id: i64,
    name: String,
    family: String,
}

/// Lines of one document, family and currency.
type Group<'a> = BTreeMap<(i64, String, String, &'a str, String, &'a str), Vec<&'a Stored>>;

/// Facts about `lines`, of which `was` are the values before a restatement. A document whose lines come in several chunks is told in
/// several facts; their amounts add up to the whole. Sales of nobody's ship-to are told once it is mapped.
pub(in crate::sales) async fn facts(tx: &Tx, lines: &[Stored], was: &[Stored], links: &Links) -> Result<Vec<NewFact>> {
    let names = names(tx, lines).await?;
    let before: HashMap<_, _> = was.iter().map(|w| (w.key(), w)).collect();
    let mut groups: Group<'_> = BTreeMap::new();
    for line in lines {
        let Some(account) = links.at(line.ship_to_id, line.day) else { continue };
        let family = line.product_id.and_then(|p| names.get(&p)).map_or(String::new(), |n| n.family.clone());
        let version = if line.version > 1 { format!(":v{}", line.version) } else { String::new() };
        let key = (
            account,
            format!("{}:{}", line.erp, line.kind),
            line.doc_no.clone(),
            line.currency.as_str(),
            format!("{family}{version}"),
            line.kind.as_str(),
        );
        groups.entry(key).or_default().push(line);
    }
    let mut out = Vec::with_capacity(groups.len());
    for ((account, _, _, _, _, _), lines) in &groups {
        out.push(told(*account, lines, &before, &names));
    }
    Ok(out)
}

fn told(
    account: i64,
    lines: &[&Stored],
    before: &HashMap<crate::sales::store::lines::Key, &Stored>,
    names: &HashMap<i64, Named>,
) -> NewFact {
    let first = lines.iter().min_by_key(|l| &l.line).copied().unwrap_or(lines[0]);
    let change = |l: &&Stored| l.minor - before.get(&l.key()).map_or(0, |w| w.minor);
    let minor: i64 = lines.iter().map(change).sum();
    let product = first.product_id.and_then(|p| names.get(&p));
    let what = product.map_or_else(|| first.product_text.clone().unwrap_or_default(), |n| n.name.clone());
    let more = if lines.len() > 1 { format!(" and {} more", lines.len() - 1) } else { String::new() };
    let restated = if first.version > 1 { " restated" } else { "" };
    let text = format!(
        "{} {}{restated}: {} × {what}{more}, {}",
        label(KINDS, &first.kind),
        first.doc_no,
        quantity(first.milli),
        money(minor, &first.currency)
    );
    let mut body = serde_json::json!({
        "text": text, "order_no": first.doc_no, "product": what, "minor": minor, "currency": first.currency,
    });
    if let Some(n) = product {
        body["family"] = n.family.clone().into();
    }
    if first.currency == "USD" {
        body["amount_cents"] = minor.into();
    }
    let kind = if first.kind == "order" { FactKind::Order } else { FactKind::Invoice };
    NewFact {
        account: Some(AccountId(account)),
        natural_key: Some(key(first)),
        body,
        ..NewFact::new(kind, Time::at_day(Day::stored(first.day)).plus_minutes(12 * 60), &first.source)
    }
}

fn key(line: &Stored) -> String {
    format!("sale:{}:{}:{}:{}:{}", line.erp, line.kind, line.doc_no, line.line, line.version)
}

async fn names(tx: &Tx, lines: &[Stored]) -> Result<HashMap<i64, Named>> {
    let ids: HashSet<i64> = lines.iter().filter_map(|l| l.product_id).collect();
    let mut ids: Vec<i64> = ids.into_iter().collect();
    ids.sort_unstable();
    let mut out = HashMap::new();
    for chunk in ids.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let found: Vec<Named> = tx.all(&format!("SELECT id, name, family FROM product WHERE id IN ({list})"), vec![]).await?;
        out.extend(found.into_iter().map(|n| (n.id, n)));
    }
    Ok(out)
}

#[derive(FromQueryResult)]
struct Known {
    natural_key: String,
}

/// Lines of which no timeline was told yet: neither they nor others of their document.
pub(in crate::sales) async fn untold(tx: &Tx, lines: Vec<Stored>) -> Result<Vec<Stored>> {
    let mut told = HashSet::new();
    for chunk in lines.chunks(1_000) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let keys = chunk.iter().map(|l| Value::from(key(l))).collect();
        let found: Vec<Known> = tx.all(&format!("SELECT natural_key FROM fact WHERE natural_key IN ({places})"), keys).await?;
        told.extend(found.into_iter().map(|k| k.natural_key));
    }
    let docs: HashSet<(String, String, String)> =
        lines.iter().filter(|l| told.contains(&key(l))).map(|l| (l.erp.clone(), l.kind.clone(), l.doc_no.clone())).collect();
    Ok(lines.into_iter().filter(|l| !docs.contains(&(l.erp.clone(), l.kind.clone(), l.doc_no.clone()))).collect())
}
