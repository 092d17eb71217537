//! The panel on an account's page: whom to call for what.

use super::super::{Coverer, owners_of};
use rounds_customers::scope::see_account;
use rounds_kernel::{AccountId, Actor, Day, Error, Permission, Result, Role};
use rounds_web::components::Column;

#[derive(askama::Template)]
#[template(path = "coverage/templates/panel.html")]
struct Panel {
    columns: Vec<Column>,
    lines: Vec<Line>,
}

struct Line {
    business_unit: String,
    role: String,
    name: String,
    email: String,
    since: String,
    /// The alignment, for those who may open it.
    href: Option<String>,
}

/// The panel's HTML, as of `today`.
///
/// # Errors
/// `record.not_found` outside the actor's scope.
pub async fn panel(db: &rounds_store::Db, actor: &Actor, account: AccountId, today: Day) -> Result<String> {
    see_account(db, actor, account).await?;
    draw(owners_of(db, account, today).await?, actor.may(Permission::ReadDesign))
}

fn draw(who: Vec<Coverer>, may_open: bool) -> Result<String> {
    let line = |c: Coverer| Line {
        role: Role::parse(&c.role).map_or(c.role.clone(), |r| r.label().to_owned()),
        since: Day(i32::try_from(c.valid_from).unwrap_or_default()).to_string(),
        href: may_open.then(|| format!("/coverage/{}", c.alignment_id)),
        business_unit: c.business_unit,
        name: c.name,
        email: c.email,
    };
    let columns = ["For", "Who", "As", "Since"].map(Column::text).to_vec();
    askama::Template::render(&Panel { columns, lines: who.into_iter().map(line).collect() }).map_err(Error::internal)
}

pub(super) fn sample() -> String {
    let who = |unit: &str, role: &str, name: &str| Coverer {
        business_unit: unit.into(),
        role: role.into(),
        owner_id: 3,
        name: name.into(),
        email: "someone@rounds.example".into(),
        valid_from: 20_454,
        alignment_id: 1,
    };
    draw(vec![who("Cardiology", "kam", "Marta Oliveira"), who("Orthopaedics", "field_rep", "Jonas <Weber>")], true).unwrap_or_default()
}
