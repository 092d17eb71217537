//! The pages of leads drawn from made-up rows.

use super::super::store::{Counts, LeadLine, Named};
use super::form_view;
use super::list::{Ask, Frame, view};
use askama::Template;
use rounds_customers::lists::Slice;
use rounds_kernel::{Actor, Cursor, Time};
use rounds_web::Shell;
use std::collections::BTreeMap;

const NOW: i64 = 1_795_443_600_000_000;

fn rows() -> Vec<LeadLine> {
    let row = |id, minutes: i64, person: Option<&str>, note: &str| LeadLine {
        id,
        account_id: 7,
        account: "Alderbrook Medical Center".into(),
        person_id: person.map(|_| 31),
        person: person.map(str::to_owned),
        source: "webinar".into(),
        family: Some("Vascular closure".into()),
        note: note.into(),
        captured_at: NOW - minutes * 60_000_000,
        ..LeadLine::default()
    };
    let taken = LeadLine { taken_by: Some(1), taker: Some("Ines Kowalski".into()), taken_at: Some(NOW), ..row(3, 44, None, "") };
    let closed = LeadLine { closed_at: Some(NOW), close_reason: Some("ordered".into()), ..row(4, 3_000, Some("Mei Tran"), "") };
    vec![row(1, 2, Some("Dr. Aoife Meyer"), "Asked for the trial data."), row(2, 90, None, "<script>alert(1)</script>"), taken, closed]
}

/// Name and HTML of each page.
pub(in crate::leads) fn samples() -> Vec<(&'static str, String)> {
    let actor = Actor { user: Some(rounds_kernel::UserId(1)), ..Actor::program("Ines Kowalski") };
    let frame = Frame {
        actor: &actor,
        now: Time(NOW),
        families: BTreeMap::from([("Vascular closure".to_owned(), "cardiac".to_owned())]),
        covering: BTreeMap::from([(7, vec![("cardiac".to_owned(), "Ines Kowalski".to_owned())])]),
    };
    let counts = Counts { waiting: 2, taken: 1, late: 1 };
    let full = Slice { rows: rows(), previous: None, next: Some(Cursor { key: "1".into(), id: 1 }) };
    let empty = Slice { rows: Vec::new(), previous: None, next: None };
    let account = Named { id: 7, name: "Alderbrook Medical Center".into() };
    let people = [Named { id: 31, name: "Dr. Aoife Meyer".into() }];
    let families = ["Vascular closure".to_owned()];
    let draw = |html: askama::Result<String>| html.unwrap_or_default();
    vec![
        ("leads", draw(view(Shell::sample("Leads"), &Ask::default(), &frame, &counts, &full, "4").render())),
        ("leads, none", draw(view(Shell::sample("Leads"), &Ask::closed(), &frame, &Counts::default(), &empty, "0").render())),
        (
            "lead form",
            draw(form_view(Shell::sample("Capture a lead"), Some(&account), &people, &families, Some(31), "key".into()).render()),
        ),
        ("lead form, open", draw(form_view(Shell::sample("Capture a lead"), None, &[], &families, None, "key".into()).render())),
    ]
}
