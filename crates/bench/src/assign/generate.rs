//! The reference instances of contact allocation, variants A, B and C: a seeded family, reproducible in any language.
//!
//! Customers `i = 0..n`; actions `a`: 0 field visit, 1 field demonstration, 2 phone, 3 video call, 4 e-mail, 5 webinar
//! invitation. `R = ceil(n / 250)` field reps, `S = ceil(R / 4)` inside reps; rep `floor(i R / n)` and inside rep
//! `floor(i S / n)` are the customer's own. With `u(j) = uniform(seed, 32 i + j)`:
//! `z = sqrt(-2 ln(1 - u0)) cos(2 pi u1)`, `b = exp(0.8 z)`, value `b w[a] (-ln(1 - u(2 + a)))`,
//! minutes `60 + 60 u8`, `90 + 60 u9`, `10 + 10 u10`, `20 + 20 u11`; e-mail and webinar are allowed if `u12 < 0.7`, phone
//! and video if `u13 < 0.8`. A customer has at most two contacts, one of them in the field. A field rep has 0.30 of the
//! minutes of visiting all own customers, an inside rep 0.30 of phoning them; there are `floor(0.4 n)` e-mails and
//! `floor(0.05 n)` webinar places.
//!
//! In variant A the demonstration is given by the own rep; in B by rep `(own + 1 + floor(5 u14)) mod R`.
//!
//! Variant C is A with three limits more:
//! - 20 neighbouring customers (`i div 20`) form an account, with at most 12 contacts;
//! - customers with `u15 < 0.10` and an option that is not locked out have a coverage minimum of one contact, the first
//!   six of an account only;
//! - 5 % of options are locked: option `(i, a)` is *drawn* if `u(16 + a) < 0.05`. A drawn option is locked in if it is
//!   a phone call, a video call, an e-mail or a webinar and `u(22 + a) < 0.5`, or in the field and `u(22 + a) < 0.25`
//!   (accepted appointments are rarer than refusals); else it is locked out. An option is locked in only where the
//!   customer has no locked-in option yet and its account fewer than six, so the instance has a solution: an account's
//!   cap of 12 has room for six locks and six minimums.

use rounds_decide::assign::{NO_SUBGROUP, Opt, Problem};

/// Which instance of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Variant {
    /// Owners' problems touch only through cadence and e-mail budgets.
    A,
    /// Demonstrations couple all field reps.
    B,
    /// A with account caps, coverage minimums and locks.
    C,
}

/// Counter-based uniform random number in [0, 1): splitmix64 of `seed + (counter + 1) * golden`, its top 53 bits.
pub fn uniform(seed: u64, counter: u64) -> f64 {
    let mut z = seed.wrapping_add(counter.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// Customers in an account of variant C, and their most contacts.
const ACCOUNT: (usize, u32) = (20, 12);
const WORTH: [f64; 6] = [1.0, 1.3, 0.35, 0.5, 0.08, 0.15];

/// What one customer draws.
#[derive(Debug, Clone, Copy)]
pub struct Draw {
    /// By action.
    pub value: [f64; 6],
    /// By action; 1 for the counted budgets.
    pub amount: [f64; 6],
    /// Which actions are allowed.
    pub allowed: [bool; 6],
}

/// The draws of customer `i`.
pub fn draw(seed: u64, i: u64) -> Draw {
    let u = |j: u64| uniform(seed, 32u64.wrapping_mul(i).wrapping_add(j));
    let z = (-2.0 * (1.0 - u(0)).ln()).sqrt() * (2.0 * std::f64::consts::PI * u(1)).cos();
    let b = (0.8 * z).exp();
    let value = std::array::from_fn(|a| b * WORTH[a] * -(1.0 - u(2 + a as u64)).ln());
    let amount = [60.0 + 60.0 * u(8), 90.0 + 60.0 * u(9), 10.0 + 10.0 * u(10), 20.0 + 20.0 * u(11), 1.0, 1.0];
    let (mail, phone) = (u(12) < 0.7, u(13) < 0.8);
    Draw { value, amount, allowed: [true, true, phone, phone, mail, mail] }
}

/// Builds an instance of `n` customers.
pub fn generate(n: usize, variant: Variant, seed: u64) -> Problem {
    let reps = n.div_ceil(250);
    let inside = reps.div_ceil(4);
    let mut p = Problem::new(vec![0.0; reps + inside + 2]);
    let options = n * 51 / 10 + 64;
    p.option_start.reserve_exact(n);
    p.value.reserve_exact(options);
    p.resource.reserve_exact(options);
    p.amount.reserve_exact(options);
    p.subgroup.reserve_exact(options);
    p.subgroup_cap = vec![1];
    let mut locks = Locks::default();
    for i in 0..n {
        let d = draw(seed, i as u64);
        let (own, phone) = (i * reps / n, reps + i * inside / n);
        p.capacity[own] += 0.30 * d.amount[0];
        p.capacity[phone] += 0.30 * d.amount[2];
        let demo = match variant {
            Variant::B => {
                let shift = (5.0 * uniform(seed, 32u64.wrapping_mul(i as u64).wrapping_add(14))).floor() as usize;
                (own + 1 + shift) % reps
            }
            Variant::A | Variant::C => own,
        };
        let by = [own, demo, phone, phone, reps + inside, reps + inside + 1];
        if i % ACCOUNT.0 == 0 {
            locks = Locks::default();
        }
        locks.customer = false;
        for a in (0..6).filter(|&a| d.allowed[a]) {
            let subgroup = if a < 2 { 0 } else { NO_SUBGROUP };
            let o = p.push_option(Opt { value: d.value[a], resource: by[a] as u32, amount: d.amount[a], subgroup });
            if variant == Variant::C {
                locks.draw(&mut p, seed, i, a, o);
            }
        }
        p.end_customer();
    }
    p.capacity[reps + inside] = (n * 2 / 5) as f64;
    p.capacity[reps + inside + 1] = (n / 20) as f64;
    if variant == Variant::C {
        p.account = (0..n).map(|i| (i / ACCOUNT.0) as u32).collect();
        p.account_cap = vec![ACCOUNT.1; n.div_ceil(ACCOUNT.0)];
        p.customer_min = minimums(&p, seed);
    }
    p
}

/// Most locked-in options, and most minimums, of an account.
const FEW: u32 = 6;

fn minimums(p: &Problem, seed: u64) -> Vec<u32> {
    let (mut out, mut given) = (p.locked_out.iter().peekable(), 0);
    (0..p.customers())
        .map(|i| {
            given = if i % ACCOUNT.0 == 0 { 0 } else { given };
            let mut refused = 0;
            while out.next_if(|&&o| o < p.option_start[i + 1]).is_some() {
                refused += 1;
            }
            let drawn = uniform(seed, 32u64.wrapping_mul(i as u64).wrapping_add(15)) < 0.10;
            let minimum = u32::from(drawn && refused < p.options_of(i).len() && given < FEW);
            given += minimum;
            minimum
        })
        .collect()
}

/// Locks so far of the account and customer being generated.
#[derive(Default)]
struct Locks {
    account: u32,
    customer: bool,
}

impl Locks {
    fn draw(&mut self, p: &mut Problem, seed: u64, i: usize, action: usize, option: u32) {
        let u = |j: usize| uniform(seed, 32u64.wrapping_mul(i as u64).wrapping_add(j as u64));
        if u(16 + action) >= 0.05 {
            return;
        }
        let accepted = u(22 + action) < if action < 2 { 0.25 } else { 0.5 };
        if accepted && !self.customer && self.account < FEW {
            self.customer = true;
            self.account += 1;
            p.locked_in.push(option);
        } else {
            p.locked_out.push(option);
        }
    }
}
