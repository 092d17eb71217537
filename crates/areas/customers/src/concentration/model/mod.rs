//! Who holds how much of the market on a day.

use rounds_kernel::Day;
use std::collections::{BTreeMap, HashMap};

/// What is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum By {
    /// Hospitals.
    #[default]
    Hospitals,
    /// Staffed beds, where they are known.
    Beds,
}

impl By {
    /// From an address.
    pub fn parse(text: &str) -> Self {
        if text == "beds" { Self::Beds } else { Self::Hospitals }
    }

    /// In addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hospitals => "hospitals",
            Self::Beds => "beds",
        }
    }
}

/// A hospital with its history.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Beds, if known.
    pub beds: Option<i64>,
    /// Referral region, if known.
    pub region: Option<i64>,
    /// First day on which a source listed it; none where no release lists hospitals.
    pub listed_from: Option<i64>,
    /// Day from which the releases no longer list it.
    pub listed_to: Option<i64>,
    /// Systems with the days between which it was part of them.
    pub systems: Vec<(i64, i64, Option<i64>)>,
}

impl Place {
    fn stands(&self, day: i64) -> bool {
        self.listed_from.is_none_or(|from| from <= day) && self.listed_to.is_none_or(|to| to > day)
    }

    fn system(&self, day: i64) -> Option<i64> {
        self.systems.iter().find(|(_, from, to)| *from <= day && to.is_none_or(|to| to > day)).map(|(s, ..)| *s)
    }

    fn weight(&self, by: By) -> i64 {
        match by {
            By::Hospitals => 1,
            By::Beds => self.beds.unwrap_or(0).max(0),
        }
    }
}

/// How the market stands on a day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// Everything counted.
    pub total: i64,
    /// Of it, held by systems.
    pub in_systems: i64,
    /// Systems, the largest first, with what each holds.
    pub systems: Vec<(i64, i64)>,
    /// Regions with their index (0 to 10,000), how much is counted there, and how many owners share it.
    pub regions: Vec<(i64, f64, i64, usize)>,
}

impl Standing {
    /// Share of the `n` largest systems, 0 to 1; not a number when nothing is counted.
    pub fn top(&self, n: usize) -> f64 {
        self.systems.iter().take(n).map(|(_, held)| *held as f64).sum::<f64>() / self.total as f64
    }

    /// Share of all systems together.
    pub fn systems_share(&self) -> f64 {
        self.in_systems as f64 / self.total as f64
    }

    /// The middle region's index; none without regions.
    pub fn median_index(&self) -> Option<f64> {
        let mut all: Vec<f64> = self.regions.iter().map(|r| r.1).collect();
        all.sort_by(f64::total_cmp);
        let middle = all.len() / 2;
        match all.len() {
            0 => None,
            n if n % 2 == 0 => Some((all[middle - 1] + all[middle]) / 2.0),
            _ => Some(all[middle]),
        }
    }
}

/// All hospitals that are counted.
#[derive(Debug, Clone, Default)]
pub struct Market {
    /// The hospitals by id.
    pub places: BTreeMap<i64, Place>,
}

impl Market {
    /// Who holds how much on a day.
    pub fn on(&self, day: Day, by: By) -> Standing {
        let day = i64::from(day.0);
        let mut out = Standing::default();
        let mut systems: HashMap<i64, i64> = HashMap::new();
        let mut regions: BTreeMap<i64, HashMap<(bool, i64), i64>> = BTreeMap::new();
        for (id, place) in self.places.iter().filter(|(_, p)| p.stands(day)) {
            let (weight, system) = (place.weight(by), place.system(day));
            out.total += weight;
            if let Some(system) = system {
                out.in_systems += weight;
                *systems.entry(system).or_default() += weight;
            }
            if let Some(region) = place.region.filter(|_| weight > 0) {
                let owner = system.map_or((false, *id), |s| (true, s));
                *regions.entry(region).or_default().entry(owner).or_default() += weight;
            }
        }
        out.systems = systems.into_iter().filter(|(_, held)| *held > 0).collect();
        out.systems.sort_by_key(|(id, held)| (std::cmp::Reverse(*held), *id));
        out.regions = regions
            .into_iter()
            .map(|(region, owners)| {
                let total: i64 = owners.values().sum();
                // Whole numbers first: the sum does not depend on the order of owners.
                let squares: i128 = owners.values().map(|h| i128::from(*h) * i128::from(*h)).sum();
                (region, squares as f64 * 10_000.0 / (total as f64 * total as f64), total, owners.len())
            })
            .collect();
        out.regions.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.cmp(&a.2)).then(a.0.cmp(&b.0)));
        out
    }

    /// Days on which something changed: where links begin or end, the latest last, and `today`. At most 24, the latest.
    pub fn days(&self, today: Day) -> Vec<Day> {
        let ends = |p: &Place| p.systems.iter().flat_map(|(_, from, to)| [Some(*from), *to]).flatten().collect::<Vec<_>>();
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        self.places.values().flat_map(ends).filter(|d| *d <= i64::from(today.0)).for_each(|d| *counts.entry(d).or_default() += 1);
        let mut days: Vec<(usize, i64)> = counts.into_iter().map(|(d, n)| (n, d)).collect();
        // Releases change many links on one day: those days tell the story.
        days.sort_by_key(|(n, d)| (std::cmp::Reverse(*n), *d));
        let mut days: Vec<i64> = days.into_iter().take(23).map(|(_, d)| d).chain([i64::from(today.0)]).collect();
        days.sort_unstable();
        days.dedup();
        days.into_iter().map(|d| Day(d as i32)).collect()
    }
}

#[cfg(test)]
mod tests;
