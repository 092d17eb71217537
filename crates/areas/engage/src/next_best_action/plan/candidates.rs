//! All contacts that coverage makes possible for one person, before any rule.

use super::super::inputs::ALL_UNITS;
use super::super::model::{AccountIn, Candidate, PersonIn, Snapshot};
use super::response::{Case, channels_of, minutes, worth};
use rounds_kernel::{Channel, Day, ProductStage, Purpose, Rng};

/// Candidates of the person at position `p`: one for each link of their account's coverage and each channel of its role.
pub(in super::super) fn of_person(snapshot: &Snapshot, p: usize, out: &mut Vec<Candidate>) {
    let person = &snapshot.people[p];
    let account = &snapshot.accounts[person.account as usize];
    let monday = snapshot.week.monday();
    let ties = Rng::new(snapshot.seed).stream(person.id as u64);
    for (l, &(unit, role, owner)) in account.links.iter().enumerate() {
        let product = focus(snapshot, account, person, unit);
        for &channel in channels_of(role) {
            let purpose = purpose(snapshot, person, account, product, channel);
            let value = product.map_or(0.0, |i| {
                let case = case_of(snapshot, person, account, i, channel, monday);
                // Equal candidates are told apart by the seed, by far less than any factor of the table.
                worth(&case) * (1.0 + 1e-9 * ties.stream((l * 8 + channel.index()) as u64).uniform())
            });
            out.push(Candidate { person: p as u32, owner, unit, product, channel, purpose, minutes: minutes(channel), value });
        }
    }
}

fn case_of(snapshot: &Snapshot, person: &PersonIn, account: &AccountIn, product: u16, channel: Channel, monday: Day) -> Case {
    let p = &snapshot.products[product as usize];
    Case {
        channel,
        role: person.role,
        stage: p.stage,
        days: person.last_reached.map(|d| monday.0 - d.0),
        potential: potential(account, p.family),
        preference: person.preference[channel.index()],
        lead: person.lead.is_some_and(|(_, f)| f.is_none_or(|f| f == p.family)),
        overdue: overdue(account, p.family, monday).is_some(),
    }
}

/// Yearly potential in the family, in cents; none = unknown.
pub(in super::super) fn potential(account: &AccountIn, family: u16) -> Option<i64> {
    account.potential.iter().find(|(f, _)| *f == family).map(|(_, cents)| *cents)
}

/// The account's rhythm in days for the family, if its orders are late: none for twice the rhythm, at least two weeks.
pub(in super::super) fn overdue(account: &AccountIn, family: u16, monday: Day) -> Option<u32> {
    let orders = account.orders.iter().find(|o| o.family == family)?;
    let rhythm = orders.days?;
    (monday.0 - orders.last.0 > 2 * rhythm.max(7) as i32).then_some(rhythm)
}

/// The product of the unit to speak about: the one asked for, else the most promising by potential and stage.
fn focus(snapshot: &Snapshot, account: &AccountIn, person: &PersonIn, unit: u16) -> Option<u16> {
    let asked = person.lead.and_then(|(_, f)| f);
    let score = |i: usize| {
        let p = &snapshot.products[i];
        if asked == Some(p.family) {
            return f64::INFINITY;
        }
        let known = potential(account, p.family).map_or(0.9, |c| 0.3 + (c.max(0) as f64 / 1e7).sqrt());
        let stage = match p.stage {
            ProductStage::Launch => 1.4,
            ProductStage::Established => 1.0,
            ProductStage::Commodity => 0.5,
        };
        let late = if overdue(account, p.family, snapshot.week.monday()).is_some() { 1.5 } else { 1.0 };
        known * stage * late
    };
    let every = snapshot.units[unit as usize] == ALL_UNITS;
    (0..snapshot.products.len())
        .filter(|i| every || snapshot.products[*i].unit == unit)
        .max_by(|a, b| score(*a).total_cmp(&score(*b)).then(b.cmp(a)))
        .map(|i| i as u16)
}

fn purpose(snapshot: &Snapshot, person: &PersonIn, account: &AccountIn, product: Option<u16>, channel: Channel) -> Purpose {
    if person.lead.is_some() {
        return Purpose::FollowUp;
    }
    if channel == Channel::Webinar {
        return Purpose::Educate;
    }
    let late = product.is_some_and(|p| overdue(account, snapshot.products[p as usize].family, snapshot.week.monday()).is_some());
    match person.last_reached {
        None => Purpose::Introduce,
        Some(_) if late => Purpose::Review,
        Some(_) => Purpose::Educate,
    }
}
