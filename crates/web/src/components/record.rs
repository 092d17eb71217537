//! A record's head, its facts and its timeline.

use super::{Chip, Tone};

/// The head of a record: an account, a person, a system, a plan.
#[derive(Debug, Clone, Default)]
pub struct RecordHead {
    /// Kind of record, e.g. "Account".
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Label and value of what identifies it, e.g. ("CCN", "240080").
    pub identifiers: Vec<(String, String)>,
    /// What to know at a glance.
    pub chips: Vec<Chip>,
}

impl RecordHead {
    /// A hospital.
    pub fn sample() -> Self {
        let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
        Self {
            kind: "Account".into(),
            name: "St. Brigid Medical Center".into(),
            identifiers: vec![
                pair("System", "Northlake Health"),
                pair("CCN", "240080"),
                pair("Town", "Duluth, MN"),
                pair("Segment", "XL clinical"),
            ],
            chips: vec![
                Chip::new("Contract tier B", Tone::Plain),
                Chip::new("Health 62, falling", Tone::Warn),
                Chip::new("2 back orders", Tone::Bad),
                Chip::new("Champion: Dr. Meyer", Tone::Good),
            ],
        }
    }
}

/// A label and a value, maybe with a link and a note.
#[derive(Debug, Clone, Default)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// Its value with its unit; write "unknown" rather than leaving it empty.
    pub value: String,
    /// Opens the rows or the record behind it.
    pub href: Option<String>,
    /// A few quiet words after it: since when, from where.
    pub note: String,
}

impl Fact {
    /// A plain fact.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), ..Self::default() }
    }

    /// The same fact with a link.
    #[must_use]
    pub fn link(self, href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..self }
    }

    /// The same fact with a note.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// Facts of a person, one of them unknown.
    pub fn sample() -> Vec<Self> {
        vec![
            Self::new("Owner", "Ines Kowalski").link("/users/12").note("remote, since March 2025"),
            Self::new("Prefers", "Phone before noon").note("said 14 Oct, kept 6 of 7 times"),
            Self::new("Permission", "Phone and visit; not e-mail").link("/consent/people/31"),
            Self::new("Contacts, 90 days", "7 of 9 allowed").link("/people/31?tab=contacts"),
            Self::new("Procedures a year", "unknown").note("not in the claims file"),
            Self::new("Last visit", "12 Oct 2026").note("Jonas Weber"),
        ]
    }
}

/// All that happened on one day.
#[derive(Debug, Clone, Default)]
pub struct TimelineDay {
    /// The day as the user writes it, e.g. "Mon 23 Nov 2026" or "Today".
    pub label: String,
    /// Newest first.
    pub items: Vec<TimelineItem>,
}

/// One thing that happened.
#[derive(Debug, Clone, Default)]
pub struct TimelineItem {
    /// When, as RFC 3339.
    pub at: String,
    /// When, as shown, e.g. "09:40".
    pub time: String,
    /// Icon: call, visit, mail, video, event, demo, order, case, click, note, plan, letter, task.
    pub icon: String,
    /// Word of the kind, e.g. "Call"; the icon never stands alone.
    pub kind: String,
    /// Who took part.
    pub who: String,
    /// Where, or through which channel.
    pub place: String,
    /// What happened.
    pub text: String,
    /// Opens it.
    pub href: Option<String>,
    /// True when it was made by the simulation.
    pub simulated: bool,
}

impl TimelineDay {
    /// Two days of an account, one item simulated.
    pub fn sample() -> Vec<Self> {
        let item = |time: &str, icon: &str, kind: &str, who: &str, place: &str, text: &str| TimelineItem {
            at: format!("2026-11-23T{time}:00Z"),
            time: time.into(),
            icon: icon.into(),
            kind: kind.into(),
            who: who.into(),
            place: place.into(),
            text: text.into(),
            href: Some("/facts/1".into()),
            simulated: false,
        };
        vec![
            Self {
                label: "Today, Mon 23 Nov".into(),
                items: vec![
                    item(
                        "09:52",
                        "call",
                        "Call",
                        "Ines Kowalski with Dr. Aoife Meyer",
                        "phone",
                        "Reached. Wants the trial data before Thursday's committee.",
                    ),
                    item("08:15", "order", "Order", "Purchasing", "portal", "12 × catheter 6F, one line on back order until 4 Dec."),
                ],
            },
            Self {
                label: "Fri 20 Nov".into(),
                items: vec![
                    TimelineItem {
                        simulated: true,
                        ..item(
                            "15:30",
                            "demo",
                            "Demo",
                            "Jonas Weber with Siobhán Ní Riain",
                            "cath lab",
                            "Showed the new closure device to 4 people.",
                        )
                    },
                    item("11:04", "mail", "E-mail opened", "Dr. Aoife Meyer", "newsletter", "Trial data, 12-month results."),
                    item("09:10", "case", "Case", "Customer service", "phone", "Delivery split without notice. Solved the same day."),
                ],
            },
        ]
    }
}
