//! How much an account could buy, and what the company believes it could.

use crate::portfolio::FAMILIES;
use crate::response;
use crate::rows::PotentialRow;
use crate::site::{Site, part};
use rounds_kernel::{CareSetting, Day};

/// Mean of the log of an account's yearly potential in cents (median 70,000 US dollars).
const MEDIAN_CENTS: f64 = 7_000_000.0;
/// Standard deviation of that log. For a log-normal market the top tenth holds Φ(σ − 1.2816): 0.65 at 1.67. Families' own noise
/// and the reps' favour for good accounts widen the spread of revenue, so it is set a little lower.
const SPREAD: f64 = 1.45;

/// What is true of an account in one family.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    /// Potential a year, cents.
    pub potential: f64,
    /// Share of it bought without contacts.
    pub share: f64,
}

/// Weight of the families by setting: hospitals buy all, practices mostly one unit.
fn mix(setting: CareSetting) -> [f64; 6] {
    match setting {
        CareSetting::Hospital => [0.20, 0.24, 0.14, 0.12, 0.18, 0.12],
        CareSetting::SpecialtyHospital => [0.26, 0.26, 0.12, 0.10, 0.16, 0.10],
        CareSetting::SurgeryCenter => [0.22, 0.20, 0.16, 0.14, 0.14, 0.14],
        CareSetting::Practice => [0.14, 0.14, 0.12, 0.20, 0.20, 0.20],
        CareSetting::LongTermCare => [0.01, 0.01, 0.02, 0.24, 0.34, 0.38],
        CareSetting::Laboratory => [0.16, 0.22, 0.24, 0.12, 0.12, 0.14],
    }
}

/// True demand of `site` by family.
pub(crate) fn demand(site: &Site) -> [Demand; 6] {
    let total = MEDIAN_CENTS * (SPREAD * site.z).exp();
    let mut rng = site.rng.stream(part::FAMILIES);
    let mut weights = mix(site.setting);
    for w in &mut weights {
        *w *= (0.5 * rng.normal()).exp();
    }
    let sum: f64 = weights.iter().sum();
    std::array::from_fn(|f| {
        let share = response::base_share(FAMILIES[f].stage) * (0.35 * rng.normal()).exp();
        Demand { potential: total * weights[f] / sum, share: share.min(0.6) }
    })
}

/// Rows of what is believed: the truth times log-normal error (σ = 0.3, 80 % interval ± 38 %); 12 % of account × family is unknown.
pub(crate) fn rows(site: &Site, today: Day) -> Vec<PotentialRow> {
    let mut rng = site.rng.stream(part::ESTIMATE);
    let mut out = Vec::new();
    for (family, d) in FAMILIES.iter().zip(demand(site)) {
        let (known, error, age) = (!rng.chance(0.12), 0.3 * rng.normal(), rng.below(200) as i32);
        if known {
            let best = d.potential * error.exp();
            let cents = |x: f64| (x / 10_000.0).round() as i64 * 10_000;
            out.push(PotentialRow {
                account_key: site.key.clone(),
                family: family.name.into(),
                annual_cents: cents(best),
                low_cents: cents(best * (-0.3f64 * 1.2816).exp()),
                high_cents: cents(best * (0.3f64 * 1.2816).exp()),
                as_of: today.plus(-30 - age),
            });
        }
    }
    out
}
