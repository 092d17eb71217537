//! Why this person, why now, why so: one plain sentence, made of what the snapshot knows. Money never appears.

use super::super::model::{Candidate, Snapshot};
use super::candidates::overdue;
use rounds_kernel::{Channel, Day};

/// The sentence for one candidate.
pub(super) fn of(snapshot: &Snapshot, c: &Candidate) -> String {
    let monday = snapshot.week.monday();
    let parts: Vec<String> =
        [signal(snapshot, c), rhythm(snapshot, c), recency(snapshot, c, monday), stage(snapshot, c), preference(snapshot, c)]
            .into_iter()
            .flatten()
            .take(3)
            .collect();
    let mut text = parts.join("; ");
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    text.push('.');
    text
}

fn days(n: i32) -> String {
    match n {
        i32::MIN..=0 => "today".into(),
        1 => "yesterday".into(),
        n if n < 60 => format!("{n} days ago"),
        n => format!("{} months ago", n / 30),
    }
}

fn signal(snapshot: &Snapshot, c: &Candidate) -> Option<String> {
    let (day, family) = snapshot.people[c.person as usize].lead?;
    let about = family.and_then(|f| snapshot.families.get(f as usize)).map_or_else(String::new, |f| format!(" in {f}"));
    Some(format!("showed interest{about} {}", days(snapshot.taken_at.day().0 - day.0)))
}

fn rhythm(snapshot: &Snapshot, c: &Candidate) -> Option<String> {
    let account = &snapshot.accounts[snapshot.people[c.person as usize].account as usize];
    let product = snapshot.products.get(c.product? as usize)?;
    let rhythm = overdue(account, product.family, snapshot.week.monday())?;
    Some(format!("this site usually orders {} every {rhythm} days and is late", snapshot.families[product.family as usize]))
}

fn recency(snapshot: &Snapshot, c: &Candidate, monday: Day) -> Option<String> {
    Some(match snapshot.people[c.person as usize].last_reached {
        None => "nobody has spoken with them yet".into(),
        Some(d) => format!("last spoken with {}", days(monday.0 - d.0)),
    })
}

fn stage(snapshot: &Snapshot, c: &Candidate) -> Option<String> {
    let p = snapshot.products.get(c.product? as usize)?;
    (p.stage == rounds_kernel::ProductStage::Launch).then(|| format!("{} is new", p.name))
}

fn preference(snapshot: &Snapshot, c: &Candidate) -> Option<String> {
    let person = &snapshot.people[c.person as usize];
    let p = person.preference[c.channel.index()]?;
    let best = Channel::ALL.iter().all(|o| person.preference[o.index()].is_none_or(|q| q <= p));
    let way = match c.channel {
        Channel::Visit => "prefers meeting in person",
        Channel::Phone => "prefers the phone",
        Channel::Video => "prefers video calls",
        Channel::Email => "prefers e-mail",
        Channel::Webinar => "likes webinars",
    };
    (best && p >= 0.5).then(|| way.to_owned())
}
