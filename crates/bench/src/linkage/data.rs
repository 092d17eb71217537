//! The public files, with the truth kept apart from what is compared.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, bail};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use rounds_decide::link::{Records, Role};

/// Records to link and, apart from them, who is who.
pub struct Data {
    /// What is compared.
    pub records: Records,
    /// What the columns mean.
    pub roles: Vec<(Role, String)>,
    /// The true party of each row: for judging only.
    pub truth: Vec<String>,
    /// Rows of the first file, where there are two.
    pub left: usize,
}

const FEBRL: &[(Role, &str)] = &[
    (Role::Given, "given_name"),
    (Role::Family, "surname"),
    (Role::Street, "street_number"),
    (Role::Street, "address_1"),
    (Role::Site, "address_2"),
    (Role::City, "suburb"),
    (Role::Postcode, "postcode"),
    (Role::State, "state"),
    (Role::Born, "date_of_birth"),
    (Role::Identifier, "soc_sec_id"),
];

const HISTORICAL: &[(Role, &str)] = &[
    (Role::Name, "full_name"),
    (Role::Born, "dob"),
    (Role::City, "birth_place"),
    (Role::Postcode, "postcode_fake"),
    (Role::Gender, "gender"),
    (Role::Occupation, "occupation"),
];

fn owned(roles: &[(Role, &str)]) -> Vec<(Role, String)> {
    roles.iter().map(|(r, c)| (*r, (*c).to_owned())).collect()
}

/// Files of FEBRL; `rec-N-…` of `rec_id` is the truth.
///
/// # Errors
/// If a file cannot be read or lacks a column.
pub fn febrl(files: &[&Path]) -> Result<Data> {
    let columns: Vec<&str> = FEBRL.iter().map(|(_, c)| *c).collect();
    let mut data = Data { records: Records::new(&columns), roles: owned(FEBRL), truth: Vec::new(), left: 0 };
    for (i, file) in files.iter().enumerate() {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file).with_context(|| file.display().to_string())?;
        let at = positions(reader.headers()?, &columns, file)?;
        let id = positions(reader.headers()?, &["rec_id"], file)?[0];
        for row in reader.records() {
            let row = row?;
            data.records.push(&at.iter().map(|&c| &row[c]).collect::<Vec<_>>())?;
            data.truth.push(row[id].split('-').nth(1).unwrap_or("").to_owned());
        }
        if i == 0 {
            data.left = data.records.len();
        }
    }
    Ok(data)
}

/// The historical people; `cluster` is the truth.
///
/// # Errors
/// If the file cannot be read or lacks a column.
pub fn historical(file: &Path) -> Result<Data> {
    let columns: Vec<&str> = HISTORICAL.iter().map(|(_, c)| *c).collect();
    let mut data = Data { records: Records::new(&columns), roles: owned(HISTORICAL), truth: Vec::new(), left: 0 };
    let reader = SerializedFileReader::new(File::open(file).with_context(|| file.display().to_string())?)?;
    for row in reader.get_row_iter(None)? {
        let row = row?;
        let text = |name: &str| {
            let field = row.get_column_iter().find(|(n, _)| *n == name).map(|(_, f)| f);
            match field {
                Some(Field::Str(s)) => Ok(s.clone()),
                Some(Field::Null) => Ok(String::new()),
                Some(other) => Ok(other.to_string()),
                None => bail!("{} has no column {name}", file.display()),
            }
        };
        data.records.push(&columns.iter().map(|c| text(c)).collect::<Result<Vec<_>>>()?)?;
        data.truth.push(text("cluster")?);
    }
    Ok(data)
}

/// AHRQ hospitals (first) and CMS hospitals; the CCN is the truth.
///
/// # Errors
/// If a file cannot be read or lacks a column.
pub fn hospitals(ahrq: &Path, cms: &Path) -> Result<Data> {
    let roles = [(Role::Name, "name"), (Role::Street, "street"), (Role::City, "city"), (Role::State, "state"), (Role::Postcode, "zip")];
    let mut data = Data { records: Records::new(&roles.map(|(_, c)| c)), roles: owned(&roles), truth: Vec::new(), left: 0 };
    let ours = ["ccn", "hospital_name", "hospital_street", "hospital_city", "hospital_state", "hospital_zip"];
    let theirs = ["Facility ID", "Facility Name", "Address", "City/Town", "State", "ZIP Code"];
    for (file, columns) in [(ahrq, ours), (cms, theirs)] {
        let mut reader = csv::Reader::from_path(file).with_context(|| file.display().to_string())?;
        let at = positions(&reader.byte_headers()?.iter().map(|h| String::from_utf8_lossy(h).into_owned()).collect(), &columns, file)?;
        for row in reader.byte_records() {
            let row = row?;
            let text = |c: usize| String::from_utf8_lossy(&row[c]).trim().to_owned();
            data.records.push(&at[1..].iter().map(|&c| text(c)).collect::<Vec<_>>())?;
            let ccn = text(at[0]);
            data.truth.push(if ccn.is_empty() { ccn } else { format!("{ccn:0>6}") });
        }
        if data.left == 0 {
            data.left = data.records.len();
        }
    }
    Ok(data)
}

fn positions(header: &csv::StringRecord, columns: &[&str], file: &Path) -> Result<Vec<usize>> {
    let find = |c: &&str| header.iter().position(|h| h.trim() == *c).with_context(|| format!("{} has no column {c}", file.display()));
    columns.iter().map(find).collect()
}
