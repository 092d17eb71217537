//! The response formula and its planted parameters. [`crate::truth`] documents it; only the simulator and tests read it.
//!
//! Figures without a source are assumptions of ours, chosen so that the market looks credible to a sales leader.

use rounds_kernel::{Channel, Outcome, PersonRole, ProductStage, Purpose};

/// Share of a month's effective contacts that still works a month later (half-life 2.4 months).
pub const CARRY_OVER: f64 = 0.75;
/// Effective contacts at which half of the possible lift is reached.
pub const HALF_SATURATION: f64 = 1.5;
/// Standard deviation of the log of a month's orders around their expectation.
pub const NOISE: f64 = 0.35;

/// Largest possible lift of orders by contacts, as a share of orders without any.
pub fn max_lift(stage: ProductStage) -> f64 {
    match stage {
        ProductStage::Launch => 1.6,
        ProductStage::Established => 0.7,
        ProductStage::Commodity => 0.12,
    }
}

/// Median share of the potential that is bought without contacts.
pub fn base_share(stage: ProductStage) -> f64 {
    match stage {
        ProductStage::Launch => 0.08,
        ProductStage::Established => 0.28,
        ProductStage::Commodity => 0.40,
    }
}

/// Lift at a stock of `stock` effective contacts: `max · E / (E + 1.5)`.
pub fn lift(stage: ProductStage, stock: f64) -> f64 {
    max_lift(stage) * stock / (stock + HALF_SATURATION)
}

/// Factor of a calendar month (1 to 12): August 0.84, December 0.80, the others so that the mean is 1.
pub fn season(month: u32) -> f64 {
    match month {
        8 => 0.84,
        12 => 0.80,
        _ => (12.0 - 0.84 - 0.80) / 10.0,
    }
}

/// Factor of the place in the quarter: 0.92, 0.97, 1.11; mean 1. Buyers and sellers close the quarter.
pub fn quarter(month: u32) -> f64 {
    match month % 3 {
        1 => 0.92,
        2 => 0.97,
        _ => 1.11,
    }
}

/// Mean probability that an attempt in `channel` reaches someone in `role` at all.
pub fn reach(role: PersonRole, channel: Channel) -> f64 {
    use PersonRole as R;
    let by_role = |values: [f64; 5]| match role {
        R::Physician => values[0],
        R::Nurse => values[1],
        R::Technician => values[2],
        R::Procurement => values[3],
        R::Administrator => values[4],
    };
    match channel {
        Channel::Visit => by_role([0.48, 0.60, 0.64, 0.55, 0.38]),
        Channel::Phone => by_role([0.15, 0.26, 0.32, 0.42, 0.22]),
        Channel::Video => by_role([0.38, 0.42, 0.48, 0.60, 0.44]),
        Channel::Email => by_role([0.09, 0.13, 0.15, 0.26, 0.12]),
        Channel::Webinar => by_role([0.11, 0.13, 0.12, 0.06, 0.06]),
    }
}

/// Share of people in `role` who want `channel`. Physicians: visit 58 %, video 22 %, phone 38 % of multi-select answers
/// (catalogue row 2.9); everything else is an assumption.
pub fn wants(role: PersonRole, channel: Channel) -> f64 {
    use PersonRole as R;
    let [visit, phone, video, email, webinar] = match role {
        R::Physician => [0.58, 0.38, 0.22, 0.40, 0.24],
        R::Nurse => [0.60, 0.34, 0.20, 0.42, 0.30],
        R::Technician => [0.62, 0.40, 0.26, 0.40, 0.28],
        R::Procurement => [0.34, 0.56, 0.40, 0.70, 0.10],
        R::Administrator => [0.40, 0.36, 0.42, 0.56, 0.14],
    };
    match channel {
        Channel::Visit => visit,
        Channel::Phone => phone,
        Channel::Video => video,
        Channel::Email => email,
        Channel::Webinar => webinar,
    }
}

/// What a purpose does to the probability of reaching: people answer what they asked for.
pub fn purpose_factor(purpose: Purpose) -> f64 {
    match purpose {
        Purpose::Introduce => 0.8,
        Purpose::Educate => 0.95,
        Purpose::FollowUp => 1.2,
        Purpose::Demo => 1.05,
        Purpose::Review => 1.1,
        Purpose::Service => 1.35,
    }
}

/// What a product's stage does to the probability of reaching: news is heard sooner.
pub fn stage_factor(stage: ProductStage) -> f64 {
    match stage {
        ProductStage::Launch => 1.12,
        ProductStage::Established => 1.0,
        ProductStage::Commodity => 0.85,
    }
}

/// Recency: an attempt `days` after the last one, `1 − 0.5 · exp(−days / 10)`.
pub fn recency(days: Option<i32>) -> f64 {
    days.map_or(1.0, |d| 1.0 - 0.5 * (-f64::from(d) / 10.0).exp())
}

/// Saturation: `0.85 ^ attempts` with the attempts of the last 28 days.
pub fn saturation(attempts: u32) -> f64 {
    0.85f64.powi(attempts.min(60) as i32)
}

/// How much a reached person moves orders, by role.
pub fn influence(role: PersonRole) -> f64 {
    match role {
        PersonRole::Physician => 1.0,
        PersonRole::Procurement => 0.8,
        PersonRole::Administrator => 0.6,
        PersonRole::Nurse | PersonRole::Technician => 0.45,
    }
}

/// How much of a conversation comes across, by channel and stage: a launch wants to be seen and touched.
pub fn depth(channel: Channel, stage: ProductStage) -> f64 {
    let plain = match channel {
        Channel::Visit => 1.0,
        Channel::Video => 0.85,
        Channel::Phone => 0.65,
        Channel::Webinar => 0.5,
        Channel::Email => 0.3,
    };
    if stage == ProductStage::Launch && channel == Channel::Visit { plain * 1.25 } else { plain }
}

/// What an outcome is worth: most attempts are worth nothing.
pub fn worth(outcome: Outcome) -> f64 {
    match outcome {
        Outcome::Reached => 0.5,
        Outcome::MeetingBooked => 1.0,
        Outcome::DemoBooked => 1.5,
        Outcome::Sent => 0.04,
        Outcome::NoAnswer | Outcome::NotInterested | Outcome::NoChannel | Outcome::DoNotContact => 0.0,
    }
}

/// Effective contacts that one contact adds to the account's stock in the family: `influence · depth · worth`.
pub fn effect(role: PersonRole, channel: Channel, stage: ProductStage, outcome: Outcome) -> f64 {
    influence(role) * depth(channel, stage) * worth(outcome)
}

/// Probabilities of a reached person's answers: meeting, demo, not interested, no more this way, no contact at all; the rest
/// is a plain conversation. The last two grow with the attempts of the last 28 days.
pub fn answers(purpose: Purpose, stage: ProductStage, wants_channel: bool, attempts: u32) -> [f64; 5] {
    let keen = if wants_channel { 1.2 } else { 0.8 };
    let news = if stage == ProductStage::Launch { 1.5 } else { 1.0 };
    let warm = if matches!(purpose, Purpose::FollowUp | Purpose::Demo) { 1.4 } else { 1.0 };
    let tired = 1.0 + 0.5 * f64::from(attempts.min(20));
    let no_more = if wants_channel { 0.001 } else { 0.004 };
    [0.06 * keen * warm, 0.035 * keen * news * warm, 0.12 / keen, no_more * tired, 0.000_8 * tired]
}
