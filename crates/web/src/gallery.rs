//! `/gallery`: every component in every state, and two pages to copy the structure from.
//!
//! The gallery is drawn in tests and looked at by people: a component that is not here does not exist.

use crate::charts::{self, Chart, Row, Spec, Svg};
use crate::components::{ActionCard, Chip, Column, Fact, Field, Filter, Pager, Progress, RecordHead, Stat, Tab, TimelineDay, Tone};
use crate::shell::{Flash, Shell};
use askama::Template;

/// Every component in every state.
#[derive(Debug, Clone, Template)]
#[template(path = "gallery.html")]
pub struct GalleryPage {
    /// Frame, with a notice that can be undone.
    pub shell: Shell,
    /// The samples.
    pub kit: Kit,
}

impl GalleryPage {
    /// The gallery in this frame.
    pub fn new(shell: Shell) -> Self {
        Self { shell, kit: Kit::sample() }
    }

    /// The gallery as tests draw it.
    pub fn sample() -> Self {
        let undo = Some(("/actions/6/undo".to_owned(), "Undo".to_owned()));
        let flash = Some(Flash { tone: "good".into(), text: "Dismissed: Dr. Ana Lúcia Prado, already in contact.".into(), undo });
        Self::new(Shell { flash, ..Shell::sample("Gallery") })
    }
}

/// The structure of the queue: cards left, the evidence for the chosen one right.
#[derive(Debug, Clone, Template)]
#[template(path = "gallery_queue.html")]
pub struct QueueSample {
    /// Frame.
    pub shell: Shell,
    /// The samples.
    pub kit: Kit,
}

impl QueueSample {
    /// The queue's structure with made-up words.
    pub fn sample() -> Self {
        Self { shell: Shell::sample("Queue"), kit: Kit::sample() }
    }
}

/// The structure of an account: head, next action, people, timeline, orders.
#[derive(Debug, Clone, Template)]
#[template(path = "gallery_account.html")]
pub struct AccountSample {
    /// Frame.
    pub shell: Shell,
    /// The samples.
    pub kit: Kit,
}

impl AccountSample {
    /// The account's structure with made-up words.
    pub fn sample() -> Self {
        Self { shell: Shell::sample("St. Brigid Medical Center"), kit: Kit::sample() }
    }
}

/// One sample of everything.
#[derive(Debug, Clone)]
pub struct Kit {
    /// Chips of all tones.
    pub chips: Vec<Chip>,
    /// Facts, one unknown.
    pub facts: Vec<Fact>,
    /// Big numbers.
    pub stats: Vec<Stat>,
    /// Days to choose from.
    pub tabs: Vec<Tab>,
    /// A record's head.
    pub head: RecordHead,
    /// Two days of facts.
    pub days: Vec<TimelineDay>,
    /// Cards in all states.
    pub cards: Vec<ActionCard>,
    /// Columns of a list of accounts.
    pub columns: Vec<Column>,
    /// Columns of a list of people.
    pub people_columns: Vec<Column>,
    /// A filter bar.
    pub filters: Vec<Filter>,
    /// A first page.
    pub pager: Pager,
    /// Jobs in all states.
    pub jobs: Vec<Progress>,
    /// Fields in all states.
    pub fields: Vec<Field>,
    /// One series.
    pub bars: Chart,
    /// Three series on top of each other.
    pub stacked: Chart,
    /// Two series over time, with a gap.
    pub lines: Chart,
    /// Orders in a word's space.
    pub spark: Svg,
    /// Evidence of the chosen action.
    pub evidence: Vec<Fact>,
}

impl Kit {
    /// The same kit each time.
    pub fn sample() -> Self {
        Self {
            chips: Chip::sample(),
            facts: Fact::sample(),
            stats: Stat::sample(),
            tabs: Tab::sample(),
            head: RecordHead::sample(),
            days: TimelineDay::sample(),
            cards: ActionCard::sample(),
            columns: Column::sample(),
            people_columns: vec![Column::text("Who"), Column::text("May be reached by"), Column::number("90 days")],
            filters: Filter::sample(),
            pager: Pager::sample(),
            jobs: Progress::sample(),
            fields: Field::sample(),
            bars: sample_bars(),
            stacked: sample_stacked(),
            lines: sample_lines(),
            spark: charts::sparkline(
                &[14.0, 16.0, 13.0, 17.0, 15.0, 18.0, 12.0, 13.0, 9.0, 11.0, 8.0, 7.0],
                "Orders a month, falling from 14 to 7",
            ),
            evidence: sample_evidence(),
        }
    }

    /// The card that is chosen.
    pub fn lead(&self) -> ActionCard {
        self.cards.first().cloned().unwrap_or_default()
    }

    /// The cards after the lead.
    pub fn rest(&self) -> &[ActionCard] {
        self.cards.get(1..).unwrap_or_default()
    }

    /// A chip whose words are hostile: they must come out as words.
    pub fn hostile(&self) -> Chip {
        Chip::new("<script>alert(\"no\")</script>", Tone::Plain)
    }
}

fn spec(caption: &str, unit: &str, first_column: &str, legend: &[&str]) -> Spec {
    Spec {
        caption: caption.into(),
        unit: unit.into(),
        first_column: first_column.into(),
        legend: legend.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn sample_bars() -> Chart {
    let row = |label: &str, value: f64, shown: &str| Row::one(label, value, shown);
    let rows = vec![
        row("Visit", 412.0, "412"),
        row("Phone", 1_186.0, "1,186"),
        row("E-mail", 934.0, "934"),
        row("Video call", 203.0, "203"),
        row("Webinar", 88.0, "88"),
        row("Congress and training days", 31.0, "31"),
    ];
    charts::bar(spec("Contacts by channel", "last 90 days", "Channel", &["Contacts"]), rows)
}

fn sample_stacked() -> Chart {
    let row = |label: &str, values: [f64; 3]| {
        let total: f64 = values.iter().sum();
        let shown = values.iter().chain([&total]).map(|value| format!("{value:.0}")).collect();
        Row { label: label.into(), values: values.to_vec(), shown }
    };
    let rows = vec![
        row("Ines Kowalski", [14.0, 5.0, 3.0]),
        row("Jonas Weber", [9.0, 8.0, 1.0]),
        row("Marta Oliveira", [6.0, 4.0, 5.0]),
        row("Kenji Ito", [2.0, 11.0, 0.0]),
    ];
    charts::stacked_bar(spec("This week's actions by state", "actions", "Who", &["Done", "Accepted", "Dismissed"]), rows)
}

fn sample_lines() -> Chart {
    let points = [
        (31.0, 30.0),
        (34.0, 31.0),
        (29.0, 31.0),
        (36.0, 32.0),
        (33.0, 32.0),
        (f64::NAN, 33.0),
        (38.0, 33.0),
        (41.0, 34.0),
        (37.0, 34.0),
        (43.0, 35.0),
        (40.0, 35.0),
        (46.0, 36.0),
    ];
    let rows = points.iter().zip(37..).map(|((orders, rhythm), week)| {
        let shown = [orders, rhythm].iter().map(|value| if value.is_finite() { format!("{value:.0}") } else { "unknown".into() }).collect();
        Row { label: format!("W{week}"), values: vec![*orders, *rhythm], shown }
    });
    charts::line(spec("Orders a week", "orders", "Week", &["Orders", "Rhythm"]), rows.collect())
}

fn sample_evidence() -> Vec<Fact> {
    vec![
        Fact::new("Asked for trial data", "20 Nov").link("/facts/41").note("e-mail, opened twice"),
        Fact::new("Orders late by", "3 weeks").link("/accounts/7?tab=orders").note("rhythm 21 days, last 2 Nov"),
        Fact::new("Best reached", "Phone, 09–12").link("/people/31?tab=contacts").note("6 of 7 calls"),
        Fact::new("Why not a visit", "4 h 20 on the road").note("the call is worth more an hour"),
        Fact::new("Why not e-mail", "No permission").link("/consent/people/31"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn() -> [(&'static str, String); 3] {
        let draw = |page: askama::Result<String>| page.expect("a sample page renders");
        [
            ("gallery", draw(GalleryPage::sample().render())),
            ("queue", draw(QueueSample::sample().render())),
            ("account", draw(AccountSample::sample().render())),
        ]
    }

    #[test]
    fn pages_keep_the_content_security_policy() {
        for (name, html) in drawn() {
            for forbidden in ["<style", " style=", " onclick=", "javascript:", "<script>"] {
                assert!(!html.contains(forbidden), "{name} has {forbidden}");
            }
            assert!(!html.contains("http://") && !html.contains("https://"), "{name} loads something from elsewhere");
        }
    }

    #[test]
    fn every_post_form_carries_the_token() {
        for (name, html) in drawn() {
            for form in html
                .split("<form")
                .skip(1)
                .filter(|form| form.starts_with(" method=\"post\"") || form.starts_with(" class=\"inline-form\" method=\"post\""))
            {
                let body = form.split("</form>").next().unwrap_or_default();
                assert!(body.contains("name=\"csrf\""), "{name}: {body}");
            }
        }
    }

    #[test]
    fn ids_are_unique() {
        for (name, html) in drawn() {
            let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let all = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), all, "{name} repeats an id");
        }
    }

    #[test]
    fn words_from_outside_stay_words() {
        let mut page = QueueSample::sample();
        let nasty = "\"'><script>alert(1)</script>".to_owned();
        for card in &mut page.kit.cards {
            for word in [&mut card.id, &mut card.icon, &mut card.verb, &mut card.whom, &mut card.role, &mut card.account, &mut card.reason]
            {
                word.clone_from(&nasty);
            }
            card.open_href.clone_from(&nasty);
            card.accept_href = Some(nasty.clone());
            card.outcomes = vec![crate::components::Choice::new(&nasty, &nasty)];
            card.chips = vec![Chip::new(&nasty, Tone::Plain)];
        }
        let queue = page.render().expect("a hostile page renders too");
        assert!(!queue.contains("<script>alert") && !queue.contains("\"'>"), "a word left its quotes or became markup");
        let (_, html) = &drawn()[0];
        assert!(html.contains("&#60;script&#62;alert") || html.contains("&lt;script&gt;alert"));
    }
}
