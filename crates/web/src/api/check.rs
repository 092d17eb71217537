//! Checks a request against its schema: the same one that stands in the document.
//!
//! Knows the part of JSON Schema 2020-12 that our inputs use; a test walks all input schemas and fails at a word that is not in
//! [`KNOWN`], so that nothing is promised that is not checked.

use super::answer::FieldError;
use regex::Regex;
use serde_json::{Map, Number, Value, json};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

/// Words of schemas that [`check`] understands, and those that only describe.
const KNOWN: &[&str] = &[
    "type",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "items",
    "minItems",
    "maxItems",
    "uniqueItems",
    "properties",
    "required",
    "additionalProperties",
    "oneOf",
    "anyOf",
    "allOf",
    "description",
    "example",
    "examples",
    "title",
    "default",
];

/// Words of `schema` that [`check`] does not know.
pub(super) fn unchecked(schema: &Value, out: &mut Vec<String>) {
    let Value::Object(s) = schema else { return };
    out.extend(s.keys().filter(|k| !KNOWN.contains(&k.as_str())).cloned());
    for key in ["items", "additionalProperties"] {
        s.get(key).into_iter().for_each(|inner| unchecked(inner, out));
    }
    s.get("properties").and_then(Value::as_object).into_iter().flatten().for_each(|(_, inner)| unchecked(inner, out));
    for key in ["oneOf", "anyOf", "allOf"] {
        s.get(key).and_then(Value::as_array).into_iter().flatten().for_each(|inner| unchecked(inner, out));
    }
}

/// Checks `value` against `schema`, naming what is wrong by the address of the field. Whole numbers written as `1.0` become `1`.
pub(super) fn check(schema: &Value, value: &mut Value, at: &str, wrong: &mut Vec<FieldError>) {
    let Value::Object(s) = schema else { return };
    if let Some(one) = s.get("oneOf").or(s.get("anyOf")).and_then(Value::as_array) {
        let fits = one.iter().any(|inner| fits(inner, value, at));
        if !fits {
            wrong.push(FieldError::new(at, "does not have any of the forms allowed here"));
        }
        return;
    }
    for inner in s.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        check(inner, value, at, wrong);
    }
    if let Some(allowed) = types(s)
        && !allowed.iter().any(|t| is_type(t, value))
    {
        wrong.push(FieldError::new(at, format!("must be {}", allowed.iter().map(|t| words(t)).collect::<Vec<_>>().join(" or "))));
        return;
    }
    if let Some(list) = s.get("enum").and_then(Value::as_array)
        && !list.contains(value)
    {
        let list: Vec<String> = list.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
        wrong.push(FieldError::new(at, format!("must be one of: {}", list.join(", "))));
    }
    match value {
        Value::Number(n) => number(s, n, at, wrong),
        Value::String(text) => string(s, text, at, wrong),
        Value::Array(items) => array(s, items, at, wrong),
        Value::Object(fields) => object(s, fields, at, wrong),
        Value::Null | Value::Bool(_) => {}
    }
}

fn fits(schema: &Value, value: &mut Value, at: &str) -> bool {
    let mut copy = value.clone();
    let mut wrong = Vec::new();
    check(schema, &mut copy, at, &mut wrong);
    if wrong.is_empty() {
        *value = copy;
    }
    wrong.is_empty()
}

fn types(s: &Map<String, Value>) -> Option<Vec<&str>> {
    match s.get("type")? {
        Value::String(t) => Some(vec![t]),
        Value::Array(ts) => Some(ts.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

fn words(kind: &str) -> &str {
    match kind {
        "integer" => "a whole number of 64 bits",
        "number" => "a number",
        "string" => "a text",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}

fn is_type(kind: &str, value: &mut Value) -> bool {
    match (kind, &*value) {
        ("null", Value::Null)
        | ("boolean", Value::Bool(_))
        | ("string", Value::String(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_))
        | ("number", Value::Number(_)) => true,
        ("integer", Value::Number(n)) => match whole(n) {
            Some(i) => {
                *value = json!(i);
                true
            }
            None => false,
        },
        _ => false,
    }
}

/// The number as a whole one of 64 bits; `1.0` is 1 (JSON Schema 2020-12, 4.2.3).
fn whole(n: &Number) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    n.as_i64().or_else(|| n.as_f64().filter(|f| n.is_f64() && f.fract() == 0.0 && f.abs() <= EXACT).map(|f| f as i64))
}

fn number(s: &Map<String, Value>, n: &Number, at: &str, wrong: &mut Vec<FieldError>) {
    let Some(value) = n.as_f64() else { return };
    let bound = |key: &str| s.get(key).and_then(Value::as_f64);
    let below = bound("minimum").is_some_and(|least| value < least);
    let above = bound("maximum").is_some_and(|most| value > most);
    if below || above {
        let shown = |key: &str| s.get(key).map_or_else(|| "any".to_owned(), Value::to_string);
        wrong.push(FieldError::new(at, format!("must be {} to {}", shown("minimum"), shown("maximum"))));
    }
}

fn string(s: &Map<String, Value>, text: &str, at: &str, wrong: &mut Vec<FieldError>) {
    let size = |key: &str| s.get(key).and_then(Value::as_u64);
    let length = text.chars().count() as u64;
    if size("minLength").is_some_and(|least| length < least) {
        wrong.push(FieldError::new(at, format!("needs at least {} characters", size("minLength").unwrap_or(0))));
    }
    if size("maxLength").is_some_and(|most| length > most) {
        wrong.push(FieldError::new(at, format!("has more than {} characters", size("maxLength").unwrap_or(0))));
    }
    if let Some(pattern) = s.get("pattern").and_then(Value::as_str)
        && !matches(pattern, text)
    {
        let cause =
            if text.contains('\0') { "holds a NUL character, which is no text".into() } else { format!("does not match {pattern}") };
        wrong.push(FieldError::new(at, cause));
    }
    if let Some(format) = s.get("format").and_then(Value::as_str) {
        let day = |t: &str| t.len() == 10 && rounds_kernel::Day::parse(t).is_ok();
        if (format == "date" && !day(text)) || text.contains('\0') {
            wrong.push(FieldError::new(at, "must be a day as YYYY-MM-DD"));
        }
    }
}

/// Whether `text` matches; a pattern is compiled once. All of them are our own, and the engine takes time linear in the text.
fn matches(pattern: &str, text: &str) -> bool {
    static COMPILED: LazyLock<Mutex<HashMap<String, Option<Regex>>>> = LazyLock::new(Mutex::default);
    let Ok(mut compiled) = COMPILED.lock() else { return false };
    let found = compiled.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).ok());
    found.as_ref().is_some_and(|r| r.is_match(text))
}

fn array(s: &Map<String, Value>, items: &mut [Value], at: &str, wrong: &mut Vec<FieldError>) {
    let size = |key: &str| s.get(key).and_then(Value::as_u64);
    let count = items.len() as u64;
    if size("minItems").is_some_and(|least| count < least) || size("maxItems").is_some_and(|most| count > most) {
        wrong
            .push(FieldError::new(at, format!("must have {} to {} entries", size("minItems").unwrap_or(0), size("maxItems").unwrap_or(0))));
    }
    if s.get("uniqueItems") == Some(&json!(true)) && items.iter().enumerate().any(|(i, v)| items[..i].contains(v)) {
        wrong.push(FieldError::new(at, "holds the same entry twice"));
    }
    let Some(inner) = s.get("items") else { return };
    items.iter_mut().enumerate().for_each(|(i, v)| check(inner, v, &format!("{at}/{i}"), wrong));
}

fn object(s: &Map<String, Value>, fields: &mut Map<String, Value>, at: &str, wrong: &mut Vec<FieldError>) {
    for name in s.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            wrong.push(FieldError::new(&format!("{at}/{name}"), "is missing"));
        }
    }
    let known = s.get("properties").and_then(Value::as_object);
    let closed = s.get("additionalProperties") == Some(&json!(false));
    for (name, value) in fields.iter_mut() {
        let address = format!("{at}/{name}");
        match known.and_then(|k| k.get(name)) {
            Some(inner) => check(inner, value, &address, wrong),
            None if closed => wrong.push(FieldError::new(&address, "is not a field of this request")),
            None => {}
        }
    }
}

/// The parameters of an address as JSON of the types that `schema` names: `5` is a number where a number is asked for.
pub(super) fn typed(schema: &Value, pairs: Vec<(String, String)>, wrong: &mut Vec<FieldError>) -> Value {
    let mut out = Map::new();
    for (name, text) in pairs {
        let field = schema.get("properties").and_then(|p| p.get(&name));
        let allowed = field.and_then(Value::as_object).and_then(types).unwrap_or_default();
        let value = if allowed.contains(&"integer") || allowed.contains(&"number") {
            serde_json::from_str::<Number>(&text).map_or(Value::String(text), Value::Number)
        } else if allowed.contains(&"boolean") {
            match text.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => Value::String(text),
            }
        } else {
            Value::String(text)
        };
        if out.insert(name.clone(), value).is_some() {
            wrong.push(FieldError::new(&format!("/{name}"), "is given twice"));
        }
    }
    Value::Object(out)
}
