//! Cursor pages: an opaque, checked text says where the next page starts.

use rounds_kernel::{Cursor, Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// One page of a list.
#[derive(Debug, Clone, Serialize)]
pub struct Listed<T> {
    /// The entries, in the list's order.
    pub items: Vec<T>,
    /// Give it as `after` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T: ToSchema> PartialSchema for Listed<T> {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
        let next = text.description(Some("Give it as `after` to get the next page; absent on the last one."));
        let items = ArrayBuilder::new().items(Ref::from_schema_name(T::name().into_owned()));
        ObjectBuilder::new().property("items", items).required("items").property("next", next).into()
    }
}

impl<T: ToSchema> ToSchema for Listed<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// Which part of a list is asked for, for lists without filters.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PageAsk {
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 500)]
    pub after: Option<String>,
}

impl PageAsk {
    /// Entries a page.
    pub fn size(&self) -> usize {
        size(self.limit)
    }
}

/// Entries a page, from what was asked for.
pub(crate) fn size(limit: Option<i64>) -> usize {
    limit.unwrap_or(50).clamp(1, 200) as usize
}

const CHECK: usize = 8;

fn sum(list: &str, text: &str) -> String {
    let whole = blake3::derive_key("rounds api cursor 1", format!("{list}\n{text}").as_bytes());
    whole.iter().take(CHECK / 2).map(|b| format!("{b:02x}")).collect()
}

/// The text of a cursor into `list` (which names the list with its order and filters).
pub fn encode(list: &str, cursor: &Cursor) -> String {
    use std::fmt::Write;
    let text = cursor.encode();
    let mut out = sum(list, &text);
    for b in text.bytes() {
        // Writing to a String cannot fail.
        let _ = write!(out, "{b:02x}");
    }
    out
}

/// The cursor of a text from [`encode`], made for the same list.
///
/// # Errors
/// `api.page_unknown` for anything else: a text of one's own making, or of a list with other filters or order.
pub fn decode(list: &str, text: Option<&str>) -> Result<Option<Cursor>> {
    let Some(text) = text else { return Ok(None) };
    let unknown = || {
        let cause = "“after” names no page of this list: it was made for other filters or another order, or it was not made by us.";
        Error::new(
            ErrorKind::NotFound,
            "api.page_unknown",
            cause,
            "Take “next” of the page before as it is, with the same filters, or start without it.",
        )
    };
    let hex = |t: &str| -> Option<Vec<u8>> {
        let digits: Option<Vec<u8>> = t.bytes().map(|b| (b as char).to_digit(16).map(|d| d as u8)).collect();
        digits.filter(|d| d.len() % 2 == 0).map(|d| d.chunks(2).map(|p| p[0] * 16 + p[1]).collect())
    };
    let (check, rest) = text.split_at_checked(CHECK).ok_or_else(unknown)?;
    let place = hex(rest).and_then(|b| String::from_utf8(b).ok()).ok_or_else(unknown)?;
    if sum(list, &place) != check {
        return Err(unknown());
    }
    Cursor::decode(&place).map(Some).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_fits_only_the_list_it_was_made_for() {
        let c = Cursor { key: "Ä ~ b".into(), id: -7 };
        let text = encode("accounts?name", &c);
        assert_eq!(decode("accounts?name", Some(&text)).ok().flatten(), Some(c));
        assert_eq!(decode("accounts?-name", Some(&text)).map_err(|e| e.code).err().as_deref(), Some("api.page_unknown"));
        for bad in ["", "x", "00000000", "0000000", "zzzzzzzz31", "ÄÄÄÄÄÄÄÄ", &text[1..]] {
            assert!(decode("accounts?name", Some(bad)).is_err(), "{bad}");
        }
        assert_eq!(decode("accounts?name", None).ok(), Some(None));
    }
}
