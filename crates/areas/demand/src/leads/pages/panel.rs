//! Open leads of one account, on the account's page.

use super::super::model::{SOURCES, span, words};
use super::super::store::{self, Show};
use async_trait::async_trait;
use rounds_customers::as_of::AsOf;
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_kernel::{Permission, Result};
use rounds_web::{App, Visitor};

/// Leads shown.
const LEADS: usize = 5;

/// Draws the open leads of an account with how long they wait.
pub(in crate::leads) struct LeadsPanel;

struct Open {
    family: String,
    source: String,
    person: Option<(i64, String)>,
    waited: String,
    state: String,
}

#[derive(askama::Template)]
#[template(path = "leads/templates/panel.html")]
struct View {
    leads: Vec<Open>,
    account: i64,
    may_write: bool,
}

#[async_trait]
impl Panel for LeadsPanel {
    fn permission(&self) -> Permission {
        Permission::ReadDemand
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Account(account) = subject else { return Ok(None) };
        let (db, actor) = (app.db(), &visitor.actor);
        let mut rows = store::page(db, actor, Show::Waiting, Some(account.0), None, LEADS).await?.rows;
        rows.extend(store::page(db, actor, Show::Taken, Some(account.0), None, LEADS).await?.rows);
        let open = |l: &store::LeadLine| Open {
            family: l.family.clone().unwrap_or_else(|| "not said".into()),
            source: words(SOURCES, &l.source).to_lowercase(),
            person: l.person_id.zip(l.person.clone()),
            waited: span(visitor.now.0 - l.captured_at),
            state: l.taker.as_ref().map_or("waits".into(), |t| format!("taken by {t}")),
        };
        let may_write = actor.may(Permission::WriteDemand);
        let view = View { leads: rows.iter().map(open).collect(), account: account.0, may_write };
        PanelHtml::draw("Leads", "open", &view).map(Some)
    }
}
