//! The response table: what a contact is worth, by role, channel, product stage, recency and potential.
//!
//! worth = base(channel) × role(role, channel) × stage(stage, channel) × recency(days) × potential(band) × preference × signals
//!
//! in points; only their ratios matter. These are judged values, after the ratios that the studies name (launch needs
//! face-to-face explaining, commodity does not; several channels are welcome at once), to be replaced by models learnt from the
//! record. Unknown potential and unknown preference have entries of their own, never a guess.

use rounds_kernel::{Channel, PersonRole, ProductStage, Role};

/// By channel: points of a contact with everything else average; visit, phone, video, e-mail, webinar.
const BASE: [f64; 5] = [2.2, 0.50, 0.80, 0.10, 0.08];

/// By role of the stakeholder and channel.
const ROLE: [[f64; 5]; 5] = [
    [1.15, 0.75, 0.95, 0.90, 1.20], // physician: hard to get on the phone, comes to webinars
    [1.00, 1.00, 1.00, 1.00, 1.00], // nurse
    [0.85, 1.10, 1.05, 0.95, 1.00], // technician
    [0.70, 1.35, 1.20, 1.30, 0.60], // procurement: quick and remote
    [0.90, 0.90, 1.20, 0.90, 0.70], // administrator
];

/// By product stage and channel.
const STAGE: [[f64; 5]; 3] = [
    [1.35, 0.80, 1.15, 0.65, 1.20], // launch
    [1.00, 1.00, 1.00, 1.00, 1.00], // established
    [0.45, 1.10, 0.70, 1.25, 0.50], // commodity
];

/// Upper ends of the recency classes, in days since somebody spoke with them, and their factor.
const RECENCY: [(i32, f64); 5] = [(6, 0.35), (13, 0.65), (27, 1.0), (55, 1.15), (119, 1.0)];

/// Longer ago, or never.
const RECENCY_OLD: f64 = 0.85;

/// Factor of each potential band, smallest first, and of unknown potential.
const POTENTIAL: [f64; 5] = [0.50, 0.80, 1.20, 1.90, 3.00];
const POTENTIAL_UNKNOWN: f64 = 0.90;

/// Upper ends of the yearly potential of an account in one family, in cents, for the first four bands (XS, S, M, L; XL above).
const BANDS: [i64; 4] = [500_000, 2_000_000, 7_500_000, 25_000_000];

/// An open sign of interest of this person.
const LEAD: f64 = 2.5;
/// The account orders later than its rhythm.
const OVERDUE: f64 = 1.4;

/// What the table needs to know about a contact.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    pub channel: Channel,
    pub role: PersonRole,
    pub stage: ProductStage,
    /// Days since somebody spoke with them.
    pub days: Option<i32>,
    /// Yearly cents of the account in the product's family.
    pub potential: Option<i64>,
    pub preference: Option<f32>,
    pub lead: bool,
    pub overdue: bool,
}

/// Points of a contact.
pub(super) fn worth(c: &Case) -> f64 {
    let ch = c.channel.index();
    BASE[ch]
        * ROLE[c.role.index()][ch]
        * STAGE[c.stage.index()][ch]
        * recency(c.days)
        * c.potential.map_or(POTENTIAL_UNKNOWN, |p| POTENTIAL[band(p)])
        * c.preference.map_or(1.0, |p| 0.4 + 1.2 * f64::from(p))
        * if c.lead { LEAD } else { 1.0 }
        * if c.overdue { OVERDUE } else { 1.0 }
}

/// Band 0 (XS) to 4 (XL) of a yearly potential in cents.
pub(super) fn band(cents: i64) -> usize {
    BANDS.iter().take_while(|b| cents > **b).count()
}

fn recency(days: Option<i32>) -> f64 {
    days.and_then(|d| RECENCY.iter().find(|(upto, _)| d <= *upto)).map_or(RECENCY_OLD, |r| r.1)
}

/// Minutes an owner needs for a contact, preparation and notes included; a visit includes its share of the way.
pub(super) fn minutes(channel: Channel) -> u32 {
    match channel {
        Channel::Visit => 75,
        Channel::Video => 30,
        Channel::Phone => 15,
        Channel::Email => 6,
        Channel::Webinar => 5,
    }
}

/// Channels a role works in.
pub(super) fn channels_of(role: Role) -> &'static [Channel] {
    match role {
        Role::FieldRep => &[Channel::Visit, Channel::Phone, Channel::Email],
        Role::RemoteRep => &[Channel::Phone, Channel::Video, Channel::Email, Channel::Webinar],
        Role::KeyAccountManager => &[Channel::Visit, Channel::Phone, Channel::Video],
        Role::SuccessManager => &[Channel::Phone, Channel::Video, Channel::Email],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> Case {
        Case {
            channel: Channel::Visit,
            role: PersonRole::Physician,
            stage: ProductStage::Launch,
            days: Some(30),
            potential: Some(10_000_000),
            preference: None,
            lead: false,
            overdue: false,
        }
    }

    #[test]
    fn a_worked_example() {
        // 2.2 × 1.15 × 1.35 × 1.15 × 1.90 with everything else neutral.
        assert!((worth(&case()) - 2.2 * 1.15 * 1.35 * 1.15 * 1.90).abs() < 1e-12);
    }

    #[test]
    fn launch_wants_visits_and_commodity_does_not() {
        let ratio = |stage| {
            let visit = worth(&Case { stage, ..case() });
            visit / worth(&Case { stage, channel: Channel::Phone, ..case() })
        };
        assert!(ratio(ProductStage::Launch) > ratio(ProductStage::Established));
        assert!(ratio(ProductStage::Established) > ratio(ProductStage::Commodity));
    }

    #[test]
    fn bands_and_recency_hold_at_their_ends() {
        assert_eq!([band(0), band(500_000), band(500_001), band(25_000_000), band(25_000_001)], [0, 0, 1, 3, 4]);
        assert_eq!(
            [recency(Some(6)), recency(Some(7)), recency(Some(119)), recency(Some(120)), recency(None)],
            [0.35, 0.65, 1.0, 0.85, 0.85]
        );
    }
}
