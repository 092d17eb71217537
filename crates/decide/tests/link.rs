//! Record linkage against truth.
#![allow(clippy::unwrap_used)]

use rounds_decide::link::{Field, Kind, Linker, Pair, Part, Records, Role, Rule, Scope, Settings, Spec, jaro_winkler};

/// Winkler (1990) and the standard examples of later papers.
#[test]
fn jaro_winkler_has_the_published_values() {
    for (a, b, published) in [("martha", "marhta", 0.961), ("dixon", "dicksonx", 0.813), ("dwayne", "duane", 0.840)] {
        assert!((jaro_winkler(a, b) - published).abs() < 6e-4, "{a} {b}: {}", jaro_winkler(a, b));
    }
}

#[test]
fn bad_input_is_refused_with_a_code() {
    let mut records = Records::new(&["name", "zip"]);
    assert_eq!(records.push(&["only one"]).unwrap_err().code, "link.width");
    let roles = [(Role::Name, "name"), (Role::Postcode, "postcode")];
    let code =
        |spec: &Spec, records: &Records, scope| Linker::learn(spec, records, scope, &Settings::default()).err().map(|e| e.code.to_string());
    assert_eq!(code(&Spec::people(&roles), &records, Scope::Within).as_deref(), Some("link.column"));
    let good = Spec::people(&[(Role::Name, "name"), (Role::Postcode, "zip")]);
    assert_eq!(code(&good, &records, Scope::Across { left: 1 }).as_deref(), Some("link.scope"));
    assert_eq!(code(&Spec { rules: Vec::new(), ..good.clone() }, &records, Scope::Within).as_deref(), Some("link.rules"));
    assert_eq!(code(&Spec { fields: Vec::new(), ..good.clone() }, &records, Scope::Within).as_deref(), Some("link.fields"));
    assert_eq!(code(&good, &records, Scope::Within), None, "an empty file has no pairs and no fault");
}

/// Uniform numbers below `n`, the same for the same counter.
fn draw(counter: &mut u64, n: u64) -> u64 {
    *counter += 1;
    let mut z = counter.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) % n
}

const VALUES: u64 = 150;
const PLANTED: [f64; 4] = [0.95, 0.9, 0.85, 0.8];

/// Parties of which the first `twice` have a second record, each of whose fields is the first one's with the planted
/// chance and another one otherwise.
fn planted(parties: usize, twice: usize) -> (Records, Vec<usize>) {
    let mut records = Records::new(&["a", "b", "c", "d"]);
    let (mut c, mut party) = (7, Vec::new());
    for i in 0..parties {
        let first: Vec<u64> = (0..4).map(|_| draw(&mut c, VALUES)).collect();
        records.push(&first.iter().map(|v| format!("v{v}")).collect::<Vec<_>>()).unwrap();
        party.push(i);
        if i < twice {
            let mut second = first.clone();
            for (v, m) in second.iter_mut().zip(PLANTED) {
                if draw(&mut c, 1_000_000) as f64 / 1e6 >= m {
                    *v = (*v + 1 + draw(&mut c, VALUES - 1)) % VALUES;
                }
            }
            records.push(&second.iter().map(|v| format!("v{v}")).collect::<Vec<_>>()).unwrap();
            party.push(i);
        }
    }
    (records, party)
}

/// Four category fields; a pair is looked at if two of them agree.
fn four() -> Spec {
    let names = ["a", "b", "c", "d"];
    let fields = names.map(|n| Field { name: n.into(), kind: Kind::Category, columns: vec![n.into()] });
    let mut rules = Vec::new();
    for i in 0..4 {
        for j in i + 1..4 {
            rules.push(Rule::of(&[(names[i], Part::Whole), (names[j], Part::Whole)]));
        }
    }
    Spec { fields: fields.to_vec(), rules, cap: 1000 }
}

#[test]
fn planted_chances_are_recovered_without_labels() {
    let (records, _) = planted(4000, 2000);
    let linker = Linker::learn(&four(), &records, Scope::Within, &Settings { threads: 2, seed: 3 }).unwrap();
    let model = linker.model();
    // 2,000 draws: a chance of 0.8 has a standard error of 0.009; four of them either way.
    for (fitted, m) in model.fields.iter().zip(PLANTED) {
        assert!((fitted.levels[0].m - m).abs() < 0.036, "planted {m}, learnt {}", fitted.levels[0].m);
        assert!((fitted.levels[0].u * VALUES as f64 - 1.0).abs() < 0.1, "u is one in {VALUES}, learnt {}", fitted.levels[0].u);
    }
    let truth = 2000.0 / Scope::Within.pairs(records.len());
    assert!((model.prior / truth - 1.0).abs() < 0.1, "prior {truth}, learnt {}", model.prior);
}

/// Candidates and weights by brute force over all pairs, from the raw texts and the model's chances.
#[test]
fn weights_are_those_of_a_slow_oracle() {
    let (records, _) = planted(250, 100);
    let linker = Linker::learn(&four(), &records, Scope::Within, &Settings::default()).unwrap();
    let found = linker.pairs(f32::NEG_INFINITY);
    let n = records.len();
    let share = |column: usize, text: &str| (0..n).filter(|&r| records.text(r, column) == text).count() as f64 / n as f64;
    let mut wanted = Vec::new();
    for a in 0..n {
        for b in a + 1..n {
            let agree: Vec<bool> = (0..4).map(|c| records.text(a, c) == records.text(b, c)).collect();
            if agree.iter().filter(|x| **x).count() < 2 {
                continue;
            }
            let mut odds = linker.model().prior / (1.0 - linker.model().prior);
            for (c, &same) in agree.iter().enumerate() {
                let levels = &linker.model().fields[c].levels;
                let level = &levels[usize::from(!same)];
                odds *= level.m / level.u;
                if same {
                    let collision: f64 = (0..n).map(|r| share(c, records.text(r, c)) / n as f64).sum();
                    odds *= collision / share(c, records.text(a, c));
                }
            }
            wanted.push((a as u32, b as u32, odds.log2()));
        }
    }
    assert_eq!(found.iter().map(|p| (p.a, p.b)).collect::<Vec<_>>(), wanted.iter().map(|w| (w.0, w.1)).collect::<Vec<_>>());
    for (p, w) in found.iter().zip(&wanted) {
        assert!((f64::from(p.weight) - w.2).abs() < 1e-3, "{} and {}: {} against {}", p.a, p.b, p.weight, w.2);
        let why = linker.explain(p.a, p.b).unwrap();
        let sum = why.prior + why.reasons.iter().map(|r| r.weight + r.term).sum::<f64>();
        assert!((why.total - w.2).abs() < 1e-4 && (sum - why.total).abs() < 1e-9);
    }
}

#[test]
fn neither_threads_nor_the_order_of_rows_change_anything() {
    let (records, _) = planted(600, 300);
    let n = records.len();
    let mut turned = Records::new(records.columns());
    for r in (0..n).rev() {
        turned.push(&(0..4).map(|c| records.text(r, c)).collect::<Vec<_>>()).unwrap();
    }
    let one = Linker::learn(&four(), &records, Scope::Within, &Settings { threads: 1, seed: 5 }).unwrap();
    let three = Linker::learn(&four(), &records, Scope::Within, &Settings { threads: 3, seed: 5 }).unwrap();
    let other = Linker::learn(&four(), &turned, Scope::Within, &Settings { threads: 2, seed: 5 }).unwrap();
    assert_eq!(one.model(), three.model());
    assert_eq!(one.model(), other.model());
    let pairs = one.pairs(-5.0);
    assert_eq!(pairs, three.pairs(-5.0));
    let last = n as u32 - 1;
    let mut back: Vec<Pair> = other.pairs(-5.0).iter().map(|p| Pair { a: last - p.b, b: last - p.a, weight: p.weight }).collect();
    back.sort_by_key(|p| (p.a, p.b));
    assert_eq!(pairs, back);
    assert_eq!(one.clusters(&pairs, 0.0), three.clusters(&pairs, 0.0));
}

#[test]
fn clusters_are_nearly_the_parties() {
    let (records, party) = planted(1500, 700);
    let linker = Linker::learn(&four(), &records, Scope::Within, &Settings::default()).unwrap();
    let cluster = linker.clusters(&linker.pairs(0.0), 0.0);
    let wrong = (0..records.len()).filter(|&r| party[cluster[r] as usize] != party[r]).count();
    assert!(wrong < 20, "{wrong} of {} records are with another party", records.len());
    assert!(cluster.iter().enumerate().all(|(r, &c)| c as usize <= r && cluster[c as usize] == c), "the smallest row names the cluster");
}

/// Six of eight are Smith, two are Englefield: Σf² = 0.5625 + 0.0625 = 0.625.
#[test]
fn rare_values_weigh_as_worked_out_by_hand() {
    let mut records = Records::new(&["name", "state"]);
    for i in 0..8 {
        let name = if i < 6 { "Smith" } else { "Englefield" };
        records.push(&[name, "x"]).unwrap();
    }
    let fields = vec![Field { name: "name".into(), kind: Kind::Text, columns: vec!["name".into()] }];
    let spec = Spec { fields, rules: vec![Rule::of(&[("name", Part::Whole)])], cap: 100 };
    let linker = Linker::learn(&spec, &records, Scope::Within, &Settings::default()).unwrap();
    let term = |a, b| linker.explain(a, b).unwrap().reasons[0].term;
    assert!((term(0, 1) - (0.625f64 / 0.75).log2()).abs() < 1e-6, "common: {}", term(0, 1));
    assert!((term(6, 7) - (0.625f64 / 0.25).log2()).abs() < 1e-6, "rare: {}", term(6, 7));
    assert_eq!(linker.model().fields[0].terms[0].count("nobody"), 1, "a value never seen counts as seen once");
}

#[test]
fn new_rows_meet_the_record_with_the_weights_learnt_before() {
    let (records, _) = planted(400, 200);
    let n = records.len();
    let learnt = Linker::learn(&four(), &records, Scope::Within, &Settings::default()).unwrap();
    let mut more = records.clone();
    more.push(&[records.text(5, 0), records.text(5, 1), records.text(5, 2), ""]).unwrap();
    let linker = Linker::with(learnt.model(), &more, Scope::New { known: n }, &Settings::default()).unwrap();
    let pairs = linker.pairs(f32::NEG_INFINITY);
    assert!(!pairs.is_empty() && pairs.iter().all(|p| p.b as usize == n), "only pairs with the new row");
    assert!(pairs.iter().any(|p| p.a == 5 && p.weight > 0.0));
    assert_eq!(linker.explain(0, 1).unwrap().total, learnt.explain(0, 1).unwrap().total);
    assert_eq!(linker.explain(0, n as u32 + 9).err().map(|e| e.code.to_string()).as_deref(), Some("link.row"));
}

#[test]
fn large_blocks_are_passed_over_and_said() {
    let mut records = Records::new(&["name"]);
    for _ in 0..10 {
        records.push(&["same"]).unwrap();
    }
    let fields = vec![Field { name: "name".into(), kind: Kind::Text, columns: vec!["name".into()] }];
    let spec = Spec { fields, rules: vec![Rule::of(&[("name", Part::Whole)])], cap: 9 };
    let linker = Linker::learn(&spec, &records, Scope::Within, &Settings::default()).unwrap();
    assert_eq!((linker.candidates(), linker.blocked()[0].passed_over, linker.blocked()[0].passed_over_records), (0, 1, 10));
}

#[test]
fn two_files_are_joined_one_to_one() {
    let mut records = Records::new(&["name", "zip", "city", "street"]);
    for i in 0..40 {
        records.push(&[format!("Clinic N{i}x"), format!("{:05}", 10000 + i), format!("Town{i}"), format!("{i} Main St")]).unwrap();
    }
    for i in 0..40 {
        records
            .push(&[format!("clinic n{i}X, Inc."), format!("{:05}", 10000 + i), format!("Town{i}"), format!("{i} Main Street")])
            .unwrap();
    }
    let roles = [(Role::Name, "name"), (Role::Postcode, "zip"), (Role::City, "city"), (Role::Street, "street")];
    let linker = Linker::learn(&Spec::organisations(&roles), &records, Scope::Across { left: 40 }, &Settings::default()).unwrap();
    let links = linker.one_to_one(&linker.pairs(0.0), 0.0);
    assert_eq!(links.iter().map(|p| (p.a, p.b)).collect::<Vec<_>>(), (0..40).map(|i| (i, i + 40)).collect::<Vec<_>>());
    assert_eq!(linker.best(&linker.pairs(0.0), 0.0), links);
}

/// People of `sites` places, six a place, with an address made of name and place; the first `twice` stand a second time, with
/// a letter missing in every third name, half of the addresses and a third of the telephones.
fn colleagues(sites: u64, twice: usize) -> (Records, usize) {
    let mut records = Records::new(&["name", "specialty", "email", "phone", "site"]);
    let mut c = 11;
    let mut rows: Vec<[String; 5]> = Vec::new();
    for site in 0..sites {
        for _ in 0..6 {
            let (given, family) = (word(draw(&mut c, 40)), word(100 + draw(&mut c, 60)));
            let email = format!("{given}.{family}@hospital{site}.example");
            let phone = format!("{:07}", 1_000_000 + draw(&mut c, 8_999_999));
            rows.push([
                format!("Dr. {given} {family}"),
                format!("specialty {}", draw(&mut c, 12)),
                email,
                phone,
                format!("{} house", word(site * 7)),
            ]);
        }
    }
    let known = rows.len();
    for i in 0..twice {
        let mut row = rows[i * 5].clone();
        if draw(&mut c, 3) == 0 {
            row[0].pop();
        }
        for (cell, one_in) in [(2, 2), (3, 3)] {
            if draw(&mut c, 6).is_multiple_of(one_in) {
                row[cell].clear();
            }
        }
        rows.push(row);
    }
    rows.iter().for_each(|r| records.push(r).unwrap());
    (records, known)
}

/// A word for a number, unlike those of the numbers beside it.
fn word(n: u64) -> String {
    let mut h = (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (0..6)
        .map(|_| {
            h = h.rotate_left(13).wrapping_mul(5).wrapping_add(n);
            char::from(b'a' + (h % 26) as u8)
        })
        .collect()
}

/// Where true pairs are rare, the match class must not become "works at the same place" or "bears the same name".
#[test]
fn colleagues_and_namesakes_are_not_taken_for_one() {
    let roles =
        [(Role::Name, "name"), (Role::Occupation, "specialty"), (Role::Email, "email"), (Role::Phone, "phone"), (Role::Site, "site")];
    for twice in [0, 10, 200] {
        let (records, known) = colleagues(400, twice);
        let linker = Linker::learn(&Spec::people(&roles), &records, Scope::Within, &Settings::default()).unwrap();
        let pairs = linker.pairs(0.0);
        let right = pairs.iter().filter(|p| p.b as usize >= known && p.a as usize == (p.b as usize - known) * 5).count();
        // Two of one name and place cannot be told apart: 15 pairs a place, 1 in 2,400 of one name, 400 places: two or three.
        assert!(
            pairs.len() - right <= 8 + twice / 50,
            "{twice} stand twice: {} pairs of two people are taken for one",
            pairs.len() - right
        );
        assert!(right * 100 >= twice * 93, "{twice} stand twice, {right} were found");
    }
}
