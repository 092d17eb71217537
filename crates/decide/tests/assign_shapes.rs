//! `assign` on shapes unlike the reference instances: values and minutes from a table (ties everywhere), owners far
//! from their customers, long lists of options, accounts spread over owners, minimums beyond all capacity.

use rounds_decide::assign::{NO_SUBGROUP, Opt, Problem, Settings, Solution, check, solve};

/// What differs between the shapes.
#[derive(Clone, Copy)]
struct Shape {
    /// Share of the wish that capacity covers.
    tight: f64,
    /// Values and minutes from a short list.
    table: bool,
    /// Owner by draw, not by neighbourhood.
    scattered: bool,
    /// Options a customer.
    options: usize,
    /// Cap and minimum of each of 50 accounts.
    accounts: Option<(u32, u32)>,
    /// Share of customers with a minimum of one.
    covered: f64,
}

const PLAIN: Shape = Shape { tight: 0.3, table: false, scattered: false, options: 5, accounts: None, covered: 0.0 };
const CUSTOMERS: usize = 6_000;
const OWNERS: usize = 24;

fn build(shape: Shape) -> Problem {
    let mut state = 7u64;
    let mut unit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 + 0.5) / (1u64 << 31) as f64
    };
    let mut p = Problem::new(vec![0.0; OWNERS + 1]);
    p.subgroup_cap = vec![1];
    for i in 0..CUSTOMERS {
        let own = if shape.scattered { (unit() * OWNERS as f64) as usize } else { i * OWNERS / CUSTOMERS };
        for k in 0..shape.options {
            let action = k % 5;
            let worth = if shape.table { 1.0 + (unit() * 4.0).floor() } else { -unit().ln() };
            let minutes = [60.0, 60.0, 15.0, 30.0][action.min(3)] * if shape.table { 1.0 } else { 1.0 + unit() };
            let (resource, amount) = if action == 4 { (OWNERS, 1.0) } else { (own, minutes) };
            p.capacity[resource] += shape.tight * 0.3 * amount;
            let subgroup = if action < 2 { 0 } else { NO_SUBGROUP };
            let value = if action == 4 { 0.1 * worth } else { worth };
            p.push_option(Opt { value, resource: resource as u32, amount, subgroup });
        }
        p.end_customer();
    }
    p.capacity.iter_mut().for_each(|c| *c = c.floor());
    if let Some((cap, min)) = shape.accounts {
        p.account = (0..CUSTOMERS).map(|_| (unit() * 50.0) as u32).collect();
        (p.account_cap, p.account_min) = (vec![cap; 50], vec![min; 50]);
    }
    if shape.covered > 0.0 {
        p.customer_min = (0..CUSTOMERS).map(|_| u32::from(unit() < shape.covered)).collect();
    }
    p
}

fn solved(shape: Shape, most: f64) -> Solution {
    let p = build(shape);
    let s = solve(&p, &Settings { threads: 2 }).expect("valid");
    assert_eq!(check(&p, &s).faults, Vec::<String>::new());
    assert!(s.gap <= most, "gap {}", s.gap);
    let one = solve(&p, &Settings { threads: 1 }).expect("valid");
    assert!(one == s, "one thread and two give different solutions");
    s
}

#[test]
fn plain() {
    solved(PLAIN, 0.0005);
}

#[test]
fn ties_everywhere() {
    solved(Shape { table: true, ..PLAIN }, 0.003);
}

#[test]
fn scattered_owners() {
    solved(Shape { scattered: true, ..PLAIN }, 0.0005);
    solved(Shape { scattered: true, table: true, ..PLAIN }, 0.003);
}

#[test]
fn long_lists() {
    solved(Shape { options: 14, ..PLAIN }, 0.0005);
    solved(Shape { options: 20, ..PLAIN }, 0.0005);
}

#[test]
fn plenty_and_next_to_nothing() {
    solved(Shape { tight: 5.0, ..PLAIN }, 0.0005);
    solved(Shape { tight: 0.02, ..PLAIN }, 0.01);
}

#[test]
fn accounts_over_many_owners() {
    solved(Shape { accounts: Some((60, 0)), ..PLAIN }, 0.001);
    let s = solved(Shape { accounts: Some((60, 40)), table: true, covered: 0.1, ..PLAIN }, 0.001);
    assert!(s.shortfalls.is_empty());
}

#[test]
fn minimums_beyond_capacity_are_shortfalls_not_failures() {
    let s = solved(Shape { tight: 0.1, covered: 1.0, ..PLAIN }, 0.10);
    assert!(!s.shortfalls.is_empty());
    // Nearly all contacts must be the cheap ones, so coverage uses whatever there is.
    assert!(s.chosen.len() + s.shortfalls.len() >= CUSTOMERS);
}
