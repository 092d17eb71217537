//! The action card: what to do next, for whom, and why.

use super::{Chip, Choice, Tone};
use std::fmt;

/// Where an action stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CardState {
    /// Proposed by the plan; nobody has said yes.
    #[default]
    Proposed,
    /// Someone took it on.
    Accepted,
    /// It happened and its outcome is recorded.
    Done,
    /// Someone said no, with a reason.
    Dismissed,
}

impl CardState {
    /// The icon beside the state's words.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Proposed => "tone-plain",
            Self::Accepted => "accepted",
            Self::Done => "tone-good",
            Self::Dismissed => "dismissed",
        }
    }
}

impl fmt::Display for CardState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Done => "done",
            Self::Dismissed => "dismissed",
        })
    }
}

/// One action in the queue. An address that is `None` hides its button: that act is not open in this state.
///
/// The forms post `csrf`, `form_key` (when not empty) and: accept nothing more; outcome `outcome` and `note`;
/// dismiss `reason` and `note`.
#[derive(Debug, Clone, Default)]
pub struct ActionCard {
    /// Anchor on the page, unique and stable, e.g. "action-81".
    pub id: String,
    /// Where it stands.
    pub state: CardState,
    /// Who took it and when, e.g. "Accepted by you, 09:12"; empty when proposed.
    pub state_note: String,
    /// True for the one next action: drawn biggest.
    pub lead: bool,
    /// Icon of the channel: call, visit, mail, video, event, demo, letter, task.
    pub icon: String,
    /// What to do, a verb: "Call", "Visit", "Send".
    pub verb: String,
    /// Whom it is for.
    pub whom: String,
    /// Their role and department, e.g. "cath lab lead".
    pub role: String,
    /// The account.
    pub account: String,
    /// Address of the account, if the user may open it.
    pub account_href: Option<String>,
    /// Town and country.
    pub place: String,
    /// When, as RFC 3339, for machines; may be empty.
    pub at: String,
    /// When, in the customer's zone, e.g. "Tue 09:40".
    pub when_theirs: String,
    /// The same moment for the user, e.g. "15:40 for you"; empty when the zones agree.
    pub when_yours: String,
    /// Why, in one plain sentence.
    pub reason: String,
    /// A few facts worth a glance.
    pub chips: Vec<Chip>,
    /// Page of the action: evidence, why not the others, history.
    pub open_href: String,
    /// Fragment with the evidence, drawn into `#peek` when the card is chosen with j, k or a click.
    pub peek_href: Option<String>,
    /// Where "Accept" posts to.
    pub accept_href: Option<String>,
    /// Where the outcome posts to.
    pub outcome_href: Option<String>,
    /// Where the dismissal posts to.
    pub dismiss_href: Option<String>,
    /// Page to pick another time.
    pub schedule_href: Option<String>,
    /// `tel:` address.
    pub phone_href: Option<String>,
    /// What may have happened.
    pub outcomes: Vec<Choice>,
    /// Why one may say no.
    pub dismiss_reasons: Vec<Choice>,
    /// Sent back as `form_key`, so that a double click is one act.
    pub form_key: String,
    /// True when it rests on simulated facts.
    pub simulated: bool,
}

impl ActionCard {
    /// A queue of cards: the lead, two more, one accepted, one done, one dismissed.
    pub fn sample() -> Vec<Self> {
        vec![
            Self::sample_lead(),
            Self::sample_of(
                "2",
                "visit",
                "Visit",
                ("Dr. Pavel Novák", "orthopaedics lead"),
                ("Klinikum Linz-Süd", "Linz, AT"),
                "Tue 10:30",
                "Three accounts in Linz are due this week; one trip covers all of them.",
            ),
            Self::sample_of(
                "3",
                "mail",
                "Send demo summary to",
                ("Siobhán Ní Riain", "theatre manager"),
                ("St. Brigid Medical Center", "Cork, IE"),
                "Today",
                "She saw the demo on Friday and asked for the cleaning protocol.",
            ),
            Self {
                state: CardState::Accepted,
                state_note: "Accepted by you, 09:12".into(),
                accept_href: None,
                ..Self::sample_of(
                    "4",
                    "video",
                    "Video call with",
                    ("Dr. Mei Tanaka", "purchasing committee"),
                    ("Northlake Heart Institute", "Duluth, US"),
                    "Wed 09:00",
                    "The committee meets on Thursday and still has two open questions.",
                )
            },
        ]
        .into_iter()
        .chain(Self::sample_ended())
        .collect()
    }

    /// One done, one dismissed: nothing is left to do about them.
    fn sample_ended() -> [Self; 2] {
        [
            Self {
                state: CardState::Done,
                state_note: "Reached, follow-up agreed".into(),
                accept_href: None,
                dismiss_href: None,
                outcome_href: None,
                phone_href: None,
                schedule_href: None,
                ..Self::sample_of(
                    "5",
                    "call",
                    "Call",
                    ("Jörg Ackermann", "head of sterile supply"),
                    ("Uniklinik Rhein-West", "Köln, DE"),
                    "08:20",
                    "His back order ships tomorrow, and he should hear it from us first.",
                )
            },
            Self {
                state: CardState::Dismissed,
                state_note: "Dismissed: already in contact".into(),
                accept_href: None,
                dismiss_href: None,
                outcome_href: None,
                phone_href: None,
                schedule_href: None,
                ..Self::sample_of(
                    "6",
                    "event",
                    "Invite to the webinar",
                    ("Dr. Ana Lúcia Prado", "interventional cardiology"),
                    ("Hospital São Rafael", "Porto, PT"),
                    "This week",
                    "She opened both mails on the new catheter.",
                )
            },
        ]
    }

    fn sample_lead() -> Self {
        Self {
            lead: true,
            when_yours: "08:40 for you".into(),
            chips: vec![Chip::new("Prefers phone before noon", Tone::Info), Chip::new("Orders 3 weeks late", Tone::Warn)],
            simulated: true,
            ..Self::sample_of(
                "1",
                "call",
                "Call",
                ("Dr. Aoife Meyer", "cath lab lead"),
                ("St. Brigid Medical Center", "Cork, IE"),
                "09:40",
                "She asked for the trial data, this site's orders run 3 weeks late, and she prefers the phone before noon.",
            )
        }
    }

    fn sample_of(
        id: &str,
        icon: &str,
        verb: &str,
        (whom, role): (&str, &str),
        (account, place): (&str, &str),
        when: &str,
        reason: &str,
    ) -> Self {
        let at = |act: &str| Some(format!("/actions/{id}/{act}"));
        Self {
            id: format!("action-{id}"),
            icon: icon.into(),
            verb: verb.into(),
            whom: whom.into(),
            role: role.into(),
            account: account.into(),
            account_href: Some("/accounts/7".into()),
            place: place.into(),
            when_theirs: when.into(),
            reason: reason.into(),
            open_href: format!("/actions/{id}"),
            accept_href: at("accept"),
            outcome_href: at("outcome"),
            dismiss_href: at("dismiss"),
            schedule_href: at("schedule"),
            phone_href: (icon == "call").then(|| "tel:+353215550142".into()),
            outcomes: Choice::sample_outcomes(),
            dismiss_reasons: Choice::sample_reasons(),
            form_key: format!("sample-{id}"),
            ..Self::default()
        }
    }
}
