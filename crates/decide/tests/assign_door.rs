//! `assign` at the door: refusals with their codes, and limits that are reported instead of refused.

use rounds_decide::assign::{NO_ACCOUNT, NO_CAP, NO_SUBGROUP, Opt, Party, Problem, Settings, check, solve};

fn option(value: f64, resource: u32, amount: f64, subgroup: u8) -> Opt {
    Opt { value, resource, amount, subgroup }
}

/// Two customers, three options, one resource of 100 minutes.
fn small() -> Problem {
    let mut p = Problem::new(vec![100.0]);
    p.subgroup_cap = vec![1];
    p.push_option(option(5.0, 0, 60.0, 0));
    p.push_option(option(4.0, 0, 50.0, 0));
    p.end_customer();
    p.push_option(option(3.0, 0, 40.0, NO_SUBGROUP));
    p.end_customer();
    p
}

#[test]
fn every_fault_has_its_code() {
    type Fault = (&'static str, fn(&mut Problem));
    let faults: [Fault; 16] = [
        ("assign.option_start", |p| p.option_start.clear()),
        ("assign.option_start", |p| p.option_start[1] = 9),
        ("assign.option_start", |p| p.option_start[2] = 2),
        ("assign.shape", |p| p.amount.truncate(2)),
        ("assign.shape", |p| p.customer_cap = vec![1]),
        ("assign.shape", |p| p.account_min = vec![1]),
        ("assign.value", |p| p.value[1] = f64::NAN),
        ("assign.amount", |p| p.amount[0] = -1.0),
        ("assign.amount", |p| p.amount[0] = f64::INFINITY),
        ("assign.resource", |p| p.resource[2] = 1),
        ("assign.subgroup", |p| p.subgroup[2] = 1),
        ("assign.capacity", |p| p.capacity[0] = f64::NAN),
        ("assign.account", |p| p.account = vec![0, NO_ACCOUNT]),
        ("assign.lock", |p| p.locked_in = vec![2, 1]),
        ("assign.lock", |p| p.locked_out = vec![3]),
        ("assign.lock_both", |p| (p.locked_in, p.locked_out) = (vec![0, 2], vec![1, 2])),
    ];
    assert!(solve(&small(), &Settings::default()).is_ok());
    for (code, spoil) in faults {
        let mut p = small();
        spoil(&mut p);
        let e = solve(&p, &Settings::default()).expect_err(code);
        assert_eq!(e.code, code);
        assert!(!e.cause.is_empty() && !e.remedy.is_empty());
    }
}

#[test]
fn the_obvious_plan() {
    // 60 + 40 minutes fit exactly; both field options of one customer may not be taken.
    let s = solve(&small(), &Settings::default()).expect("valid");
    assert_eq!(s.chosen, [0, 2]);
    assert_eq!((s.objective, s.used), (8.0, vec![100.0]));
}

#[test]
fn nothing_to_do() {
    for p in [Problem::new(vec![]), Problem::new(vec![1.0]), Problem { default_customer_cap: 0, ..small() }] {
        let s = solve(&p, &Settings::default()).expect("valid");
        assert_eq!((s.chosen.len(), s.objective, s.gap), (0, 0.0, 0.0));
        assert_eq!(check(&p, &s).faults, Vec::<String>::new());
    }
}

#[test]
fn an_overbooked_diary_is_reported_and_gets_nothing_more() {
    let mut p = small();
    p.capacity[0] = 30.0;
    p.locked_in = vec![0, 1];
    let s = solve(&p, &Settings::default()).expect("valid");
    assert_eq!(s.chosen, [0, 1]);
    let over: Vec<(Party, f64, f64)> = s.overlocks.iter().map(|o| (o.party, o.used, o.limit)).collect();
    let subgroup = Party::Subgroup { customer: 0, code: 0 };
    assert_eq!(over, [(subgroup, 2.0, 1.0), (Party::Resource(0), 110.0, 30.0)]);
    assert_eq!(check(&p, &s).faults, Vec::<String>::new());
}

#[test]
fn a_minimum_takes_what_is_worth_nothing_and_says_what_it_costs() {
    let mut p = small();
    p.value[2] = -1.0;
    p.customer_min = vec![0, 1];
    let s = solve(&p, &Settings::default()).expect("valid");
    assert_eq!(s.chosen, [0, 2]);
    assert!(s.shortfalls.is_empty());
    assert_eq!(s.prices.customer_min.len(), 1);
    assert!(s.prices.customer_min[0].1 >= 1.0);
    // An account's minimum does the same.
    p.customer_min.clear();
    (p.account, p.account_cap, p.account_min) = (vec![0, 0], vec![NO_CAP], vec![2]);
    assert_eq!(solve(&p, &Settings::default()).expect("valid").chosen, [0, 2]);
}

#[test]
fn minimums_nobody_can_meet_are_shortfalls() {
    let mut p = small();
    p.capacity[0] = 45.0;
    p.customer_min = vec![1, 3];
    let s = solve(&p, &Settings::default()).expect("valid");
    let got: Vec<(Party, u32, bool)> = s.shortfalls.iter().map(|x| (x.party, x.missing, x.structural)).collect();
    // Customer 1 has one option only; customer 0 needs at least 50 minutes.
    assert_eq!(got, [(Party::Customer(0), 1, false), (Party::Customer(1), 2, true)]);
    assert_eq!(s.chosen, [2]);
    let checked = check(&p, &s);
    assert_eq!(checked.faults, Vec::<String>::new());
    assert!(checked.bound >= 3.0);
}

#[test]
fn the_check_sees_what_is_wrong() {
    let mut p = small();
    p.locked_out = vec![1];
    p.customer_min = vec![0, 1];
    let good = solve(&p, &Settings::default()).expect("valid");
    assert_eq!(check(&p, &good).faults, Vec::<String>::new());
    type Spoil = fn(&mut rounds_decide::assign::Solution);
    let spoils: [(&str, Spoil); 9] = [
        ("subgroup", |s| s.chosen = vec![0, 1, 2]),
        ("locked out", |s| s.chosen = vec![1, 2]),
        ("does not exist", |s| s.chosen.push(7)),
        ("twice", |s| s.chosen = vec![0, 0, 2]),
        ("minimums", |s| s.chosen = vec![0]),
        ("objective", |s| s.objective += 1e-3),
        ("bound", |s| s.bound -= 1e-3),
        ("prices", |s| s.prices.resource[0] = -0.1),
        ("use of resource", |s| s.used[0] = 0.0),
    ];
    for (word, spoil) in spoils {
        let mut s = good.clone();
        spoil(&mut s);
        let faults = check(&p, &s).faults;
        assert!(faults.iter().any(|f| f.contains(word)), "{word}: {faults:?}");
    }
    p.capacity[0] = 90.0;
    assert!(check(&p, &good).faults.iter().any(|f| f.contains("of 90")));
}
