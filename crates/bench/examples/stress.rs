use rounds_bench::assign::generate::uniform;
use rounds_decide::assign::*;
use std::time::Instant;
fn main() {
    for case in 0..14u64 {
        let mut c = 0u64;
        let mut u = || { c += 1; uniform(case + 77, c) };
        let n = 20_000usize;
        let owners = [40, 40, 40, 2, 400, 40, 40, 40, 40, 40, 40, 40,40,40][case as usize];
        let tight = [0.3, 0.3, 0.3, 0.3, 0.3, 0.02, 1.5, 0.3, 0.3, 0.3, 0.3, 0.3, 0.05, 0.3][case as usize];
        let discrete = matches!(case, 1 | 2 | 8 | 10|11);
        let local = case != 2 && case != 7;
        let per = if case == 9 { 20 } else { 5 };
        let accounts = matches!(case, 7 | 8 | 10);
        let minimums = matches!(case, 8 | 10 | 11|12);
        let mut p = Problem::new(vec![0.0; owners + 1]);
        p.subgroup_cap = vec![1];
        for i in 0..n {
            let own = if local { i * owners / n } else { (u() * owners as f64) as usize };
            for a in 0..per {
                let v = if discrete { (1.0 + (u() * 4.0).floor()) * if a == 4 { 0.1 } else { 1.0 } } else { -u().ln() * if a == 4 { 0.1 } else { 1.0 } };
                let t = if discrete { [60.0, 60.0, 15.0, 30.0, 1.0][a % 5] } else { [60.0, 90.0, 15.0, 30.0, 1.0][a % 5] * (1.0 + if a % 5 == 4 { 0.0 } else { u() }) };
                let r = if a % 5 == 4 { owners } else { own };
                if a % 5 < 4 { p.capacity[r] += tight * t * 0.3; } else { p.capacity[r] += tight }
                if u() < 0.8 { p.push_option(Opt { value: v - if case == 13 {1.0} else {0.0}, resource: r as u32, amount: t, subgroup: if a < 2 { 0 } else { NO_SUBGROUP } }); }
            }
            p.end_customer();
        }
        p.capacity.iter_mut().for_each(|c| *c = c.floor());
        if accounts { let k = 500; p.account = (0..n).map(|_| (u() * k as f64) as u32).collect(); p.account_cap = vec![if case == 7 { 40 } else { 1000 }; k]; if minimums { p.account_min = vec![if case == 10 { 30 } else { 5 }; k]; } }
        if minimums { p.customer_min = (0..n).map(|_| u32::from(u() < if case >= 11 { 0.9 } else { 0.1 })).collect(); }
        let t0 = Instant::now();
        let x = solve(&p, &Settings { threads: 2 }).unwrap();
        let dt = t0.elapsed().as_secs_f64();
        let y = solve(&p, &Settings { threads: 1 }).unwrap();
        let k = check(&p, &x);
        println!("case {case} same {} faults {:?} gap {:.5}% t {:.3} obj {:.1} short {} (struct {}) {:?}", x == y, k.faults, 100.0 * x.gap, dt, x.objective, x.shortfalls.iter().map(|s| s.missing).sum::<u32>(), x.shortfalls.iter().filter(|s| s.structural).count(), x.stats);
    }
}
