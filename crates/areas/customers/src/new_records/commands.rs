//! Adding one record.

use crate::accounts::{self, AccountRow};
use crate::affiliations::{LinkKind, Open, Post};
use crate::people::{self, PersonRow};
use crate::scope;
use crate::systems::{self, SystemRow};
use rounds_kernel::{AccountId, CareSetting, Country, Error, FactKind, NewFact, Permission, PersonId, PersonRole, Result, SystemId};
use rounds_platform::imports::ChunkReport;
use rounds_store::{Command, FromQueryResult, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// The source of what is entered here.
const SOURCE: &str = "entered here";

/// Adds an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddAccount {
    /// Name.
    pub name: String,
    /// Kind of place.
    pub setting: CareSetting,
    /// Street and number.
    pub street: String,
    /// Town.
    pub city: String,
    /// State or region, as the country writes it.
    pub state: String,
    /// Postal code.
    pub zip: String,
    /// Country, two letters.
    pub country: String,
    /// Telephone of the place.
    pub phone: String,
    /// System it belongs to.
    pub system: Option<i64>,
    /// True to add it although one like it is there.
    pub anyway: bool,
}

/// Adds a person at an account within the actor's scope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddPerson {
    /// Full name.
    pub name: String,
    /// What they do.
    pub role: PersonRole,
    /// Specialty or department; may be empty.
    pub specialty: String,
    /// E-mail; may be empty.
    pub email: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// Language, two letters.
    pub language: String,
    /// Where they work.
    pub account: AccountId,
    /// True to add them although one like them is there.
    pub anyway: bool,
}

/// Adds a health system.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddSystem {
    /// Name.
    pub name: String,
    /// Town of its head office.
    pub city: String,
    /// State of its head office.
    pub state: String,
    /// Country, two letters.
    pub country: String,
    /// True to add it although one like it is there.
    pub anyway: bool,
}

fn refuse(code: &str, cause: &str, remedy: &str) -> Error {
    Error::invalid(code, format!("{cause} Nothing was added."), remedy)
}

/// Words in their form: trimmed, of a usable length, on one line.
fn fit(label: &str, text: &str, needed: bool, most: usize) -> Result<String> {
    let text = text.trim();
    if needed && text.is_empty() {
        return Err(refuse("record.empty", &format!("{label} is missing."), "Fill it in."));
    }
    if text.chars().count() > most || text.chars().any(char::is_control) {
        let cause = format!("{label} is longer than {most} characters, or holds more than one line.");
        return Err(refuse("record.long", &cause, "Shorten it."));
    }
    Ok(text.to_owned())
}

fn country(code: &str) -> Result<String> {
    let code = code.trim().to_uppercase();
    if Country::is_code(&code) {
        Ok(code)
    } else {
        Err(refuse("record.country", &format!("“{code}” is no country."), "Write its two letters, for example US or DE."))
    }
}

#[derive(FromQueryResult)]
struct Alike {
    id: i64,
    name: String,
}

/// Refuses what looks like a record that is there, unless somebody insists.
fn unlike(found: Option<Alike>, what: &str, anyway: bool) -> Result<()> {
    match found {
        Some(a) if !anyway => Err(Error::conflict(
            "record.known",
            format!("There is {what} “{}” like it already, with the number {}. Nothing was added.", a.name, a.id),
            "Open that one; or, if it is another, add it anyway.",
        )),
        _ => Ok(()),
    }
}

/// The rejection of the one row as an error.
fn accepted(report: &ChunkReport) -> Result<()> {
    report.rejects.first().map_or(Ok(()), |r| Err(Error::invalid(&r.code, format!("{} Nothing was added.", r.cause), r.remedy.clone())))
}

/// A key that no other record has: the number that the record is about to get, under our own name.
async fn key(tx: &Tx, sql: &str) -> Result<String> {
    Ok(format!("here:{}", tx.number(sql, vec![]).await? + 1))
}

fn vanished() -> Error {
    Error::internal("a record that was added is not there")
}

impl Command for AddAccount {
    const NAME: &'static str = "customers.add_account";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let (name, city) = (fit("The name", &self.name, true, 200)?, fit("The town", &self.city, false, 100)?);
        let zip = fit("The postal code", &self.zip, false, 20)?;
        let sql = "SELECT id, name FROM account WHERE LOWER(name) = LOWER($1) AND (LOWER(city) = LOWER($2) OR (zip = $3 AND zip <> '')) ORDER BY id LIMIT 1";
        let alike = tx.one::<Alike>(sql, args![name.clone(), city.clone(), zip.clone()]).await?;
        unlike(alike, "an account", self.anyway)?;
        let key = key(tx, "SELECT COALESCE(MAX(id), 0) FROM account").await?;
        let row = AccountRow {
            street: fit("The street", &self.street, false, 200)?,
            state: fit("The state", &self.state, false, 60)?,
            phone: Some(fit("The telephone number", &self.phone, false, 40)?).filter(|p| !p.is_empty()),
            country: country(&self.country)?,
            city,
            zip,
            ..AccountRow::new(key.clone(), name.clone(), self.setting, SOURCE)
        };
        accepted(&accounts::upsert(tx, vec![row]).await?)?;
        let id = accounts::ids(tx, &[&key]).await?.get(&key).copied().ok_or_else(vanished)?;
        let body = serde_json::json!({ "text": format!("Account “{name}” entered here") });
        tx.fact(NewFact { account: Some(AccountId(id)), user: tx.actor.user, body, ..NewFact::new(FactKind::Record, tx.now, "rounds") })
            .await?;
        if let Some(system) = self.system {
            link(tx, LinkKind::AccountSystem, id, system).await?;
        }
        Ok(id)
    }
}

async fn link(tx: &mut Tx, kind: LinkKind, child: i64, parent: i64) -> Result<()> {
    let open = Open {
        kind: kind.code().into(),
        child,
        parent,
        from: tx.now.day(),
        to: None,
        replaces: false,
        post: Post::default(),
        confidence: 1.0,
        reason: "entered with the record".into(),
    };
    open.run(tx).await.map(|_| ())
}

impl Command for AddPerson {
    const NAME: &'static str = "customers.add_person";
    const PERMISSION: Permission = Permission::WriteProfile;
    type Out = i64;

    fn audit_view(&self) -> serde_json::Value {
        // No names: the audit log is read by people who need not see the people themselves.
        serde_json::json!({ "account": self.account.0, "role": self.role.code() })
    }

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        scope::see_account(tx, &tx.actor, self.account).await?;
        let name = fit("The name", &self.name, true, 200)?;
        let email = fit("The e-mail address", &self.email, false, 254)?.to_lowercase();
        if !email.is_empty() && !email.split_once('@').is_some_and(|(n, host)| !n.is_empty() && host.contains('.')) {
            return Err(refuse("record.email", "That is no e-mail address.", "Write it as name@hospital.example, or leave it empty."));
        }
        unlike(self.alike(tx, &name, &email).await?, "a person", self.anyway)?;
        let Some(place) = accounts::get(tx, self.account).await? else { return Err(Error::not_found("account")) };
        let key = key(tx, "SELECT COALESCE(MAX(id), 0) FROM person").await?;
        let row = PersonRow {
            line: 0,
            source_key: key.clone(),
            name,
            role: self.role,
            specialty: fit("The specialty", &self.specialty, false, 100)?,
            email: Some(email).filter(|e| !e.is_empty()),
            phone: Some(fit("The telephone number", &self.phone, false, 40)?).filter(|p| !p.is_empty()),
            language: self.language.trim().to_lowercase(),
            account_key: place.source_key,
            affil_from: tx.now.day(),
            source: SOURCE.into(),
        };
        accepted(&people::upsert(tx, vec![row]).await?)?;
        let id = people::ids(tx, &[&key]).await?.get(&key).copied().ok_or_else(vanished)?;
        let body = serde_json::json!({ "text": "Person entered here" });
        let about = NewFact {
            account: Some(self.account),
            person: Some(PersonId(id)),
            user: tx.actor.user,
            body,
            ..NewFact::new(FactKind::Record, tx.now, "rounds")
        };
        tx.fact(about).await?;
        Ok(id)
    }
}

impl AddPerson {
    /// Someone of that name who works there, or of that address anywhere.
    async fn alike(&self, tx: &Tx, name: &str, email: &str) -> Result<Option<Alike>> {
        let sql = "SELECT p.id, p.name FROM person p WHERE (LOWER(p.email) = $3 AND $3 <> '') OR p.id IN (SELECT f.child_id FROM affiliation f \
                   JOIN person o ON o.id = f.child_id WHERE f.parent_kind = 'account' AND f.parent_id = $1 AND f.child_kind = 'person' \
                   AND f.valid_to IS NULL AND LOWER(o.name) = LOWER($2)) ORDER BY p.id LIMIT 1";
        tx.one(sql, args![self.account.0, name, email]).await
    }
}

impl Command for AddSystem {
    const NAME: &'static str = "customers.add_system";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let name = fit("The name", &self.name, true, 200)?;
        let sql = "SELECT id, name FROM health_system WHERE LOWER(name) = LOWER($1) ORDER BY id LIMIT 1";
        unlike(tx.one::<Alike>(sql, args![name.clone()]).await?, "a system", self.anyway)?;
        let key = key(tx, "SELECT COALESCE(MAX(id), 0) FROM health_system").await?;
        let row = SystemRow {
            line: 0,
            source_key: key.clone(),
            name: name.clone(),
            city: fit("The town", &self.city, false, 100)?,
            state: fit("The state", &self.state, false, 60)?,
            country: country(&self.country)?,
            source: SOURCE.into(),
            mention: false,
        };
        accepted(&systems::upsert(tx, vec![row]).await?)?;
        let id = systems::ids(tx, &[&key]).await?.get(&key).copied().ok_or_else(vanished)?;
        let body = serde_json::json!({ "text": format!("System “{name}” entered here") });
        tx.fact(NewFact { system: Some(SystemId(id)), user: tx.actor.user, body, ..NewFact::new(FactKind::Record, tx.now, "rounds") })
            .await?;
        Ok(id)
    }
}
