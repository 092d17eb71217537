//! `/country-rules`: one line a country.

use super::super::{Rules, WhenUnknown};
use super::{clock, href};
use axum::extract::State;
use rounds_customers::scope;
use rounds_kernel::{Actor, Channel, Result};
use rounds_store::{FromQueryResult, Query};
use rounds_web::components::{Chip, Column, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use std::collections::BTreeMap;

#[derive(askama::Template)]
#[template(path = "country_rules/templates/list.html")]
struct ListPage {
    shell: Shell,
    columns: Vec<Column>,
    lines: Vec<Line>,
}

struct Line {
    href: String,
    name: String,
    channels: Vec<Chip>,
    hours: String,
    double_opt_in: bool,
    recording: &'static str,
    workplace: String,
    accounts: i64,
}

#[derive(FromQueryResult)]
struct Count {
    country: String,
    accounts: i64,
}

/// How many accounts of the actor's there are in each country.
async fn accounts(db: &impl Query, actor: &Actor) -> Result<BTreeMap<String, i64>> {
    let sql =
        format!("SELECT country, COUNT(*) AS accounts FROM account WHERE {} GROUP BY country ORDER BY country", scope::accounts(actor));
    let rows = db.all::<Count>(&sql, vec![]).await?;
    Ok(rows.into_iter().map(|r| (r.country, r.accounts)).collect())
}

fn view(shell: Shell, rules: &Rules, accounts: &BTreeMap<String, i64>) -> ListPage {
    let elsewhere: i64 = accounts.iter().filter(|(c, _)| !rules.knows(c)).map(|(_, n)| n).sum();
    let mut lines: Vec<Line> = rules
        .iter()
        .map(|r| Line {
            href: href(&r.country),
            name: r.name.clone(),
            channels: [Channel::Visit, Channel::Phone, Channel::Email]
                .iter()
                .map(|c| match r.channels.of(*c).unknown {
                    WhenUnknown::Allowed => Chip::new("until a no", Tone::Plain),
                    WhenUnknown::NeedsGrant => Chip::new("yes first", Tone::Warn),
                })
                .collect(),
            hours: format!("{}–{}", clock(r.calling.from), clock(r.calling.to)),
            double_opt_in: r.double_opt_in,
            recording: r.recording.label(),
            workplace: format!("{}{} people", if r.works_council { "works council, " } else { "" }, r.smallest_group),
            accounts: if r.country.is_empty() { elsewhere } else { accounts.get(&r.country).copied().unwrap_or(0) },
        })
        .collect();
    // Countries with accounts of ours first.
    lines.sort_by(|a, b| (b.accounts > 0).cmp(&(a.accounts > 0)).then_with(|| a.name.cmp(&b.name)));
    let columns = ["Country", "Visit", "Calls", "E-mail", "Calling hours", "Double opt-in", "Recording", "Figures on employees"];
    ListPage { shell, columns: columns.map(Column::text).into_iter().chain([Column::number("Accounts")]).collect(), lines }
}

pub(in super::super) async fn list(State(app): State<App>, visitor: Visitor) -> WebResult {
    let rules = Rules::load(app.db(), visitor.now.day()).await?;
    page(&view(visitor.shell(&app, "Country rules"), &rules, &accounts(app.db(), &visitor.actor).await?))
}

pub(super) fn sample() -> String {
    let accounts = BTreeMap::from([("US".to_owned(), 1_480), ("DE".to_owned(), 212), ("JP".to_owned(), 3)]);
    askama::Template::render(&view(Shell::sample("Country rules"), &Rules::shipped(), &accounts)).unwrap_or_default()
}
