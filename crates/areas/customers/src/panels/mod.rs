//! Panels: what later areas show on the pages of accounts, people and systems, without this area knowing them.
//!
//! An area implements [`Panel`], the program hands all of them to [`crate::routes`], and the pages draw those that the visitor's
//! role may see. A panel is handed a record that the visitor may see; what it shows beyond that it scopes itself. Its HTML comes
//! from a template ([`PanelHtml::draw`]), so nothing unescaped reaches a page.

use crate::as_of::AsOf;
use askama::Template;
use async_trait::async_trait;
use rounds_kernel::{AccountId, Error, Permission, PersonId, ProductId, Result, SystemId};
use rounds_web::{App, Visitor};
use std::fmt;
use std::sync::Arc;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// The record whose page is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// An account.
    Account(AccountId),
    /// A person.
    Person(PersonId),
    /// A system.
    System(SystemId),
    /// A product.
    Product(ProductId),
    /// A contract.
    Contract(i64),
    /// A piece of installed equipment.
    Device(i64),
}

/// One panel on the pages of records.
#[async_trait]
pub trait Panel: Send + Sync {
    /// What the visitor's role must hold; without it the panel is left out.
    fn permission(&self) -> Permission;

    /// The panel for this record; `None` when it has nothing to say there. What is dated shows what held on the day asked for.
    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, as_of: AsOf) -> Result<Option<PanelHtml>>;
}

/// All panels, in the order in which they are drawn.
pub type Panels = Arc<[Arc<dyn Panel>]>;

/// A drawn panel.
#[derive(Debug, Clone)]
pub struct PanelHtml {
    /// Its title.
    pub title: String,
    /// A few quiet words beside the title; may be empty.
    pub sub: String,
    /// Its content.
    pub body: Body,
}

impl PanelHtml {
    /// A panel with the content of a template.
    ///
    /// # Errors
    /// When the template cannot be drawn.
    pub fn draw(title: &str, sub: &str, content: &impl Template) -> Result<Self> {
        Ok(Self { title: title.into(), sub: sub.into(), body: Body(content.render().map_err(Error::internal)?) })
    }
}

/// HTML that was made by a template; there is no other way to make one.
#[derive(Debug, Clone)]
pub struct Body(String);

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Sound because the field is private and only filled by a template, which escapes.
impl askama::filters::HtmlSafe for Body {}

/// The panels of a record that the visitor may see.
pub async fn drawn(panels: &Panels, app: &App, visitor: &Visitor, subject: Subject, as_of: AsOf) -> Result<Vec<PanelHtml>> {
    let mut out = Vec::new();
    for panel in panels.iter().filter(|p| visitor.actor.may(p.permission())) {
        out.extend(panel.draw(app, visitor, subject, as_of).await?);
    }
    Ok(out)
}
