//! Users from a file: `email,name,role,manager,zone,locale,hours,scope,active,phone,local_manager`.

use super::super::store::{by_email, by_id};
use super::{CreateUser, EditUser, SetActive};
use crate::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use crate::scope::Grant;
use async_trait::async_trait;
use rounds_kernel::{Error, Permission, Result, Role, RowReject, UserId};
use rounds_store::{Command, Tx};

/// Creates and changes users; for administrators only, because a file could make one.
pub struct UserImporter;

const COLUMNS: &[Column] = &[
    Column::required("email").or(&["e-mail", "username", "user name"]),
    Column::required("name").or(&["full name", "display name"]),
    Column::required("role").or(&["role code", "profile"]),
    Column::optional("manager").or(&["manager email", "manager e-mail"]),
    Column::optional("zone").or(&["time zone", "timezone", "timezonesidkey"]),
    Column::optional("locale").or(&["localesidkey"]),
    Column::optional("hours").or(&["hours a week"]),
    Column::optional("scope"),
    Column::optional("active").or(&["isactive"]),
    Column::optional("phone").or(&["telephone", "mobile", "mobilephone", "telefon"]),
    Column::optional("local_manager").or(&[
        "local manager",
        "local manager email",
        "second manager",
        "matrix manager",
        "delegated approver",
    ]),
];

#[async_trait]
impl Importer for UserImporter {
    fn kind(&self) -> &'static str {
        "users"
    }

    fn title(&self) -> &'static str {
        "Users"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    /// Files of people at customers have names and roles too: one of users also says where someone works in the company.
    fn recognises(&self, header: &[String]) -> bool {
        let has = |i: usize| COLUMNS[i].position(header).is_some();
        has(0) && has(1) && has(2) && [3, 4, 7].into_iter().any(has)
    }

    fn key(&self) -> Option<usize> {
        Some(0)
    }

    fn key_form(&self, key: &str) -> String {
        key.trim().to_lowercase()
    }

    async fn write(&self, tx: &mut Tx, _file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        tx.actor.require(Permission::Administer)?;
        let mut report = ChunkReport::default();
        for row in rows {
            match one(tx, row).await {
                Ok(new) => {
                    report.written += 1;
                    report.created += u64::from(new);
                }
                Err(e) if e.kind == rounds_kernel::ErrorKind::Internal => return Err(e),
                Err(e) => report.rejects.push(rejected(row, e)),
            }
        }
        Ok(report)
    }
}

fn rejected(row: &Row, e: Error) -> RowReject {
    reject(row.line, &e.code, e.cause, e.remedy)
}

async fn one(tx: &mut Tx, row: &Row) -> Result<bool> {
    let role = row.text(2);
    let by_label = || Role::ALL.iter().copied().find(|r| r.label().eq_ignore_ascii_case(role));
    let role = Role::parse(&role.to_lowercase()).or_else(by_label).ok_or_else(|| {
        Error::invalid("user.role", format!("There is no role “{role}”."), "Use a code such as field_rep, or the role's name.")
    })?;
    let email = row.text(0).to_owned();
    let before = by_email(tx, &email).await?;
    let hours = row.known(6).map_or(Ok(25.0), str::parse::<f64>).ok().filter(|h| h.is_finite()).ok_or_else(|| {
        Error::invalid("user.minutes", format!("“{}” is no number of hours.", row.text(6)), "Give hours a week, for example 25.")
    })?;
    let zone = row.known(4).map_or_else(|| before.as_ref().map_or("UTC".to_owned(), |b| b.zone.clone()), str::to_owned);
    let manager = row.known(3).map(str::to_owned);
    let minutes = (hours * 60.0).round() as i64;
    let scope = Grant::parse_list(row.text(7))?;
    rounds_web::known_zone(&zone)?;
    rounds_web::Locale::known(row.text(5))?;
    let name = row.text(1).to_owned();
    let user = match &before {
        Some(b) => UserId(b.id),
        None => {
            let create =
                CreateUser { email, name: name.clone(), role, manager_email: manager.clone(), zone: zone.clone(), weekly_minutes: minutes };
            create.run(tx).await?
        }
    };
    let locale = row.text(5).to_owned();
    let phone = row.known(9).map_or_else(|| before.as_ref().map_or(String::new(), |b| b.phone.clone()), str::to_owned);
    let local_manager_email = match (row.known(10), before.as_ref().and_then(|b| b.local_manager_id)) {
        (Some(email), _) => Some(email.to_owned()),
        (None, Some(id)) => by_id(tx, UserId(id)).await?.map(|m| m.email),
        (None, None) => None,
    };
    let edit =
        EditUser { user, name, role, manager_email: manager, local_manager_email, phone, zone, locale, weekly_minutes: minutes, scope };
    edit.run(tx).await?;
    let active = !matches!(row.text(8).to_lowercase().as_str(), "no" | "false" | "0" | "off");
    if row.known(8).is_some() && before.as_ref().is_none_or(|b| b.active != active) {
        SetActive { user, active }.run(tx).await?;
    }
    Ok(before.is_none())
}
