//! Owners named in files: they become users without a password.

use rounds_kernel::{Actor, Error, Result, Role};
use rounds_platform::users::{CreateUser, all};
use rounds_store::Runner;
use std::collections::BTreeSet;
use std::path::Path;

/// The column of owners, by our name for it.
pub(super) const OWNER: &str = "owner";

/// Creates a user for each owner of a file that none stands for, by e-mail or name.
pub(super) async fn welcome(runner: &Runner, actor: &Actor, column: Option<&str>, file: &Path) -> Result<()> {
    let Some(column) = column else { return Ok(()) };
    let mut named = BTreeSet::new();
    let head = super::head(file).map_err(Error::internal)?;
    let first = head.split(|b| *b == b'\n').next().unwrap_or_default();
    let often = |d: &u8| first.iter().filter(|b| *b == d).count();
    let delimiter = [b',', b';', b'\t', b'|'].into_iter().max_by_key(often).unwrap_or(b',');
    let reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_path(file);
    let mut reader = reader.map_err(Error::internal)?;
    let header: Vec<String> = match reader.byte_headers() {
        Ok(h) => h.iter().map(|c| String::from_utf8_lossy(c).trim_start_matches('\u{feff}').trim().to_owned()).collect(),
        Err(_) => return Ok(()),
    };
    let Some(at) = header.iter().position(|h| h == column) else { return Ok(()) };
    let mut row = csv::ByteRecord::new();
    // A row that cannot be read is the importer's to reject.
    while reader.read_byte_record(&mut row).unwrap_or(false) {
        if let Some(cell) = row.get(at).filter(|c| !c.is_empty() && c.len() < 200) {
            let owner = String::from_utf8_lossy(cell).trim().to_owned();
            if !owner.is_empty() && !named.contains(&owner) {
                named.insert(owner);
            }
        }
    }
    let users = all(&runner.db).await?;
    let known = |owner: &str| users.iter().any(|u| u.email.eq_ignore_ascii_case(owner) || u.name.eq_ignore_ascii_case(owner));
    for owner in named.iter().filter(|o| !known(o)) {
        runner.run(actor, user(owner)).await?;
    }
    Ok(())
}

fn user(owner: &str) -> CreateUser {
    let address = owner.contains('@') && !owner.contains(char::is_whitespace);
    let plain: String = owner.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '.' }).collect();
    CreateUser {
        email: if address { owner.to_lowercase() } else { format!("{}@owner.invalid", plain.trim_matches('.')) },
        name: if address { named_after(owner) } else { owner.to_owned() },
        role: Role::FieldRep,
        manager_email: None,
        zone: "UTC".into(),
        weekly_minutes: 1_200,
    }
}

/// A name from an address: `ines.kowalski@company.example` is Ines Kowalski. It must not be the address itself, or the two could not
/// be told apart when owners are looked up.
fn named_after(address: &str) -> String {
    let local = address.split('@').next().unwrap_or(address);
    let word = |w: &str| {
        let mut letters = w.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    let name: Vec<String> = local.split(['.', '_', '-', '+']).filter(|w| !w.is_empty()).map(word).collect();
    if name.is_empty() { "Unnamed owner".to_owned() } else { name.join(" ") }
}
