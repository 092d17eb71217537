//! The panel on an account's page: whom to call for what.

use super::super::{Coverer, owners_of};
use rounds_customers::as_of::AsOf;
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::scope::see_account;
use rounds_kernel::{Day, Permission, Result, Role};
use rounds_web::components::Column;
use rounds_web::{App, Visitor};

#[derive(askama::Template)]
#[template(path = "coverage/templates/panel.html")]
struct WhomToCall {
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

/// The panel on an account's page.
pub struct CoveragePanel;

#[async_trait::async_trait]
impl Panel for CoveragePanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, as_of: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Account(account) = subject else { return Ok(None) };
        see_account(app.db(), &visitor.actor, account).await?;
        let who = owners_of(app.db(), account, as_of.or(visitor.now.day())).await?;
        let shown = view(who, visitor.actor.may(Permission::ReadDesign));
        let when = as_of.day().map_or("our people for this account today".into(), |d| format!("our people for this account on {d}"));
        PanelHtml::draw("Covered by", &when, &shown).map(Some)
    }
}

fn view(who: Vec<Coverer>, may_open: bool) -> WhomToCall {
    let line = |c: Coverer| Line {
        role: Role::parse(&c.role).map_or(c.role.clone(), |r| r.label().to_owned()),
        since: Day::stored(c.valid_from).to_string(),
        href: may_open.then(|| format!("/coverage/{}", c.alignment_id)),
        business_unit: c.business_unit,
        name: c.name,
        email: c.email,
    };
    let columns = ["For", "Who", "As", "Since"].map(Column::text).to_vec();
    WhomToCall { columns, lines: who.into_iter().map(line).collect() }
}

pub(super) fn sample() -> String {
    let who = |unit: &str, role: &str, name: &str| Coverer {
        business_unit: unit.into(),
        role: role.into(),
        owner_id: 3,
        name: name.into(),
        email: "someone@rounds.example".into(),
        phone: "+1 218 555 0142".into(),
        valid_from: 20_454,
        alignment_id: 1,
    };
    let shown = view(vec![who("Cardiology", "kam", "Marta Oliveira"), who("Orthopaedics", "field_rep", "Jonas <Weber>")], true);
    askama::Template::render(&shown).unwrap_or_default()
}
