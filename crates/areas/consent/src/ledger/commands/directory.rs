//! Whose keys are whose, looked up once a file instead of once a chunk.

use super::ContactRow;
use rounds_customers::affiliations::{LinkKind, current};
use rounds_customers::company_files::{account_ids, person_ids};
use rounds_kernel::{Result, RowReject, UserId};
use rounds_platform::imports::reject;
use rounds_platform::users;
use rounds_store::{Query, Tx, one_of};
use std::collections::{BTreeSet, HashMap};

/// Keys remembered of one kind: some tens of megabytes. Beyond that, what is remembered is thrown away and looked up again.
const MOST: usize = 400_000;

/// Keys of people, accounts and users.
#[derive(Default)]
pub(in crate::ledger) struct Directory {
    people: Keys,
    accounts: Keys,
    /// Person to the account where they work.
    homes: HashMap<i64, i64>,
    /// E-mails and names, small; nobody for a name that several bear.
    users: Option<HashMap<String, Option<i64>>>,
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

    /// The person, if the row names one, and the account.
    pub(super) fn place(&self, row: &ContactRow) -> std::result::Result<(Option<i64>, i64), RowReject> {
        let unknown = |what: &str, key: &str| {
            let cause = format!("There is no {what} with the key “{key}”.");
            let remedy = format!("Import the {} first, or correct the key.", if what == "person" { "people" } else { "accounts" });
            reject(row.line, &format!("import.{what}_unknown"), cause, remedy)
        };
        let person = match row.person_key.as_str() {
            "" => None,
            key => Some(*self.people.0.get(key).ok_or_else(|| unknown("person", key))?),
        };
        let account = match (row.account_key.as_str(), person) {
            ("", Some(person)) => self.homes.get(&person).copied(),
            (key, _) => self.accounts.0.get(key).copied(),
        };
        let account = account.ok_or_else(|| match row.account_key.as_str() {
            "" => reject(
                row.line,
                "import.account_unknown",
                "The row names no account, and the record knows of none where the person works.",
                "Name the account, or import where the person works first.",
            ),
            key => unknown("account", key),
        })?;
        Ok((person, account))
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
