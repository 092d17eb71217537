//! Loads the snapshot: the only read that planning does.

use super::model::{
    AccountIn, CHANNELS, Commitment, CountryIn, Owner, PastContact, PersonIn, ProductIn, QuietIn, Rhythm, Snapshot, Standing, WeekLimits,
};
use rounds_consent::country_rules::Rules;
use rounds_consent::{access, gate, ledger, permissions, preferences};
use rounds_customers::contracts;
use rounds_demand::leads;
use rounds_design::{coverage, potential};
use rounds_kernel::{CareSetting, Channel, Day, Outcome, PersonRole, ProductStage, Result, Time, Week};
use rounds_store::{FromQueryResult, Query, args};
use std::collections::BTreeMap;

/// Coverage on behalf of every business unit, as customer success has it.
pub(super) const ALL_UNITS: &str = "all";
/// Format of the snapshot.
const VERSION: u32 = 3;
/// Contacts further back do not count against any limit; [`PersonIn::last_reached`] looks further.
const MEMORY_DAYS: i32 = 28;
/// How far back to look for the last time somebody spoke with a person.
const REACHED_DAYS: i32 = 366;

/// Positions of ids in the snapshot's vectors.
struct Positions {
    owners: BTreeMap<i64, u32>,
    accounts: BTreeMap<i64, u32>,
    people: BTreeMap<i64, u32>,
    families: BTreeMap<String, u16>,
}

/// Takes the snapshot for `week`.
pub async fn load(db: &impl Query, week: Week, seed: u64, now: Time) -> Result<Snapshot> {
    let owners = owners(db).await?;
    let (units, families, products) = products(db).await?;
    let mut s = Snapshot {
        version: VERSION,
        week,
        taken_at: now,
        seed,
        limits: limits(db).await?,
        owners,
        units,
        families,
        products,
        accounts: accounts(db, week, now).await?,
        people: people(db).await?,
        commitments: Vec::new(),
    };
    let at = positions(&mut s);
    link(db, &mut s, &at).await?;
    consents(db, &mut s).await?;
    quiet_periods(db, &mut s, &at).await?;
    contacts(db, &mut s, &at).await?;
    orders(db, &mut s, &at).await?;
    signals(db, &mut s, &at).await?;
    steps(db, &mut s, &at).await?;
    Ok(s)
}

async fn limits(db: &impl Query) -> Result<WeekLimits> {
    let book = gate::LimitBook::load(db).await?;
    // One number for all: the widest that any country asks for is right everywhere.
    let spacing = book.countries.values().chain([&book.everywhere]).map(|l| l.spacing_days).max().unwrap_or(7);
    Ok(WeekLimits {
        person_week: book.everywhere.per_week,
        person_four_weeks: book.everywhere.per_four_weeks,
        live_spacing_days: i32::try_from(spacing).unwrap_or(7),
        account_week: 6,
        key_account_days: 21,
    })
}

fn positions(s: &mut Snapshot) -> Positions {
    let accounts: BTreeMap<i64, u32> = s.accounts.iter().enumerate().map(|(i, a)| (a.id, i as u32)).collect();
    // `people` carries account ids until here; whoever's account is unknown cannot be planned for.
    s.people.retain(|p| accounts.contains_key(&i64::from(p.account)));
    s.people.iter_mut().for_each(|p| p.account = accounts[&i64::from(p.account)]);
    Positions {
        owners: s.owners.iter().enumerate().map(|(i, o)| (o.id, i as u32)).collect(),
        people: s.people.iter().enumerate().map(|(i, p)| (p.id, i as u32)).collect(),
        families: s.families.iter().enumerate().map(|(i, f)| (f.clone(), i as u16)).collect(),
        accounts,
    }
}

async fn owners(db: &impl Query) -> Result<Vec<Owner>> {
    let users = rounds_platform::users::all(db).await?;
    let mut owners: Vec<Owner> = users
        .into_iter()
        .filter(|u| u.active && u.role().permissions().contains(&rounds_kernel::Permission::WorkQueue))
        .map(|u| Owner { id: u.id, role: u.role(), zone: u.zone, minutes: u.weekly_minutes.clamp(0, 10_080) as u32, name: u.name })
        .collect();
    owners.sort_by_key(|o| o.id);
    Ok(owners)
}

#[derive(FromQueryResult)]
struct ProductRow {
    id: i64,
    name: String,
    family: String,
    business_unit: String,
    stage: String,
}

async fn products(db: &impl Query) -> Result<(Vec<String>, Vec<String>, Vec<ProductIn>)> {
    let rows: Vec<ProductRow> = db.all("SELECT id, name, family, business_unit, stage FROM product ORDER BY id", vec![]).await?;
    let distinct = |of: fn(&ProductRow) -> &String| {
        let mut all: Vec<String> = rows.iter().map(of).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let (mut units, families) = (distinct(|r| &r.business_unit), distinct(|r| &r.family));
    units.push(ALL_UNITS.into());
    units.sort_unstable();
    units.dedup();
    let position = |all: &[String], one: &String| all.binary_search(one).unwrap_or_default() as u16;
    let products = rows
        .iter()
        .map(|r| ProductIn {
            id: r.id,
            name: r.name.clone(),
            family: position(&families, &r.family),
            unit: position(&units, &r.business_unit),
            stage: ProductStage::parse(&r.stage).unwrap_or(ProductStage::Established),
        })
        .collect();
    Ok((units, families, products))
}

#[derive(FromQueryResult)]
struct AccountRow {
    id: i64,
    name: String,
    country: String,
    zone: String,
    setting: String,
}

/// What a country asks in `week`.
fn country_in(rules: &Rules, book: &gate::LimitBook, country: &str, week: Week) -> CountryIn {
    let (rule, limits) = (rules.of(country), book.of(country));
    let monday = week.monday();
    let day = |i: usize| !rule.calling.on_holidays && rule.is_holiday(monday.plus(i as i32));
    CountryIn {
        person_week: limits.per_week,
        person_four_weeks: limits.per_four_weeks,
        per_channel: limits.per_channel,
        calls_from: rule.calling.from,
        calls_to: rule.calling.to,
        no_calls: [0, 1, 2, 3, 4].map(day),
    }
}

async fn accounts(db: &impl Query, week: Week, now: Time) -> Result<Vec<AccountIn>> {
    let (rules, book) = (Rules::load(db, now.day()).await?, gate::LimitBook::load(db).await?);
    let mut countries: BTreeMap<String, CountryIn> = BTreeMap::new();
    let rows: Vec<AccountRow> = db.all("SELECT id, name, country, zone, setting FROM account ORDER BY id", vec![]).await?;
    Ok(rows
        .into_iter()
        .map(|r| AccountIn {
            country_rule: countries.entry(r.country.clone()).or_insert_with(|| country_in(&rules, &book, &r.country, week)).clone(),
            id: r.id,
            name: r.name,
            country: r.country,
            zone: r.zone,
            setting: CareSetting::parse(&r.setting).unwrap_or(CareSetting::Hospital),
            links: Vec::new(),
            potential: Vec::new(),
            orders: Vec::new(),
            last_live: None,
        })
        .collect())
}

#[derive(FromQueryResult)]
struct PersonRow {
    id: i64,
    role: String,
    account_id: i64,
    phone: bool,
    email: bool,
}

/// People with their first current account, whose id stands in `account` until [`positions`] replaces it.
async fn people(db: &impl Query) -> Result<Vec<PersonIn>> {
    let sql = "SELECT p.id, p.role, MIN(f.parent_id) AS account_id, (p.phone IS NOT NULL) AS phone, (p.email IS NOT NULL) AS email \
               FROM person p JOIN affiliation f ON f.child_kind = 'person' AND f.child_id = p.id AND f.parent_kind = 'account' AND f.valid_to IS NULL \
               GROUP BY p.id, p.role, p.phone, p.email ORDER BY p.id";
    let rows: Vec<PersonRow> = db.all(sql, vec![]).await?;
    Ok(rows
        .into_iter()
        .map(|r| PersonIn {
            id: r.id,
            account: u32::try_from(r.account_id).unwrap_or(u32::MAX),
            role: PersonRole::parse(&r.role).unwrap_or(PersonRole::Physician),
            do_not_contact: false,
            standing: [Standing::UnknownRefused; CHANNELS],
            access: None,
            quiet: Vec::new(),
            preference: [None; CHANNELS],
            has_phone: r.phone,
            has_email: r.email,
            contacts: Vec::new(),
            last_reached: None,
            lead: None,
            dismissed: Vec::new(),
        })
        .collect())
}

async fn link(db: &impl Query, s: &mut Snapshot, at: &Positions) -> Result<()> {
    for l in coverage::links(db, s.week.monday()).await? {
        let (Some(a), Some(o)) = (at.accounts.get(&l.account.0), at.owners.get(&l.owner.0)) else { continue };
        let Ok(unit) = s.units.binary_search_by(|u| u.as_str().cmp(&l.business_unit)) else { continue };
        s.accounts[*a as usize].links.push((unit as u16, l.role, *o));
    }
    for p in potential::all(db).await?.iter() {
        let (Some(a), Some(f)) = (at.accounts.get(&p.account.0), at.families.get(&*p.family)) else { continue };
        s.accounts[*a as usize].potential.push((*f, p.annual.0));
    }
    s.accounts.iter_mut().for_each(|a| {
        a.links.sort_unstable();
        a.potential.sort_unstable();
    });
    Ok(())
}

async fn consents(db: &impl Query, s: &mut Snapshot) -> Result<()> {
    let reach = permissions::current(db, None).await?;
    let prefer = preferences::all(db).await?;
    let rules = Rules::load(db, s.taken_at.day()).await?;
    for p in &mut s.people {
        let rule = rules.of(&s.accounts[p.account as usize].country);
        let r = reach.of(rounds_kernel::PersonId(p.id));
        p.do_not_contact = r.do_not_contact();
        for c in Channel::ALL {
            let aim = permissions::Aim::usual(*c);
            p.standing[c.index()] = match r.state_for(*c, aim) {
                permissions::State::Granted => Standing::Granted,
                permissions::State::Denied => Standing::Denied,
                permissions::State::Unknown if r.allows(rule, *c, aim) => Standing::UnknownAllowed,
                permissions::State::Unknown => Standing::UnknownRefused,
            };
            p.preference[c.index()] = prefer.of(rounds_kernel::PersonId(p.id), *c);
        }
    }
    visits(db, s).await
}

#[derive(FromQueryResult)]
struct DepartmentRow {
    id: i64,
    specialty: String,
}

/// How each person's place may be visited.
async fn visits(db: &impl Query, s: &mut Snapshot) -> Result<()> {
    let register = access::in_force(db, s.week.monday().max(s.taken_at.day())).await?;
    if register.is_empty() {
        return Ok(());
    }
    let rows: Vec<DepartmentRow> = db.all("SELECT id, specialty FROM person ORDER BY id", vec![]).await?;
    let departments: BTreeMap<i64, String> = rows.into_iter().map(|r| (r.id, r.specialty)).collect();
    for p in &mut s.people {
        let account = &s.accounts[p.account as usize];
        let department = departments.get(&p.id).map_or("", String::as_str);
        p.access = register.of(rounds_kernel::PersonId(p.id), rounds_kernel::AccountId(account.id), department, &account.country).cloned();
    }
    Ok(())
}

/// Quiet periods of tenders that touch the week, at whoever works at their facilities.
async fn quiet_periods(db: &impl Query, s: &mut Snapshot, at: &Positions) -> Result<()> {
    let monday = s.week.monday();
    for q in contracts::quiet_people(db, monday, monday.plus(6)).await? {
        let Some(p) = at.people.get(&q.person_id) else { continue };
        let (from, to) = (Day::stored(q.quiet_from), Day::stored(q.quiet_to));
        s.people[*p as usize].quiet.push(QuietIn { tender: q.tender, from, to });
    }
    Ok(())
}

async fn contacts(db: &impl Query, s: &mut Snapshot, at: &Positions) -> Result<()> {
    let monday = s.week.monday();
    for c in ledger::recent(db, Time::at_day(monday.plus(-REACHED_DAYS))).await? {
        let Some(p) = at.people.get(&c.person.0) else { continue };
        let day = c.at.day();
        let person = &mut s.people[*p as usize];
        if day >= monday.plus(7 - MEMORY_DAYS) {
            person.contacts.push(PastContact { day, channel: c.channel, outcome: c.outcome, outbound: !c.inbound });
        }
        let spoke = matches!(c.outcome, Some(Outcome::Reached | Outcome::MeetingBooked | Outcome::DemoBooked | Outcome::NotInterested));
        if spoke {
            person.last_reached = person.last_reached.max(Some(day));
        }
        let live = gate::is_live(c.channel);
        if live && let Some(a) = c.account.and_then(|a| at.accounts.get(&a.0)) {
            let account = &mut s.accounts[*a as usize];
            account.last_live = account.last_live.max(Some(day));
        }
    }
    s.people.iter_mut().for_each(|p| p.contacts.sort_by_key(|c| (c.day, c.channel)));
    Ok(())
}

#[derive(FromQueryResult)]
struct OrderRow {
    account_id: i64,
    family: Option<String>,
    last_at: i64,
    first_at: i64,
    orders: i64,
}

/// Fewer days with an order than this tell no rhythm.
const FEWEST_ORDERS: i64 = 4;

/// Last order and rhythm by account and family.
async fn orders(db: &impl Query, s: &mut Snapshot, at: &Positions) -> Result<()> {
    let sql = "SELECT account_id, body->>'family' AS family, MAX(occurred_at) AS last_at, MIN(occurred_at) AS first_at, \
               COUNT(DISTINCT occurred_at / 86400000000) AS orders FROM fact WHERE kind = 'order' AND account_id IS NOT NULL \
               AND occurred_at >= $1 GROUP BY account_id, body->>'family' ORDER BY account_id, 2";
    let since = Time::at_day(s.week.monday().plus(-REACHED_DAYS)).0;
    for r in db.all::<OrderRow>(sql, args![since]).await? {
        let (Some(a), Some(f)) = (at.accounts.get(&r.account_id), r.family.as_ref().and_then(|f| at.families.get(f))) else { continue };
        let gap = ((r.last_at - r.first_at) / 86_400_000_000 / (r.orders - 1).max(1)).max(1) as u32;
        let days = (r.orders >= FEWEST_ORDERS).then_some(gap);
        s.accounts[*a as usize].orders.push(Rhythm { family: *f, last: Time(r.last_at).day(), days });
    }
    Ok(())
}

async fn signals(db: &impl Query, s: &mut Snapshot, at: &Positions) -> Result<()> {
    for lead in leads::open_leads(db, s.taken_at).await? {
        let family = lead.family.as_ref().and_then(|f| at.families.get(f)).copied();
        let signal = Some((lead.captured_at.day(), family));
        if let Some(p) = lead.person.and_then(|p| at.people.get(&p.0)) {
            s.people[*p as usize].lead = signal;
        }
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct StepRow {
    action_id: i64,
    verb: String,
    at: i64,
    owner_id: i64,
    person_id: i64,
    channel: String,
    minutes: i64,
    monday: i64,
}

/// After a dismissal a channel rests for this long.
const REST_DAYS: i32 = 21;

/// Actions taken on for this week, and dismissals that still rest.
async fn steps(db: &impl Query, s: &mut Snapshot, at: &Positions) -> Result<()> {
    let sql = "SELECT s.action_id, s.verb, s.at, a.owner_id, a.person_id, a.channel, a.minutes, p.monday FROM action_step s \
               JOIN plan_action a ON a.id = s.action_id JOIN plan p ON p.id = a.plan_id \
               WHERE s.at >= $1 AND s.seq = (SELECT MAX(x.seq) FROM action_step x WHERE x.action_id = s.action_id) ORDER BY s.action_id";
    let monday = s.week.monday();
    for r in db.all::<StepRow>(sql, args![Time::at_day(monday.plus(-2 * REST_DAYS)).0]).await? {
        let (Some(&person), Some(channel)) = (at.people.get(&r.person_id), Channel::parse(&r.channel)) else { continue };
        let of_week = r.monday == i64::from(monday.0);
        match (r.verb.as_str(), at.owners.get(&r.owner_id)) {
            ("dismiss", _) => s.people[person as usize].dismissed.push((channel, Time(r.at).day().plus(REST_DAYS))),
            (verb @ ("accept" | "outcome"), Some(&owner)) if of_week => {
                s.commitments.push(Commitment {
                    action: r.action_id,
                    owner,
                    person,
                    channel,
                    minutes: r.minutes as u32,
                    done: verb == "outcome",
                });
            }
            _ => {}
        }
    }
    Ok(())
}
