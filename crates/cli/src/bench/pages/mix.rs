//! Which pages are visited, by whom, how often: what a rep, a manager and somebody of operations open in a day's work.

use super::super::visitor::escaped;
use super::Visit;
use crate::args::BenchPages;
use rounds_kernel::{Actor, Cursor, Error, Result, Rng, Role, UserId};
use rounds_platform::scope;
use rounds_platform::users::{UserRow, actor_of, all};
use rounds_store::{FromQueryResult, Query, Runner};

/// A kind of page: its name, shares among a rep's, a manager's and operations' visits, address.
type Kind = (&'static str, [u32; 3], &'static str);

/// `{…}` is filled with something within the visitor's scope; a trailing `»` asks, every second time, for the list's next page.
const KINDS: &[Kind] = &[
    ("queue", [120, 0, 0], "/queue"),
    ("action", [30, 0, 0], "/actions/{action}"),
    ("held back", [10, 0, 0], "/queue/held"),
    ("team", [0, 60, 0], "/team"),
    ("account", [140, 100, 60], "/accounts/{account}"),
    ("account timeline", [30, 10, 10], "/accounts/{account}?channel={channel}"),
    ("account timeline, older", [30, 10, 10], "/accounts/{account}/timeline?older={older}"),
    ("person", [140, 60, 60], "/people/{person}"),
    ("person timeline, older", [20, 10, 10], "/people/{person}/timeline?older={older}"),
    ("system timeline", [5, 10, 10], "/systems/{system}/timeline"),
    ("system timeline, older", [2, 5, 5], "/systems/{system}/timeline?older={older}"),
    ("system", [20, 40, 30], "/systems/{system}"),
    ("why", [15, 5, 10], "/people/{person}/why"),
    ("suggest", [150, 60, 80], "/search/suggest?q={letters}"),
    ("search", [30, 20, 20], "/search?q={name}"),
    ("notes search", [20, 15, 15], "/notes?q={word}"),
    ("accounts", [40, 40, 40], "/accounts »"),
    ("accounts by beds", [10, 20, 20], "/accounts?sort=-beds »"),
    ("accounts named", [10, 10, 10], "/accounts?name={letters} »"),
    ("accounts of a state", [10, 10, 10], "/accounts?state={state} »"),
    ("people", [30, 30, 30], "/people »"),
    ("people of a role", [10, 10, 10], "/people?role=physician&sort=-name »"),
    ("people named", [10, 10, 10], "/people?name={letters} »"),
    ("systems", [10, 20, 20], "/systems »"),
    ("contact ledger", [40, 30, 20], "/contacts »"),
    ("contact ledger of a channel", [10, 10, 10], "/contacts?channel={channel} »"),
    ("contact ledger of an outcome", [5, 5, 5], "/contacts?outcome=meeting_booked »"),
    ("contact ledger of a name", [5, 5, 5], "/contacts?person={name}"),
    ("orders", [20, 20, 20], "/orders »"),
    ("sales", [10, 10, 15], "/sales »"),
    ("leads", [15, 15, 15], "/leads"),
    ("stakeholders", [10, 5, 5], "/stakeholders/account/{account}"),
    ("profile sheet", [10, 5, 5], "/profiles/account/{account}"),
    ("profiles", [5, 10, 20], "/profiles »"),
    ("affiliations", [5, 5, 10], "/affiliations/account-system/{account}"),
    ("numbers", [2, 5, 10], "/identifiers?value={letters}"),
    ("access register", [5, 5, 5], "/access"),
    ("whom to call", [10, 5, 0], "/accounts/{account}/whom-to-call"),
    ("reachability", [10, 25, 40], "/permissions"),
    ("reachability, people", [10, 10, 15], "/permissions/people »"),
    ("products", [5, 5, 5], "/products"),
    ("installed base", [5, 10, 10], "/installed-base »"),
    ("contracts", [0, 10, 15], "/contracts »"),
    ("contracts' compliance", [0, 5, 10], "/contracts-compliance"),
    ("buying groups", [3, 5, 10], "/groups"),
    ("concentration", [2, 5, 10], "/concentration"),
    ("classes", [2, 2, 10], "/classes"),
    ("coverage", [0, 30, 30], "/coverage"),
    ("coverage, accounts", [0, 10, 10], "/coverage/{alignment}/accounts »"),
    ("uncovered", [0, 10, 15], "/coverage/uncovered »"),
    ("indicators", [0, 40, 40], "/indicators"),
    ("mirror", [0, 5, 5], "/trial"),
    ("plans", [0, 15, 20], "/plans"),
    ("plan", [0, 10, 20], "/plans/{plan}"),
    ("tracings", [0, 5, 10], "/tracings »"),
    ("unmapped sales", [0, 5, 10], "/unmapped-sales"),
    ("parties", [0, 5, 10], "/parties »"),
    ("quality", [0, 0, 20], "/quality"),
    ("matching", [0, 0, 30], "/matching »"),
    ("merges", [0, 0, 5], "/matching/merges"),
    ("governance", [0, 0, 10], "/governance"),
    ("imports", [0, 0, 10], "/imports"),
];

/// A user who visits, with what lies in their scope.
struct Visitor {
    group: usize,
    accounts: Vec<i64>,
    people: Vec<i64>,
    systems: Vec<i64>,
    actions: Vec<i64>,
    names: Vec<String>,
    states: Vec<String>,
}

/// How many of each role visit, to which group of the table they belong, and the share of visits of each group.
const VISITORS: [(Role, usize, usize); 5] =
    [(Role::RemoteRep, 0, 4), (Role::FieldRep, 0, 4), (Role::KeyAccountManager, 0, 2), (Role::Manager, 1, 3), (Role::Operations, 2, 2)];
const SHARES: [f64; 3] = [0.65, 0.20, 0.15];

/// E-mails of the visitors, and their visits in the order of time.
pub(super) async fn visits(runner: &Runner, a: &BenchPages) -> Result<(Vec<String>, Vec<Visit>)> {
    let mut rng = Rng::new(a.seed).stream(7);
    let (mut emails, mut visitors) = (Vec::new(), Vec::new());
    let users = all(&runner.db).await?;
    for (role, group, number) in VISITORS {
        for user in users.iter().filter(|u| u.active && u.role() == role).take(number) {
            visitors.push(visitor(runner, user, group, &mut rng).await?);
            emails.push(user.email.clone());
        }
    }
    let last = |sql: &'static str| runner.db.number(sql, vec![]);
    let (plan, alignment) = (last("SELECT MAX(id) FROM plan").await?, last("SELECT MAX(alignment_id) FROM coverage").await?);
    let number = (a.rate * (a.seconds + a.warm_up) as f64) as usize;
    let mut visits = Vec::with_capacity(number);
    while visits.len() < number {
        let group = rng.weighted(&SHARES);
        let of_group: Vec<usize> = (0..visitors.len()).filter(|i| visitors[*i].group == group).collect();
        let Some(user) = of_group.get(rng.below(of_group.len())).copied() else {
            return Err(Error::internal("the record has no user of each role"));
        };
        let weights: Vec<f64> = KINDS.iter().map(|k| f64::from(k.1[group])).collect();
        let (kind, _, template) = KINDS[rng.weighted(&weights)];
        if let Some(path) = address(template, &visitors[user], runner, (plan, alignment), &mut rng) {
            let further = template.ends_with('»') && rng.chance(0.5);
            visits.push(Visit { user, kind: kind.into(), path, further });
        }
    }
    Ok((emails, visits))
}

#[derive(FromQueryResult)]
struct Named {
    id: i64,
    name: String,
}

async fn visitor(runner: &Runner, user: &UserRow, group: usize, rng: &mut Rng) -> Result<Visitor> {
    const MOST: usize = 400;
    let actor: Actor = actor_of(&runner.db, UserId(user.id)).await?;
    let within = scope::accounts(&actor, "a.id");
    let sql = format!("SELECT a.id, a.state AS name FROM account a WHERE {within} ORDER BY a.id");
    let all: Vec<Named> = runner.db.all(&sql, vec![]).await?;
    let picked: Vec<&Named> = (0..MOST.min(all.len())).filter_map(|_| all.get(rng.below(all.len()))).collect();
    let list = picked.iter().map(|a| a.id.to_string()).chain(Some("0".into())).collect::<Vec<_>>().join(", ");
    let people: Vec<Named> = runner
        .db
        .all(&format!("SELECT p.id, p.name FROM affiliation f JOIN person p ON p.id = f.child_id WHERE f.parent_kind = 'account' AND f.child_kind = 'person' AND f.valid_to IS NULL AND f.parent_id IN ({list}) ORDER BY p.id LIMIT 4000"), vec![])
        .await?;
    let systems: Vec<Named> = runner
        .db
        .all(&format!("SELECT DISTINCT s.id, s.name FROM affiliation f JOIN health_system s ON s.id = f.parent_id WHERE f.parent_kind = 'system' AND f.child_kind = 'account' AND f.valid_to IS NULL AND f.child_id IN ({list}) ORDER BY s.id"), vec![])
        .await?;
    let actions: Vec<Named> = runner
        .db
        .all(&format!("SELECT id, reason AS name FROM plan_action WHERE owner_id = {} ORDER BY id DESC LIMIT 100", user.id), vec![])
        .await?;
    Ok(Visitor {
        group,
        accounts: picked.iter().map(|a| a.id).collect(),
        people: people.iter().map(|p| p.id).collect(),
        systems: systems.iter().map(|s| s.id).collect(),
        actions: actions.iter().map(|a| a.id).collect(),
        names: people.into_iter().map(|p| p.name).collect(),
        states: picked.iter().map(|a| a.name.clone()).collect(),
    })
}

/// The template filled; `None` when the visitor's scope has nothing of the kind.
fn address(template: &str, v: &Visitor, runner: &Runner, (plan, alignment): (i64, i64), rng: &mut Rng) -> Option<String> {
    let one = |ids: &[i64], rng: &mut Rng| ids.get(rng.below(ids.len())).map(i64::to_string);
    let name = |rng: &mut Rng| v.names.get(rng.below(v.names.len())).cloned();
    let mut path = template.trim_end_matches([' ', '»']).to_owned();
    while let Some((before, rest)) = path.clone().split_once('{') {
        let (what, after) = rest.split_once('}')?;
        let value = match what {
            "account" => one(&v.accounts, rng)?,
            "person" => one(&v.people, rng)?,
            "system" => one(&v.systems, rng)?,
            "action" => one(&v.actions, rng)?,
            "plan" => plan.to_string(),
            "alignment" => alignment.to_string(),
            "state" => v.states.get(rng.below(v.states.len()))?.clone(),
            "name" => name(rng)?,
            "letters" => {
                let name = name(rng)?;
                let most = 1 + rng.below(name.chars().count());
                name.chars().take(most).collect()
            }
            "word" => ["committee", "stapler", "purchasing", "price"][rng.below(4)].into(),
            "channel" => ["visit", "phone", "video", "email"][rng.below(4)].into(),
            "older" => Cursor { key: runner.now().plus_days(-(rng.below(700) as i64)).0.to_string(), id: 1 }.encode(),
            _ => return None,
        };
        path = format!("{before}{}{after}", escaped(&value));
    }
    Some(path)
}
