use rounds_bench::assign::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let v = match a[2].as_str() { "A" => Variant::A, "B" => Variant::B, _ => Variant::C };
    let args = Args { customers: a[1].parse().unwrap(), variant: v, seed: a[3].parse().unwrap(), threads: a[4].parse().unwrap(), peer: a.get(5).map(|_| Peer::Highs), peers: "/tmp/dx/peers".into() };
    run(&args, &mut std::io::stdout()).unwrap();
}
