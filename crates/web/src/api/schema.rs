//! Schemas of inputs and outputs, as JSON, from the types of handlers.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The longest text an input takes where its type says nothing else.
const LONGEST_TEXT: u64 = 10_000;
/// No text of ours holds a NUL, which PostgreSQL does not keep.
const NO_NUL: &str = "^[^\\x00]*$";

/// A type's schema and those it refers to.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    /// The schema.
    pub schema: Value,
    /// Named schemas it refers to.
    pub named: BTreeMap<String, Value>,
}

impl Shape {
    /// The schema of `T` as an answer holds it: named types by reference.
    pub fn output<T: ToSchema>() -> Self {
        let mut shape = Self::raw::<T>();
        let name = T::name().into_owned();
        if shape.schema.get("properties").is_some() {
            shape.named.insert(name.clone(), shape.schema);
            shape.schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        }
        shape
    }

    /// The schema of `T` as a request is checked against: whole, closed to unknown fields, with limits on every text and number.
    pub fn input<T: ToSchema>() -> Value {
        let raw = Self::raw::<T>();
        let mut schema = inlined(&raw.schema, &raw.named);
        tighten(&mut schema);
        schema
    }

    fn raw<T: ToSchema>() -> Self {
        let mut parts = Vec::new();
        T::schemas(&mut parts);
        let value = |s: &utoipa::openapi::RefOr<utoipa::openapi::Schema>| serde_json::to_value(s).unwrap_or_default();
        Self { schema: value(&T::schema()), named: parts.iter().map(|(n, s)| (n.clone(), value(s))).collect() }
    }
}

/// `schema` with every reference replaced by what it names. Inputs are trees: a type that held itself would end in the depth limit.
fn inlined(schema: &Value, named: &BTreeMap<String, Value>) -> Value {
    match schema {
        Value::Object(o) => match o.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next()).and_then(|n| named.get(n)) {
            Some(found) => {
                let mut whole = inlined(found, named);
                if let (Some(own), Some(text)) = (whole.as_object_mut(), o.get("description")) {
                    own.insert("description".into(), text.clone());
                }
                whole
            }
            None => Value::Object(o.iter().map(|(k, v)| (k.clone(), inlined(v, named))).collect()),
        },
        Value::Array(items) => Value::Array(items.iter().map(|i| inlined(i, named)).collect()),
        other => other.clone(),
    }
}

/// The limits of the house: unknown fields are refused, texts hold no NUL and end somewhere, whole numbers fit 64 bits.
fn tighten(schema: &mut Value) {
    let Value::Object(o) = schema else { return };
    let is = |o: &Map<String, Value>, name: &str| match o.get("type") {
        Some(Value::String(t)) => t == name,
        Some(Value::Array(ts)) => ts.iter().any(|t| t == name),
        _ => false,
    };
    if is(o, "object") {
        o.entry("additionalProperties").or_insert(json!(false));
    }
    if is(o, "string") && !o.contains_key("enum") && !o.contains_key("format") {
        o.entry("pattern").or_insert(json!(NO_NUL));
        o.entry("maxLength").or_insert(json!(LONGEST_TEXT));
    }
    if is(o, "integer") {
        let (least, most) =
            if o.get("format") == Some(&json!("int32")) { (i64::from(i32::MIN), i64::from(i32::MAX)) } else { (i64::MIN, i64::MAX) };
        o.entry("minimum").or_insert(json!(least));
        o.entry("maximum").or_insert(json!(most));
    }
    if is(o, "array") {
        o.entry("maxItems").or_insert(json!(1_000));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = o.get_mut(key) {
            tighten(inner);
        }
    }
    if let Some(Value::Object(fields)) = o.get_mut("properties") {
        fields.values_mut().for_each(tighten);
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(Value::Array(of)) = o.get_mut(key) {
            of.iter_mut().for_each(tighten);
        }
    }
}
