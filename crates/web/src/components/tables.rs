//! Columns, pages, big numbers and the progress of jobs.

use super::Tone;
use std::fmt;

/// Which way a column is sorted now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Not by this column.
    #[default]
    None,
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A column of a table.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Head, with the unit: "Orders, 12 months".
    pub label: String,
    /// Right-aligned, tabular figures; put class `num` on its cells.
    pub numeric: bool,
    /// Address that sorts by it, e.g. "?sort=-orders"; `None` when it cannot be sorted.
    pub sort_href: Option<String>,
    /// How it is sorted now.
    pub sort: Sort,
}

impl Column {
    /// A column of words.
    pub fn text(label: &str) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A column of numbers.
    pub fn number(label: &str) -> Self {
        Self { numeric: true, ..Self::text(label) }
    }

    /// The same column, sortable through `href`.
    #[must_use]
    pub fn sortable(self, href: &str, sort: Sort) -> Self {
        Self { sort_href: Some(href.into()), sort, ..self }
    }

    /// The value of `aria-sort`.
    pub fn aria_sort(&self) -> Option<&'static str> {
        match self.sort {
            Sort::None => None,
            Sort::Ascending => Some("ascending"),
            Sort::Descending => Some("descending"),
        }
    }

    /// The icon of the sort direction.
    pub fn sort_icon(&self) -> &'static str {
        match self.sort {
            Sort::None => "sort",
            Sort::Ascending => "up",
            Sort::Descending => "down",
        }
    }

    /// Columns of a list of accounts, sorted by orders.
    pub fn sample() -> Vec<Self> {
        vec![
            Self::text("Account").sortable("?sort=name", Sort::None),
            Self::text("Town"),
            Self::text("Segment"),
            Self::number("Beds").sortable("?sort=-beds", Sort::None),
            Self::number("Orders, 12 months").sortable("?sort=orders", Sort::Descending),
            Self::number("Rhythm"),
            Self::number("Health").sortable("?sort=health", Sort::None),
        ]
    }
}

/// Previous and next by cursor, never by page number.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// What is shown, e.g. "50 accounts, more follow".
    pub shown: String,
    /// Address of the previous page.
    pub previous: Option<String>,
    /// Address of the next page.
    pub next: Option<String>,
}

impl Pager {
    /// A first page with more to come.
    pub fn sample() -> Self {
        Self { shown: "50 of 6,742 accounts".into(), previous: None, next: Some("?after=b3JkZXJz".into()) }
    }
}

/// A big number that opens its rows.
#[derive(Debug, Clone, Default)]
pub struct Stat {
    /// What it counts.
    pub label: String,
    /// The number, written for the user's locale.
    pub value: String,
    /// Its unit; may be empty.
    pub unit: String,
    /// The rows and the rule behind it.
    pub href: String,
    /// What it means: against plan, against last week.
    pub note: String,
    /// Tone of the note.
    pub tone: Tone,
}

impl Stat {
    /// A number without a note; a plain count gets its thousands apart.
    pub fn new(label: &str, value: impl Into<String>, href: &str) -> Self {
        let value = value.into();
        let count = if value.starts_with(|c: char| c.is_ascii_digit()) { value.parse().ok() } else { None };
        Self { label: label.into(), value: count.map_or(value, super::grouped), href: href.into(), ..Self::default() }
    }

    /// The same number with a unit.
    #[must_use]
    pub fn unit(self, unit: &str) -> Self {
        Self { unit: unit.into(), ..self }
    }

    /// The same number with what it means.
    #[must_use]
    pub fn note(self, note: impl Into<String>, tone: Tone) -> Self {
        Self { note: note.into(), tone, ..self }
    }

    /// A row of big numbers.
    pub fn sample() -> Vec<Self> {
        vec![
            Self::new("Done today", "14 of 22", "/queue?state=done").note("3 h 10 left", Tone::Info),
            Self::new("Median first touch", "2 m 41", "/leads?sort=-wait").unit("s").note("93 % within 5 min", Tone::Good),
            Self::new("Orders, 4 weeks", "186", "/orders?weeks=4").note("12 % under rhythm", Tone::Warn),
            Self::new("Back orders", "7", "/orders?state=back").note("2 past promise", Tone::Bad),
            Self::new("Potential known", "64", "/accounts?potential=unknown").unit("%").note("2,427 unknown", Tone::Plain),
        ]
    }
}

/// How a long job stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum JobState {
    /// Waits for its turn.
    #[default]
    Waiting,
    /// Runs.
    Running,
    /// Finished.
    Done,
    /// Stopped by someone; picks up where it was.
    Stopped,
    /// Ended with a problem.
    Failed,
}

impl JobState {
    /// The icon beside its words.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Waiting => "state-stale",
            Self::Running => "state-loading",
            Self::Done => "tone-good",
            Self::Stopped => "dismissed",
            Self::Failed => "tone-bad",
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        })
    }
}

/// The live line of a job.
///
/// With `stream`, `ui::progress` opens a server-sent event stream; every unnamed message is `ui::progress_line` drawn
/// again and takes the line's place. After the last one send an event named `done`, so that the connection ends.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// What runs.
    pub label: String,
    /// How far, in words: "3,200 of 6,742 rows, 41 rejected, about 8 s left".
    pub text: String,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 when unknown.
    pub total: u64,
    /// How it stands.
    pub state: JobState,
    /// Address of the event stream; `None` for a line that no longer changes.
    pub stream: Option<String>,
    /// Where "Stop" posts to.
    pub stop_href: Option<String>,
}

/// The kind of a job in words.
fn kind_words(kind: &str) -> &str {
    match kind {
        "import" => "Import",
        "plan" => "Plan",
        "coverage-search" => "Search by coverage",
        "backup" => "Backup",
        "free-text" => "Screening of notes",
        other => other,
    }
}

impl Progress {
    /// The line of a stored job.
    pub fn of(job: &rounds_store::jobs::JobRow) -> Self {
        let state = match job.state.as_str() {
            "done" => JobState::Done,
            "failed" => JobState::Failed,
            "stopped" => JobState::Stopped,
            "running" => JobState::Running,
            _ => JobState::Waiting,
        };
        let open = matches!(state, JobState::Waiting | JobState::Running);
        let percent = job.percent().map_or(String::new(), |p| format!(" · {p} %"));
        Self {
            label: format!("{} {}", kind_words(&job.kind), job.id),
            text: format!("{}{percent}", job.message),
            done: job.done.max(0).unsigned_abs(),
            total: job.total.max(0).unsigned_abs(),
            state,
            stream: open.then(|| format!("/live/job.{}", job.id)),
            stop_href: open.then(|| format!("/jobs/{}/stop", job.id)),
        }
    }

    /// One job in each state.
    pub fn sample() -> Vec<Self> {
        let job = |label: &str, text: &str, done, state| Self {
            label: label.into(),
            text: text.into(),
            done,
            total: 6742,
            state,
            stream: None,
            stop_href: None,
        };
        vec![
            Self {
                stop_href: Some("/jobs/7/stop".into()),
                ..job("Import hospitals", "3,200 of 6,742 rows · 41 rejected · about 8 s left", 3200, JobState::Running)
            },
            Self { total: 0, ..job("Plan week 2026-W48", "Waits for the import", 0, JobState::Waiting) },
            job("Import systems", "637 rows · 0 rejected · 0.4 s", 6742, JobState::Done),
            job("Simulate market", "Stopped by you at month 7 of 12; it picks up there", 3932, JobState::Stopped),
            job("Import crosswalk", "Line 1: column ZIP is missing. Nothing was changed.", 0, JobState::Failed),
        ]
    }
}

/// One of a few views of the same thing, chosen by a link.
#[derive(Debug, Clone, Default)]
pub struct Tab {
    /// Words.
    pub label: String,
    /// Address.
    pub href: String,
    /// How many things it holds.
    pub count: usize,
    /// True for the view that is open.
    pub current: bool,
}

impl Tab {
    /// The days of a week.
    pub fn sample() -> Vec<Self> {
        let tab = |label: &str, count, current| Self { label: label.into(), href: format!("/queue?day={label}"), count, current };
        vec![tab("Mon 23 Nov", 12, true), tab("Tue 24 Nov", 9, false), tab("Wed 25 Nov", 0, false)]
    }
}
