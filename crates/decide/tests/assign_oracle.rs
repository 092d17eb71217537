//! `assign` against a brute-force oracle: small random problems with every kind of limit.

use rounds_decide::assign::{NO_ACCOUNT, NO_CAP, NO_RESOURCE, NO_SUBGROUP, Opt, Party, Problem, Settings, Solution, check, solve};

/// splitmix64, enough for test problems.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u32 {
        (self.next() % n) as u32
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Which limits a random problem has.
#[derive(Clone, Copy)]
struct Kinds {
    accounts: bool,
    minimums: bool,
    locks: bool,
}

fn random(seed: u64, kinds: Kinds) -> Problem {
    let mut d = Draws(seed);
    let resources = 1 + d.below(3);
    let capacity = (0..resources).map(|_| if d.below(8) == 0 { 0.0 } else { 40.0 + 100.0 * d.unit() }).collect();
    let mut p = Problem::new(capacity);
    p.subgroup_cap = vec![1, d.below(3)];
    let customers = 2 + d.below(4);
    for _ in 0..customers {
        for _ in 0..d.below(5) {
            let resource = if d.below(10) == 0 { NO_RESOURCE } else { d.below(u64::from(resources)) };
            let subgroup = [NO_SUBGROUP, 0, 1][d.below(3) as usize];
            let amount = if d.below(6) == 0 { 0.0 } else { 10.0 + 50.0 * d.unit() };
            let o = p.push_option(Opt { value: 3.0 * d.unit() - 0.6, resource, amount, subgroup });
            match d.below(12) {
                0 if kinds.locks => p.locked_in.push(o),
                1 if kinds.locks => p.locked_out.push(o),
                _ => {}
            }
        }
        p.end_customer();
    }
    if d.below(2) == 0 {
        p.customer_cap = (0..customers).map(|_| d.below(4)).collect();
    }
    if kinds.minimums {
        p.customer_min = (0..customers).map(|_| d.below(3)).collect();
    }
    if kinds.accounts {
        p.account = (0..customers).map(|_| [NO_ACCOUNT, 0, 1][d.below(3) as usize]).collect();
        p.account_cap = vec![1 + d.below(4), [NO_CAP, 2][d.below(2) as usize]];
        if kinds.minimums {
            p.account_min = vec![d.below(3), d.below(3)];
        }
    }
    p
}

/// Contacts of each customer and account under a plan given as bits.
fn cover(p: &Problem, plan: u32) -> (Vec<u32>, Vec<u32>) {
    let customers: Vec<u32> = (0..p.customers()).map(|i| p.options_of(i).filter(|&o| plan >> o & 1 == 1).count() as u32).collect();
    let mut accounts = vec![0; p.account_cap.len()];
    for (i, &a) in p.account.iter().enumerate().filter(|&(_, &a)| a != NO_ACCOUNT) {
        accounts[a as usize] += customers[i];
    }
    (customers, accounts)
}

/// True if the plan keeps every cap, capacity and lock, each limit raised to what is locked.
fn allowed(p: &Problem, plan: u32) -> bool {
    let locked: u32 = p.locked_in.iter().map(|&o| 1 << o).sum();
    let out: u32 = p.locked_out.iter().map(|&o| 1 << o).sum();
    if plan & locked != locked || plan & out != 0 {
        return false;
    }
    let bits = |of: &dyn Fn(usize) -> bool| (0..p.options()).filter(|&o| of(o)).map(|o| 1u32 << o).sum::<u32>();
    let count_ok = |set: u32, cap: u32| (plan & set).count_ones() <= cap.max((locked & set).count_ones());
    for i in 0..p.customers() {
        let mine = p.options_of(i);
        let cap = if p.customer_cap.is_empty() { p.default_customer_cap } else { p.customer_cap[i] };
        let codes = |c: u8| bits(&|o| mine.contains(&o) && p.subgroup[o] == c);
        let subgroups = (0..p.subgroup_cap.len()).all(|c| count_ok(codes(c as u8), p.subgroup_cap[c]));
        if !subgroups || !count_ok(bits(&|o| mine.contains(&o)), cap) {
            return false;
        }
    }
    for (a, &cap) in p.account_cap.iter().enumerate() {
        if !count_ok(bits(&|o| p.account.get(p.customer_of(o as u32)) == Some(&(a as u32))), cap) {
            return false;
        }
    }
    (0..p.capacity.len()).all(|r| {
        let used =
            |set: u32| -> f64 { (0..p.options()).filter(|&o| set >> o & 1 == 1 && p.resource[o] as usize == r).map(|o| p.amount[o]).sum() };
        used(plan) <= p.capacity[r].max(used(locked)) + 1e-7
    })
}

/// Best value among all plans that cover at least as well as `least` says.
fn optimum(p: &Problem, least: &(Vec<u32>, Vec<u32>)) -> f64 {
    let covers = |plan: u32| {
        let (c, a) = cover(p, plan);
        c.iter().zip(&least.0).all(|(x, m)| x >= m) && a.iter().zip(&least.1).all(|(x, m)| x >= m)
    };
    let value = |plan: u32| (0..p.options()).filter(|&o| plan >> o & 1 == 1).map(|o| p.value[o]).sum::<f64>();
    (0..1u32 << p.options()).filter(|&x| allowed(p, x) && covers(x)).map(value).fold(f64::NEG_INFINITY, f64::max)
}

fn least(p: &Problem, s: &Solution) -> (Vec<u32>, Vec<u32>) {
    let mut least = (p.customer_min.clone(), p.account_min.clone());
    for x in &s.shortfalls {
        match x.party {
            Party::Customer(i) => least.0[i as usize] -= x.missing,
            Party::Account(a) => least.1[a as usize] -= x.missing,
            other => panic!("{other:?} has no minimum"),
        }
    }
    least
}

/// Solves `seeds` problems of one kind; returns the plans' and the optima's total value, and how often the optimum was hit.
fn compare(kinds: Kinds, seeds: std::ops::Range<u64>) -> (f64, f64, usize) {
    let (mut ours, mut best, mut hits) = (0.0, 0.0, 0);
    for seed in seeds {
        let p = random(seed, kinds);
        if p.options() > 13 {
            continue;
        }
        let s = solve(&p, &Settings { threads: 1 }).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let checked = check(&p, &s);
        assert!(checked.faults.is_empty(), "seed {seed}: {:?}", checked.faults);
        let plan: u32 = s.chosen.iter().map(|&o| 1 << o).sum();
        assert!(allowed(&p, plan), "seed {seed}: the plan breaks a limit");
        let optimum = optimum(&p, &least(&p, &s));
        assert!(s.objective <= optimum + 1e-9, "seed {seed}: plan {} above optimum {optimum}", s.objective);
        assert!(s.bound >= optimum - 1e-9, "seed {seed}: bound {} below optimum {optimum}", s.bound);
        (ours, best) = (ours + s.objective, best + optimum);
        hits += usize::from(s.objective >= optimum - 1e-9);
    }
    (ours, best, hits)
}

#[test]
fn caps_and_capacities() {
    let (ours, best, hits) = compare(Kinds { accounts: false, minimums: false, locks: false }, 0..400);
    println!("{ours} {best} {hits}");
    assert!(ours > 0.97 * best, "{ours} of {best}");
}

#[test]
fn locks() {
    let (ours, best, hits) = compare(Kinds { accounts: false, minimums: false, locks: true }, 1000..1400);
    println!("{ours} {best} {hits}");
    assert!(ours > 0.97 * best, "{ours} of {best}");
}

#[test]
fn accounts() {
    let (ours, best, hits) = compare(Kinds { accounts: true, minimums: false, locks: false }, 2000..2400);
    println!("{ours} {best} {hits}");
    assert!(ours > 0.95 * best, "{ours} of {best}");
}

#[test]
fn everything() {
    let (ours, best, hits) = compare(Kinds { accounts: true, minimums: true, locks: true }, 3000..3600);
    println!("{ours} {best} {hits}");
    assert!(ours > 0.93 * best, "{ours} of {best}");
}

#[test]
fn minimums_are_met_when_they_can_be() {
    // The fewest missing contacts any plan has, against ours.
    let (mut ours, mut fewest) = (0, 0);
    for seed in 4000..4300 {
        let p = random(seed, Kinds { accounts: true, minimums: true, locks: true });
        if p.options() > 12 {
            continue;
        }
        let missing = |plan: u32| {
            let (c, a) = cover(&p, plan);
            let short = |m: &[u32], x: &[u32]| m.iter().zip(x).map(|(m, x)| m.saturating_sub(*x)).sum::<u32>();
            short(&p.customer_min, &c) + short(&p.account_min, &a)
        };
        let s = solve(&p, &Settings::default()).expect("valid");
        let plan: u32 = s.chosen.iter().map(|&o| 1 << o).sum();
        ours += missing(plan);
        fewest += (0..1u32 << p.options()).filter(|&x| allowed(&p, x)).map(missing).min().expect("the locked plan");
    }
    println!("{ours} {fewest}");
    assert!(f64::from(ours) <= 1.05 * f64::from(fewest), "{ours} missing, {fewest} would do");
}
