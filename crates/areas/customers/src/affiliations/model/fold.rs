//! From what sources said to the links that follow: one child, one kind of link.
//!
//! A kind with one parent at a time follows the most recent statement, whoever makes it; of several on one day the surest. A kind with
//! several parents takes each parent by itself: it holds while any source says so. A hand's statement holds against all sources until a
//! hand changes it; and where a hand ended a link, a source that goes on saying the same is not heard again until it says something else.

use super::{HAND, Said, Sighting, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The links of one child, by first day and parent. `exclusive`: one parent at a time.
pub fn fold(exclusive: bool, sightings: &[Sighting]) -> Vec<Span> {
    let mut told: Vec<&Sighting> = sightings.iter().collect();
    told.sort_by(|a, b| order(a).cmp(&order(b)).then(a.confidence.total_cmp(&b.confidence)).then(tail(a).cmp(&tail(b))));
    let mut spans = if exclusive { one_at_a_time(&told) } else { several(&told) };
    spans.retain(|s| s.to.is_none_or(|to| to > s.from));
    spans.sort_by_key(|s| (s.from, s.parent));
    joined(spans)
}

/// Statements of a day come in this order: sources before hands.
fn order(s: &Sighting) -> (i64, bool) {
    (s.day, s.source == HAND)
}

fn tail(s: &Sighting) -> (&str, std::cmp::Reverse<Said>, i64) {
    (&s.source, std::cmp::Reverse(s.said), s.parent)
}

fn opened(s: &Sighting) -> Span {
    Span { parent: s.parent, from: s.day, to: None, source: s.source.clone(), confidence: s.confidence, post: s.post.clone() }
}

/// What each source said last, and which of that a hand has put an end to.
#[derive(Default)]
struct Heard<'a> {
    said: BTreeMap<&'a str, i64>,
    stale: BTreeSet<&'a str>,
}

impl<'a> Heard<'a> {
    /// Takes a source's statement and returns what it said before; `None` when it only repeats what a hand has ended.
    fn takes(&mut self, source: &'a str, parent: i64) -> Option<i64> {
        let before = self.said.insert(source, parent).unwrap_or(0);
        if before == parent && self.stale.contains(source) {
            return None;
        }
        self.stale.remove(source);
        Some(before)
    }

    fn end(&mut self, parent: i64) {
        self.stale.extend(self.said.iter().filter(|(_, p)| **p == parent).map(|(s, _)| *s));
    }
}

fn one_at_a_time(told: &[&Sighting]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut heard = Heard::default();
    let mut by_hand = false;
    for s in told {
        let open = spans.last().filter(|l| l.to.is_none()).map_or(0, |l| l.parent);
        let parent = if matches!(s.said, Said::Here | Said::Opened) { s.parent } else { 0 };
        if s.source == HAND {
            if parent == 0 {
                heard.end(s.parent);
                if open != s.parent {
                    continue;
                }
            }
            by_hand = parent != 0;
        } else {
            if s.said == Said::Ended && heard.said.get(s.source.as_str()) != Some(&s.parent) {
                continue;
            }
            let Some(before) = heard.takes(&s.source, parent) else { continue };
            // That a source knows no parent says nothing of a link that it never told of.
            if by_hand || (parent == 0 && before != open) {
                continue;
            }
        }
        step(&mut spans, s, parent);
    }
    spans
}

/// Goes to `parent` (0: to none) on the day of `s`.
fn step(spans: &mut Vec<Span>, s: &Sighting, parent: i64) {
    if let Some(last) = spans.last_mut().filter(|l| l.to.is_none()) {
        if last.parent == parent {
            renew(last, s);
            return;
        }
        last.to = Some(s.day);
    }
    if parent != 0 {
        spans.push(opened(s));
    }
}

/// A later statement of the same link brings its post up to date.
fn renew(span: &mut Span, s: &Sighting) {
    if s.post != Default::default() {
        span.post = s.post.clone();
    }
}

fn several(told: &[&Sighting]) -> Vec<Span> {
    let parents: BTreeSet<i64> = told.iter().map(|s| s.parent).filter(|p| *p != 0).collect();
    parents.into_iter().flat_map(|p| of_parent(told, p)).collect()
}

/// The spans of one parent. What a source says of all parents on one day counts as a whole: `here` at another is `not here`, unless
/// the same source says `here` at both.
fn of_parent(told: &[&Sighting], parent: i64) -> Vec<Span> {
    let both: BTreeSet<(&str, i64)> =
        told.iter().filter(|s| s.parent == parent && s.said == Said::Here).map(|s| (s.source.as_str(), s.day)).collect();
    let mut spans: Vec<Span> = Vec::new();
    let mut heard = Heard::default();
    let mut by_hand = false;
    for s in told {
        let mine = s.parent == parent;
        let here = match s.said {
            Said::Here | Said::Opened if mine => true,
            Said::Here if both.contains(&(s.source.as_str(), s.day)) => continue,
            Said::Opened | Said::Ended if !mine => continue,
            _ => false,
        };
        if s.source == HAND {
            by_hand = here;
            if !here {
                heard.end(parent);
            }
        } else {
            let _ = heard.takes(&s.source, if here { parent } else { 0 });
        }
        let holds = by_hand || heard.said.iter().any(|(source, p)| *p == parent && !heard.stale.contains(source));
        match spans.last_mut().filter(|l| l.to.is_none()) {
            Some(last) if !holds => last.to = Some(s.day),
            Some(last) if here => renew(last, s),
            Some(_) => {}
            None if holds => spans.push(opened(s)),
            None => {}
        }
    }
    spans
}

/// Spans of one parent that follow one another without a day between are one.
fn joined(spans: Vec<Span>) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for s in spans {
        match out.iter_mut().rfind(|o| o.parent == s.parent && o.to == Some(s.from)) {
            Some(before) => {
                before.to = s.to;
                before.post = s.post;
            }
            None => out.push(s),
        }
    }
    out
}

#[cfg(test)]
mod tests;
