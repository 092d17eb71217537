//! `/coverage/uncovered` and `/coverage/{alignment}/accounts`: the accounts behind the numbers.

use super::super::queries::{AccountLine, accounts_of, alignment, alignments, uncovered as read_uncovered};
use super::covering_roles;
use axum::extract::{Path, Query, State};
use rounds_kernel::{AlignmentId, CareSetting, Cursor, Error, Page, Role};
use rounds_web::components::{Column, Filter, Pager};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::BTreeSet;

const PER_PAGE: usize = 50;

/// The address of a view.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::coverage) struct ListQuery {
    business_unit: String,
    role: String,
    owner: String,
    after: String,
}

#[derive(askama::Template)]
#[template(path = "coverage/templates/accounts.html")]
struct AccountsPage {
    shell: Shell,
    title: String,
    sub: String,
    action: String,
    back: String,
    empty: (&'static str, &'static str),
    filters: Vec<Filter>,
    columns: Vec<Column>,
    lines: Vec<AccountLine>,
    pager: Pager,
}

impl AccountLine {
    fn place(&self) -> String {
        [self.city.as_str(), self.state.as_str()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn setting_label(&self) -> &str {
        CareSetting::parse(&self.setting).map_or(self.setting.as_str(), |s| s.label())
    }
}

fn list(found: Page<AccountLine>, q: &ListQuery, action: &str) -> (Vec<AccountLine>, Pager) {
    let next = found.next.map(|c| {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("business_unit", &q.business_unit), ("role", &q.role), ("owner", &q.owner)] {
            if !value.is_empty() {
                pairs.append_pair(name, value);
            }
        }
        format!("{action}?{}", pairs.append_pair("after", &c.encode()).finish())
    });
    let shown = format!("{} accounts{}", found.rows.len(), if next.is_some() { ", more follow" } else { "" });
    (found.rows, Pager { shown, previous: None, next })
}

fn columns() -> Vec<Column> {
    ["Account", "Place", "Kind", "Referral region"].map(Column::text).to_vec()
}

fn uncovered_view(shell: Shell, q: &ListQuery, units: &[String], found: Page<AccountLine>) -> AccountsPage {
    let action = "/coverage/uncovered";
    let units: Vec<(&str, &str)> = std::iter::once(("", "Any")).chain(units.iter().map(|u| (u.as_str(), u.as_str()))).collect();
    let roles: Vec<(&str, &str)> =
        std::iter::once(("", "Any")).chain(covering_roles().into_iter().map(|r| (r.code(), r.label()))).collect();
    let (lines, pager) = list(found, q, action);
    AccountsPage {
        shell,
        title: "Accounts without an owner".into(),
        sub: "Today, in the business unit and role chosen together; without a choice, accounts that nobody covers at all.".into(),
        action: action.into(),
        back: "/coverage".into(),
        empty: ("All accounts are covered", "Every account in your scope has an owner here."),
        filters: vec![
            Filter::select("business_unit", "Business unit", &units, &q.business_unit),
            Filter::select("role", "Role", &roles, &q.role),
        ],
        columns: columns(),
        lines,
        pager,
    }
}

pub(in crate::coverage) async fn uncovered(State(app): State<App>, visitor: Visitor, Query(q): Query<ListQuery>) -> WebResult {
    let slot = Role::parse(&q.role).filter(|_| !q.business_unit.is_empty()).map(|role| (q.business_unit.as_str(), role));
    let found = read_uncovered(app.db(), &visitor.actor, visitor.now.day(), slot, Cursor::decode(&q.after), PER_PAGE).await?;
    let units: BTreeSet<String> = alignments(app.db()).await?.into_iter().map(|a| a.business_unit).collect();
    let units: Vec<String> = units.into_iter().collect();
    page(&uncovered_view(visitor.shell(&app, "Accounts without an owner"), &q, &units, found))
}

pub(in crate::coverage) async fn accounts(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Query(q): Query<ListQuery>,
) -> WebResult {
    let a = alignment(app.db(), AlignmentId(id)).await?.ok_or_else(|| Error::not_found("alignment"))?;
    let owner = q.owner.parse().ok();
    let day = visitor.now.day().max(a.from());
    let found = accounts_of(app.db(), &visitor.actor, (AlignmentId(id), owner), day, Cursor::decode(&q.after), PER_PAGE).await?;
    let action = format!("/coverage/{id}/accounts");
    let (lines, pager) = list(found, &q, &action);
    page(&AccountsPage {
        shell: visitor.shell(&app, &a.name),
        title: format!("Accounts of {}", a.name),
        sub: if owner.is_some() { "Of one owner.".into() } else { "Of all owners you may see.".into() },
        action,
        back: format!("/coverage/{id}"),
        empty: ("No accounts", "No link of this alignment holds for owners you may see."),
        filters: Vec::new(),
        columns: columns(),
        lines,
        pager,
    })
}

pub(super) fn sample() -> String {
    let line = |id: i64, name: &str| AccountLine {
        id,
        name: name.into(),
        city: "Duluth".into(),
        state: "MN".into(),
        setting: "hospital".into(),
        hrr_name: (id == 1).then(|| "MN- Duluth".into()),
    };
    let found = Page {
        rows: vec![line(1, "St. Brigid Medical Center"), line(2, "Northlake <Heart> Institute")],
        next: Some(Cursor { key: "N".into(), id: 2 }),
    };
    let view = uncovered_view(Shell::sample("Accounts without an owner"), &ListQuery::default(), &["Orthopaedics".into()], found);
    askama::Template::render(&view).unwrap_or_default()
}
