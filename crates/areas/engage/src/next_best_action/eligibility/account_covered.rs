//! Only the owner whom a coverage link names acts for the account, in the link's role.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    code: "account_covered",
    title: "not the owner's account",
    refuses: |c| !c.account.links.iter().any(|l| l.0 == c.candidate.unit && l.2 == c.candidate.owner && l.1 == c.owner.role),
    words: |c| format!("{} covers this account in another role, or not any more.", c.owner.name),
};
