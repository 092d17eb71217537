//! The list of orders drawn from made-up rows.

use super::super::store::{Line, Total};
use super::{Found, ListQuery, view};
use askama::Template;
use rounds_customers::lists::Slice;
use rounds_kernel::{Cursor, Time};
use rounds_web::Shell;

const NOW: i64 = 1_795_443_600_000_000;
const DAY: i64 = 86_400_000_000;

fn row(id: i64, status: &str, due: Option<i64>) -> Line {
    Line {
        id,
        order_no: format!("A00000{id}-202611-C"),
        line: 1,
        account_id: 7,
        account: "Alderbrook <i>Medical</i> Center".into(),
        code: "CVC-06".into(),
        product: "Sealis closure 6F".into(),
        family: "Vascular closure".into(),
        quantity: 12,
        amount_cents: 297_600,
        ordered_at: NOW - id * DAY,
        status: status.into(),
        due_at: due.map(|d| NOW + d * DAY),
    }
}

/// Name and HTML of each page.
pub(in crate::orders) fn samples() -> Vec<(&'static str, String)> {
    let total = |status: &str, lines, overdue| Total { status: status.into(), lines, amount_cents: lines * 297_600, overdue };
    let full = Found {
        totals: vec![total("back_order", 2, 1), total("open", 1, 0), total("delivered", 120, 0)],
        first: vec![row(1, "back_order", Some(-3)), row(2, "back_order", Some(9))],
        slice: Slice {
            rows: vec![row(3, "open", Some(2)), row(4, "delivered", None)],
            previous: None,
            next: Some(Cursor { key: "1".into(), id: 4 }),
        },
        now: Time(NOW),
        zone: "America/Chicago".into(),
    };
    let nothing = Slice { rows: Vec::new(), previous: None, next: None };
    let empty = Found { totals: Vec::new(), first: Vec::new(), slice: nothing, now: Time(NOW), zone: "UTC".into() };
    let one =
        ListQuery { account: "7".into(), status: "open".into(), name: "Ald er".into(), sort: "-amount".into(), ..ListQuery::default() };
    let draw = |q: &ListQuery, f: &Found| view(Shell::sample("Orders"), q, f).render().unwrap_or_default();
    vec![
        ("orders", draw(&ListQuery::default(), &full)),
        ("orders, narrowed", draw(&one, &full)),
        ("orders, none", draw(&ListQuery::default(), &empty)),
        ("orders, none found", draw(&one, &empty)),
    ]
}
