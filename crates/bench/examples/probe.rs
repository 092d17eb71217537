use rounds_bench::assign::generate::*;
use rounds_decide::assign::*;
use std::time::Instant;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let n: usize = a[1].parse().unwrap();
    let v = match a[2].as_str() { "A" => Variant::A, "B" => Variant::B, _ => Variant::C };
    let t: usize = a[3].parse().unwrap();
    let (mut m, mut sum, mut k, mut ts)=(0.0f64,0.0,0.0,0.0);
    for s in &a[4..] {
        let p = generate(n, v, s.parse().unwrap());
        let t0 = Instant::now();
        let x = solve(&p, &Settings { threads: t }).unwrap();
        let dt = t0.elapsed().as_secs_f64();
        let c = check(&p, &x);
        if !c.faults.is_empty() { println!("{:?}", c); }
        m = m.max(x.gap); sum += x.gap; k += 1.0; ts+=dt;
        if a.len() < 9 { println!("seed {s} obj {:.6} bound {:.6} gap {:.5}% t {:.4} short {} {:?}", x.objective, x.bound, 100.0 * x.gap, dt, x.shortfalls.len(), x.stats);}
    }
    println!("{} {} mean gap {:.5}% max {:.5}% mean t {:.4}", a[1], a[2], 100.0*sum/k, 100.0*m, ts/k);
}
