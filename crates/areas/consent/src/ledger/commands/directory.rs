//! Whose keys are whose, looked up once a file instead of once a chunk.

use super::ContactRow;
use rounds_customers::affiliations::{LinkKind, current};
use rounds_customers::company_files::{account_ids, person_ids};
use rounds_customers::{accounts, people};
use rounds_kernel::{Result, RowReject, UserId};
use rounds_platform::imports::reject;
use rounds_platform::users;
use rounds_store::{Query, Tx, one_of};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Keys remembered of one kind: some tens of megabytes. Beyond that, what is remembered is thrown away and looked up again.
const MOST: usize = 400_000;

/// Keys of people, accounts and users.
#[derive(Default)]
pub(in crate::ledger) struct Directory {
    people: Keys,
    accounts: Keys,
    /// What the rows at hand give by name instead of by key.
    named: Named,
    /// Person to the account where they work.
    homes: HashMap<i64, i64>,
    /// E-mails and names, small; nobody for a name that several bear.
    users: Option<HashMap<String, Option<i64>>>,
}

/// People and accounts that bear a name, and where those people work.
#[derive(Default)]
struct Named {
    people: HashMap<String, Vec<i64>>,
    accounts: HashMap<String, Vec<i64>>,
    posts: BTreeMap<i64, Vec<i64>>,
}

#[derive(Default)]
struct Keys(HashMap<String, i64>);

impl Keys {
    /// Of `wanted`, the keys that are not known yet. What is known is kept only while all of it that is wanted still stands:
    /// a merge may have taken a record away since.
    async fn missing<'a>(&mut self, tx: &Tx, table: &str, wanted: &BTreeSet<&'a str>) -> Result<Vec<&'a str>> {
        let held: BTreeSet<i64> = wanted.iter().filter_map(|k| self.0.get(*k).copied()).collect();
        if !held.is_empty() {
            let count = held.len() as i64;
            let (among, list) = one_of(tx.engine(), "id", 1, held);
            let stand = tx.number(&format!("SELECT COUNT(*) FROM {table} WHERE {among}"), vec![list]).await?;
            if stand != count || self.0.len() > MOST {
                self.0.clear();
            }
        }
        Ok(wanted.iter().copied().filter(|k| !self.0.contains_key(*k)).collect())
    }
}

impl Directory {
    /// Looks up what `rows` mention and is not known yet.
    pub(super) async fn learn(&mut self, tx: &Tx, rows: &[ContactRow]) -> Result<()> {
        let wanted: BTreeSet<&str> = rows.iter().map(|r| r.person_key.as_str()).filter(|k| !k.is_empty()).collect();
        let missing = self.people.missing(tx, "person", &wanted).await?;
        if !missing.is_empty() {
            self.people.0.extend(person_ids(tx, &missing).await?);
        }
        let wanted: BTreeSet<&str> = rows.iter().map(|r| r.account_key.as_str()).filter(|k| !k.is_empty()).collect();
        let missing = self.accounts.missing(tx, "account", &wanted).await?;
        if !missing.is_empty() {
            self.accounts.0.extend(account_ids(tx, &missing).await?);
        }
        self.learn_names(tx, rows).await?;
        let homeless = rows.iter().filter(|r| r.account_key.is_empty()).filter_map(|r| self.people.0.get(&r.person_key));
        let homeless: BTreeSet<i64> = homeless.copied().filter(|p| !self.homes.contains_key(p)).collect();
        if !homeless.is_empty() {
            let homes = current(tx, LinkKind::PersonAccount, &homeless.into_iter().collect::<Vec<_>>()).await?;
            self.homes.extend(homes.into_iter().filter_map(|(person, accounts)| Some((person, *accounts.first()?))));
        }
        if self.users.is_none() {
            let mut named: HashMap<String, Option<i64>> = HashMap::new();
            for user in users::all(tx).await? {
                named.insert(user.email.to_lowercase(), Some(user.id));
                named.entry(user.name.to_lowercase()).and_modify(|id| *id = None).or_insert(Some(user.id));
            }
            self.users = Some(named);
        }
        Ok(())
    }

    /// Looks up by name what is no key of anybody's.
    async fn learn_names(&mut self, tx: &Tx, rows: &[ContactRow]) -> Result<()> {
        let no_key = |keys: &Keys, key: &str| !key.is_empty() && !keys.0.contains_key(key);
        let people: BTreeSet<String> =
            rows.iter().filter(|r| no_key(&self.people, &r.person_key)).flat_map(|r| ways(&r.person_key)).collect();
        let accounts: BTreeSet<&str> = rows.iter().map(|r| r.account_key.as_str()).filter(|k| no_key(&self.accounts, k)).collect();
        self.named = Named::default();
        if !people.is_empty() {
            self.named.people = people::named(tx, &people.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        }
        if !accounts.is_empty() {
            self.named.accounts = accounts::named(tx, &accounts.into_iter().collect::<Vec<_>>()).await?;
        }
        let known = rows.iter().filter_map(|r| self.people.0.get(&r.person_key)).filter(|_| !self.named.accounts.is_empty());
        let ids: BTreeSet<i64> = self.named.people.values().flatten().chain(known).copied().collect();
        if !ids.is_empty() {
            self.named.posts = current(tx, LinkKind::PersonAccount, &ids.into_iter().collect::<Vec<_>>()).await?;
        }
        Ok(())
    }

    /// Who the row may mean: one by key, or all who bear the name.
    fn people_of(&self, key: &str) -> Vec<i64> {
        let by_name = || ways(key).iter().filter_map(|n| self.named.people.get(n)).flatten().copied().collect();
        self.people.0.get(key).map_or_else(by_name, |id| vec![*id])
    }

    fn accounts_of(&self, key: &str) -> Vec<i64> {
        let by_name = || self.named.accounts.get(key).cloned().unwrap_or_default();
        self.accounts.0.get(key).map_or_else(by_name, |id| vec![*id])
    }

    fn works_at(&self, person: i64, account: i64) -> bool {
        self.named.posts.get(&person).is_some_and(|at| at.contains(&account))
    }

    /// The person, if the row names one, and the account. A name that several bear is told by the other of the two.
    pub(super) fn place(&self, row: &ContactRow) -> std::result::Result<(Option<i64>, i64), RowReject> {
        let (person, account) = (row.person_key.as_str(), row.account_key.as_str());
        let (mut people, mut accounts) = (self.people_of(person), self.accounts_of(account));
        if people.len() > 1 {
            let near: Vec<i64> = people.iter().copied().filter(|p| accounts.iter().any(|a| self.works_at(*p, *a))).collect();
            people = if near.is_empty() { people } else { near };
        }
        if accounts.len() > 1 {
            let near: Vec<i64> = accounts.iter().copied().filter(|a| people.iter().any(|p| self.works_at(*p, *a))).collect();
            accounts = if near.is_empty() { accounts } else { near };
        }
        let person = if person.is_empty() { None } else { Some(one(row.line, "person", person, &people)?) };
        if !account.is_empty() {
            return Ok((person, one(row.line, "account", account, &accounts)?));
        }
        let home = person.and_then(|p| self.homes.get(&p).copied().or_else(|| self.named.posts.get(&p)?.first().copied()));
        let nowhere = || {
            let cause = "The row names no account, and the record knows of none where the person works.";
            reject(row.line, "import.account_unknown", cause, "Name the account, or import where the person works first.")
        };
        Ok((person, home.ok_or_else(nowhere)?))
    }

    /// The user by e-mail or full name.
    pub(super) fn user(&self, owner: &str) -> Option<UserId> {
        if owner.is_empty() {
            return None;
        }
        let known = self.users.as_ref()?;
        known.get(owner).or_else(|| known.get(&owner.to_lowercase())).copied().flatten().map(UserId)
    }
}

/// The one that is meant, or why it cannot be told.
fn one(line: u64, what: &str, key: &str, found: &[i64]) -> std::result::Result<i64, RowReject> {
    let all = if what == "person" { "people" } else { "accounts" };
    match found {
        [one] => Ok(*one),
        [] => {
            let cause = format!("There is no {what} with the key or name “{key}”.");
            Err(reject(line, &format!("import.{what}_unknown"), cause, format!("Import the {all} first, or correct the key.")))
        }
        _ => {
            let cause = format!("{} {all} bear the name “{key}”.", found.len());
            Err(reject(line, &format!("import.{what}_ambiguous"), cause, "Give the key instead of the name."))
        }
    }
}

/// A name as it stands, and with the family name put last: `Berg, Ada` is Ada Berg.
fn ways(name: &str) -> Vec<String> {
    let mut out = vec![name.to_owned()];
    if let Some((family, given)) = name.split_once(',') {
        out.push(format!("{} {}", given.trim(), family.trim()));
    }
    out
}
