//! Who asked for no contact at all is not contacted, by anyone, in any channel.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    code: "do_not_contact",
    title: "asked for no contact",
    refuses: |c| c.person.do_not_contact,
    words: |_| "They asked for no contact at all.".into(),
};
