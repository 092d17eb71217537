//! From what sources called a record to the days on which it bore each name.

/// A name with its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameSpan {
    /// The name.
    pub name: String,
    /// First day on which a source gave it.
    pub from: i64,
    /// Day on which another took its place.
    pub to: Option<i64>,
    /// Who gave it first.
    pub source: String,
}

/// Spans of names from sightings of `(day, source, name)`: each source renames by itself, the most recent statement counts. A source
/// that repeats its old name beside another's says nothing new.
pub fn spans(mut seen: Vec<(i64, String, String)>) -> Vec<NameSpan> {
    seen.sort();
    let mut said = std::collections::BTreeMap::new();
    let mut out: Vec<NameSpan> = Vec::new();
    for (day, source, name) in seen {
        if said.insert(source.clone(), name.clone()).as_ref() == Some(&name) || out.last().is_some_and(|l| l.name == name) {
            continue;
        }
        if let Some(last) = out.last_mut() {
            last.to = Some(day);
        }
        out.push(NameSpan { name, from: day, to: None, source });
    }
    out.retain(|s| s.to != Some(s.from));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_until_another_takes_its_place() {
        let seen = |day, source: &str, name: &str| (day, source.to_owned(), name.to_owned());
        let all =
            vec![seen(300, "ahrq", "Northlake Health"), seen(100, "ahrq", "Lakes"), seen(200, "ahrq", "Lakes"), seen(250, "crm", "LAKES")];
        let days: Vec<(String, i64, Option<i64>)> = spans(all).into_iter().map(|s| (s.name, s.from, s.to)).collect();
        assert_eq!(days, [("Lakes".into(), 100, Some(250)), ("LAKES".into(), 250, Some(300)), ("Northlake Health".into(), 300, None)]);
    }
}
