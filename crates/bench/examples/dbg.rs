use rounds_bench::assign::generate::*;
fn main(){ let p=generate(10000,Variant::A,2024); println!("{:?} {:?}", &p.capacity[..3], &p.capacity[48..]); println!("{:?}", p.validate());
 let s:f64=(0..10000).map(|i|draw(2024,i).value.iter().sum::<f64>()).sum(); println!("{s} {:?} {:?} {:?}",draw(2024,0), p.options(), &p.option_start[..5]); }
