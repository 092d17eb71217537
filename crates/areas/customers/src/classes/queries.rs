//! The record as the rules see it.

use super::model::{Classified, Rules, Seen, classify};
use super::store;
use crate::identifiers::EntityKind;
use crate::scope;
use rounds_kernel::{Actor, Result};
use rounds_store::{FromQueryResult, Query};
use std::collections::BTreeMap;

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    setting: String,
    state: String,
    ownership: Option<String>,
    system: Option<i64>,
}

/// What the systems and accounts count as that the actor may see: by rule, and by decision where there is one.
pub async fn load(db: &impl Query, actor: &Actor) -> Result<Classified> {
    let sql = format!(
        "SELECT account.id, account.name, account.setting, account.state, account.ownership, f.parent_id AS system FROM account \
         LEFT JOIN affiliation f ON f.child_kind = 'account' AND f.child_id = account.id AND f.parent_kind = 'system' AND f.valid_to IS NULL \
         WHERE {} ORDER BY account.id",
        scope::accounts(actor)
    );
    let seen = |r: Row| {
        let seen = Seen {
            system: r.system,
            name: r.name.to_lowercase(),
            setting: r.setting,
            state: r.state,
            ownership: r.ownership.unwrap_or_default().to_lowercase(),
        };
        (r.id, seen)
    };
    let accounts: BTreeMap<i64, Seen> = db.all::<Row>(&sql, vec![]).await?.into_iter().map(seen).collect();
    let mut found = classify(&accounts, Rules::default());
    for (id, (class, _)) in store::decisions(db, EntityKind::System).await? {
        if let Some(own) = found.systems.get_mut(&id) {
            // Its accounts go with it, unless their own class says otherwise.
            let before = std::mem::replace(own, class);
            let of = accounts.iter().filter(|(_, s)| s.system == Some(id)).map(|(a, _)| *a);
            for account in of.filter(|a| found.accounts.get(a) == Some(&before)).collect::<Vec<_>>() {
                found.accounts.insert(account, class);
            }
        }
    }
    for (id, (class, _)) in store::decisions(db, EntityKind::Account).await? {
        found.accounts.entry(id).and_modify(|own| *own = class);
    }
    Ok(found)
}
