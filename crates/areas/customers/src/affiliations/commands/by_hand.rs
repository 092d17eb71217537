//! Opening, ending and correcting a link by hand.

use super::{Edit, kind_of, said, spans};
use crate::affiliations::model::{HAND, LinkKind, Post, Said, Sighting, Span};
use crate::affiliations::{check, store};
use rounds_kernel::{Day, Error, Permission, Result};
use rounds_store::{Command, Tx};
use serde::Serialize;
use std::collections::HashMap;

/// Opens a link.
#[derive(Debug, Clone, Serialize)]
pub struct Open {
    /// Kind of link, see [`LinkKind::code`].
    pub kind: String,
    /// Id of the child.
    pub child: i64,
    /// Id of the parent.
    pub parent: i64,
    /// First day.
    pub from: Day,
    /// Day from which it no longer held, for one of the past.
    pub to: Option<Day>,
    /// Takes the place of what holds on these days.
    pub replaces: bool,
    /// What the child is there.
    pub post: Post,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// Why, and where it is known from.
    pub reason: String,
}

/// Ends a link.
#[derive(Debug, Clone, Serialize)]
pub struct Close {
    /// Kind of link.
    pub kind: String,
    /// Id of the child.
    pub child: i64,
    /// Id of the parent.
    pub parent: i64,
    /// Day from which it no longer holds; its first day means that it never held.
    pub day: Day,
    /// Why, and where it is known from.
    pub reason: String,
}

/// Corrects a link: its days, and what the child is there.
#[derive(Debug, Clone, Serialize)]
pub struct Correct {
    /// Kind of link.
    pub kind: String,
    /// Id of the child.
    pub child: i64,
    /// Id of the parent.
    pub parent: i64,
    /// First day as the record has it: which link is meant.
    pub was_from: Day,
    /// First day as it should be.
    pub from: Day,
    /// Day from which it no longer holds, if it does not.
    pub to: Option<Day>,
    /// What the child is there.
    pub post: Post,
    /// Why, and where it is known from.
    pub reason: String,
}

fn dated(from: Day, to: Option<Day>) -> String {
    to.map_or_else(|| format!("from {from}"), |to| format!("from {from} until {to}"))
}

fn checked(post: &Post) -> Result<()> {
    let long = [&post.role, &post.title, &post.department].iter().any(|t| t.chars().count() > 200);
    if !long && post.share.is_none_or(|s| (1..=100).contains(&s)) {
        return Ok(());
    }
    Err(Error::invalid(
        "affiliation.post_unclear",
        "Role, title and department have at most 200 characters, and a share of the working time is 1 to 100 percent. Nothing was changed.",
        "Shorten the words, or give the share as a whole number of percent.",
    ))
}

async fn names(tx: &Tx, kind: LinkKind, all: &[Span], parent: i64) -> Result<HashMap<i64, String>> {
    store::names(tx, kind, &all.iter().map(|s| s.parent).chain([parent]).collect()).await
}

fn unknown_link() -> Error {
    Error::not_found("link")
}

impl Command for Open {
    const NAME: &'static str = "customers.open_affiliation";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let kind = kind_of(&self.kind)?;
        let said = said(tx, kind, self.child).await?;
        check::end_known(tx, &tx.actor, kind.parent(), self.parent).await?;
        check::days(self.from, self.to, tx.now.day())?;
        checked(&self.post)?;
        check::no_circle(tx, kind, (self.child, self.parent), (self.from, self.to)).await?;
        let held = spans(kind, &said);
        let names = names(tx, kind, &held, self.parent).await?;
        let name = |id: i64| names.get(&id).cloned().unwrap_or_else(|| "another record".into());
        let rivals: Vec<Span> = held.into_iter().filter(|s| !self.replaces || s.parent == self.parent).collect();
        check::free(kind, &rivals, self.parent, (self.from, self.to), name)?;
        let statement = |day, what| Sighting {
            confidence: self.confidence.clamp(0.0, 1.0),
            post: self.post.clone(),
            ..Sighting::new(self.child, self.parent, HAND, day, what)
        };
        let mut added = vec![statement(self.from, Said::Opened)];
        added.extend(self.to.map(|to| statement(to, Said::Ended)));
        let what = format!("{} {}, {}", kind.label(), name(self.parent), dated(self.from, self.to));
        Edit { kind, child: self.child, what, reason: self.reason, added, removed: Vec::new() }.apply(tx).await
    }
}

impl Command for Close {
    const NAME: &'static str = "customers.close_affiliation";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let kind = kind_of(&self.kind)?;
        let said = said(tx, kind, self.child).await?;
        let held = spans(kind, &said);
        let open = held.iter().rfind(|s| s.parent == self.parent && s.to.is_none_or(|to| to > i64::from(self.day.0)));
        let link = open.ok_or_else(unknown_link)?;
        let begun = Day(link.from as i32);
        if self.day != begun {
            check::days(begun, Some(self.day), tx.now.day())?;
        }
        let names = names(tx, kind, &held, self.parent).await?;
        let what = format!("{} {}: ended on {}", kind.label(), names.get(&self.parent).map_or("", String::as_str), self.day);
        let end = Sighting::new(self.child, self.parent, HAND, self.day, Said::Ended);
        // Whatever a hand said of this link from that day on is taken back.
        let later = |s: &&Sighting| s.source == HAND && s.parent == self.parent && s.day >= end.day && link.to.is_none_or(|to| s.day <= to);
        let removed = said.iter().filter(later).cloned().collect();
        Edit { kind, child: self.child, what, reason: self.reason, added: vec![end], removed }.apply(tx).await
    }
}

impl Command for Correct {
    const NAME: &'static str = "customers.correct_affiliation";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let kind = kind_of(&self.kind)?;
        let said = said(tx, kind, self.child).await?;
        check::days(self.from, self.to, tx.now.day())?;
        checked(&self.post)?;
        let mut held = spans(kind, &said);
        let was = i64::from(self.was_from.0);
        let at = held.iter().position(|s| s.parent == self.parent && s.from == was).ok_or_else(unknown_link)?;
        let link = held.remove(at);
        let names = names(tx, kind, &held, self.parent).await?;
        let name = |id: i64| names.get(&id).cloned().unwrap_or_else(|| "another record".into());
        check::free(kind, &held, self.parent, (self.from, self.to), name)?;
        if self.from < self.was_from {
            check::no_circle(tx, kind, (self.child, self.parent), (self.from, Some(self.was_from))).await?;
        }
        let within = |s: &&Sighting| s.source == HAND && s.parent == self.parent && s.day >= was && link.to.is_none_or(|to| s.day <= to);
        let removed = said.iter().filter(within).cloned().collect();
        let statement = |day, what| Sighting { post: self.post.clone(), ..Sighting::new(self.child, self.parent, HAND, day, what) };
        let mut added = vec![statement(self.from, Said::Opened)];
        if self.from > self.was_from {
            added.push(statement(self.was_from, Said::Ended));
        }
        added.extend(self.to.map(|to| statement(to, Said::Ended)));
        let before = dated(self.was_from, link.to.map(|d| Day(d as i32)));
        let what = format!("{} {}: {}, before {before}", kind.label(), name(self.parent), dated(self.from, self.to));
        Edit { kind, child: self.child, what, reason: self.reason, added, removed }.apply(tx).await
    }
}
