//! Candidate pairs: records that agree on all parts of at least one rule.

use super::Scope;
use super::prepare::{Prepared, mix};
use super::spec::{Rule, Spec};
use rayon::prelude::*;
use serde::Serialize;

/// What a rule brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// The rule in words: fields and parts.
    pub rule: String,
    /// Blocks of two and more records.
    pub blocks: usize,
    /// Pairs, before pairs of several rules are counted once.
    pub pairs: usize,
    /// Records of the largest block.
    pub largest: usize,
    /// Blocks passed over because they exceed the cap.
    pub passed_over: usize,
    /// Records in these.
    pub passed_over_records: usize,
}

/// All candidates as `a << 32 | b`, `a < b`, sorted, each once.
pub(crate) fn candidates(spec: &Spec, fields: &[Prepared], scope: Scope) -> (Vec<u64>, Vec<Blocked>) {
    let found: Vec<(Vec<u64>, Blocked)> = spec.rules.par_iter().map(|rule| of_rule(rule, spec, fields, scope)).collect();
    let mut pairs = Vec::with_capacity(found.iter().map(|f| f.0.len()).sum());
    let mut report = Vec::with_capacity(found.len());
    for (some, blocked) in found {
        pairs.extend_from_slice(&some);
        report.push(blocked);
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    (pairs, report)
}

fn of_rule(rule: &Rule, spec: &Spec, fields: &[Prepared], scope: Scope) -> (Vec<u64>, Blocked) {
    let words = rule.parts.iter().map(|(field, part)| format!("{field} {part:?}").to_lowercase()).collect::<Vec<_>>().join(", ");
    let mut report = Blocked { rule: words, blocks: 0, pairs: 0, largest: 0, passed_over: 0, passed_over_records: 0 };
    let mut keys = keys(rule, spec, fields);
    keys.sort_unstable();
    let mut pairs = Vec::new();
    for block in keys.chunk_by(|x, y| x.0 == y.0).filter(|b| b.len() > 1) {
        if let Scope::New { known } = scope
            && (block[block.len() - 1].1 as usize) < known
        {
            continue;
        }
        report.blocks += 1;
        report.largest = report.largest.max(block.len());
        if block.len() > spec.cap {
            report.passed_over += 1;
            report.passed_over_records += block.len();
            continue;
        }
        for (i, &(_, a)) in block.iter().enumerate() {
            for &(_, b) in &block[i + 1..] {
                if a != b && scope.takes(a, b) {
                    pairs.push((u64::from(a) << 32) | u64::from(b));
                }
            }
        }
    }
    report.pairs = pairs.len();
    (pairs, report)
}

/// Keys of all records under a rule, with the record.
fn keys(rule: &Rule, spec: &Spec, fields: &[Prepared]) -> Vec<(u64, u32)> {
    // Keys of each distinct value, once a part of the rule.
    let parts: Vec<(usize, Vec<Vec<u64>>)> = rule
        .parts
        .iter()
        .filter_map(|(name, part)| {
            let f = spec.field(name)?;
            let p = &fields[f];
            let mut out = Vec::new();
            let keys = (0..p.values.len() as u32).map(|v| {
                p.keys(v, *part, &mut out);
                out.clone()
            });
            Some((f, keys.collect()))
        })
        .collect();
    let rows = fields.first().map_or(0, |p| p.row.len());
    let mut all = Vec::with_capacity(rows);
    let mut made: Vec<u64> = Vec::new();
    let mut next: Vec<u64> = Vec::new();
    for r in 0..rows {
        made.clear();
        made.push(0);
        for (f, keys) in &parts {
            next.clear();
            for &k in &keys[fields[*f].row[r] as usize] {
                next.extend(made.iter().map(|&m| mix(m ^ k)));
            }
            std::mem::swap(&mut made, &mut next);
        }
        all.extend(made.iter().map(|&k| (k, r as u32)));
    }
    all
}
