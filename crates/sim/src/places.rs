//! States with their share of the population, time zone and ZIP range; towns and referral regions are invented.

use crate::names;
use rounds_kernel::Rng;

/// A state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub code: &'static str,
    /// IANA time zone of most of its people.
    pub zone: &'static str,
    /// Minutes from local standard time to UTC.
    pub to_utc: i64,
    /// Population in millions, rounded (2023): the weight in drawing accounts.
    pub weight: f64,
    /// Number of referral regions.
    pub regions: usize,
    zip_low: usize,
    zip_high: usize,
}

const fn state(code: &'static str, zone: &'static str, to_utc: i64, weight: f64, regions: usize, zip_low: usize, zip_high: usize) -> State {
    State { code, zone, to_utc, weight, regions, zip_low, zip_high }
}

/// The states from east to west, so that neighbours in the list are mostly neighbours on the map: territories are runs of it.
pub(crate) const STATES: [State; 51] = [
    state("ME", "America/New_York", 300, 1.4, 2, 39, 49),
    state("NH", "America/New_York", 300, 1.4, 2, 30, 38),
    state("VT", "America/New_York", 300, 0.6, 1, 50, 59),
    state("MA", "America/New_York", 300, 7.0, 3, 10, 27),
    state("RI", "America/New_York", 300, 1.1, 1, 28, 29),
    state("CT", "America/New_York", 300, 3.6, 3, 60, 69),
    state("NY", "America/New_York", 300, 19.6, 10, 100, 149),
    state("NJ", "America/New_York", 300, 9.3, 7, 70, 89),
    state("PA", "America/New_York", 300, 13.0, 14, 150, 196),
    state("DE", "America/New_York", 300, 1.0, 1, 197, 199),
    state("MD", "America/New_York", 300, 6.2, 3, 206, 219),
    state("DC", "America/New_York", 300, 0.7, 1, 200, 205),
    state("VA", "America/New_York", 300, 8.7, 8, 220, 246),
    state("WV", "America/New_York", 300, 1.8, 3, 247, 268),
    state("NC", "America/New_York", 300, 10.8, 9, 270, 289),
    state("SC", "America/New_York", 300, 5.4, 5, 290, 299),
    state("GA", "America/New_York", 300, 11.0, 7, 300, 319),
    state("FL", "America/New_York", 300, 22.6, 18, 320, 349),
    state("OH", "America/New_York", 300, 11.8, 10, 430, 458),
    state("MI", "America/New_York", 300, 10.0, 15, 480, 499),
    state("IN", "America/Indiana/Indianapolis", 300, 6.9, 9, 460, 479),
    state("KY", "America/New_York", 300, 4.5, 5, 400, 427),
    state("TN", "America/Chicago", 360, 7.1, 7, 370, 385),
    state("AL", "America/Chicago", 360, 5.1, 6, 350, 369),
    state("MS", "America/Chicago", 360, 2.9, 6, 386, 397),
    state("IL", "America/Chicago", 360, 12.5, 13, 600, 629),
    state("WI", "America/Chicago", 360, 5.9, 8, 530, 549),
    state("MN", "America/Chicago", 360, 5.7, 5, 550, 567),
    state("IA", "America/Chicago", 360, 3.2, 8, 500, 528),
    state("MO", "America/Chicago", 360, 6.2, 6, 630, 658),
    state("AR", "America/Chicago", 360, 3.1, 5, 716, 729),
    state("LA", "America/Chicago", 360, 4.6, 10, 700, 714),
    state("OK", "America/Chicago", 360, 4.1, 3, 730, 749),
    state("TX", "America/Chicago", 360, 30.5, 22, 750, 799),
    state("KS", "America/Chicago", 360, 2.9, 2, 660, 679),
    state("NE", "America/Chicago", 360, 2.0, 2, 680, 693),
    state("SD", "America/Chicago", 360, 0.9, 2, 570, 577),
    state("ND", "America/Chicago", 360, 0.8, 4, 580, 588),
    state("MT", "America/Denver", 420, 1.1, 3, 590, 599),
    state("WY", "America/Denver", 420, 0.6, 1, 820, 831),
    state("CO", "America/Denver", 420, 5.9, 7, 800, 816),
    state("NM", "America/Denver", 420, 2.1, 1, 870, 884),
    state("UT", "America/Denver", 420, 3.4, 3, 840, 847),
    state("ID", "America/Boise", 420, 2.0, 2, 832, 838),
    state("AZ", "America/Phoenix", 420, 7.4, 4, 850, 865),
    state("NV", "America/Los_Angeles", 480, 3.2, 2, 889, 898),
    state("WA", "America/Los_Angeles", 480, 7.8, 6, 980, 994),
    state("OR", "America/Los_Angeles", 480, 4.2, 5, 970, 979),
    state("CA", "America/Los_Angeles", 480, 39.0, 24, 900, 961),
    state("AK", "America/Anchorage", 540, 0.7, 1, 995, 999),
    state("HI", "Pacific/Honolulu", 600, 1.4, 1, 967, 968),
];

/// Position in [`STATES`]; unknown codes (territories) come last and behave like the first state of the list for their clock.
pub(crate) fn position(code: &str) -> usize {
    STATES.iter().position(|s| s.code == code).unwrap_or(STATES.len())
}

/// The state at `position`; the first for territories.
pub(crate) fn at(position: usize) -> &'static State {
    STATES.get(position).unwrap_or(&STATES[0])
}

/// A place in an invented referral region.
#[derive(Debug, Clone)]
pub(crate) struct Spot {
    pub state: usize,
    pub city: String,
    pub zip: String,
    pub hsa: i64,
    pub hrr: i64,
    pub hrr_name: String,
}

/// Number of the first region of the state at `position`; regions are numbered on from state to state.
fn first_region(position: usize) -> usize {
    STATES[..position].iter().map(|s| s.regions).sum::<usize>() + 1
}

/// A place: state by population, region by size (the first of a state is its largest), one of nine towns in the region.
pub(crate) fn spot(base: &Rng, rng: &mut Rng) -> Spot {
    let weights: [f64; 51] = std::array::from_fn(|i| STATES[i].weight);
    let state = rng.weighted(&weights);
    let s = &STATES[state];
    let sizes: Vec<f64> = (0..s.regions).map(|k| 1.0 / (k as f64 + 1.0).sqrt()).collect();
    let k = rng.weighted(&sizes);
    let hrr = first_region(state) + k;
    let town = rng.below(9);
    let name = |town: usize| names::town(&mut base.stream(0x70_0000 + (hrr * 16 + town) as u64));
    let span = (s.zip_high - s.zip_low + 1) as f64 / s.regions as f64;
    let prefix = s.zip_low + ((k as f64 + rng.uniform()) * span) as usize;
    let hsa = (hrr * 10 + town) as i64;
    let hrr_name = format!("{}, {}", name(0), s.code);
    Spot {
        state,
        city: name(town),
        zip: format!("{:03}{:02}", prefix.min(s.zip_high), town * 11 + rng.below(11)),
        hsa,
        hrr: hrr as i64,
        hrr_name,
    }
}
