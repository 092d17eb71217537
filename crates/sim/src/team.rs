//! The team, sized to the accounts, and who covers what.
//!
//! Accounts are laid out by state (east to west), referral region and key, and cut into runs of equal length: territories that
//! are contiguous by region number. Alignments run in parallel, one a business unit and role:
//!
//! | role | covers | an owner has about |
//! |---|---|---|
//! | field rep, per unit | the larger third (`z` > 0.45) | 70 accounts |
//! | remote rep, per unit | everything up to `z` = 0.9, so that the band between is a pair | 450 accounts |
//! | key account manager, both units | members of systems of at least `kam_min_accounts` | 60 accounts |
//! | customer success, unit `all` | everything | 800 accounts |

use crate::names;
use crate::places;
use crate::portfolio::UNITS;
use crate::rows::{CoverageRow, UserRow};
use crate::site::Site;
use rounds_kernel::{Day, Rng, Role};
use std::collections::BTreeSet;

const FIELD_FROM: f64 = 0.45;
const REMOTE_UP_TO: f64 = 0.9;

/// Owners of one account, as positions in the team.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Owners {
    pub field: [Option<u32>; 2],
    pub remote: [Option<u32>; 2],
    pub kam: Option<u32>,
    pub success: Option<u32>,
}

/// Users and the accounts they cover.
#[derive(Debug, Clone, Default)]
pub(crate) struct Team {
    pub users: Vec<UserRow>,
    pub owners: Vec<Owners>,
}

/// First of each role: the users of the demo.
const NAMED: [(Role, &str, &str); 9] = [
    (Role::Admin, "Tomas Lindqvist", "tomas"),
    (Role::Operations, "Priya Raman", "priya"),
    (Role::Manager, "Henrik Dahl", "henrik"),
    (Role::KeyAccountManager, "Marta Oliveira", "marta"),
    (Role::FieldRep, "Jonas Weber", "jonas"),
    (Role::RemoteRep, "Ines Kowalski", "ines"),
    (Role::Marketer, "Camille Laurent", "camille"),
    (Role::SuccessManager, "Samuel Okafor", "samuel"),
    (Role::Auditor, "Nadia Rossi", "nadia"),
];

/// Minutes a week in front of customers, travel included; assumptions.
fn minutes(role: Role) -> i64 {
    match role {
        Role::FieldRep => 1_680,
        Role::RemoteRep => 1_500,
        Role::KeyAccountManager => 1_200,
        Role::SuccessManager => 900,
        Role::Manager => 480,
        Role::Admin | Role::Operations | Role::Marketer | Role::Auditor => 0,
    }
}

struct Hiring {
    users: Vec<UserRow>,
    taken: BTreeSet<String>,
    base: Rng,
}

impl Hiring {
    /// Adds a user and returns their position. The first of a role is the named one.
    fn hire(&mut self, role: Role, zone: &str, nth: usize) -> u32 {
        let named = NAMED.iter().find(|(r, _, _)| *r == role && !self.users.iter().any(|u| u.role == r.code()));
        let (name, local) = match named {
            Some((_, name, local)) => ((*name).to_owned(), (*local).to_owned()),
            None => {
                let mut rng = self.base.stream((role.index() * 100_000 + nth) as u64);
                let (first, last) = names::person(&mut rng);
                (format!("{first} {last}"), format!("{}.{}", names::slug(first), names::slug(last)))
            }
        };
        let mut unique = local.clone();
        let mut n = 2;
        while !self.taken.insert(unique.clone()) {
            unique = format!("{local}{n}");
            n += 1;
        }
        self.users.push(UserRow {
            email: format!("{unique}@demo.example"),
            name,
            role: role.code().into(),
            manager_email: None,
            zone: zone.into(),
            weekly_minutes: minutes(role),
        });
        (self.users.len() - 1) as u32
    }
}

/// Hires a team for `sites` and gives every account its owners.
pub(crate) fn build(base: &Rng, sites: &[Site], kam_min: usize) -> Team {
    let mut hiring = Hiring { users: Vec::new(), taken: BTreeSet::new(), base: base.stream(0x7EA3) };
    let mut owners = vec![Owners::default(); sites.len()];
    for role in [Role::Admin, Role::Operations, Role::Marketer] {
        hiring.hire(role, "America/Chicago", 0);
    }
    let mut order: Vec<usize> = (0..sites.len()).collect();
    order.sort_by(|a, b| (sites[*a].state, sites[*a].hrr, &sites[*a].key).cmp(&(sites[*b].state, sites[*b].hrr, &sites[*b].key)));
    for unit in 0..UNITS.len() {
        let large: Vec<usize> = order.iter().copied().filter(|i| sites[*i].z > FIELD_FROM).collect();
        cut(&mut hiring, sites, &large, Role::FieldRep, 70, unit, |i, u| owners[i].field[unit] = Some(u));
        let rest: Vec<usize> = order.iter().copied().filter(|i| sites[*i].z <= REMOTE_UP_TO).collect();
        cut(&mut hiring, sites, &rest, Role::RemoteRep, 450, unit, |i, u| owners[i].remote[unit] = Some(u));
    }
    let strategic = strategic_accounts(sites, kam_min);
    cut(&mut hiring, sites, &strategic, Role::KeyAccountManager, 60, 0, |i, u| owners[i].kam = Some(u));
    cut(&mut hiring, sites, &order, Role::SuccessManager, 800, 0, |i, u| owners[i].success = Some(u));
    appoint_managers(&mut hiring);
    hiring.hire(Role::Auditor, "America/Chicago", 0);
    Team { users: hiring.users, owners }
}

/// Accounts of systems with at least `kam_min` accounts, system by system, so that a system mostly has one manager.
fn strategic_accounts(sites: &[Site], kam_min: usize) -> Vec<usize> {
    let systems = sites.iter().filter_map(|s| s.system).max().map_or(0, |m| m + 1);
    let mut members = vec![Vec::new(); systems];
    for (i, s) in sites.iter().enumerate() {
        if let Some(k) = s.system {
            members[k].push(i);
        }
    }
    members.into_iter().filter(|m| m.len() >= kam_min.max(1)).flatten().collect()
}

/// Cuts `run` into equal parts of at most about `each` accounts, one owner a part; at least one owner even for an empty run,
/// so that every role exists in every market.
fn cut(hiring: &mut Hiring, sites: &[Site], run: &[usize], role: Role, each: usize, unit: usize, mut give: impl FnMut(usize, u32)) {
    let parts = run.len().div_ceil(each).max(1);
    for part in 0..parts {
        let (from, to) = (run.len() * part / parts, run.len() * (part + 1) / parts);
        let middle = run.get((from + to) / 2).or(run.last()).map_or(0, |i| sites[*i].state);
        let user = hiring.hire(role, places::at(middle).zone, unit * 10_000 + part);
        run[from..to].iter().for_each(|i| give(*i, user));
    }
}

/// One manager for at most nine sellers, in the order they were hired, so that a manager's team is of one kind and region.
fn appoint_managers(hiring: &mut Hiring) {
    let sells = |u: &UserRow| !["admin", "operations", "marketer", "manager"].contains(&u.role.as_str());
    let sellers: Vec<usize> = (0..hiring.users.len()).filter(|i| sells(&hiring.users[*i])).collect();
    let teams = sellers.len().div_ceil(9).max(1);
    for t in 0..teams {
        let members = &sellers[sellers.len() * t / teams..sellers.len() * (t + 1) / teams];
        let zone = members.get(members.len() / 2).map_or("America/Chicago".to_owned(), |i| hiring.users[*i].zone.clone());
        let manager = hiring.hire(Role::Manager, &zone, t);
        let email = hiring.users[manager as usize].email.clone();
        members.iter().for_each(|i| hiring.users[*i].manager_email = Some(email.clone()));
    }
}

/// Coverage rows of one account.
pub(crate) fn coverage(team: &Team, site: &Site, owners: &Owners, from: Day) -> Vec<CoverageRow> {
    let row = |unit: &str, role: Role, user: u32| CoverageRow {
        account_key: site.key.clone(),
        business_unit: unit.into(),
        role: role.code().into(),
        owner_email: team.users[user as usize].email.clone(),
        from,
    };
    let mut out = Vec::new();
    for (unit, name) in UNITS.iter().enumerate() {
        out.extend(owners.field[unit].map(|u| row(name, Role::FieldRep, u)));
        out.extend(owners.remote[unit].map(|u| row(name, Role::RemoteRep, u)));
        out.extend(owners.kam.map(|u| row(name, Role::KeyAccountManager, u)));
    }
    out.extend(owners.success.map(|u| row("all", Role::SuccessManager, u)));
    out
}
