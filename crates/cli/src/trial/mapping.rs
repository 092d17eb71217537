//! What was said about the files of a trial: one mapping for all, or one a file name; and what somebody confirmed on the import's page
//! of an earlier trial.

use crate::import::unreadable;
use rounds_kernel::{Error, Result};
use rounds_platform::imports::{DayOrder, Mapping, folded, mapping_of_header, saved_mapping};
use rounds_store::Runner;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What a mapping may say.
const SAYS: &[&str] = &["kind", "columns", "values", "fixed", "days", "decimal_comma", "zone", "sheet"];

/// What was said about one file.
#[derive(Debug, Clone, Default, Deserialize)]
struct Said {
    #[serde(default)]
    kind: Option<String>,
    #[serde(flatten)]
    mapping: Mapping,
}

/// What was said about the files of a folder.
#[derive(Debug, Clone, Default)]
pub struct Mappings {
    /// By file name, small.
    by_file: BTreeMap<String, Said>,
    /// For every file whose header has all of its columns.
    any: Option<Said>,
    /// What days written two ways mean.
    days: Option<DayOrder>,
}

impl Mappings {
    /// Reads what was given with `--mapping` (a JSON file, or a mapping saved under that name) and `--days`.
    ///
    /// # Errors
    /// `import.mapping_unclear`, `import.mapping_unknown`, `import.days_option`, `import.unreadable`.
    pub async fn read(runner: &Runner, given: Option<&str>, days: Option<&str>) -> Result<Self> {
        let mut all = match given {
            Some(file) if Path::new(file).is_file() => {
                let text = std::fs::read_to_string(file).map_err(|e| unreadable(Path::new(file), &e))?;
                Self::parse(file, &text)?
            }
            Some(name) => Self { any: Some(Said { kind: None, mapping: saved_mapping(&runner.db, name).await? }), ..Self::default() },
            None => Self::default(),
        };
        all.days = crate::import::day_order(days)?;
        Ok(all)
    }

    fn parse(file: &str, text: &str) -> Result<Self> {
        let unclear = |why: String| {
            let remedy = "Write it as JSON: {\"columns\": {\"Net Amount\": \"Wert\"}}, or one a file: {\"orders.csv\": {\"kind\": \"sale-lines\", \"columns\": {…}}}.";
            Error::invalid("import.mapping_unclear", format!("{file} is no mapping: {why}."), remedy)
        };
        let Value::Object(said) = serde_json::from_str(text).map_err(|e| unclear(e.to_string()))? else {
            return Err(unclear("it holds no object".into()));
        };
        let of = |value: Value| -> Result<Said> {
            let odd = value.as_object().and_then(|o| o.keys().find(|k| !SAYS.contains(&k.as_str()))).cloned();
            match odd {
                Some(key) => Err(unclear(format!("“{key}” is none of {}", SAYS.join(", ")))),
                None => serde_json::from_value(value).map_err(|e| unclear(e.to_string())),
            }
        };
        if said.keys().any(|k| SAYS.contains(&k.as_str())) {
            return Ok(Self { any: Some(of(Value::Object(said))?), ..Self::default() });
        }
        let by_file = said.into_iter().map(|(name, value)| Ok((name.to_lowercase(), of(value)?))).collect::<Result<_>>()?;
        Ok(Self { by_file, ..Self::default() })
    }

    /// What was said about a file: under its name, for all that have these columns, or for this header on the import's page.
    pub(super) async fn of(&self, runner: &Runner, name: &str, header: &[String]) -> Result<(Option<String>, Mapping)> {
        let has = |theirs: &String| theirs.is_empty() || header.iter().any(|h| folded(h) == folded(theirs));
        let all = self.any.as_ref().filter(|s| s.mapping.columns.values().all(has));
        let said = self.by_file.get(&name.to_lowercase()).or(all).cloned();
        let (kind, mut mapping) = match said {
            Some(said) => (said.kind, said.mapping),
            None => {
                mapping_of_header(&runner.db, header).await?.map_or((None, Mapping::default()), |(kind, mapping)| (Some(kind), mapping))
            }
        };
        mapping.days = mapping.days.or(self.days);
        Ok((kind, mapping))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_for_all_files_or_for_one() {
        let all = Mappings::parse("m.json", r#"{"columns": {"Net Amount": "Wert"}, "days": "day_first"}"#).unwrap();
        assert_eq!(all.any.unwrap().mapping.columns["Net Amount"], "Wert");
        let each = Mappings::parse("m.json", r#"{"Orders.csv": {"kind": "sale-lines", "columns": {"Net Amount": "Wert"}}}"#).unwrap();
        assert_eq!(each.by_file["orders.csv"].kind.as_deref(), Some("sale-lines"));
        for bad in ["[]", "{", r#"{"columns": 3}"#, r#"{"orders.csv": {"colums": {}}}"#, r#"{"orders.csv": 3}"#] {
            assert_eq!(Mappings::parse("m.json", bad).unwrap_err().code, "import.mapping_unclear", "{bad}");
        }
    }
}
