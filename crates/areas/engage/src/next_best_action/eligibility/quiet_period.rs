//! While a tender's quiet period holds where a person works, nothing promotional is planned with them; service is.

use super::super::model::QuietIn;
use super::{Case, Rule};
use rounds_kernel::Purpose;

/// The period that touches a working day of the week, the one that lasts longest. The day of a contact is chosen later, so a week that is
/// quiet in part is left out as a whole.
fn quiet<'a>(c: &Case<'a>) -> Option<&'a QuietIn> {
    let (monday, friday) = (c.snapshot.week.monday(), c.snapshot.week.monday().plus(4));
    let touching = c.person.quiet.iter().filter(|q| q.from <= friday && q.to >= monday);
    touching.max_by_key(|q| q.to).filter(|_| c.candidate.purpose != Purpose::Service)
}

pub(super) const RULE: Rule = Rule {
    code: "quiet_period",
    title: "quiet period of a tender",
    refuses: |c| quiet(c).is_some(),
    words: |c| {
        quiet(c).map_or_else(String::new, |q| {
            format!("The quiet period of tender {} runs from {} to {}: only service until then.", q.tender, q.from.short(), q.to.short())
        })
    },
};
