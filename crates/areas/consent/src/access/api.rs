//! The access register for programs.

use super::queries::{Narrow, RuleRow, page};
use super::{AccessRule, EndAccess, SetAccess, Subject, Target};
use rounds_kernel::{AccountId, Cursor, Day, Error, Page, Permission, PersonId, Result};
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk, decode, encode};
use rounds_web::{Route, coded};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

coded! {
    /// What a place asks of visitors, by its code.
    RuleCode = "AccessRule": AccessRule;
    /// What a rule is about, by its code.
    SubjectCode = "AccessSubject": Subject;
}

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let (read, write) = (Permission::ReadRecord, Permission::WritePermission);
    vec![
        Operation::get("/api/v1/access", read, "Rules of the access register, newest first", list).route(),
        Operation::post("/api/v1/access", write, "Set how a person, department, site or country may be visited", set)
            .about(
                "The rule before ends on the day on which this one begins. A subject without its person, account, department or country, \
                 and hours that end before they begin, are refused (409); a country needs the right to change the record.",
            )
            .created("/api/v1/access")
            .route(),
        Operation::delete("/api/v1/access/{id}", write, "End a rule today", end).route(),
    ]
}

/// A rule of the register.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Access)]
struct Shown {
    id: i64,
    subject: String,
    person_id: Option<i64>,
    account_id: Option<i64>,
    department: Option<String>,
    country: Option<String>,
    rule: String,
    /// Not before this minute of the day.
    from_minute: Option<i64>,
    /// Not from this minute on.
    to_minute: Option<i64>,
    #[schema(format = "date")]
    since: String,
    /// Day from which it no longer holds.
    #[schema(format = "date")]
    until: Option<String>,
    source: String,
    note: String,
}

fn shown(r: RuleRow) -> Shown {
    let day = |d: i64| Day::stored(d).to_string();
    let some = |t: String| Some(t).filter(|t| !t.is_empty());
    Shown {
        id: r.id,
        subject: r.subject,
        person_id: r.person_id,
        account_id: r.account_id,
        department: some(r.department),
        country: some(r.country),
        rule: r.rule,
        from_minute: r.from_minute,
        to_minute: r.to_minute,
        since: day(r.valid_from),
        until: r.valid_to.map(day),
        source: r.source,
        note: r.note,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    subject: Option<SubjectCode>,
    rule: Option<RuleCode>,
    /// Those that ended too.
    past: Option<bool>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 500)]
    after: Option<String>,
}

async fn list(call: Call, _: Nothing, ask: Ask) -> Result<Listed<Shown>> {
    let narrow = Narrow { subject: ask.subject.map(|s| s.0), rule: ask.rule.map(|r| r.0), past: ask.past == Some(true) };
    let name = format!("access {narrow:?}");
    let before = decode(&name, ask.after.as_deref())?.map_or(i64::MAX, |c| c.id);
    let size = PageAsk { limit: ask.limit, after: None }.size();
    let rows = page(call.db(), &call.actor, &narrow, call.now.day(), before, size as i64 + 1).await?;
    let page = Page::from_fetched(rows, size, |r| Cursor { key: String::new(), id: r.id });
    Ok(Listed { next: page.next.map(|c| encode(&name, &c)), items: page.rows.into_iter().map(shown).collect() })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct New {
    subject: SubjectCode,
    /// For a person.
    #[schema(minimum = 1)]
    person_id: Option<i64>,
    /// For a site or a department.
    #[schema(minimum = 1)]
    account_id: Option<i64>,
    /// For a department.
    #[schema(max_length = 200)]
    department: Option<String>,
    /// For a country, two letters.
    #[schema(pattern = "^[A-Z]{2}$")]
    country: Option<String>,
    rule: RuleCode,
    /// Not before this minute of the day.
    #[schema(minimum = 0, maximum = 1439)]
    from_minute: Option<u16>,
    /// Not from this minute on.
    #[schema(minimum = 1, maximum = 1440)]
    to_minute: Option<u16>,
    /// Today if not given.
    #[schema(format = "date")]
    since: Option<String>,
    /// Where it comes from.
    #[schema(max_length = 200, pattern = "^[^\\x00]*[A-Za-z0-9][^\\x00]*$")]
    source: String,
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

/// The rule's number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewAccess)]
struct Made {
    id: i64,
}

fn target(new: &New) -> Result<Target> {
    let of = || {
        let cause = format!("A rule about a {} needs its own fields. Nothing was changed.", new.subject.0.label().to_lowercase());
        Error::conflict("consent.access", cause, "Give person_id, account_id, account_id with department, or country.")
    };
    Ok(match new.subject.0 {
        Subject::Person => Target::Person(PersonId(new.person_id.ok_or_else(of)?)),
        Subject::Department => Target::Department(AccountId(new.account_id.ok_or_else(of)?), new.department.clone().ok_or_else(of)?),
        Subject::Account => Target::Account(AccountId(new.account_id.ok_or_else(of)?)),
        Subject::Country => Target::Country(new.country.clone().ok_or_else(of)?),
    })
}

async fn set(call: Call, _: Nothing, new: New) -> Result<Made> {
    let target = target(&new)?;
    let since = new.since.map_or(Ok(call.now.day()), |d| Day::parse(&d))?;
    let (from_minute, to_minute) = (new.from_minute, new.to_minute);
    let command = SetAccess { target, rule: new.rule.0, from_minute, to_minute, since, source: new.source, note: new.note };
    Ok(Made { id: call.run_as_it_stands(command).await? })
}

async fn end(call: Call, Id(id): Id, _: Nothing) -> Result<()> {
    call.run(EndAccess { id }).await
}
