//! New records for programs.

use super::{AddAccount, AddPerson, AddSystem};
use rounds_kernel::{AccountId, Permission, Result};
use rounds_web::Route;
use rounds_web::api::{Call, CareSettingCode, Nothing, Operation, PersonRoleCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let twin = "What looks like a record that is there is refused with 409, unless `anyway` is true.";
    vec![
        Operation::post("/api/v1/accounts", Permission::WriteRecord, "Add an account", account)
            .about(twin)
            .created("/api/v1/accounts/{id}")
            .route(),
        Operation::post("/api/v1/systems", Permission::WriteRecord, "Add a health system", system)
            .about(twin)
            .created("/api/v1/systems/{id}")
            .route(),
        Operation::post("/api/v1/people", Permission::WriteProfile, "Add a person", person)
            .about(twin)
            .created("/api/v1/people/{id}")
            .route(),
    ]
}

/// Number of a new record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewRecord)]
struct Made {
    id: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccount)]
struct Account {
    #[schema(min_length = 1, max_length = 200, pattern = "^[A-Za-z0-9 .,&()-]*[A-Za-z0-9][A-Za-z0-9 .,&()-]*$")]
    name: String,
    setting: CareSettingCode,
    #[serde(default)]
    #[schema(max_length = 200, pattern = "^[A-Za-z0-9 .,/-]*$")]
    street: String,
    #[serde(default)]
    #[schema(max_length = 100, pattern = "^[A-Za-z .-]*$")]
    city: String,
    /// State or region, as the country writes it.
    #[serde(default)]
    #[schema(max_length = 60, pattern = "^[A-Za-z .-]*$")]
    state: String,
    /// Postal code.
    #[serde(default)]
    #[schema(max_length = 20, pattern = "^[A-Za-z0-9 -]*$")]
    zip: String,
    /// Two letters.
    #[schema(pattern = "^(US|DE|FR|GB|IT|ES|PL)$")]
    country: String,
    #[serde(default)]
    #[schema(max_length = 40, pattern = "^[0-9 +()/.x-]*$")]
    phone: String,
    /// Health system it belongs to.
    #[schema(minimum = 1)]
    system_id: Option<i64>,
    /// True to add it although one like it is there.
    #[serde(default)]
    anyway: bool,
}

async fn account(call: Call, _: Nothing, new: Account) -> Result<Made> {
    let command = AddAccount {
        name: new.name,
        setting: new.setting.0,
        street: new.street,
        city: new.city,
        state: new.state,
        zip: new.zip,
        country: new.country,
        phone: new.phone,
        system: new.system_id,
        anyway: new.anyway,
    };
    Ok(Made { id: call.run_as_it_stands(command).await? })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSystem)]
struct System {
    #[schema(min_length = 1, max_length = 200, pattern = "^[A-Za-z0-9 .,&()-]*[A-Za-z0-9][A-Za-z0-9 .,&()-]*$")]
    name: String,
    /// Town of its head office.
    #[serde(default)]
    #[schema(max_length = 100, pattern = "^[A-Za-z .-]*$")]
    city: String,
    #[serde(default)]
    #[schema(max_length = 60, pattern = "^[A-Za-z .-]*$")]
    state: String,
    /// Two letters.
    #[schema(pattern = "^(US|DE|FR|GB|IT|ES|PL)$")]
    country: String,
    /// True to add it although one like it is there.
    #[serde(default)]
    anyway: bool,
}

async fn system(call: Call, _: Nothing, new: System) -> Result<Made> {
    let command = AddSystem { name: new.name, city: new.city, state: new.state, country: new.country, anyway: new.anyway };
    Ok(Made { id: call.run_as_it_stands(command).await? })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPerson)]
struct Person {
    #[schema(min_length = 1, max_length = 200, pattern = "^[A-Za-z0-9 .,&()-]*[A-Za-z0-9][A-Za-z0-9 .,&()-]*$")]
    name: String,
    role: PersonRoleCode,
    /// Specialty or department.
    #[serde(default)]
    #[schema(max_length = 100, pattern = "^[A-Za-z .-]*$")]
    specialty: String,
    #[schema(max_length = 200, pattern = "^[A-Za-z0-9_%+-]+([.][A-Za-z0-9_%+-]+)*@[A-Za-z0-9]+([.-][A-Za-z0-9]+)*[.][A-Za-z]{2,10}$")]
    email: Option<String>,
    #[schema(max_length = 40, pattern = "^[0-9 +()/.x-]*$")]
    phone: Option<String>,
    /// Two letters; English if not given.
    #[schema(pattern = "^(en|de|fr|it|es|pl)$")]
    language: Option<String>,
    /// Where they work.
    #[schema(minimum = 1)]
    account_id: i64,
    /// True to add them although one like them is there.
    #[serde(default)]
    anyway: bool,
}

async fn person(call: Call, _: Nothing, new: Person) -> Result<Made> {
    let command = AddPerson {
        name: new.name,
        role: new.role.0,
        specialty: new.specialty,
        email: new.email.unwrap_or_default(),
        phone: new.phone.unwrap_or_default(),
        language: new.language.unwrap_or_else(|| "en".into()),
        account: AccountId(new.account_id),
        anyway: new.anyway,
    };
    Ok(Made { id: call.run_as_it_stands(command).await? })
}
