//! Nobody is contacted through one channel more often than agreed in a week.

use super::{Case, Rule};

/// Contacts of ours through the channel in the week, and the most there may be; none where there is no limit.
fn used(c: &Case) -> Option<(u32, u32)> {
    let most = c.account.country_rule.per_channel[c.candidate.channel.index()]?;
    let monday = c.snapshot.week.monday();
    let within = |d| d >= monday && d < monday.plus(7);
    let made = c.person.contacts.iter().filter(|p| p.outbound && p.channel == c.candidate.channel && within(p.day)).count();
    Some((made as u32, most))
}

pub(super) const RULE: Rule = Rule {
    code: "channel_frequency",
    title: "this channel used often enough",
    refuses: |c| used(c).is_some_and(|(made, most)| made >= most),
    words: |c| {
        let (made, most) = used(c).unwrap_or_default();
        format!("{made} of {most} contacts through this channel are used this week.")
    },
};
