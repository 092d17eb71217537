//! What programs store, in words for people: the fields of a document, the browser of a session.

use rounds_kernel::Time;
use serde_json::Value;

/// A stored value as people read it: names with spaces, instants with their zone, nested fields one after the other.
///
/// `name` is the field it stands in; fields that end in `_at` hold microseconds.
pub fn value(name: &str, value: &Value) -> String {
    match value {
        Value::Null => "—".into(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        Value::String(text) => match text.starts_with('{').then(|| serde_json::from_str::<Value>(text)) {
            Some(Ok(inner)) => self::value(name, &inner),
            _ => text.clone(),
        },
        Value::Number(n) => match n.as_i64() {
            Some(t) if instant(name) && t > 1_000_000_000_000 => format!("{} UTC", Time(t).in_zone("UTC")),
            None => n.as_f64().map_or_else(|| n.to_string(), |f| (((f * 100.0).round()) / 100.0).to_string()),
            Some(_) => n.to_string(),
        },
        Value::Array(all) => all.iter().map(|v| self::value(name, v)).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, v)| !(v.is_null() || v.as_object().is_some_and(serde_json::Map::is_empty)));
            said.map(|(k, v)| format!("{} {}", self::name(k), self::value(k, v))).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A stored field's name in words.
pub fn name(field: &str) -> String {
    field.replace('_', " ")
}

fn instant(name: &str) -> bool {
    name == "at" || name.ends_with("_at") || matches!(name, "valid_from" | "valid_to")
}

/// A browser and its system, from what it says of itself: "Firefox on Windows".
pub fn browser(agent: &str) -> String {
    let first = |pairs: &[(&str, &'static str)]| pairs.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, words)| *words);
    // The order matters: most browsers name the older ones that they resemble.
    let browser = first(&[("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]);
    let system = first(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(b), Some(s)) => format!("{b} on {s}"),
        (Some(b), None) => b.into(),
        (None, _) => agent.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_as_words() {
        let v = serde_json::json!({
            "family": "Guide catheters", "note": null, "of": {"done": 3, "new": true}, "purpose": "follow_up", "weight": 0.870_000_004_7
        });
        assert_eq!(value("body", &v), "family Guide catheters, of done 3, new yes, purpose follow_up, weight 0.87");
        assert_eq!(value("body", &Value::String("{\"user_id\":5}".into())), "user id 5");
        assert_eq!(value("recorded_at", &serde_json::json!(1_795_444_000_000_000_i64)), "2026-11-23 14:26 UTC");
        assert_eq!(value("count", &serde_json::json!(12)), "12");
    }

    #[test]
    fn a_browser_is_named() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
        assert_eq!(browser(chrome), "Chrome on Linux");
        assert_eq!(browser("curl/8.5"), "curl/8.5");
    }
}
