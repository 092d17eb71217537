//! Heads of accounts: what is kept in memory of each, and how large an account is.

use crate::names;
use crate::places::{self, Spot};
use crate::rows::{AccountRow, ExistingAccount};
use rounds_kernel::{CareSetting, Rng};

/// Streams of an account, so that one part of it never moves another.
pub(crate) mod part {
    pub const HEAD: u64 = 1;
    pub const SYSTEM: u64 = 2;
    pub const SIZE: u64 = 3;
    pub const FAMILIES: u64 = 4;
    pub const PEOPLE: u64 = 5;
    pub const ORDERS: u64 = 6;
    pub const LEADS: u64 = 7;
    pub const DETAILS: u64 = 8;
    pub const ESTIMATE: u64 = 9;
    pub const COMMERCE: u64 = 10;
}

/// The head of one account.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub key: String,
    /// Empty for imported accounts: they have their names in the record.
    pub name: String,
    pub setting: CareSetting,
    /// Position of the state in [`places::STATES`].
    pub state: usize,
    pub zip: String,
    pub hrr: i64,
    pub beds: Option<i64>,
    /// Index into the market's systems, or into its list of imported system keys.
    pub system: Option<usize>,
    /// Standardised log size: mean 0, standard deviation 1 over the market.
    pub z: f64,
    /// The account's own stream.
    pub rng: Rng,
}

/// Share of accounts of a market of its own, size factor and relative number of people, by [`CareSetting`]; assumptions.
const SETTINGS: [(f64, f64, f64); 6] =
    [(0.16, 6.0, 2.2), (0.04, 2.0, 1.4), (0.22, 1.5, 0.85), (0.43, 0.6, 0.65), (0.09, 0.4, 0.6), (0.06, 0.5, 0.5)];
/// Standard deviation of log size within a setting.
const NOISE: f64 = 0.9;
/// Weight of log beds.
const BEDS: f64 = 0.6;

/// Relative number of people at an account of `setting`; its mean over a market of its own is [`mean_crowd`].
pub(crate) fn crowd(setting: CareSetting) -> f64 {
    SETTINGS[setting.index()].2
}

/// Mean of [`crowd`] over a market of its own.
pub(crate) fn mean_crowd() -> f64 {
    SETTINGS.iter().map(|s| s.0 * s.2).sum()
}

fn typical_beds(setting: CareSetting) -> Option<(f64, f64)> {
    match setting {
        CareSetting::Hospital => Some((150.0, 0.7)),
        CareSetting::SpecialtyHospital => Some((60.0, 0.5)),
        _ => None,
    }
}

/// Log size before it is standardised: ln(setting factor) + 0.6 · ln(beds / typical beds) + 0.9 · N(0, 1).
fn raw_size(setting: CareSetting, beds: Option<i64>, rng: &mut Rng) -> f64 {
    let by_beds = match (typical_beds(setting), beds) {
        (Some((typical, _)), Some(b)) if b > 0 => BEDS * (b as f64 / typical).ln(),
        _ => 0.0,
    };
    SETTINGS[setting.index()].1.ln() + by_beds + NOISE * rng.normal()
}

/// Mean and standard deviation of [`raw_size`] over a market of its own, from the constants above.
fn own_moments() -> (f64, f64) {
    let (mut mean, mut square) = (0.0, 0.0);
    for (setting, (share, factor, _)) in CareSetting::ALL.iter().zip(SETTINGS) {
        let spread = typical_beds(*setting).map_or(0.0, |(_, sd)| BEDS * sd);
        mean += share * factor.ln();
        square += share * (factor.ln().powi(2) + spread.powi(2) + NOISE.powi(2));
    }
    (mean, (square - mean * mean).sqrt())
}

/// Account `i` of a market of its own. Depends on the seed and `i` alone; the system is filled in later.
pub(crate) fn own(base: &Rng, i: usize) -> Site {
    let rng = base.stream(0x1000_0000 + i as u64);
    let mut head = rng.stream(part::HEAD);
    let shares: [f64; 6] = std::array::from_fn(|s| SETTINGS[s].0);
    let setting = CareSetting::ALL[head.weighted(&shares)];
    let spot = places::spot(base, &mut rng.stream(part::DETAILS));
    let beds = typical_beds(setting).map(|(typical, sd)| ((typical * (sd * head.normal()).exp()) as i64).clamp(6, 1_900));
    let (mean, sd) = own_moments();
    let z = (raw_size(setting, beds, &mut rng.stream(part::SIZE)) - mean) / sd;
    let name = account_name(setting, &spot.city, &mut head);
    Site { key: format!("SIM-A{:06}", i + 1), name, setting, state: spot.state, zip: spot.zip, hrr: spot.hrr, beds, system: None, z, rng }
}

/// Heads of imported accounts; each depends on its key, and its size on the spread of the whole list.
pub(crate) fn imported(base: &Rng, given: &[ExistingAccount], systems: &[String]) -> Vec<Site> {
    let mut sites: Vec<Site> = given
        .iter()
        .map(|a| {
            let rng = base.stream(fnv(&a.key));
            let setting = CareSetting::parse(&a.setting).unwrap_or(CareSetting::Hospital);
            let z = raw_size(setting, a.beds, &mut rng.stream(part::SIZE));
            let system = a.system_key.as_ref().and_then(|k| systems.binary_search(k).ok());
            let (state, hrr) = (places::position(&a.state), a.hrr.unwrap_or(i64::MAX));
            Site { key: a.key.clone(), name: String::new(), setting, state, zip: a.zip.clone(), hrr, beds: a.beds, system, z, rng }
        })
        .collect();
    let n = sites.len().max(1) as f64;
    let mean = sites.iter().map(|s| s.z).sum::<f64>() / n;
    let sd = (sites.iter().map(|s| (s.z - mean).powi(2)).sum::<f64>() / n).sqrt().max(1e-9);
    sites.iter_mut().for_each(|s| s.z = (s.z - mean) / sd);
    sites
}

/// FNV-1a: a stream number from a key.
pub(crate) fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3))
}

fn account_name(setting: CareSetting, city: &str, rng: &mut Rng) -> String {
    let kinds: &[&str] = match setting {
        CareSetting::Hospital => &["Medical Center", "General Hospital", "Community Hospital", "Regional Hospital", "Valley Hospital"],
        CareSetting::SpecialtyHospital => {
            &["Heart Hospital", "Rehabilitation Hospital", "Children's Hospital", "Long-Term Acute Care Hospital"]
        }
        CareSetting::SurgeryCenter => &["Surgery Center", "Day Surgery", "Outpatient Surgical Center"],
        CareSetting::Practice => {
            &["Cardiology Associates", "Wound Care Clinic", "Vascular Practice", "Surgical Group", "Foot and Ankle Practice"]
        }
        CareSetting::LongTermCare => &["Care Home", "Nursing Center", "Senior Residence"],
        CareSetting::Laboratory => &["Diagnostics", "Clinical Laboratory"],
    };
    format!("{city} {}", rng.pick(kinds))
}

/// The account's row for the record; only for a market of its own.
pub(crate) fn row(base: &Rng, site: &Site) -> AccountRow {
    let mut rng = site.rng.stream(part::DETAILS);
    let Spot { city, hsa, hrr_name, .. } = places::spot(base, &mut rng);
    let hospital = site.beds.is_some();
    let state = places::at(site.state);
    AccountRow {
        source_key: site.key.clone(),
        name: site.name.clone(),
        setting: site.setting.code().into(),
        street: format!("{} {} Street", 1 + rng.below(2_400), rng.pick(&names::STREETS)),
        city,
        state: state.code.into(),
        zip: site.zip.clone(),
        country: "US".into(),
        zone: state.zone.into(),
        hsa: Some(hsa),
        hrr: Some(site.hrr),
        hrr_name: Some(hrr_name),
        beds: site.beds,
        rating: hospital.then(|| 1 + rng.weighted(&[0.06, 0.2, 0.32, 0.28, 0.14]) as i64),
        ownership: hospital.then(|| (*rng.pick(&["Voluntary non-profit", "Voluntary non-profit", "Proprietary", "Government"])).to_owned()),
        phone: Some(names::phone(&mut rng)),
    }
}
