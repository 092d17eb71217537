//! Plans as stored: immutable once published, with their snapshot; and the steps people take on actions.

use super::model::{ActionPlan, PlanReport, PlannedAction, Snapshot};
use rounds_kernel::{Day, Error, Result, Time};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_150000_engage_plan",
            up: "
CREATE TABLE plan (
  id {id}, week TEXT NOT NULL, monday BIGINT NOT NULL, parent_id BIGINT, seed BIGINT NOT NULL, snapshot_hash TEXT NOT NULL,
  made_at BIGINT NOT NULL, made_by BIGINT, published_at BIGINT, actions BIGINT NOT NULL, report TEXT NOT NULL, checked TEXT NOT NULL);
CREATE INDEX plan_week ON plan (monday, published_at, id);
CREATE TABLE plan_snapshot (hash TEXT PRIMARY KEY, content {blob} NOT NULL);
CREATE TABLE plan_action (
  id {id}, plan_id BIGINT NOT NULL, owner_id BIGINT NOT NULL, account_id BIGINT NOT NULL, person_id BIGINT NOT NULL,
  channel TEXT NOT NULL, purpose TEXT NOT NULL, product_id BIGINT, unit TEXT NOT NULL, day BIGINT NOT NULL, start_at BIGINT,
  minutes BIGINT NOT NULL, value DOUBLE PRECISION NOT NULL, reason TEXT NOT NULL);
CREATE INDEX plan_action_owner ON plan_action (plan_id, owner_id, id);
CREATE INDEX plan_action_person ON plan_action (person_id, id);
CREATE INDEX plan_action_account ON plan_action (account_id, id);
CREATE TABLE action_step (
  id {id}, action_id BIGINT NOT NULL, seq BIGINT NOT NULL, verb TEXT NOT NULL, user_id BIGINT NOT NULL, at BIGINT NOT NULL,
  reason TEXT NOT NULL, UNIQUE (action_id, seq));
CREATE INDEX action_step_at ON action_step (at, action_id);
",
        }
        .boxed(),
    ]
}

/// A stored plan without its actions.
#[derive(Debug, Clone, FromQueryResult)]
pub struct PlanRow {
    /// Id.
    pub id: i64,
    /// ISO week.
    pub week: String,
    /// Its Monday.
    pub monday: i64,
    /// The plan it replaced.
    pub parent_id: Option<i64>,
    /// Seed.
    pub seed: i64,
    /// Content hash of the snapshot.
    pub snapshot_hash: String,
    /// When made, µs.
    pub made_at: i64,
    /// Who asked for it.
    pub made_by: Option<i64>,
    /// Number of actions.
    pub actions: i64,
    /// JSON [`PlanReport`].
    pub report: String,
    /// JSON of the checker's report.
    pub checked: String,
}

const PLAN: &str = "id, week, monday, parent_id, seed, snapshot_hash, made_at, made_by, actions, report, checked";

impl PlanRow {
    /// The report; empty if written by a release that said it differently.
    pub fn report(&self) -> PlanReport {
        serde_json::from_str(&self.report).unwrap_or_default()
    }

    /// The checker's report.
    pub fn checked(&self) -> super::check::CheckReport {
        serde_json::from_str(&self.checked).unwrap_or_default()
    }
}

/// The plan in force for a week: the newest that was published.
pub async fn in_force(db: &impl Query, monday: Day) -> Result<Option<PlanRow>> {
    let sql = format!("SELECT {PLAN} FROM plan WHERE monday = $1 AND published_at IS NOT NULL ORDER BY id DESC LIMIT 1");
    db.one(&sql, args![i64::from(monday.0)]).await
}

/// One published plan.
pub async fn plan(db: &impl Query, id: i64) -> Result<Option<PlanRow>> {
    db.one(&format!("SELECT {PLAN} FROM plan WHERE id = $1 AND published_at IS NOT NULL"), args![id]).await
}

/// The newest published plans.
pub async fn newest(db: &impl Query, limit: i64) -> Result<Vec<PlanRow>> {
    db.all(&format!("SELECT {PLAN} FROM plan WHERE published_at IS NOT NULL ORDER BY id DESC LIMIT $1"), args![limit]).await
}

/// Adds an unpublished plan with its snapshot; its actions follow in chunks. Leftovers of a killed run for the week go first.
pub async fn begin(tx: &mut Tx, week: &Snapshot, packed: Vec<u8>, hash: &str, plan: &ActionPlan, checked: &str) -> Result<i64> {
    let monday = i64::from(week.week.monday().0);
    tx.execute("DELETE FROM plan_action WHERE plan_id IN (SELECT id FROM plan WHERE monday = $1 AND published_at IS NULL)", args![monday])
        .await?;
    tx.execute("DELETE FROM plan WHERE monday = $1 AND published_at IS NULL", args![monday]).await?;
    tx.execute("INSERT INTO plan_snapshot (hash, content) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING", args![hash, packed]).await?;
    let parent = in_force(tx, week.week.monday()).await?.map(|p| p.id);
    let report = serde_json::to_string(&plan.report).map_err(Error::internal)?;
    let (by, at) = (tx.actor.user.map(|u| u.0), tx.now.0);
    tx.insert(
        "plan",
        &["week", "monday", "parent_id", "seed", "snapshot_hash", "made_at", "made_by", "actions", "report", "checked"],
        args![week.week.to_string(), monday, parent, week.seed as i64, hash, at, by, plan.actions.len() as i64, report, checked],
    )
    .await
}

/// Adds actions to an unpublished plan.
pub async fn add_actions(tx: &mut Tx, plan: i64, actions: &[PlannedAction]) -> Result<()> {
    const INTO: &[&str] = &[
        "plan_id",
        "owner_id",
        "account_id",
        "person_id",
        "channel",
        "purpose",
        "product_id",
        "unit",
        "day",
        "start_at",
        "minutes",
        "value",
        "reason",
    ];
    let rows = actions
        .iter()
        .map(|a| {
            args![
                plan,
                a.owner,
                a.account,
                a.person,
                a.channel.code(),
                a.purpose.code(),
                a.product,
                a.unit.clone(),
                i64::from(a.day.0),
                a.start_at.map(|t| t.0),
                i64::from(a.minutes),
                a.value,
                a.reason.clone()
            ]
        })
        .collect();
    tx.insert_many("plan_action", INTO, rows, "").await.map(|_| ())
}

/// Puts a complete plan in force. From here on nothing of it changes.
pub async fn publish(tx: &mut Tx, plan: i64) -> Result<()> {
    let there = tx.number("SELECT COUNT(*) FROM plan_action WHERE plan_id = $1", args![plan]).await?;
    let now = tx.now.0;
    let put = tx
        .execute("UPDATE plan SET published_at = $2 WHERE id = $1 AND published_at IS NULL AND actions = $3", args![plan, now, there])
        .await?;
    if put == 1 { Ok(()) } else { Err(Error::internal("the plan is not complete, or another run of the same week replaced it")) }
}

/// The snapshot that was asked for last, by its hash. A snapshot never changes under its hash, so this can say nothing wrong; unpacking
/// one of 100,000 people takes a tenth of a second, and the people of a week ask for the same one all day.
static LAST: Mutex<Option<(String, Arc<Snapshot>)>> = Mutex::new(None);

/// The snapshot of a plan, unpacked and verified against its hash.
pub async fn snapshot(db: &impl Query, hash: &str) -> Result<Arc<Snapshot>> {
    let last = || LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, known)) = last().as_ref().filter(|(of, _)| of == hash) {
        return Ok(known.clone());
    }
    let snapshot = Arc::new(read(db, hash).await?);
    *last() = Some((hash.to_owned(), snapshot.clone()));
    Ok(snapshot)
}

async fn read(db: &impl Query, hash: &str) -> Result<Snapshot> {
    #[derive(FromQueryResult)]
    struct Packed {
        content: Vec<u8>,
    }
    let row = db.one::<Packed>("SELECT content FROM plan_snapshot WHERE hash = $1", args![hash]).await?;
    let packed = row.ok_or_else(|| Error::not_found("snapshot"))?.content;
    unpack(&packed, hash)
}

/// Packs a snapshot: postcard, zstd, and the BLAKE3 hash of the unpacked bytes, which names it.
pub fn pack(snapshot: &Snapshot) -> Result<(Vec<u8>, String)> {
    let bytes = postcard::to_stdvec(snapshot).map_err(Error::internal)?;
    let hash = blake3::hash(&bytes).to_hex().to_string();
    Ok((zstd::encode_all(bytes.as_slice(), 3).map_err(Error::internal)?, hash))
}

fn unpack(packed: &[u8], hash: &str) -> Result<Snapshot> {
    let bytes = zstd::decode_all(packed).map_err(Error::internal)?;
    if blake3::hash(&bytes).to_hex().as_str() != hash {
        return Err(Error::internal("a stored snapshot does not match its hash: the database was changed by hand"));
    }
    postcard::from_bytes(&bytes).map_err(|_| {
        Error::invalid(
            "plan.snapshot_version",
            "This plan was made by a release whose snapshots this one does not read.",
            "Open it with that release.",
        )
    })
}

/// An action with the names that pages show and its present state.
#[derive(Debug, Clone, FromQueryResult)]
pub struct ActionRow {
    /// Id.
    pub id: i64,
    /// Its plan.
    pub plan_id: i64,
    /// Monday of the plan's week.
    pub monday: i64,
    /// Owner.
    pub owner_id: i64,
    /// Owner's name.
    pub owner: String,
    /// Account.
    pub account_id: i64,
    /// Account's name.
    pub account: String,
    /// Account's place.
    pub city: String,
    /// Account's zone.
    pub zone: String,
    /// Person.
    pub person_id: i64,
    /// Person's name.
    pub person: String,
    /// Person's role code.
    pub role: String,
    /// Person's phone number.
    pub phone: Option<String>,
    /// Channel code.
    pub channel: String,
    /// Purpose code.
    pub purpose: String,
    /// Product's name.
    pub product: Option<String>,
    /// Business unit.
    pub unit: String,
    /// Proposed day.
    pub day: i64,
    /// Proposed start.
    pub start_at: Option<i64>,
    /// Minutes.
    pub minutes: i64,
    /// Points.
    pub value: f64,
    /// Why.
    pub reason: String,
    /// Last step's verb; none while proposed.
    pub verb: Option<String>,
    /// Last step's number; none while proposed.
    pub seq: Option<i64>,
    /// Last step's time.
    pub step_at: Option<i64>,
    /// Last step's reason or outcome.
    pub step_reason: Option<String>,
    /// Name of who took the last step.
    pub step_by: Option<String>,
}

/// What an action's last step made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Nobody did anything yet.
    Proposed,
    /// Its owner took it on; it passed the gate.
    Accepted,
    /// Its owner will not do it.
    Dismissed,
    /// Its outcome is recorded.
    Done,
}

impl State {
    /// From the last step's verb.
    pub fn of(verb: Option<&str>) -> Self {
        match verb {
            Some("accept") => Self::Accepted,
            Some("dismiss") => Self::Dismissed,
            Some("outcome") => Self::Done,
            _ => Self::Proposed,
        }
    }
}

impl ActionRow {
    /// Present state.
    pub fn state(&self) -> State {
        State::of(self.verb.as_deref())
    }

    /// Proposed start or, without one, the start of the proposed day.
    pub fn at(&self) -> Time {
        self.start_at.map_or_else(|| Time::at_day(Day(self.day as i32)), Time)
    }
}

const ACTION: &str = "SELECT a.id, a.plan_id, p.monday, a.owner_id, u.name AS owner, a.account_id, ac.name AS account, ac.city, ac.zone, \
    a.person_id, pe.name AS person, pe.role, pe.phone, a.channel, a.purpose, pr.name AS product, a.unit, a.day, a.start_at, a.minutes, a.value, a.reason, \
    s.verb, s.seq, s.at AS step_at, s.reason AS step_reason, su.name AS step_by \
    FROM plan_action a JOIN plan p ON p.id = a.plan_id JOIN app_user u ON u.id = a.owner_id JOIN account ac ON ac.id = a.account_id \
    JOIN person pe ON pe.id = a.person_id LEFT JOIN product pr ON pr.id = a.product_id \
    LEFT JOIN action_step s ON s.action_id = a.id AND s.seq = (SELECT MAX(x.seq) FROM action_step x WHERE x.action_id = a.id) \
    LEFT JOIN app_user su ON su.id = s.user_id";

/// One action.
pub async fn action(db: &impl Query, id: i64) -> Result<Option<ActionRow>> {
    db.one(&format!("{ACTION} WHERE a.id = $1 AND p.published_at IS NOT NULL"), args![id]).await
}

/// An owner's week: actions of the plan in force, and those of earlier plans of the week that were taken on.
pub async fn queue(db: &impl Query, owner: i64, monday: Day) -> Result<Vec<ActionRow>> {
    let Some(plan) = in_force(db, monday).await? else { return Ok(Vec::new()) };
    let sql = format!(
        "{ACTION} WHERE a.owner_id = $1 AND p.monday = $2 AND p.published_at IS NOT NULL \
         AND (a.plan_id = $3 OR s.verb IN ('accept', 'outcome')) ORDER BY a.day, a.start_at IS NULL, a.start_at, a.value DESC, a.id"
    );
    db.all(&sql, args![owner, i64::from(monday.0), plan.id]).await
}

/// The newest actions proposed for a person, any plan.
pub async fn for_person(db: &impl Query, person: i64, limit: i64) -> Result<Vec<ActionRow>> {
    db.all(&format!("{ACTION} WHERE a.person_id = $1 AND p.published_at IS NOT NULL ORDER BY a.id DESC LIMIT $2"), args![person, limit])
        .await
}

/// Adds a step. Two people at once: the second finds the number taken.
///
/// # Errors
/// `engage.overtaken` when another step was faster.
pub async fn step(tx: &mut Tx, action: &ActionRow, verb: &str, reason: &str) -> Result<()> {
    let (user, at) = (tx.actor.user.map_or(0, |u| u.0), tx.now.0);
    let row = args![action.id, action.seq.unwrap_or(0) + 1, verb, user, at, reason];
    match tx.insert("action_step", &["action_id", "seq", "verb", "user_id", "at", "reason"], row).await {
        Ok(_) => Ok(()),
        Err(e) if e.code == "store.unique" => Err(Error::conflict(
            "engage.overtaken",
            "Someone else acted on this at the same moment. Your click changed nothing.",
            "Reload the queue to see the present state.",
        )),
        Err(e) => Err(e),
    }
}

/// The first planned week that is not over on `today`, else the newest planned one.
pub async fn week_to_show(db: &impl Query, today: Day) -> Result<Option<rounds_kernel::Week>> {
    let from = i64::from(today.0) - 6;
    let coming = db.number("SELECT MIN(monday) FROM plan WHERE published_at IS NOT NULL AND monday >= $1", args![from]).await?;
    let monday = match coming {
        0 => db.number("SELECT MAX(monday) FROM plan WHERE published_at IS NOT NULL", vec![]).await?,
        m => m,
    };
    Ok((monday != 0).then(|| Day(monday as i32).week()))
}

/// People whom a plan meets.
pub async fn people_met(db: &impl Query, plan: i64) -> Result<std::collections::BTreeSet<i64>> {
    #[derive(FromQueryResult)]
    struct Met {
        person_id: i64,
    }
    let rows = db.all::<Met>("SELECT DISTINCT person_id FROM plan_action WHERE plan_id = $1", args![plan]).await?;
    Ok(rows.into_iter().map(|m| m.person_id).collect())
}

/// Name, role and account of a person.
#[derive(Debug, Clone, FromQueryResult)]
pub struct PersonName {
    /// Person.
    pub id: i64,
    /// Name.
    pub person: String,
    /// Role code.
    pub role: String,
    /// Account name.
    pub account: String,
}

/// Names of people by id.
pub async fn names_of(db: &impl Query, people: &[i64]) -> Result<std::collections::BTreeMap<i64, PersonName>> {
    if people.is_empty() {
        return Ok(Default::default());
    }
    let ids = people.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT p.id, p.name AS person, p.role, MIN(a.name) AS account FROM person p JOIN affiliation f ON f.child_kind = 'person' \
         AND f.child_id = p.id AND f.parent_kind = 'account' AND f.valid_to IS NULL JOIN account a ON a.id = f.parent_id \
         WHERE p.id IN ({ids}) GROUP BY p.id, p.name, p.role"
    );
    Ok(db.all::<PersonName>(&sql, vec![]).await?.into_iter().map(|n| (n.id, n)).collect())
}

/// Actions at an account in the week from `monday`: of the plan in force, and those taken on from earlier plans.
pub async fn for_account(db: &impl Query, account: i64, monday: Day) -> Result<Vec<ActionRow>> {
    let Some(plan) = in_force(db, monday).await? else { return Ok(Vec::new()) };
    let sql = format!(
        "{ACTION} WHERE a.account_id = $1 AND p.monday = $2 AND p.published_at IS NOT NULL \
         AND (a.plan_id = $3 OR s.verb IN ('accept', 'outcome')) ORDER BY a.day, a.start_at IS NULL, a.start_at, a.id LIMIT 50"
    );
    db.all(&sql, args![account, i64::from(monday.0), plan.id]).await
}
