//! Reading wordings.

use super::Wording;
use crate::permissions::{ANY_PURPOSE, Aim};
use rounds_kernel::{Channel, Result, Time};
use rounds_store::{FromQueryResult, Query, Value, args};

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    channel: String,
    purpose: String,
    language: String,
    version: i64,
    text: String,
    user_name: String,
    at: i64,
}

async fn read(db: &impl Query, condition: &str, args: Vec<Value>) -> Result<Vec<Wording>> {
    let sql = format!(
        "SELECT id, channel, purpose, language, version, text, user_name, at FROM wording WHERE {condition} \
         ORDER BY channel, purpose, language, version DESC"
    );
    let rows = db.all::<Row>(&sql, args).await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            Some(Wording {
                id: r.id,
                channel: Channel::parse(&r.channel)?,
                aim: Aim::parse(&r.purpose),
                language: r.language,
                version: r.version,
                text: r.text,
                by: r.user_name,
                at: Time(r.at),
            })
        })
        .collect())
}

/// Every version of every text.
pub async fn all(db: &impl Query) -> Result<Vec<Wording>> {
    read(db, "1 = 1", vec![]).await
}

/// One by id.
pub async fn get(db: &impl Query, id: i64) -> Result<Option<Wording>> {
    Ok(read(db, "id = $1", args![id]).await?.into_iter().next())
}

/// The latest text for a channel, purpose and language; the purpose's own before the channel's.
pub async fn latest(db: &impl Query, channel: Channel, aim: Option<Aim>, language: &str) -> Result<Option<Wording>> {
    let purpose = aim.map_or(ANY_PURPOSE, Aim::code);
    let found = read(db, "channel = $1 AND purpose IN ($2, '*') AND language = $3", args![channel.code(), purpose, language]).await?;
    Ok(found.into_iter().max_by_key(|w| (w.aim == aim, w.version)))
}

/// Ids and names of the latest versions, for choosing one.
pub async fn titles(db: &impl Query) -> Result<Vec<(i64, String)>> {
    let condition = "NOT EXISTS (SELECT 1 FROM wording later WHERE later.channel = wording.channel AND later.purpose = wording.purpose \
                     AND later.language = wording.language AND later.version > wording.version)";
    Ok(read(db, condition, vec![]).await?.iter().map(|w| (w.id, w.title())).collect())
}
