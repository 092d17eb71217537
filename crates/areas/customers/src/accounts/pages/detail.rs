//! The page of one account.

use crate::accounts::model::Account;
use crate::accounts::queries::{Colleague, FamilyOrders, Site, orders_by_family, people_at, sites_of};
use crate::affiliations::{LinkGroup, LinkKind, editable, holds, links_of};
use crate::as_of::{AsOf, AsOfBar};
use crate::identifiers::{self, CCN, EntityKind, Held};
use crate::names;
use crate::panels::{PanelHtml, Panels, Subject, drawn};
use crate::timeline::{self, Of, Timeline};
use crate::{accounts, scope};
use rounds_kernel::{AccountId, Error, Money, Permission, PersonRole};
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
    as_of: AsOfBar,
    facts: Vec<Fact>,
    numbers: Vec<Fact>,
    links: Vec<LinkGroup>,
    /// Kinds of links that may be changed, for those who may.
    edits: Vec<(String, &'static str)>,
    sites: Vec<Site>,
    people_columns: Vec<Column>,
    people: Vec<Colleague>,
    more_people: bool,
    /// Whether the reader may add a person.
    add: bool,
    timeline: Timeline,
    /// `None` for roles that may not read orders.
    orders: Option<Chart>,
    panels: Vec<PanelHtml>,
}

/// What the page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DetailAsk {
    #[serde(flatten)]
    timeline: timeline::Ask,
}

/// Draws the page of an account within the visitor's scope.
pub async fn detail(app: App, visitor: Visitor, id: i64, ask: DetailAsk, panels: Panels) -> WebResult {
    let (db, actor, key) = (app.db(), &visitor.actor, AccountId(id));
    scope::see_account(db, actor, key).await?;
    let mut account = accounts::get(db, key).await?.ok_or_else(|| Error::not_found("account"))?;
    let as_of = AsOf::parse(&ask.timeline.as_of)?;
    let former = names::former(db, EntityKind::Account, &[id]).await?.remove(&id).unwrap_or_default();
    if let Some(then) = names::on(db, EntityKind::Account, &[id], as_of).await?.remove(&id) {
        account.name = then;
    }
    let mut people = people_at(db, key, as_of, PEOPLE_SHOWN).await?;
    let more_people = people.len() > PEOPLE_SHOWN;
    people.truncate(PEOPLE_SHOWN);
    let path = format!("/accounts/{id}");
    let whole = format!("{path}/timeline");
    let of = Of { subject: facts::Subject::Account(key), path: &path, whole: &whole, zone: &account.zone };
    let orders = if actor.may(Permission::ReadOrders) { Some(order_chart(orders_by_family(db, key, visitor.now).await?)) } else { None };
    let numbers = identifiers::of(db, EntityKind::Account, id).await?;
    let links = links_of(db, actor, "account", id, as_of).await?;
    page(&AccountPage {
        shell: visitor.shell(&app, &account.name),
        account: id,
        head: head(&account, &numbers, &links, &former),
        as_of: as_of.bar(&path, &[]),
        facts: facts_of(&account),
        numbers: number_facts(&numbers, EntityKind::Account, id),
        edits: if actor.may(Permission::WriteRecord) { editable("account", id) } else { Vec::new() },
        sites: sites_of(db, actor, key, as_of).await?,
        links,
        people_columns: people_columns(),
        people,
        more_people,
        add: actor.may(Permission::WriteProfile),
        timeline: timeline::load(db, actor, visitor.now, &of, &ask.timeline).await?,
        orders,
        panels: drawn(&panels, &app, &visitor, Subject::Account(key), as_of).await?,
    })
}

fn people_columns() -> Vec<Column> {
    vec![Column::text("Name"), Column::text("Role"), Column::text("Specialty")]
}

/// The numbers of a record, each with how sure it is; the label opens where they are changed.
pub(crate) fn number_facts(numbers: &[Held], kind: EntityKind, id: i64) -> Vec<Fact> {
    let fact = |h: &Held| {
        let scheme = identifiers::Scheme::parse(&h.scheme);
        let standing = identifiers::standing(&h.scheme, &h.value).code();
        Fact::new(scheme.map_or(h.scheme.as_str(), |s| s.label), h.value.clone())
            .link(format!("/identifiers/{}/{id}", kind.code()))
            .note(identifiers::Standing::words(standing))
    };
    numbers.iter().map(fact).collect()
}

fn head(account: &Account, numbers: &[Held], links: &[LinkGroup], former: &[String]) -> RecordHead {
    let mut identifiers = Vec::new();
    if let Some(ccn) = numbers.iter().find(|n| n.scheme == CCN) {
        identifiers.push(("CCN".to_owned(), ccn.value.clone()));
    }
    let place = account.place();
    if !place.is_empty() {
        identifiers.push(("Town".into(), place));
    }
    identifiers.push(("System".into(), holds(links, LinkKind::AccountSystem).map_or("independent".into(), |s| s.name.clone())));
    for (label, kind) in [("Belongs to", LinkKind::AccountAccount), ("Buys through", LinkKind::AccountGroup)] {
        identifiers.extend(holds(links, kind).map(|l| (label.to_owned(), l.name.clone())));
    }
    if !former.is_empty() {
        identifiers.push(("Formerly".into(), former.join(", ")));
    }
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

fn facts_of(account: &Account) -> Vec<Fact> {
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
    let links = vec![crate::affiliations::sample(LinkKind::AccountSystem), crate::affiliations::sample(LinkKind::AccountGroup)];
    let site = Site { id: 9, name: "Lakeside <i>Clinic</i>".into(), role: "campus".into(), setting: "practice".into(), people: 4 };
    let person = |id, name: &str| Colleague { id, name: name.into(), role: "physician".into(), specialty: "Cardiology".into() };
    let families =
        vec![FamilyOrders { family: "Closure".into(), cents: 8_400_000 }, FamilyOrders { family: "Catheters".into(), cents: 3_100_000 }];
    let full = AccountPage {
        shell: Shell::sample("St. Brigid Medical Center"),
        account: 7,
        head: head(&account, &numbers, &links, &["Saint Bridget's".to_owned()]),
        as_of: AsOf::on(rounds_kernel::Day(18_000)).bar("/accounts/7", &[]),
        facts: facts_of(&account),
        numbers: number_facts(&numbers, EntityKind::Account, 7),
        links,
        edits: editable("account", 7),
        sites: vec![site],
        people_columns: people_columns(),
        people: vec![person(31, "Dr. Aoife Meyer"), person(32, "Siobhán Ní Riain")],
        more_people: true,
        add: true,
        timeline: Timeline::sample(),
        orders: Some(order_chart(families)),
        panels: Vec::new(),
    };
    let bare = Account { id: 8, name: "Hospital <b>of</b> the Plains".into(), ..Account::default() };
    let empty = AccountPage {
        shell: Shell::sample("Hospital of the Plains"),
        account: 8,
        head: head(&bare, &[], &[], &[]),
        as_of: AsOf::TODAY.bar("/accounts/8", &[]),
        facts: facts_of(&bare),
        numbers: Vec::new(),
        links: Vec::new(),
        edits: Vec::new(),
        sites: Vec::new(),
        people_columns: people_columns(),
        people: Vec::new(),
        more_people: false,
        add: false,
        timeline: Timeline { days: Vec::new(), older: None, ..Timeline::sample() },
        orders: Some(order_chart(Vec::new())),
        panels: Vec::new(),
    };
    let draw = |p: AccountPage| askama::Template::render(&p).unwrap_or_default();
    vec![("account", draw(full)), ("account, nothing known", draw(empty))]
}
