//! The page of one account.

use crate::accounts::model::Account;
use crate::accounts::queries::{Colleague, FamilyOrders, Linked, orders_by_family, people_at, systems_of};
use crate::identifiers::{self, CCN, CHSP_HOSPITAL, EntityKind, Held};
use crate::panels::{PanelHtml, Panels, Subject, drawn};
use crate::timeline::{self, Ask, Timeline};
use crate::{accounts, scope};
use rounds_kernel::{AccountId, Day, Error, Money, Permission, PersonRole};
use rounds_store::facts;
use rounds_web::charts::{self, Chart, Row, Spec};
use rounds_web::components::{Chip, Column, Fact, RecordHead, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

/// People shown on the page itself.
const PEOPLE_SHOWN: usize = 25;

#[derive(Debug, askama::Template)]
#[template(path = "accounts/templates/detail.html")]
struct AccountPage {
    shell: Shell,
    account: i64,
    head: RecordHead,
    facts: Vec<Fact>,
    systems: Vec<Link>,
    people_columns: Vec<Column>,
    people: Vec<Colleague>,
    more_people: bool,
    timeline: Timeline,
    /// `None` for roles that may not read orders.
    orders: Option<Chart>,
    panels: Vec<PanelHtml>,
}

/// A system with the days between which the account was part of it.
#[derive(Debug)]
struct Link {
    id: i64,
    name: String,
    when: String,
    current: bool,
}

/// What the page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DetailAsk {
    channel: String,
    older: String,
}

/// Draws the page of an account within the visitor's scope.
pub async fn detail(app: App, visitor: Visitor, id: i64, ask: DetailAsk, panels: Panels) -> WebResult {
    let (db, actor, key) = (app.db(), &visitor.actor, AccountId(id));
    scope::see_account(db, actor, key).await?;
    let account = accounts::get(db, key).await?.ok_or_else(|| Error::not_found("account"))?;
    let mut people = people_at(db, key, PEOPLE_SHOWN).await?;
    let more_people = people.len() > PEOPLE_SHOWN;
    people.truncate(PEOPLE_SHOWN);
    let path = format!("/accounts/{id}");
    let asked = Ask { subject: facts::Subject::Account(key), path: &path, channel: &ask.channel, older: &ask.older, zone: &account.zone };
    let orders = if actor.may(Permission::ReadOrders) { Some(order_chart(orders_by_family(db, key, visitor.now).await?)) } else { None };
    let numbers = identifiers::of(db, EntityKind::Account, id).await?;
    let systems = systems_of(db, key).await?;
    page(&AccountPage {
        shell: visitor.shell(&app, &account.name),
        account: id,
        head: head(&account, &numbers, &systems),
        facts: facts_of(&account, &numbers),
        systems: links(systems),
        people_columns: people_columns(),
        people,
        more_people,
        timeline: timeline::load(db, actor, visitor.now, &asked).await?,
        orders,
        panels: drawn(&panels, &app, &visitor, Subject::Account(key)).await?,
    })
}

fn people_columns() -> Vec<Column> {
    vec![Column::text("Name"), Column::text("Role"), Column::text("Specialty")]
}

fn day(day: i64) -> String {
    i32::try_from(day).map_or(String::new(), |d| Day(d).to_string())
}

fn links(systems: Vec<Linked>) -> Vec<Link> {
    let link = |l: Linked| {
        let until = l.valid_to.map_or(String::new(), |to| format!(" until {}", day(to)));
        Link {
            id: l.id,
            name: l.name,
            when: format!("since {}{until} · source {}", day(l.valid_from), l.source),
            current: l.valid_to.is_none(),
        }
    };
    systems.into_iter().map(link).collect()
}

fn head(account: &Account, numbers: &[Held], systems: &[Linked]) -> RecordHead {
    let mut identifiers = Vec::new();
    if let Some(ccn) = numbers.iter().find(|n| n.scheme == CCN) {
        identifiers.push(("CCN".to_owned(), ccn.value.clone()));
    }
    let place = account.place();
    if !place.is_empty() {
        identifiers.push(("Town".into(), place));
    }
    identifiers.push(("System".into(), systems.iter().find(|s| s.valid_to.is_none()).map_or("independent".into(), |s| s.name.clone())));
    let mut chips = vec![Chip::new(account.setting_label(), Tone::Plain)];
    if let Some(rating) = account.rating {
        let tone = if rating >= 4 { Tone::Good } else { Tone::Plain };
        chips.push(Chip::new(format!("CMS rating {rating} of 5"), tone));
    }
    if account.source == "simulation" {
        chips.push(Chip::new("Simulated account", Tone::Warn));
    }
    RecordHead { kind: "Account".into(), name: account.name.clone(), identifiers, chips }
}

fn facts_of(account: &Account, numbers: &[Held]) -> Vec<Fact> {
    let or_unknown = |text: Option<String>| text.filter(|t| !t.is_empty()).unwrap_or_else(|| "unknown".into());
    let address = [account.street.as_str(), account.city.as_str(), account.state.as_str(), account.zip.as_str()];
    let address: Vec<&str> = address.into_iter().filter(|t| !t.is_empty()).collect();
    let region = Fact::new("Referral region", or_unknown(account.hrr_name.clone()));
    let phone = Fact::new("Telephone", or_unknown(account.phone.clone()));
    let callable = account.phone.as_ref().map(|p| p.chars().filter(char::is_ascii_digit).collect::<String>()).filter(|p| p.len() >= 7);
    vec![
        Fact::new("Address", or_unknown(Some(address.join(", ")))),
        match callable {
            Some(digits) => phone.link(format!("tel:{digits}")),
            None => phone,
        },
        match account.hrr {
            Some(hrr) => region.link(format!("/accounts?hrr={hrr}")).note(format!("HRR {hrr}")),
            None => region.note("its ZIP is not in the crosswalk, or no crosswalk is loaded"),
        },
        Fact::new("Ownership", or_unknown(account.ownership.clone())),
        Fact::new("Beds", or_unknown(account.beds.map(|b| b.to_string()))),
        Fact::new("CMS rating", or_unknown(account.rating.map(|r| format!("{r} of 5")))),
        Fact::new("Time zone", account.zone.clone()).note("of the state; its edges may differ by an hour"),
        Fact::new("AHRQ number", or_unknown(numbers.iter().find(|n| n.scheme == CHSP_HOSPITAL).map(|n| n.value.clone()))),
        Fact::new("Source", account.source.clone()),
    ]
}

fn order_chart(rows: Vec<FamilyOrders>) -> Chart {
    let spec = Spec {
        caption: "Orders by product family".into(),
        unit: "US dollars, last 12 months".into(),
        first_column: "Family".into(),
        legend: vec!["Amount".into()],
    };
    let row = |f: FamilyOrders| Row::one(f.family, f.cents as f64 / 100.0, Money(f.cents).whole());
    charts::bar(spec, rows.into_iter().map(row).collect())
}

impl AccountPage {
    fn role(&self, person: &Colleague) -> String {
        PersonRole::parse(&person.role).map_or_else(|| person.role.clone(), |r| r.label().to_owned())
    }
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let account = Account {
        id: 7,
        name: "St. Brigid Medical Center".into(),
        setting: "hospital".into(),
        street: "1 Lake Ave".into(),
        city: "Duluth".into(),
        state: "MN".into(),
        zip: "55805".into(),
        zone: "America/Chicago".into(),
        hrr: Some(250),
        hrr_name: Some("Duluth, MN".into()),
        rating: Some(4),
        phone: Some("(218) 555-0142".into()),
        source: "ahrq-hospitals".into(),
        ..Account::default()
    };
    let numbers = vec![Held { entity_id: 7, scheme: CCN.into(), value: "240080".into(), source: "ahrq-hospitals".into() }];
    let system =
        |id, name: &str, valid_from, valid_to| Linked { id, name: name.into(), valid_from, valid_to, source: "ahrq-hospitals".into() };
    let systems = vec![system(3, "Northlake Health", 18_627, None), system(4, "Old Lakes", 17_896, Some(18_627))];
    let person = |id, name: &str| Colleague { id, name: name.into(), role: "physician".into(), specialty: "Cardiology".into() };
    let families =
        vec![FamilyOrders { family: "Closure".into(), cents: 8_400_000 }, FamilyOrders { family: "Catheters".into(), cents: 3_100_000 }];
    let full = AccountPage {
        shell: Shell::sample("St. Brigid Medical Center"),
        account: 7,
        head: head(&account, &numbers, &systems),
        facts: facts_of(&account, &numbers),
        systems: links(systems),
        people_columns: people_columns(),
        people: vec![person(31, "Dr. Aoife Meyer"), person(32, "Siobhán Ní Riain")],
        more_people: true,
        timeline: Timeline::sample(),
        orders: Some(order_chart(families)),
        panels: Vec::new(),
    };
    let bare = Account { id: 8, name: "Hospital <b>of</b> the Plains".into(), ..Account::default() };
    let empty = AccountPage {
        shell: Shell::sample("Hospital of the Plains"),
        account: 8,
        head: head(&bare, &[], &[]),
        facts: facts_of(&bare, &[]),
        systems: Vec::new(),
        people_columns: people_columns(),
        people: Vec::new(),
        more_people: false,
        timeline: Timeline { days: Vec::new(), older: None, ..Timeline::sample() },
        orders: Some(order_chart(Vec::new())),
        panels: Vec::new(),
    };
    let draw = |p: AccountPage| askama::Template::render(&p).unwrap_or_default();
    vec![("account", draw(full)), ("account, nothing known", draw(empty))]
}
