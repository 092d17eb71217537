//! The links against what they follow from: cases in words, and a slow oracle that goes through the days one by one.

use super::*;
use rounds_kernel::{Day, Rng};

fn said(parent: i64, source: &str, day: i32, what: Said) -> Sighting {
    Sighting::new(1, parent, source, Day(day), what)
}

fn days(spans: &[Span]) -> Vec<(i64, i64, Option<i64>)> {
    spans.iter().map(|s| (s.parent, s.from, s.to)).collect()
}

#[test]
fn an_account_is_part_of_one_system_at_a_time() {
    let told = [said(10, "ahrq", 100, Said::Here), said(10, "ahrq", 200, Said::Here), said(11, "ahrq", 300, Said::Here)];
    assert_eq!(days(&fold(true, &told)), [(10, 100, Some(300)), (11, 300, None)]);
    let told = [said(10, "ahrq", 100, Said::Here), said(11, "crm", 150, Said::Here), said(0, "ahrq", 200, Said::Alone)];
    assert_eq!(days(&fold(true, &told)), [(10, 100, Some(150)), (11, 150, None)], "a source ends only what it said itself");
    let told = [said(10, "ahrq", 100, Said::Here), said(0, "ahrq", 200, Said::Unlisted), said(10, "ahrq", 300, Said::Here)];
    assert_eq!(days(&fold(true, &told)), [(10, 100, Some(200)), (10, 300, None)]);
}

#[test]
fn a_person_may_work_at_two_places() {
    let told = [said(10, "a", 100, Said::Here), said(11, "a", 100, Said::Here), said(11, "a", 200, Said::Here)];
    assert_eq!(days(&fold(false, &told)), [(10, 100, Some(200)), (11, 100, None)]);
    let told =
        [said(10, "a", 100, Said::Here), said(11, "b", 150, Said::Here), said(10, "c", 120, Said::Here), said(12, "a", 300, Said::Here)];
    assert_eq!(days(&fold(false, &told)), [(10, 100, None), (11, 150, None), (12, 300, None)], "another source still says so");
    let told = [said(10, "fhir", 100, Said::Opened), said(11, "fhir", 200, Said::Opened), said(10, "fhir", 300, Said::Ended)];
    assert_eq!(days(&fold(false, &told)), [(10, 100, Some(300)), (11, 200, None)], "dated links say nothing of others");
}

#[test]
fn what_a_hand_wrote_holds_until_a_hand_changes_it() {
    let first = [said(10, "ahrq", 100, Said::Here), said(10, HAND, 150, Said::Ended), said(10, "ahrq", 200, Said::Here)];
    assert_eq!(days(&fold(true, &first)), [(10, 100, Some(150))], "the source only repeats what was ended");
    let mut told = first.to_vec();
    told.push(said(12, "ahrq", 300, Said::Here));
    assert_eq!(days(&fold(true, &told)), [(10, 100, Some(150)), (12, 300, None)], "it says something new");
    let told = [said(10, "ahrq", 100, Said::Here), said(11, HAND, 150, Said::Opened), said(10, "ahrq", 200, Said::Here)];
    assert_eq!(days(&fold(true, &told)), [(10, 100, Some(150)), (11, 150, None)]);
    let told =
        [said(10, "a", 100, Said::Here), said(10, HAND, 150, Said::Ended), said(10, "a", 200, Said::Here), said(10, "b", 250, Said::Here)];
    assert_eq!(days(&fold(false, &told)), [(10, 100, Some(150)), (10, 250, None)]);
}

/// What holds on each day, by going through the days and the statements of each day in turn, with nothing shared with `fold`.
fn oracle(exclusive: bool, told: &[Sighting], last: i64) -> Vec<BTreeSet<i64>> {
    let mut out = Vec::new();
    let mut latest: Vec<(String, BTreeSet<i64>)> = Vec::new();
    let mut deaf: BTreeSet<(String, i64)> = BTreeSet::new();
    let mut hand: BTreeSet<i64> = BTreeSet::new();
    let mut one: Option<i64> = None;
    for day in 0..=last {
        let mut sources: Vec<(String, i64)> =
            told.iter().filter(|s| s.day == day).map(|s| (s.source.clone(), (s.confidence * 100.0) as i64)).collect();
        sources.sort_by_key(|(name, sure)| (name == HAND, *sure, name.clone()));
        sources.dedup();
        for (name, _) in sources {
            let today: Vec<&Sighting> = told.iter().filter(|s| s.day == day && s.source == name).collect();
            if name == HAND {
                for s in today {
                    if s.said == Said::Opened {
                        if exclusive {
                            hand.clear();
                        }
                        hand.insert(s.parent);
                        one = Some(s.parent);
                    } else {
                        hand.remove(&s.parent);
                        deaf.extend(latest.iter().filter(|(_, at)| at.contains(&s.parent)).map(|(n, _)| (n.clone(), s.parent)));
                        one = one.filter(|p| *p != s.parent);
                    }
                }
                continue;
            }
            let at: BTreeSet<i64> = today.iter().map(|s| s.parent).filter(|p| *p != 0).collect();
            let place = latest.iter().position(|(n, _)| *n == name);
            let before = place.map_or(BTreeSet::new(), |i| latest[i].1.clone());
            deaf.retain(|(n, p)| *n != name || at.contains(p));
            match place {
                Some(i) => latest[i].1 = at.clone(),
                None => latest.push((name.clone(), at.clone())),
            }
            if !exclusive || !hand.is_empty() {
                continue;
            }
            match at.first() {
                Some(p) if deaf.contains(&(name.clone(), *p)) => {}
                Some(p) => one = Some(*p),
                None if one.is_some_and(|p| before.contains(&p)) => one = None,
                None => {}
            }
        }
        let by_sources = latest.iter().flat_map(|(n, at)| at.iter().filter(|p| !deaf.contains(&(n.clone(), **p))));
        out.push(if exclusive { one.into_iter().collect() } else { by_sources.chain(&hand).copied().collect() });
    }
    out
}

fn random(rng: &mut Rng, exclusive: bool) -> Vec<Sighting> {
    let mut told: Vec<Sighting> = Vec::new();
    for (source, confidence) in [("ahrq", 1.0), ("crm", 0.8), ("cms", 0.9)] {
        for _ in 0..rng.below(7) {
            let day = 1 + rng.below(40) as i32;
            if told.iter().any(|s| s.source == source && s.day == i64::from(day)) {
                continue;
            }
            let count = if exclusive { 1 } else { 1 + rng.below(2) };
            let first = rng.below(4) as i64;
            for n in 0..count {
                let parent = (first + n as i64) % 4;
                let what = match parent {
                    0 if n > 0 => continue,
                    0 if rng.below(2) == 0 => Said::Unlisted,
                    0 => Said::Alone,
                    _ => Said::Here,
                };
                told.push(Sighting { confidence, ..said(parent, source, day, what) });
                if parent == 0 {
                    break;
                }
            }
        }
    }
    for _ in 0..rng.below(4) {
        let (day, parent) = (1 + rng.below(40) as i32, 1 + rng.below(3) as i64);
        if told.iter().all(|s| s.source != HAND || s.day != i64::from(day)) {
            told.push(said(parent, HAND, day, if rng.below(2) == 0 { Said::Opened } else { Said::Ended }));
        }
    }
    // The order of arrival is any order.
    for i in (1..told.len()).rev() {
        told.swap(i, rng.below(i + 1));
    }
    told
}

#[test]
fn links_hold_on_the_days_that_the_statements_say() {
    let mut rng = Rng::new(12);
    for case in 0..20_000 {
        let exclusive = case % 2 == 0;
        let told = random(&mut rng, exclusive);
        let spans = fold(exclusive, &told);
        let truth = oracle(exclusive, &told, 45);
        for (day, holds) in truth.iter().enumerate() {
            let day = day as i64;
            let found: Vec<i64> = spans.iter().filter(|s| s.from <= day && s.to.is_none_or(|to| to > day)).map(|s| s.parent).collect();
            let once: BTreeSet<i64> = found.iter().copied().collect();
            assert_eq!(found.len(), once.len(), "no parent twice on a day: {told:?}");
            assert_eq!(&once, holds, "case {case}, day {day}: {spans:?} from {told:?}");
        }
        for pair in spans.windows(2).filter(|w| w[0].parent == w[1].parent) {
            assert!(pair[0].to.is_some_and(|to| to < pair[1].from), "spans of one parent do not touch: {spans:?}");
        }
    }
}
