//! A channel is used only with permission, or where the country's rules allow a first contact without one.

use super::super::model::Standing;
use super::Rule;

pub(super) const RULE: Rule = Rule {
    code: "permission",
    title: "no permission",
    refuses: |c| matches!(c.person.standing[c.candidate.channel.index()], Standing::Denied | Standing::UnknownRefused),
    words: |c| {
        let channel = c.candidate.channel.label().to_lowercase();
        match c.person.standing[c.candidate.channel.index()] {
            Standing::Denied => format!("Permission for “{channel}” was refused or withdrawn."),
            _ => format!("Nothing is known about permission for “{channel}”, and the rules of {} ask for it first.", c.account.country),
        }
    },
};
