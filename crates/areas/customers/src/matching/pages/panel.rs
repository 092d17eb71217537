//! The panel on the page of a record that others went into: what they were, and the way back.

use crate::as_of::AsOf;
use crate::identifiers::EntityKind;
use crate::merging;
use crate::panels::{Panel, PanelHtml, Subject};
use async_trait::async_trait;
use rounds_kernel::{Permission, Result, Time};
use rounds_web::{App, Visitor};

#[derive(askama::Template)]
#[template(path = "matching/templates/merged.html")]
struct Shown {
    lines: Vec<Line>,
    /// Blank for those who may not take merges apart.
    csrf: String,
}

struct Line {
    id: i64,
    name: String,
    record: String,
    when: String,
    reason: String,
}

/// "Made of several records" on the pages of accounts, people and systems.
#[derive(Debug)]
pub struct MergedPanel;

#[async_trait]
impl Panel for MergedPanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let (kind, id) = match subject {
            Subject::Account(a) => (EntityKind::Account, a.0),
            Subject::Person(p) => (EntityKind::Person, p.0),
            Subject::System(s) => (EntityKind::System, s.0),
            _ => return Ok(None),
        };
        let merges = merging::into(app.db(), kind, id).await?;
        if merges.is_empty() {
            return Ok(None);
        }
        let line = |m: merging::MergeRow| Line {
            id: m.id,
            name: m.merged_name,
            record: format!("{} {}", kind.code(), m.merged_id),
            when: Time(m.at).in_zone(&visitor.actor.zone),
            reason: m.reason,
        };
        let csrf = if visitor.actor.may(Permission::Steward) { visitor.csrf.clone() } else { String::new() };
        let sub = "went into this one; the latest is taken apart first";
        PanelHtml::draw("Made of several records", sub, &Shown { lines: merges.into_iter().map(line).collect(), csrf }).map(Some)
    }
}
