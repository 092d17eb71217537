//! Pages of coverage, and the panel on an account's page.

mod accounts;
mod fill;
mod list;
mod one;
mod panel;

pub(super) use accounts::{accounts, accounts_csv, uncovered, uncovered_csv};
pub(super) use fill::fill;
pub(super) use list::list;
pub(super) use one::one;
pub use panel::CoveragePanel;

use super::FillBy;
use rounds_kernel::{Day, Money, Role};
use rounds_web::components::{Choice, Field};

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = vec![("coverage", list::sample()), ("coverage-empty", list::empty_sample()), ("coverage-alignment", one::sample())];
    all.extend([("coverage-preview", fill::sample()), ("coverage-uncovered", accounts::sample()), ("coverage-panel", panel::sample())]);
    all
}

/// A count with thousands set apart.
fn told(n: usize) -> String {
    Money(i64::try_from(n).unwrap_or(i64::MAX / 100).saturating_mul(100)).whole()
}

/// `812–1,040`.
fn span(least: i64, most: i64) -> String {
    let n = |i: i64| told(usize::try_from(i).unwrap_or_default());
    format!("{}–{}", n(least), n(most))
}

/// Roles that cover accounts.
fn covering_roles() -> Vec<Role> {
    Role::ALL.iter().copied().filter(|r| r.covers() && *r != Role::Manager).collect()
}

/// What a fill's form is filled in with.
struct FormStart<'a> {
    name: &'a str,
    by: FillBy,
    from: Day,
}

/// Fields that every fill asks for.
fn fill_fields(start: &FormStart<'_>) -> Vec<Field> {
    let by: Vec<(&str, &str)> = [FillBy::State, FillBy::Hrr].iter().map(|b| (b.code(), b.label())).collect();
    vec![
        Field { hint: "How people will know it.".into(), ..Field::text("name", "Name of the alignment", start.name) },
        Field {
            options: Choice::list(&by, start.by.code()),
            hint: "Regions are given away whole; finer ones balance better.".into(),
            ..Field::text("by", "Fill by", "")
        },
        Field {
            kind: "date".into(),
            hint: "What holds now ends on this day.".into(),
            ..Field::text("effective_from", "First day", &start.from.to_string())
        },
    ]
}
