//! The panel on the page of a record: each value's source, and where sources disagree.

use super::{Why, why};
use crate::as_of::AsOf;
use crate::identifiers::EntityKind;
use crate::panels::{Panel, PanelHtml, Subject};
use crate::sources::store;
use rounds_kernel::{Permission, Result};
use rounds_web::{App, Visitor};

#[derive(askama::Template)]
#[template(path = "sources/templates/panel.html")]
pub(super) struct Shown {
    pub kind: &'static str,
    pub id: i64,
    pub lines: Vec<Why>,
}

/// "Why these values" on the pages of accounts, people and systems.
pub struct SourcesPanel;

#[async_trait::async_trait]
impl Panel for SourcesPanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, _visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let (kind, id) = match subject {
            Subject::Account(a) => (EntityKind::Account, a.0),
            Subject::Person(p) => (EntityKind::Person, p.0),
            Subject::System(s) => (EntityKind::System, s.0),
            _ => return Ok(None),
        };
        let records = store::of(app.db(), kind, &[id]).await?.remove(&id).unwrap_or_default();
        if records.is_empty() {
            return Ok(None);
        }
        let lines = why(kind, &records, &store::rules(app.db(), kind).await?);
        let names: std::collections::BTreeSet<&str> = records.iter().map(|r| r.source.as_str()).collect();
        let sub = names.into_iter().collect::<Vec<_>>().join(", ");
        PanelHtml::draw("Why these values", &sub, &Shown { kind: kind.code(), id, lines }).map(Some)
    }
}
