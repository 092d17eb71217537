//! What is true in the simulated market. For tests and measurements only: the product never reads it.
//!
//! **Orders** of an account in a product family and month, cents:
//!
//! ```text
//! orders = P / 12 · s · (1 + L · E / (E + 1.5)) · season · quarter · exp(0.35 · N(0,1) − 0.35² / 2)
//! ```
//! `P` yearly potential (log-normal over accounts), `s` share bought without contacts, `L` the largest lift by stage (launch 1.6,
//! established 0.7, commodity 0.12), `E` stock of effective contacts at the start of the month:
//! `E[m] = 0.75 · (E[m−1] + Σ effects during m−1)`. What is below 900 dollars waits for the next month; whole units are ordered
//! and the rest waits too.
//!
//! **Effect** of a contact: influence of the role · depth of the channel at this stage · worth of the outcome
//! ([`effect`]). No answer, "not interested" and refusals are worth nothing, a mail 0.04: most contacts sell nothing.
//!
//! **Outcome** of a contact: reached with probability propensity (person × channel, hidden) · purpose · stage · recency ·
//! saturation; a reached person then books a meeting, a demo, declines, or refuses the channel or everything ([`answers`]).
//!
//! **Confounding**: a person is tried more often at large accounts and at accounts that buy much of their potential anyway, so
//! a plain comparison of contacted and other accounts overstates what contacts do.
//!
//! Mean elasticities of personal selling in the literature are about 0.3 (Albers, Mantrala and Sridhar 2010); the formula's
//! elasticity in `E` is `L · E · 1.5 / (E + 1.5)² / (1 + lift)`: at most 0.23 for a launch, 0.14 established, 0.03 commodity.

use crate::calendar::{Month, months};
use crate::market::{Market, usual_effects};
use crate::portfolio::{FAMILIES, Family};
use crate::potential::Demand;
use crate::{contacts, orders, people, potential};
use rounds_kernel::{Channel, Day, ProductStage, Purpose};

pub use crate::response::{
    CARRY_OVER, HALF_SATURATION, NOISE, answers, base_share, depth, effect, influence, lift, max_lift, purpose_factor, quarter, reach,
    recency, saturation, season, stage_factor, wants, worth,
};

/// True yearly potential in cents of account `i` in `family`; 0 for an unknown family.
pub fn potential_cents(market: &Market, i: usize, family: &str) -> f64 {
    position(family).map_or(0.0, |f| potential::demand(&market.sites[i])[f].potential)
}

/// Share of the potential that account `i` buys in `family` without contacts; 0 for an unknown family.
pub fn share(market: &Market, i: usize, family: &str) -> f64 {
    position(family).map_or(0.0, |f| potential::demand(&market.sites[i])[f].share)
}

/// Stage of `family`.
pub fn stage(family: &str) -> Option<ProductStage> {
    position(family).map(|f| FAMILIES[f].stage)
}

/// Names of the families.
pub fn families() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().map(|f| f.name)
}

/// One month of an account × family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonthTruth {
    /// First day of the calendar month.
    pub first: Day,
    /// Calendar month, 1 to 12.
    pub month: u32,
    /// Share of the calendar month within the history.
    pub share: f64,
    /// Stock of effective contacts at its start.
    pub stock: f64,
    /// Expected orders of the whole month, cents.
    pub expected_cents: f64,
    /// Expected orders had there been no contact, cents.
    pub without_contacts_cents: f64,
}

/// One family of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyTruth {
    /// Family.
    pub family: &'static str,
    /// Stage.
    pub stage: ProductStage,
    /// Potential a year, cents.
    pub potential_cents: f64,
    /// Share of it bought without contacts.
    pub share: f64,
    /// The months of the history.
    pub months: Vec<MonthTruth>,
}

/// What is true of account `i`, family by family.
pub fn account(market: &Market, i: usize) -> Vec<FamilyTruth> {
    let (site, c) = (&market.sites[i], &market.config);
    let demand = potential::demand(site);
    let stage = market.stage(i, contacts::favour(site, &demand));
    let (mut effects, mut usual) = (Vec::new(), [0.0; 6]);
    for j in 0..market.head_count(i) {
        let person = people::person(site, j, c.today);
        effects.extend(contacts::year(&stage, &person).effects);
        usual_effects(person.role, person.unit, stage.favour, &mut usual);
    }
    let ms = months(c.start, c.today);
    let stocks = orders::stocks(&ms, &effects, usual);
    let of = |f: usize| MonthsOf { demand: demand[f], family: f, stocks: &stocks };
    let truth = |(f, family): (usize, &Family)| FamilyTruth {
        family: family.name,
        stage: family.stage,
        potential_cents: demand[f].potential,
        share: demand[f].share,
        months: ms.iter().enumerate().map(|(k, m)| of(f).month(k, m)).collect(),
    };
    FAMILIES.iter().enumerate().map(truth).collect()
}

struct MonthsOf<'a> {
    demand: Demand,
    family: usize,
    stocks: &'a [[f64; 6]],
}

impl MonthsOf<'_> {
    fn month(&self, k: usize, m: &Month) -> MonthTruth {
        let stock = self.stocks[k][self.family];
        MonthTruth {
            first: m.first,
            month: m.month,
            share: m.share,
            stock,
            expected_cents: orders::expected(&self.demand, self.family, stock, m),
            without_contacts_cents: orders::expected(&self.demand, self.family, 0.0, m),
        }
    }
}

/// An attempt to reach someone, for [`reach_probability`].
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// Channel.
    pub channel: Channel,
    /// Purpose.
    pub purpose: Purpose,
    /// Stage of the product it is about.
    pub stage: ProductStage,
    /// Days since the last attempt in any channel, if there was one.
    pub days_since: Option<i32>,
    /// Attempts of the last 28 days.
    pub attempts: u32,
}

/// Probability that the attempt reaches person `j` of account `i`.
pub fn reach_probability(market: &Market, i: usize, j: usize, a: Attempt) -> f64 {
    let person = people::person(&market.sites[i], j, market.config.today);
    contacts::truth_reach(&person, a.channel, a.purpose, a.stage, a.days_since, a.attempts)
}

/// Further orders in cents over the twelve months that follow, caused by `effect` effective contacts added to account `i` in
/// `family` at a stock of `stock` that gets no other contacts; seasons averaged out.
pub fn incremental_cents(market: &Market, i: usize, family: &str, stock: f64, effect: f64) -> f64 {
    let Some(f) = position(family) else { return 0.0 };
    let d = potential::demand(&market.sites[i])[f];
    let of = FAMILIES[f].stage;
    let (mut with, mut without, mut sum) = (stock + effect, stock, 0.0);
    for _ in 0..12 {
        with *= CARRY_OVER;
        without *= CARRY_OVER;
        sum += d.potential / 12.0 * d.share * (lift(of, with) - lift(of, without));
    }
    sum
}

fn position(family: &str) -> Option<usize> {
    FAMILIES.iter().position(|f| f.name == family)
}
