//! The resources of a file, one after the other.

use rounds_kernel::{Error, Result};
use serde_json::Value;

/// A file that was recognised.
pub(super) enum Source<'a> {
    /// A Bundle or a single resource.
    Whole(Value),
    /// One resource a line: read line by line, however long the file.
    Lines(&'a str),
}

fn unreadable(why: impl std::fmt::Display) -> Error {
    Error::invalid(
        "fhir.unreadable",
        format!("The file cannot be read as FHIR: {why}. Nothing was changed."),
        "Give a Bundle (collection, transaction, batch or searchset) or NDJSON with one resource a line, in JSON of FHIR R4.",
    )
}

impl<'a> Source<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).map_err(|_| unreadable("it is not UTF-8"))?;
        let first = text.lines().map(str::trim).find(|l| !l.is_empty()).ok_or_else(|| unreadable("it is empty"))?;
        let typed = |v: &Value| v["resourceType"].is_string();
        if text.trim().len() > first.len() && serde_json::from_str::<Value>(first).is_ok_and(|v| typed(&v)) {
            return Ok(Self::Lines(text));
        }
        let whole: Value = serde_json::from_str(text).map_err(unreadable)?;
        if !typed(&whole) {
            return Err(unreadable("it has no resourceType"));
        }
        Ok(Self::Whole(whole))
    }

    /// Hands each resource, with the address under which its Bundle has it, to `take`. A line that is no JSON is handed on as `Null`.
    pub(super) fn each(&self, take: &mut dyn FnMut(&str, &Value)) -> Result<()> {
        match self {
            Self::Whole(value) => unfold(value, take),
            Self::Lines(text) => {
                for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
                    match serde_json::from_str::<Value>(line) {
                        Ok(value) => unfold(&value, take),
                        Err(_) => take(&format!("line {}", number + 1), &Value::Null),
                    }
                }
            }
        }
        Ok(())
    }
}

fn unfold(value: &Value, take: &mut dyn FnMut(&str, &Value)) {
    if value["resourceType"] != "Bundle" {
        return take("", value);
    }
    for entry in value["entry"].as_array().into_iter().flatten() {
        take(entry["fullUrl"].as_str().unwrap_or_default(), &entry["resource"]);
    }
}
