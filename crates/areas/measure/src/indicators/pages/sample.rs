//! The page of indicators drawn from made-up figures.

use super::super::Group;
use super::super::queries::{ActionRow, WeekRow};
use super::{Figures, view};
use askama::Template;
use rounds_kernel::{Channel, Day};
use rounds_serve::orders::FamilySum;
use rounds_web::Shell;

fn full() -> Figures {
    let today = Day::parse("2026-11-25").unwrap_or_default();
    let first_week = today.week().monday().plus(-21);
    let week = |k: i64| {
        Channel::ALL.iter().map(move |c| WeekRow {
            week: k,
            channel: c.code().into(),
            contacts: 40 + 3 * k + c.index() as i64,
            attempts: if c.index() < 3 { 40 } else { 0 },
            reached: if c.index() < 3 { 14 } else { 0 },
        })
    };
    let group = |name: &str, people| Group { name: name.into(), people, attempts: people * 60, reached: people * 21 };
    let action = |kind: &str, why: Option<&str>, actions| ActionRow { kind: kind.into(), why: why.map(str::to_owned), actions };
    let order =
        |k: i64| FamilySum { day: i64::from(today.0) - 30 * k, family: format!("Family {}", k % 8), amount_cents: 4_000_000 + k * 100_000 };
    Figures {
        agreed: 0,
        first_week,
        weeks: 4,
        contacts: (0..4).flat_map(week).collect(),
        roles: vec![group("Field rep", 9), group("Remote rep", 6), group("Customer success", 2)],
        actions: vec![action("accepted", None, 61), action("contact", Some("reached"), 20), action("dismissed", Some("wrong_time"), 7)],
        people_behind_actions: 15,
        orders: (0..12).map(order).collect(),
        today,
        may_orders: true,
    }
}

/// Name and HTML of the page: full, of a team too small to show, and empty.
pub(in crate::indicators) fn samples() -> Vec<(&'static str, String)> {
    let draw = |f: &Figures| view(Shell::sample("Indicators"), f).render().unwrap_or_default();
    let small =
        Figures { roles: vec![Group { name: "Field rep".into(), people: 4, attempts: 9, reached: 3 }], people_behind_actions: 4, ..full() };
    let empty = Figures { weeks: 12, today: Day(20_000), first_week: Day(19_900), ..Figures::default() };
    vec![("indicators", draw(&full())), ("indicators, small team", draw(&small)), ("indicators, none", draw(&empty))]
}
