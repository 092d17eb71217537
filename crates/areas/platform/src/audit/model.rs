//! What a command did, in words.

use rounds_web::plain;

/// Commands whose bare verb says too little.
const SAID: &[(&str, &str)] = &[
    ("consent.choose", "State choices by a link"),
    ("consent.confirm", "Confirm a permission by a link"),
    ("consent.clear_contact", "Clear a contact at the gate"),
    ("customers.merge", "Merge records"),
    ("customers.unmerge", "Undo a merge"),
    ("engage.accept", "Accept an action"),
    ("engage.dismiss", "Dismiss an action"),
    ("engage.reopen", "Reopen an action"),
    ("import.ask", "Ask for an import"),
    ("import.receive", "Receive a file"),
    ("import.undo", "Undo an import"),
    ("job.again", "Put a job back to work"),
    ("job.enqueue", "Ask for a job"),
    ("job.finish", "End a job"),
    ("job.go_on", "Go on with a job"),
    ("job.take", "Begin a job"),
    ("matching.call_different", "Call two records different"),
    ("matching.reopen", "Reopen a pair of records"),
    ("platform.end_sessions", "Sign a user out everywhere"),
    ("platform.mail_again", "Send a mail again"),
    ("platform.make_key", "Make an API key"),
    ("platform.prefer", "Change own preferences"),
    ("platform.revoke_key", "Revoke an API key"),
    ("platform.set_active", "Switch a user on or off"),
    ("platform.sign_on", "Sign in by single sign-on"),
    ("platform.unlock", "Unlock a user"),
];

/// A command's name as people read it: `platform.edit_user` is "Edit user".
pub(super) fn words(command: &str) -> String {
    if let Some((_, said)) = SAID.iter().find(|(name, _)| *name == command) {
        return (*said).to_owned();
    }
    let verb = plain::name(command.rsplit('.').next().unwrap_or(command));
    let mut letters = verb.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod unit {
    use super::words;

    #[test]
    fn commands_are_said_in_words() {
        let cases = [
            ("platform.edit_user", "Edit user"),
            ("engage.accept", "Accept an action"),
            ("demand.take_lead", "Take lead"),
            ("web.sign_in", "Sign in"),
            ("", ""),
        ];
        for (command, said) in cases {
            assert_eq!(words(command), said);
        }
    }
}
