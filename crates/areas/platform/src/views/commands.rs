//! Saving a view and letting it go.

use super::model::lasting;
use rounds_kernel::{Error, Permission, Result, Role};
use rounds_store::{Command, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// Views one user may have.
const MOST: i64 = 200;

/// Saves a view; one of the same name on the same list is replaced.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SaveView {
    /// Path of the list.
    pub path: String,
    /// Its query.
    pub query: String,
    /// Name.
    pub name: String,
    /// For everyone; operations, managers and administrators may.
    pub shared: bool,
}

impl Command for SaveView {
    const NAME: &'static str = "platform.save_view";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let Some(user) = tx.actor.user.map(|u| u.0) else { return Err(Error::forbidden("views belong to a user")) };
        let name = self.name.trim().to_owned();
        let bad = |cause: &str| {
            Err(Error::invalid("view.invalid", format!("{cause} Nothing was saved."), "Give it a short name on the list's own page."))
        };
        if name.is_empty() || name.chars().count() > 60 || name.contains(char::is_control) {
            return bad("A view's name has 1 to 60 characters.");
        }
        if rounds_web::local(&self.path) != self.path || self.path.contains(['?', '#']) || self.path.len() > 200 || self.query.len() > 2_000
        {
            return bad("That is no list of this program.");
        }
        let may_share = matches!(tx.actor.role, Role::Admin | Role::Operations | Role::Manager);
        if self.shared && !may_share {
            return Err(Error::forbidden("share views with everyone"));
        }
        if tx.number("SELECT COUNT(*) FROM saved_view WHERE user_id = $1", args![user]).await? >= MOST {
            return bad("You have 200 views already.");
        }
        let now = tx.now.0;
        tx.execute(
            "INSERT INTO saved_view (user_id, name, path, query, shared, at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (user_id, path, name) DO UPDATE SET query = excluded.query, shared = excluded.shared, at = excluded.at",
            args![user, name, self.path, lasting(&self.query), self.shared, now],
        )
        .await
        .map(|_| ())
    }
}

/// Lets one's own view go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropView {
    /// The view.
    pub view: i64,
}

impl Command for DropView {
    const NAME: &'static str = "platform.drop_view";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let user = tx.actor.user.map_or(0, |u| u.0);
        let gone = tx.execute("DELETE FROM saved_view WHERE id = $1 AND user_id = $2", args![self.view, user]).await?;
        if gone == 0 { Err(Error::not_found("view")) } else { Ok(()) }
    }
}
