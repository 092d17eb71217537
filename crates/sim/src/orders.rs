//! Orders of one account, month by month, by the formula of [`crate::truth`].

use crate::calendar::{Month, months};
use crate::portfolio::{FAMILIES, UNITS};
use crate::potential::Demand;
use crate::response;
use crate::rows::OrderRow;
use crate::site::{Site, part};
use rounds_kernel::{Day, Rng, Time};

/// Smallest amount of a line, cents: what is wanted waits until an order is worth while.
const SMALLEST_LINE: f64 = 90_000.0;

/// Stock of effective contacts by family at the start of each month.
///
/// `E[m] = 0.75 · (E[m−1] + effects during m−1)`; `E[0]` is the steady state `0.75 · a / (1 − 0.75)` of `a` expected a month.
pub(crate) fn stocks(months: &[Month], effects: &[(Day, usize, f64)], expected: [f64; 6]) -> Vec<[f64; 6]> {
    let carry = response::CARRY_OVER;
    let mut stock = expected.map(|a| carry * a / (1.0 - carry));
    let mut out = Vec::with_capacity(months.len());
    for m in months {
        out.push(stock);
        // Before the history began there were as many contacts as are expected.
        let mut added: [f64; 6] = std::array::from_fn(|f| expected[f] * (1.0 - m.share));
        for (_, family, e) in effects.iter().filter(|(d, _, _)| *d >= m.first && *d < m.end) {
            added[*family] += e;
        }
        stock = std::array::from_fn(|f| carry * (stock[f] + added[f]));
    }
    out
}

/// Expected orders of a month in cents: `potential / 12 · share · (1 + lift(E)) · season · quarter`.
pub(crate) fn expected(d: &Demand, family: usize, stock: f64, month: &Month) -> f64 {
    let calendar = response::season(month.month) * response::quarter(month.month);
    d.potential / 12.0 * d.share * (1.0 + response::lift(FAMILIES[family].stage, stock)) * calendar
}

/// Order lines of the account: whole months are played, the lines within `start..today` kept.
pub(crate) fn lines(
    site: &Site,
    demand: &[Demand; 6],
    effects: &[(Day, usize, f64)],
    usual: [f64; 6],
    start: Day,
    today: Day,
) -> Vec<OrderRow> {
    let months = months(start, today);
    let stocks = stocks(&months, effects, usual);
    let rng = site.rng.stream(part::ORDERS);
    // What waits at the start is what usually waits: up to one unit where orders come monthly, up to a whole line elsewhere.
    let mut waiting: [f64; 6] = std::array::from_fn(|f| {
        let monthly = demand[f].potential / 12.0 * demand[f].share;
        let most = if monthly >= SMALLEST_LINE { FAMILIES[f].products[0].2 as f64 } else { SMALLEST_LINE };
        rng.stream(f as u64).uniform() * most
    });
    let mut out = Vec::new();
    for (m, stock) in months.iter().zip(&stocks) {
        let month_stream = rng.stream(1_000 + m.year as u64 * 12 + u64::from(m.month));
        for f in 0..FAMILIES.len() {
            let noise = (response::NOISE * month_stream.stream(f as u64).normal() - response::NOISE.powi(2) / 2.0).exp();
            waiting[f] += expected(&demand[f], f, stock[f], m) * noise;
        }
        for unit in 0..UNITS.len() {
            place(site, m, unit, &mut waiting, &mut month_stream.stream(100 + unit as u64), today, &mut out);
        }
    }
    out.retain(|o| o.at.day() >= start && o.at.day() < today);
    out
}

/// One order a business unit and month, with a line for each product that is worth ordering.
fn place(site: &Site, m: &Month, unit: usize, waiting: &mut [f64; 6], rng: &mut Rng, today: Day, out: &mut Vec<OrderRow>) {
    let days = (m.end.0 - m.first.0).max(1) as usize;
    let mut day = m.first.plus(rng.below(days) as i32);
    if day.weekday() > 4 {
        day = day.plus(-i32::from(day.weekday() - 4)).max(m.first);
    }
    let at = Time::at_day(day).plus_minutes(13 * 60 + rng.below(9 * 60) as i64);
    let mut line = 0;
    for f in (0..FAMILIES.len()).filter(|f| FAMILIES[*f].unit == unit) {
        if waiting[f] < SMALLEST_LINE {
            continue;
        }
        // Large wishes are split over both products of the family, the first being the more usual.
        let first = if waiting[f] > 4.0 * SMALLEST_LINE { 0.55 + 0.25 * rng.uniform() } else { 1.0 };
        let wished = waiting[f];
        for (product, share) in [(0, first), (1, 1.0 - first)] {
            let (code, _, price) = FAMILIES[f].products[product];
            let quantity = (wished * share / price as f64).floor() as i64;
            if quantity > 0 {
                waiting[f] -= (quantity * price) as f64;
                line += 1;
                let (status, due) = state(at, today, rng);
                let order_no = format!("{}-{}{:02}-{}", site.key.replace("SIM-", ""), m.year, m.month, ["C", "W"][unit]);
                let (account_key, product_code) = (site.key.clone(), code.to_owned());
                let amount_cents = quantity * price;
                out.push(OrderRow { order_no, line, account_key, product_code, quantity, amount_cents, at, status: status.into(), due });
            }
        }
    }
}

/// Older lines are delivered; of the last nine weeks 4 % wait for supply, of the last ten days 60 % are on their way.
fn state(at: Time, today: Day, rng: &mut Rng) -> (&'static str, Option<Time>) {
    let age = today.0 - at.day().0;
    let (u, wait) = (rng.uniform(), rng.below(30) as i64);
    if age < 63 && u < 0.04 {
        return ("back_order", Some(Time::at_day(today).plus_days(wait - 5)));
    }
    if age < 10 && u < 0.64 { ("open", Some(at.plus_days(7))) } else { ("delivered", None) }
}
