//! A person's place on a map.

use super::super::model::{DecisionRole, Stance};
use super::super::store;
use crate::profiles::Whose;
use rounds_kernel::{AccountId, Error, FactKind, NewFact, Permission, PersonId, Result, SystemId};
use rounds_store::{Command, Tx, args};
use serde::{Deserialize, Serialize};

/// Puts a person on the map of a system or account, or judges anew; an earlier place of the same person ends today.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlaceStakeholder {
    /// `system` or `account`.
    pub kind: String,
    /// Its id.
    pub id: i64,
    /// The person.
    pub person: i64,
    /// Code of [`DecisionRole`].
    pub decision_role: String,
    /// Code of [`Stance`]; empty when unknown.
    pub stance: String,
    /// 1 (little) to 5 (decisive).
    pub influence: i64,
    /// Why it is judged so.
    pub note: String,
}

impl Command for PlaceStakeholder {
    const NAME: &'static str = "customers.place_stakeholder";
    const PERMISSION: Permission = Permission::WriteProfile;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let whose = Whose::parse(&self.kind, self.id)?;
        whose.see(tx, &tx.actor).await?;
        crate::scope::see_person(tx, &tx.actor, PersonId(self.person)).await?;
        let role = DecisionRole::parse(&self.decision_role).ok_or_else(|| invalid("That is no role in a decision."))?;
        let stance = Stance::parse(&self.stance);
        if stance.is_none() && !self.stance.is_empty() {
            return Err(invalid("That is no stance."));
        }
        if !(1..=5).contains(&self.influence) {
            return Err(invalid("Influence is a number from 1 to 5."));
        }
        if self.note.chars().count() > 500 {
            return Err(invalid("The note is longer than 500 characters."));
        }
        let today = i64::from(tx.now.day().0);
        close(tx, whose, self.person, today).await?;
        let (now, user) = (tx.now.0, tx.actor.user.map(|u| u.0));
        let columns = [
            "subject_kind",
            "subject_id",
            "person_id",
            "decision_role",
            "stance",
            "influence",
            "note",
            "valid_from",
            "user_id",
            "written_at",
        ];
        let row = args![
            whose.kind(),
            whose.id,
            self.person,
            role.code(),
            self.stance.clone(),
            self.influence,
            self.note.trim(),
            today,
            user,
            now
        ];
        let id = tx.insert("stakeholder", &columns, row).await?;
        let judged = stance.map_or("stance unknown".to_owned(), |s| s.label().to_lowercase());
        let text = format!("{}, {judged}, influence {} of 5", role.label(), self.influence);
        tell(tx, whose, self.person, text, self.note.trim()).await?;
        Ok(id)
    }
}

fn invalid(cause: &str) -> Error {
    Error::invalid("stakeholder.place", format!("{cause} Nothing was changed."), "Choose from the lists on the page.")
}

/// Ends the person's present place. One that began today was a slip and goes.
async fn close(tx: &mut Tx, whose: Whose, person: i64, today: i64) -> Result<u64> {
    let same = "subject_kind = $1 AND subject_id = $2 AND person_id = $3 AND valid_to IS NULL";
    let gone = tx
        .execute(&format!("DELETE FROM stakeholder WHERE {same} AND valid_from = $4"), args![whose.kind(), whose.id, person, today])
        .await?;
    Ok(gone
        + tx.execute(&format!("UPDATE stakeholder SET valid_to = $4 WHERE {same}"), args![whose.kind(), whose.id, person, today]).await?)
}

async fn tell(tx: &mut Tx, whose: Whose, person: i64, text: String, note: &str) -> Result<()> {
    let (account, system) = if whose.system { (None, Some(SystemId(whose.id))) } else { (Some(AccountId(whose.id)), None) };
    let body = serde_json::json!({ "text": text, "note": note });
    crate::screening::heard(tx, note).await?;
    let fact = NewFact {
        account,
        system,
        person: Some(PersonId(person)),
        user: tx.actor.user,
        body,
        ..NewFact::new(FactKind::Profile, tx.now, "rounds")
    };
    tx.fact(fact).await
}

/// Takes a person off the map; that they stood there stays in its past.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndPlace {
    /// The place.
    pub place: i64,
}

impl Command for EndPlace {
    const NAME: &'static str = "customers.end_stakeholder";
    const PERMISSION: Permission = Permission::WriteProfile;
    /// Kind and id of the record.
    type Out = (String, i64);

    async fn run(self, tx: &mut Tx) -> Result<(String, i64)> {
        let of = store::place_of(tx, self.place).await?.ok_or_else(|| Error::not_found("place on the map"))?;
        let whose = Whose::parse(&of.subject_kind, of.subject_id)?;
        whose.see(tx, &tx.actor).await?;
        close(tx, whose, of.person_id, i64::from(tx.now.day().0)).await?;
        tell(tx, whose, of.person_id, "Taken off the stakeholder map".into(), "").await?;
        Ok((of.subject_kind, of.subject_id))
    }
}
