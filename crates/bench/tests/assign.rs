//! The reference instances, and what `decide::assign` makes of them.

use rounds_bench::assign::generate::{Variant, draw, generate};
use rounds_bench::assign::{Args, run};
use rounds_decide::assign::{Settings, Solution, check, solve};

fn solved(n: usize, variant: Variant, seed: u64, threads: usize) -> Solution {
    let p = generate(n, variant, seed);
    let s = solve(&p, &Settings { threads }).expect("a valid instance");
    let checked = check(&p, &s);
    assert_eq!(checked.faults, Vec::<String>::new(), "{variant:?} {n} seed {seed}");
    s
}

#[test]
fn check_values() {
    let d = draw(2024, 0);
    assert_eq!((d.value[0], d.value[1]), (0.8854774549133869, 0.4008942167610924));
    assert_eq!(d.amount[0], 70.13114288949492);
    let all: f64 = (0..10_000).flat_map(|i| draw(2024, i).value).sum();
    assert!((all - 46170.09766627505).abs() < 1e-8, "{all}");
    for variant in [Variant::A, Variant::B] {
        let p = generate(10_000, variant, 2024);
        assert_eq!((p.options(), p.capacity.len()), (50_158, 52));
        assert_eq!(p.capacity[50..], [4000.0, 500.0]);
    }
}

/// Optima of the linear relaxation, by HiGHS (simplex and interior point agree).
#[test]
fn bounds_meet_the_optima_of_the_relaxation() {
    let optima = [
        (Variant::A, 10_000, 21_419.178_379, 0.00045),
        (Variant::B, 10_000, 21_412.067_742, 0.00045),
        (Variant::A, 100_000, 217_039.908_914, 0.00040),
        (Variant::B, 100_000, 217_003.541_028, 0.00040),
    ];
    for (variant, n, optimum, gap) in optima {
        let s = solved(n, variant, 2024, 2);
        assert!(s.bound >= optimum - 1e-3, "{variant:?} {n}: bound {} below {optimum}", s.bound);
        assert!(s.bound <= optimum * (1.0 + 3e-6), "{variant:?} {n}: bound {} far above {optimum}", s.bound);
        assert!(s.gap <= gap, "{variant:?} {n}: gap {}", s.gap);
    }
}

#[test]
fn any_seed() {
    for seed in 0..40 {
        for variant in [Variant::A, Variant::B] {
            let s = solved(10_000, variant, seed * 7_919 + 1, 2);
            assert!(s.gap <= 0.00045, "{variant:?} seed {seed}: gap {}", s.gap);
        }
    }
}

#[test]
fn caps_minimums_and_locks() {
    for seed in [2024, 5] {
        let s = solved(20_000, Variant::C, seed, 2);
        assert!(s.gap <= 0.001, "seed {seed}: gap {}", s.gap);
        assert!(s.shortfalls.is_empty() && s.overlocks.is_empty());
        assert!(s.prices.account_cap.iter().any(|&l| l > 0.0));
    }
}

#[test]
fn threads_change_nothing() {
    for variant in [Variant::A, Variant::B, Variant::C] {
        let (one, two) = (solved(10_000, variant, 3, 1), solved(10_000, variant, 3, 2));
        assert_eq!(one, two, "{variant:?}");
        assert_eq!(one.objective.to_bits(), two.objective.to_bits());
    }
}

#[test]
fn the_last_line_is_json() {
    let args = Args { customers: 2_000, variant: Variant::B, seed: 1, threads: 1, peer: None, peers: "unused".into() };
    let mut out = Vec::new();
    run(&args, &mut out).expect("runs");
    let text = String::from_utf8(out).expect("text");
    let line: serde_json::Value = serde_json::from_str(text.lines().last().expect("lines")).expect("JSON");
    for key in ["objective", "bound", "gap", "seconds"] {
        assert!(line[key].is_f64(), "{key} in {line}");
    }
}
