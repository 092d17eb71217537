//! Where rows point at systems, accounts and people: the list by which a merge moves everything.

use crate::identifiers::EntityKind;
use rounds_store::repoint::Link;
pub use rounds_store::repoint::{Once, RowKey, Wins};

/// A column that points at a system, an account or a person. Each area lists all of its own in `REFERENCES`; a merge re-points them,
/// remembering each row for un-merge.
#[derive(Debug, Clone, Copy)]
pub struct Reference {
    /// Table.
    pub table: &'static str,
    /// Column that holds the id.
    pub column: &'static str,
    /// What it points at.
    pub entity: EntityKind,
    /// Column that says the kind (by [`EntityKind::code`]), in tables that point at several kinds.
    pub kind_column: Option<&'static str>,
    /// What names a row.
    pub key: RowKey,
    /// Rows that may stand only once a record, and which of two stays.
    pub once: &'static [Once],
    /// SQL condition on rows that do not move to the survivor (`{row}` before each column, `{to}` for its id); empty for none.
    pub never: &'static str,
}

impl Reference {
    /// A reference in a table whose rows have an `id`.
    pub const fn new(table: &'static str, column: &'static str, entity: EntityKind) -> Self {
        Self { table, column, entity, kind_column: None, key: RowKey::Id, once: &[], never: "" }
    }

    /// The same, in a table whose `column` says which kind of record each row points at.
    #[must_use]
    pub const fn of_kind(self, column: &'static str) -> Self {
        Self { kind_column: Some(column), ..self }
    }

    /// The same, in a table without an `id`: together with the reference this column names a row.
    #[must_use]
    pub const fn keyed_by(self, key: RowKey) -> Self {
        Self { key, ..self }
    }

    /// The same, with rows that may stand only once.
    #[must_use]
    pub const fn once(self, once: &'static [Once]) -> Self {
        Self { once, ..self }
    }

    /// The same, with rows that do not move.
    #[must_use]
    pub const fn never(self, never: &'static str) -> Self {
        Self { never, ..self }
    }

    /// The same as the store takes it.
    pub fn link(&self) -> Link {
        Link {
            table: self.table,
            column: self.column,
            kind: self.kind_column.map(|column| (column, self.entity.code())),
            key: self.key,
            once: self.once,
            never: self.never,
        }
    }
}

/// An account is part of one system at a time, and has each person once: the survivor's open link stays.
const OPEN_SYSTEM: Once = Once {
    columns: &["child_kind", "parent_kind", "relation"],
    among: "{row}.valid_to IS NULL AND {row}.child_kind = 'account' AND {row}.relation = 'part_of'",
    wins: Wins::Survivor,
};
const OPEN_PARENT: Once =
    Once { columns: &["child_kind", "parent_kind", "relation", "parent_id"], among: "{row}.valid_to IS NULL", wins: Wins::Survivor };
const OPEN_CHILD: Once =
    Once { columns: &["child_kind", "child_id", "parent_kind", "relation"], among: "{row}.valid_to IS NULL", wins: Wins::Survivor };
/// A record counts as one class.
const ONE_DECISION: Once = Once { columns: &["entity_kind"], among: "", wins: Wins::Survivor };
/// A source calls a record by one name on a day.
const ONE_NAME: Once = Once { columns: &["entity_kind", "source", "day"], among: "", wins: Wins::Survivor };
/// A link between the two records that become one would point at itself.
const TO_ITSELF: &str = "{row}.child_kind = {row}.parent_kind AND ({row}.child_id = {to} OR {row}.parent_id = {to})";

/// What points at records from the store, the platform and this area.
pub(crate) const OWN: &[Reference] = &[
    Reference::new("fact", "system_id", EntityKind::System),
    Reference::new("fact", "account_id", EntityKind::Account),
    Reference::new("fact", "person_id", EntityKind::Person),
    Reference::new("text_flag", "account_id", EntityKind::Account),
    Reference::new("text_flag", "person_id", EntityKind::Person),
    Reference::new("account_scope", "account_id", EntityKind::Account).keyed_by(RowKey::Number("user_id")).once(&[Once {
        columns: &["user_id"],
        among: "",
        wins: Wins::Survivor,
    }]),
    Reference::new("identifier", "entity_id", EntityKind::System).of_kind("entity_kind"),
    Reference::new("identifier", "entity_id", EntityKind::Account).of_kind("entity_kind"),
    Reference::new("identifier", "entity_id", EntityKind::Person).of_kind("entity_kind"),
    Reference::new("source_record", "entity_id", EntityKind::System).of_kind("entity_kind"),
    Reference::new("source_record", "entity_id", EntityKind::Account).of_kind("entity_kind"),
    Reference::new("source_record", "entity_id", EntityKind::Person).of_kind("entity_kind"),
    Reference::new("value_transfer", "person_id", EntityKind::Person),
    Reference::new("party_account", "account_id", EntityKind::Account),
    Reference::new("device", "account_id", EntityKind::Account),
    Reference::new("contract", "system_id", EntityKind::System),
    Reference::new("contract_facility", "account_id", EntityKind::Account).once(&[Once {
        columns: &["contract_id", "valid_from"],
        among: "",
        wins: Wins::Survivor,
    }]),
    Reference::new("tender_facility", "account_id", EntityKind::Account).once(&[Once {
        columns: &["tender_id"],
        among: "",
        wins: Wins::Survivor,
    }]),
    Reference::new("affiliation", "child_id", EntityKind::System).of_kind("child_kind").once(&[OPEN_PARENT]).never(TO_ITSELF),
    Reference::new("affiliation", "child_id", EntityKind::Account).of_kind("child_kind").once(&[OPEN_SYSTEM, OPEN_PARENT]).never(TO_ITSELF),
    Reference::new("affiliation", "child_id", EntityKind::Person).of_kind("child_kind").once(&[OPEN_PARENT]).never(TO_ITSELF),
    Reference::new("affiliation", "parent_id", EntityKind::System).of_kind("parent_kind").once(&[OPEN_CHILD]).never(TO_ITSELF),
    Reference::new("affiliation", "parent_id", EntityKind::Account).of_kind("parent_kind").once(&[OPEN_CHILD]).never(TO_ITSELF),
    Reference::new("affiliation_sighting", "child_id", EntityKind::System).of_kind("child_kind"),
    Reference::new("affiliation_sighting", "child_id", EntityKind::Account).of_kind("child_kind"),
    Reference::new("affiliation_sighting", "child_id", EntityKind::Person).of_kind("child_kind"),
    Reference::new("affiliation_sighting", "parent_id", EntityKind::System).of_kind("parent_kind"),
    Reference::new("affiliation_sighting", "parent_id", EntityKind::Account).of_kind("parent_kind"),
    Reference::new("affiliation_edit", "child_id", EntityKind::System).of_kind("child_kind"),
    Reference::new("affiliation_edit", "child_id", EntityKind::Account).of_kind("child_kind"),
    Reference::new("affiliation_edit", "child_id", EntityKind::Person).of_kind("child_kind"),
    Reference::new("class_decision", "entity_id", EntityKind::System).of_kind("entity_kind").once(&[ONE_DECISION]),
    Reference::new("class_decision", "entity_id", EntityKind::Account).of_kind("entity_kind").once(&[ONE_DECISION]),
    Reference::new("name_sighting", "entity_id", EntityKind::System).of_kind("entity_kind").once(&[ONE_NAME]),
    Reference::new("name_sighting", "entity_id", EntityKind::Account).of_kind("entity_kind").once(&[ONE_NAME]),
];
