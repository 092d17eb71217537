//! `/coverage/uncovered` and `/coverage/{alignment}/accounts`: the accounts behind the numbers, as lists and as files.

use super::super::queries::{AccountLine, AlignmentRow, SORTS, accounts_list, alignment, alignments, uncovered_list};
use super::covering_roles;
use axum::extract::{Path, Query, RawQuery, State};
use rounds_customers::lists::{self, Keyset, Place, Slice};
use rounds_customers::sheets::{self, Cell, Section, Sheet, Table};
use rounds_kernel::{AlignmentId, CareSetting, Error, Result, Role};
use rounds_platform::views;
use rounds_store::contains;
use rounds_web::components::Filter;
use rounds_web::{App, Shell, Visitor, WebResult};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The address of a view.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::coverage) struct ListQuery {
    business_unit: String,
    role: String,
    owner: String,
    name: String,
    state: String,
    setting: String,
    sort: String,
    after: String,
    before: String,
}

impl ListQuery {
    fn parameters(&self) -> [(&str, &str); 7] {
        [
            ("business_unit", &self.business_unit),
            ("role", &self.role),
            ("owner", &self.owner),
            ("name", &self.name),
            ("state", &self.state),
            ("setting", &self.setting),
            ("sort", &self.sort),
        ]
    }

    /// `list` narrowed and sorted as the address asks; rows chosen by hand alone, if any.
    fn narrow(&self, mut list: Keyset, query: Option<&str>) -> Keyset {
        if !self.name.trim().is_empty() {
            list.filter("LOWER(a.name || ' ' || a.city) LIKE LOWER({}) ESCAPE '!'", contains(&self.name));
        }
        if !self.state.trim().is_empty() {
            list.filter("a.state = {}", self.state.trim().to_uppercase());
        }
        if let Some(setting) = CareSetting::parse(&self.setting) {
            list.filter("a.setting = {}", setting.code());
        }
        list.sort(SORTS, &self.sort);
        list.only(&lists::chosen(query));
        list
    }

    fn filters(&self) -> Vec<Filter> {
        let settings: Vec<(&str, &str)> =
            std::iter::once(("", "All")).chain(CareSetting::ALL.iter().map(|s| (s.code(), s.label()))).collect();
        let words = |name: &str, label: &str, value: &str, hint: &str| Filter {
            value: value.to_owned(),
            placeholder: hint.to_owned(),
            ..Filter::select(name, label, &[], "")
        };
        vec![
            words("name", "Account", &self.name, "name or town"),
            words("state", "State", &self.state, "MN"),
            Filter::select("setting", "Care setting", &settings, &self.setting),
        ]
    }
}

/// What the two lists differ in.
struct Words {
    title: String,
    sub: String,
    path: String,
    back: String,
    empty: (&'static str, &'static str),
    /// Filters of one list alone.
    filters: Vec<Filter>,
}

fn view(shell: Shell, q: &ListQuery, words: Words, slice: &Slice<AccountLine>, total: &str) -> Sheet {
    let parameters = q.parameters();
    let place = |l: &AccountLine| [l.city.as_str(), l.state.as_str()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ");
    let row = |l: &AccountLine| {
        let region = l.hrr_name.as_ref().map_or_else(|| Cell::unknown("the record knows no referral region"), Cell::text);
        vec![Cell::link(&l.name, format!("/accounts/{}", l.id)), Cell::text(place(l)), Cell::text(label(&l.setting)), region]
    };
    let (path, file) = (words.path.as_str(), format!("{}.csv", words.path));
    let (title, text) = words.empty;
    let table = Table::new(
        "Accounts",
        &["Account", "Place", "Kind", "Referral region"],
        (title, text, "Look at the alignments to see who covers what."),
    )
    .choosable(&file, slice.rows.iter().map(|l| l.id))
    .sortable(SORTS, &q.sort, path, &parameters);
    let mut filters = words.filters;
    filters.extend(q.filters());
    let own: Vec<&str> = filters.iter().map(|f| f.name.as_str()).collect();
    let kept = lists::kept(&parameters, &["owner", "sort"]).into_iter().filter(|(name, _)| !own.contains(&name.as_str())).collect();
    Sheet {
        shell,
        sub: words.sub,
        links: vec![("Back to coverage".into(), words.back), ("Export CSV".into(), lists::href(&file, &parameters))],
        kept,
        filters,
        pager: Some(lists::pager(slice, total, "accounts", path, &parameters)),
        sections: vec![Section::table("", "", table.rows(slice.rows.iter().map(row)))],
        title: words.title,
        path: words.path,
        ..Sheet::default()
    }
}

fn label(setting: &str) -> String {
    CareSetting::parse(setting).map_or(setting, |s| s.label()).to_owned()
}

fn uncovered_words(q: &ListQuery, units: &[String]) -> Words {
    let units: Vec<(&str, &str)> = std::iter::once(("", "Any")).chain(units.iter().map(|u| (u.as_str(), u.as_str()))).collect();
    let roles: Vec<(&str, &str)> =
        std::iter::once(("", "Any")).chain(covering_roles().into_iter().map(|r| (r.code(), r.label()))).collect();
    Words {
        title: "Accounts without an owner".into(),
        sub: "Today, in the business unit and role chosen together; without a choice, accounts that nobody covers at all".into(),
        path: "/coverage/uncovered".into(),
        back: "/coverage".into(),
        empty: ("No such account", "Every account in your scope has an owner here, or none fits the filters."),
        filters: vec![
            Filter::select("business_unit", "Business unit", &units, &q.business_unit),
            Filter::select("role", "Role", &roles, &q.role),
        ],
    }
}

fn without_owner(q: &ListQuery, visitor: &Visitor, query: Option<&str>) -> Keyset {
    let slot = Role::parse(&q.role).filter(|_| !q.business_unit.is_empty()).map(|role| (q.business_unit.as_str(), role));
    q.narrow(uncovered_list(&visitor.actor, visitor.now.day(), slot), query)
}

async fn shown(app: &App, visitor: &Visitor, q: &ListQuery, (list, words): (Keyset, Words), query: Option<&str>) -> WebResult {
    let slice: Slice<AccountLine> = lists::fetch_sorted(app.db(), &list, &Place::read(&q.after, &q.before)).await?;
    let total = lists::count(app.db(), &list).await?;
    let views = views::of(app.db(), visitor, &words.path, query).await?;
    Sheet { views, ..view(visitor.shell(app, &words.title), q, words, &slice, &total) }.respond()
}

async fn file(app: &App, name: &str, list: &Keyset) -> WebResult {
    let rows: Vec<AccountLine> = lists::all(app.db(), list).await?;
    let cells = rows.into_iter().map(|l| vec![l.id.to_string(), l.name, l.setting, l.city, l.state, l.hrr_name.unwrap_or_default()]);
    sheets::csv(name, &["Account Id", "Account", "Care Setting", "City", "State", "Referral Region"], cells)
}

pub(in crate::coverage) async fn uncovered(
    State(app): State<App>,
    visitor: Visitor,
    Query(q): Query<ListQuery>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let units: BTreeSet<String> = alignments(app.db()).await?.into_iter().map(|a| a.business_unit).collect();
    let words = uncovered_words(&q, &units.into_iter().collect::<Vec<_>>());
    shown(&app, &visitor, &q, (without_owner(&q, &visitor, query.as_deref()), words), query.as_deref()).await
}

pub(in crate::coverage) async fn uncovered_csv(
    State(app): State<App>,
    visitor: Visitor,
    Query(q): Query<ListQuery>,
    RawQuery(query): RawQuery,
) -> WebResult {
    file(&app, "uncovered.csv", &without_owner(&q, &visitor, query.as_deref())).await
}

async fn of_alignment(app: &App, visitor: &Visitor, id: i64, q: &ListQuery, query: Option<&str>) -> Result<(AlignmentRow, Keyset)> {
    let a = alignment(app.db(), AlignmentId(id)).await?.ok_or_else(|| Error::not_found("alignment"))?;
    let day = visitor.now.day().max(a.from());
    let list = accounts_list(&visitor.actor, (AlignmentId(id), q.owner.parse().ok()), day);
    Ok((a, q.narrow(list, query)))
}

pub(in crate::coverage) async fn accounts(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Query(q): Query<ListQuery>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (a, list) = of_alignment(&app, &visitor, id, &q, query.as_deref()).await?;
    let words = Words {
        title: format!("Accounts of {}", a.name),
        sub: if q.owner.is_empty() { "Of all owners you may see" } else { "Of one owner" }.into(),
        path: format!("/coverage/{id}/accounts"),
        back: format!("/coverage/{id}"),
        empty: ("No accounts", "No link of this alignment holds for owners you may see, or none fits the filters."),
        filters: Vec::new(),
    };
    shown(&app, &visitor, &q, (list, words), query.as_deref()).await
}

pub(in crate::coverage) async fn accounts_csv(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Query(q): Query<ListQuery>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (_, list) = of_alignment(&app, &visitor, id, &q, query.as_deref()).await?;
    file(&app, "coverage-accounts.csv", &list).await
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
    let rows = vec![line(1, "St. Brigid Medical Center"), line(2, "Northlake <Heart> Institute")];
    let (q, slice) = (ListQuery::default(), Slice { rows, previous: None, next: None });
    view(Shell::sample("Accounts without an owner"), &q, uncovered_words(&q, &["Orthopaedics".into()]), &slice, "2").draw()
}
