//! Fields, choices and filters.

/// One option of a select or a set of radio buttons.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// True for the one that is chosen.
    pub selected: bool,
}

impl Choice {
    /// A choice that is not chosen.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), selected: false }
    }

    /// Choices from pairs of value and label; `chosen` marks the selected one.
    pub fn list(pairs: &[(&str, &str)], chosen: &str) -> Vec<Self> {
        pairs.iter().map(|(value, label)| Self { selected: *value == chosen, ..Self::new(*value, *label) }).collect()
    }

    /// Outcomes of a contact.
    pub fn sample_outcomes() -> Vec<Self> {
        Self::list(
            &[
                ("reached", "Reached, follow-up agreed"),
                ("reached_no", "Reached, not interested now"),
                ("not_reached", "Not reached"),
                ("wrong_person", "Wrong person"),
                ("do_not_contact", "Asked not to be contacted"),
            ],
            "",
        )
    }

    /// Reasons to dismiss an action.
    pub fn sample_reasons() -> Vec<Self> {
        Self::list(
            &[
                ("in_contact", "Already in contact"),
                ("wrong_time", "Wrong time"),
                ("wrong_channel", "Wrong channel"),
                ("not_relevant", "Not relevant for them"),
            ],
            "",
        )
    }
}

/// A form field: an input, a select (with `options`) or a text area (with `rows`).
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// Name that is sent; also makes the element's id.
    pub name: String,
    /// Words above the input.
    pub label: String,
    /// One sentence that helps to fill it in; may be empty.
    pub hint: String,
    /// What is wrong and how to put it right; empty when nothing is.
    pub error: String,
    /// What is filled in now.
    pub value: String,
    /// Input type: text, email, number, date, search, file …
    pub kind: String,
    /// False shows "optional".
    pub required: bool,
    /// The browser's autocomplete token; may be empty.
    pub autocomplete: String,
    /// Makes it a select.
    pub options: Vec<Choice>,
    /// More than zero makes it a text area of so many rows.
    pub rows: u32,
    /// Which of a page's forms it belongs to, so that two fields of one name keep ids of their own; empty where there is one form.
    pub form: String,
}

impl Field {
    /// A required text field.
    pub fn text(name: &str, label: &str, value: &str) -> Self {
        Self { name: name.into(), label: label.into(), value: value.into(), kind: "text".into(), required: true, ..Self::default() }
    }

    /// The same fields as part of a form that shares its page with others.
    pub fn in_form(fields: Vec<Self>, form: &str) -> Vec<Self> {
        fields.into_iter().map(|f| Self { form: form.into(), ..f }).collect()
    }

    /// What its element's ids end with.
    pub fn key(&self) -> String {
        if self.form.is_empty() { self.name.clone() } else { format!("{}-{}", self.form, self.name) }
    }

    /// Ids of the hint and the error, for `aria-describedby`; empty without either.
    pub fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("h-{}", self.key()));
        let error = (!self.error.is_empty()).then(|| format!("e-{}", self.key()));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    /// Plain, with a hint, with an error, a select, a text area.
    pub fn sample() -> Vec<Self> {
        vec![
            Self::text("account", "Account", "St. Brigid Medical Center"),
            Self {
                hint: "The week starts on Monday, like your calendar.".into(),
                kind: "week".into(),
                ..Self::text("week", "Week", "2026-W48")
            },
            Self {
                error: "31 February does not exist. Nothing was saved: give a date of the calendar.".into(),
                ..Self::text("day", "Visit on", "31.02.2026")
            },
            Self {
                options: Choice::list(&[("phone", "Phone"), ("visit", "Visit"), ("mail", "E-mail")], "visit"),
                ..Self::text("channel", "Channel", "")
            },
            Self { rows: 3, required: false, ..Self::text("note", "Note", "") },
        ]
    }
}

/// One filter of a filter bar: a select (with `options`) or a search box.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Query parameter.
    pub name: String,
    /// Words before it.
    pub label: String,
    /// What is filtered by now; empty for no filter, which is also how the select's "all" option must read.
    pub value: String,
    /// Shown in an empty search box.
    pub placeholder: String,
    /// Makes it a select.
    pub options: Vec<Choice>,
}

impl Filter {
    /// A select, where the first choice (value "") means "all".
    pub fn select(name: &str, label: &str, pairs: &[(&str, &str)], chosen: &str) -> Self {
        Self { name: name.into(), label: label.into(), value: chosen.into(), options: Choice::list(pairs, chosen), ..Self::default() }
    }

    /// A bar with one filter set.
    pub fn sample() -> Vec<Self> {
        vec![
            Self { name: "name".into(), label: "Name".into(), placeholder: "starts with".into(), ..Self::default() },
            Self::select("channel", "Channel", &[("", "All"), ("call", "Call"), ("visit", "Visit"), ("mail", "E-mail")], "call"),
            Self::select("who", "Who", &[("", "Everyone"), ("me", "Me"), ("team", "My team")], ""),
        ]
    }
}
