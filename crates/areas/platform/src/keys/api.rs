//! Keys for programs that look after keys.

use super::model::KeyRow;
use super::{MakeKey, RevokeKey, RotateKey, new_token, store};
use rounds_kernel::{Cursor, Error, Page, Permission, Result, Time, UserId};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk, PermissionCode, decode, encode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let may = Permission::Administer;
    vec![
        Operation::get("/api/v1/keys", may, "Keys that were not revoked, newest first", list).route(),
        Operation::get("/api/v1/keys/{id}", may, "One key", one).route(),
        Operation::post("/api/v1/keys", may, "Make a key", make)
            .about("The answer holds the token: it is shown this once. A key can give no more than the calling key holds.")
            .created("/api/v1/keys/{id}")
            .route(),
        Operation::post("/api/v1/keys/{id}/rotate", may, "Make a key's successor", rotate)
            .about("The answer holds the new token. The old key ends after the overlap.")
            .created("/api/v1/keys/{id}")
            .route(),
        Operation::delete("/api/v1/keys/{id}", may, "Revoke a key", revoke).about("At once. A key cannot revoke itself.").route(),
    ]
}

/// A key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Key)]
struct Shown {
    id: i64,
    name: String,
    /// The token's first digits.
    prefix: String,
    /// In whose name it acts.
    user_id: i64,
    permissions: Vec<String>,
    /// Sees only accounts that the user covers.
    own_only: bool,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
    expires_at: String,
    #[schema(format = "date-time")]
    last_used_at: Option<String>,
}

fn shown(k: KeyRow) -> Shown {
    Shown {
        id: k.id,
        permissions: k.permissions().iter().map(|p| p.code().to_owned()).collect(),
        name: k.name,
        prefix: k.prefix,
        user_id: k.user_id,
        own_only: k.own_only,
        created_at: Time(k.created_at).rfc3339(),
        expires_at: Time(k.expires_at).rfc3339(),
        last_used_at: k.last_used_at.map(|t| Time(t).rfc3339()),
    }
}

/// A new key with its token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewKey)]
struct Made {
    id: i64,
    /// Shown this once.
    token: String,
    prefix: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100, pattern = "^[^\\x00]*[A-Za-z0-9][^\\x00]*$")]
    name: String,
    /// In whose name it acts; the caller if not given.
    #[schema(minimum = 1)]
    user_id: Option<i64>,
    /// What it may do.
    #[schema(min_items = 1, max_items = 30)]
    permissions: Vec<PermissionCode>,
    /// Only accounts that the user covers.
    #[serde(default)]
    own_only: bool,
    /// Days until it ends.
    #[schema(minimum = 1, maximum = 730)]
    days: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Overlap {
    /// Hours for which the old key still works, 24 if not given.
    #[schema(minimum = 0, maximum = 168)]
    overlap_hours: Option<i64>,
}

const LIST: &str = "keys";

async fn list(call: Call, _: Nothing, ask: PageAsk) -> Result<Listed<Shown>> {
    let before = decode(LIST, ask.after.as_deref())?.map_or(i64::MAX, |c| c.id);
    let rows = store::page(call.db(), before, ask.size() + 1, false).await?;
    let page = Page::from_fetched(rows, ask.size(), |k| Cursor { key: String::new(), id: k.id });
    Ok(Listed { next: page.next.map(|c| encode(LIST, &c)), items: page.rows.into_iter().map(shown).collect() })
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    Ok(shown(store::get(call.db(), id).await?))
}

async fn make(call: Call, _: Nothing, new: New) -> Result<Made> {
    let permissions: Vec<Permission> = new.permissions.iter().map(|p| p.0).collect();
    if let Some(beyond) = permissions.iter().find(|p| !call.may(**p)) {
        return Err(Error::forbidden(beyond.label()));
    }
    let user = new.user_id.map(UserId).or(call.actor.user).ok_or_else(|| Error::not_found("user"))?;
    let token = new_token()?;
    let (prefix, hash) = (token.prefix.clone(), token.hash);
    let command = MakeKey { user, name: new.name, permissions, own_only: new.own_only, days: new.days, prefix, hash };
    let id = call.run(command).await?;
    Ok(Made { id, token: token.token, prefix: token.prefix })
}

async fn rotate(call: Call, Id(key): Id, ask: Overlap) -> Result<Made> {
    let old = store::get(call.db(), key).await?;
    if let Some(beyond) = old.permissions().into_iter().find(|p| !call.may(*p)) {
        return Err(Error::forbidden(beyond.label()));
    }
    let token = new_token()?;
    let overlap_hours = ask.overlap_hours.unwrap_or(24);
    if call.key() == Some(key) && overlap_hours == 0 {
        let cause = "A key that rotates itself would end before its successor is in use. Nothing was changed.";
        return Err(Error::conflict("key.own", cause, "Leave it at least an hour."));
    }
    let id = call.run(RotateKey { key, overlap_hours, prefix: token.prefix.clone(), hash: token.hash }).await?;
    Ok(Made { id, token: token.token, prefix: token.prefix })
}

async fn revoke(call: Call, Id(key): Id, _: Nothing) -> Result<()> {
    if call.key() == Some(key) {
        return Err(Error::conflict(
            "key.own",
            "A key cannot revoke itself. Nothing was changed.",
            "Use another key, or the page of keys.",
        ));
    }
    call.run(RevokeKey { key }).await.map(|_| ())
}
