//! Views and the line that shows them.

use rounds_store::FromQueryResult;

/// A saved view.
#[derive(Debug, Clone, FromQueryResult)]
pub struct SavedView {
    /// Id.
    pub id: i64,
    /// Whose it is.
    pub user_id: i64,
    /// Name.
    pub name: String,
    /// Path of the list.
    pub path: String,
    /// Its filters, sorting and search.
    pub query: String,
    /// Whether everyone sees it.
    pub shared: bool,
}

impl SavedView {
    /// Its address.
    pub fn href(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}

/// The saved views of one list, as its page shows them.
#[derive(Debug, Clone, Default)]
pub struct Views {
    /// Path of the list.
    pub path: String,
    /// The present filters, sorting and search.
    pub query: String,
    /// One's own, and those shared with everyone.
    pub saved: Vec<SavedView>,
    /// Who looks.
    pub user: i64,
}

impl Views {
    /// Whether the list is narrowed or sorted, so that there is something to save.
    pub fn can_save(&self) -> bool {
        !self.query.is_empty() && !self.saved.iter().any(|v| v.query == self.query)
    }

    /// Two views, one of them open.
    pub fn sample() -> Self {
        let view = |id, name: &str, query: &str| SavedView {
            id,
            user_id: 5,
            name: name.into(),
            path: "/accounts".into(),
            query: query.into(),
            shared: id == 2,
        };
        Self {
            path: "/accounts".into(),
            query: "state=MN".into(),
            saved: vec![view(1, "Minnesota", "state=MN"), view(2, "Surgery centers", "setting=surgery_center")],
            user: 5,
        }
    }
}

/// The state of a list in its address without the page one is on: cursors belong to a moment, not to a view.
pub fn lasting(query: &str) -> String {
    let kept = form_urlencoded::parse(query.as_bytes())
        .filter(|(n, v)| !v.is_empty() && !matches!(n.as_ref(), "after" | "before" | "page" | "id" | "csrf"));
    let mut out = form_urlencoded::Serializer::new(String::new());
    kept.for_each(|(n, v)| {
        out.append_pair(&n, &v);
    });
    out.finish()
}

/// The rows chosen by hand on a list: every `id` of its address, at most 1,000; empty when none is chosen.
pub fn chosen(query: Option<&str>) -> Vec<i64> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.filter(|(name, _)| name == "id").filter_map(|(_, id)| id.parse().ok()).take(1_000).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_keeps_filters_and_sorting_but_no_place() {
        assert_eq!(lasting("state=MN&name=&sort=-beds&after=abc~1"), "state=MN&sort=-beds");
        assert_eq!(lasting("after=x"), "");
        assert!(!Views::sample().can_save());
        assert!(Views { query: "state=WI".into(), ..Views::sample() }.can_save());
    }
}
