//! Stakeholders: who works at an account, how they wish to be met, and what they allowed.

use crate::names;
use crate::places;
use crate::response;
use crate::rows::{PermissionRow, PersonRow, PreferenceRow};
use crate::site::{Site, crowd, part};
use rounds_kernel::{CareSetting, Channel, Day, PersonRole, Rng, Time};

/// The people of one account with what the record knows of them.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Crowd {
    /// People.
    pub people: Vec<PersonRow>,
    /// Their stated preferences; absent means unknown.
    pub preferences: Vec<PreferenceRow>,
    /// Their permissions; absent means unknown.
    pub permissions: Vec<PermissionRow>,
}

/// What is true of a person, known or not.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub key: String,
    pub role: PersonRole,
    /// 0 cardiac, 1 wound, `None` both.
    pub unit: Option<usize>,
    /// Wants the channel, by [`Channel`].
    pub wants: [bool; 5],
    /// Probability that a plain attempt reaches them, by [`Channel`].
    pub propensity: [f64; 5],
    /// Denied since, by [`Channel`].
    pub denied: [Option<Time>; 5],
    /// First day of contacts: some are new to the company.
    pub known: bool,
    pub rng: Rng,
}

const TRAITS: u64 = 1;
const IDENTITY: u64 = 2;
const PREFERENCE: u64 = 3;
const PERMISSION: u64 = 4;
/// Stream of a person's contacts.
pub(crate) const CONTACTS: u64 = 5;

/// Roles by setting, in the order of [`PersonRole`].
fn role_shares(setting: CareSetting) -> [f64; 5] {
    match setting {
        CareSetting::Hospital | CareSetting::SpecialtyHospital => [0.42, 0.22, 0.14, 0.12, 0.10],
        CareSetting::SurgeryCenter => [0.44, 0.24, 0.10, 0.12, 0.10],
        CareSetting::Practice => [0.58, 0.20, 0.08, 0.05, 0.09],
        CareSetting::LongTermCare => [0.16, 0.46, 0.06, 0.16, 0.16],
        CareSetting::Laboratory => [0.14, 0.02, 0.56, 0.16, 0.12],
    }
}

/// How many people work at `site`: at least one; `per_crowd` people for a relative crowd of 1.
pub(crate) fn count(site: &Site, per_crowd: f64) -> usize {
    let mut rng = site.rng.stream(part::PEOPLE);
    let mean = (crowd(site.setting) * per_crowd - 0.5).max(0.5);
    // Rounded log-normal with its own mean: a few accounts have many.
    let n = mean * (0.35 * rng.normal() - 0.35 * 0.35 / 2.0).exp();
    1 + (n - 0.5).max(0.0).round() as usize
}

/// Person `j` of `site`: depends on the account's stream and `j` alone.
pub(crate) fn person(site: &Site, j: usize, today: Day) -> Person {
    let rng = site.rng.stream(part::PEOPLE).stream(j as u64 + 1);
    let mut t = rng.stream(TRAITS);
    let role = match (j, site.setting) {
        (0, CareSetting::Hospital | CareSetting::SpecialtyHospital | CareSetting::SurgeryCenter) => PersonRole::Procurement,
        _ => PersonRole::ALL[t.weighted(&role_shares(site.setting))],
    };
    let unit = match role {
        PersonRole::Procurement | PersonRole::Administrator => None,
        _ => Some(usize::from(t.chance(0.5))),
    };
    let mut wants = [false; 5];
    let mut propensity = [0.0; 5];
    for c in Channel::ALL {
        let w = t.chance(response::wants(role, *c));
        let noise = (0.4 * t.normal() - 0.08).exp();
        wants[c.index()] = w;
        propensity[c.index()] = (response::reach(role, *c) * if w { 1.3 } else { 0.75 } * noise).min(0.95);
    }
    let known = t.chance(0.7);
    let mut p = Person { key: format!("{}-P{:03}", site.key, j + 1), role, unit, wants, propensity, denied: [None; 5], known, rng };
    for row in permissions(&p, today).iter().filter(|r| r.state == "denied") {
        let hit: &[Channel] = Channel::parse(&row.channel).as_ref().map_or(Channel::ALL, |c| &Channel::ALL[c.index()..=c.index()]);
        hit.iter().for_each(|c| p.denied[c.index()] = Some(row.since));
    }
    p
}

/// The rows of all people of `site`.
pub(crate) fn rows(site: &Site, n: usize, today: Day) -> Crowd {
    let mut out = Crowd::default();
    for j in 0..n {
        let p = person(site, j, today);
        out.people.push(identity(site, &p, today));
        out.preferences.extend(preferences(&p));
        out.permissions.extend(permissions(&p, today));
    }
    out
}

fn identity(site: &Site, p: &Person, today: Day) -> PersonRow {
    let mut rng = p.rng.stream(IDENTITY);
    let (first, last) = names::person(&mut rng);
    let spanish = matches!(places::at(site.state).code, "TX" | "CA" | "FL" | "NM" | "AZ") && rng.chance(0.08);
    let name = if p.role == PersonRole::Physician { format!("Dr. {first} {last}") } else { format!("{first} {last}") };
    let host = names::slug(&site.key);
    PersonRow {
        source_key: p.key.clone(),
        name,
        role: p.role.code().into(),
        specialty: specialty(p.role, p.unit, &mut rng).into(),
        email: rng.chance(0.85).then(|| format!("{}.{}@{host}.example", names::slug(first), names::slug(last))),
        phone: rng.chance(0.9).then(|| names::phone(&mut rng)),
        language: if spanish { "es" } else { "en" }.into(),
        account_key: site.key.clone(),
        affil_from: today.plus(-(380 + rng.below(3_000) as i32)),
    }
}

fn specialty(role: PersonRole, unit: Option<usize>, rng: &mut Rng) -> &'static str {
    let from: &[&'static str] = match (role, unit) {
        (PersonRole::Physician, Some(0)) => {
            &["Interventional cardiology", "Electrophysiology", "Cardiac surgery", "Vascular surgery", "Interventional radiology"]
        }
        (PersonRole::Physician, _) => &["Wound care", "General surgery", "Plastic surgery", "Orthopedic surgery", "Podiatry"],
        (PersonRole::Nurse, Some(0)) => &["Cath lab nursing", "Cardiac care nursing"],
        (PersonRole::Nurse, _) => &["Wound care nursing", "Operating room nursing"],
        (PersonRole::Technician, Some(0)) => &["Cath lab technology", "Vascular technology"],
        (PersonRole::Technician, _) => &["Surgical technology", "Sterile processing"],
        (PersonRole::Procurement, _) => &["Purchasing", "Materials management", "Value analysis"],
        (PersonRole::Administrator, _) => &["Service line administration", "Practice management", "Operations"],
    };
    from[rng.below(from.len())]
}

/// Known for 55 % of people, and then for most channels: above 0.5 for channels they want, below for the others.
fn preferences(p: &Person) -> Vec<PreferenceRow> {
    let mut rng = p.rng.stream(PREFERENCE);
    let asked = rng.chance(0.55);
    let draws: Vec<(bool, f64)> = Channel::ALL.iter().map(|_| (rng.chance(0.9), rng.uniform())).collect();
    let told = Channel::ALL.iter().zip(draws).filter(|(_, (said, _))| asked && *said);
    told.map(|(c, (_, u))| PreferenceRow {
        person_key: p.key.clone(),
        channel: c.code().into(),
        weight: (100.0 * (if p.wants[c.index()] { 0.65 } else { 0.05 } + 0.3 * u)).round() / 100.0,
    })
    .collect()
}

/// Share of people who granted and who denied a channel, in the order of [`Channel`]; assumptions. The rest is unknown.
const GRANTED: [f64; 5] = [0.40, 0.42, 0.34, 0.48, 0.36];
const DENIED: [f64; 5] = [0.03, 0.06, 0.05, 0.13, 0.09];
/// Share of people who must not be contacted at all.
const DO_NOT_CONTACT: f64 = 0.012;

fn permissions(p: &Person, today: Day) -> Vec<PermissionRow> {
    let mut rng = p.rng.stream(PERMISSION);
    let row = |channel: &str, state: &str, basis: &str, rng: &mut Rng| PermissionRow {
        person_key: p.key.clone(),
        channel: channel.into(),
        state: state.into(),
        basis: basis.into(),
        since: Time::at_day(today.plus(-(5 + rng.below(900) as i32))).plus_minutes(900 + rng.below(400) as i64),
    };
    if rng.chance(DO_NOT_CONTACT) {
        return vec![row("*", "denied", "asked for no contact", &mut rng)];
    }
    let mut out = Vec::new();
    for c in Channel::ALL {
        let u = rng.uniform();
        let (granted, denied) = (GRANTED[c.index()], DENIED[c.index()] * if p.wants[c.index()] { 0.5 } else { 1.3 });
        if u < granted {
            out.push(row(c.code(), "granted", if rng.chance(0.6) { "consent form" } else { "agreed in person" }, &mut rng));
        } else if u < granted + denied {
            out.push(row(c.code(), "denied", "objection", &mut rng));
        }
    }
    out
}
