//! The kinds of links.

/// What is linked to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LinkKind {
    /// An account is part of a system: of one at a time.
    AccountSystem,
    /// A system is part of a larger one, or owned by a parent company: one at a time.
    SystemSystem,
    /// An account belongs to another: a department, a campus, a hospital's practice.
    AccountAccount,
    /// An account buys chiefly through a group: one at a time.
    AccountGroup,
    /// An account may buy through further groups.
    AccountGroupToo,
    /// A system buys chiefly through a group: one at a time.
    SystemGroup,
    /// A system may buy through further groups.
    SystemGroupToo,
    /// An account lies in a statistical region (NUTS 3).
    AccountNuts,
    /// An account lies in a buying region: a purchasing body's area.
    AccountBuying,
    /// A person works at an account, perhaps at several.
    PersonAccount,
}

impl LinkKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::AccountSystem,
        Self::SystemSystem,
        Self::AccountAccount,
        Self::AccountGroup,
        Self::AccountGroupToo,
        Self::SystemGroup,
        Self::SystemGroupToo,
        Self::AccountNuts,
        Self::AccountBuying,
        Self::PersonAccount,
    ];

    /// Kind of the child, as stored.
    pub fn child(self) -> &'static str {
        match self {
            Self::SystemSystem | Self::SystemGroup | Self::SystemGroupToo => "system",
            Self::PersonAccount => "person",
            _ => "account",
        }
    }

    /// Kind of the parent, as stored.
    pub fn parent(self) -> &'static str {
        match self {
            Self::AccountSystem | Self::SystemSystem => "system",
            Self::AccountAccount | Self::PersonAccount => "account",
            Self::AccountGroup | Self::AccountGroupToo | Self::SystemGroup | Self::SystemGroupToo => "group",
            Self::AccountNuts | Self::AccountBuying => "region",
        }
    }

    /// The relation, as stored; with the kinds of child and parent it names the kind of link.
    pub fn relation(self) -> &'static str {
        match self {
            Self::AccountSystem | Self::SystemSystem => "part_of",
            Self::AccountAccount => "site_of",
            Self::AccountGroup | Self::SystemGroup => "primary_member",
            Self::AccountGroupToo | Self::SystemGroupToo => "member",
            Self::AccountNuts => "nuts",
            Self::AccountBuying => "buying",
            Self::PersonAccount => "works_at",
        }
    }

    /// Whether a child has one parent of this kind at a time.
    pub fn exclusive(self) -> bool {
        !matches!(self, Self::PersonAccount | Self::AccountGroupToo | Self::SystemGroupToo)
    }

    /// Whether links of this kind could lead back to where they start.
    pub fn nests(self) -> bool {
        self.child() == self.parent()
    }

    /// In addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::AccountSystem => "account-system",
            Self::SystemSystem => "system-parent",
            Self::AccountAccount => "account-site",
            Self::AccountGroup => "account-group",
            Self::AccountGroupToo => "account-groups",
            Self::SystemGroup => "system-group",
            Self::SystemGroupToo => "system-groups",
            Self::AccountNuts => "account-nuts",
            Self::AccountBuying => "account-buying",
            Self::PersonAccount => "person-account",
        }
    }

    /// From an address.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|k| k.code() == code)
    }

    /// What the link says, as a heading of its parent's name.
    pub fn label(self) -> &'static str {
        match self {
            Self::AccountSystem => "Part of",
            Self::SystemSystem => "Owned by",
            Self::AccountAccount => "Belongs to",
            Self::AccountGroup | Self::SystemGroup => "Buys through",
            Self::AccountGroupToo | Self::SystemGroupToo => "Also buys through",
            Self::AccountNuts => "NUTS region",
            Self::AccountBuying => "Buying region",
            Self::PersonAccount => "Works at",
        }
    }

    /// What the link said, once it has ended.
    pub fn past_label(self) -> &'static str {
        match self {
            Self::AccountSystem => "Was part of",
            Self::SystemSystem => "Was owned by",
            Self::AccountAccount => "Belonged to",
            Self::AccountGroup | Self::AccountGroupToo | Self::SystemGroup | Self::SystemGroupToo => "Bought through",
            Self::AccountNuts => "Was in NUTS region",
            Self::AccountBuying => "Was in buying region",
            Self::PersonAccount => "Worked at",
        }
    }

    /// Table of the parents, all of which have a name.
    pub fn parent_table(self) -> &'static str {
        match self.parent() {
            "system" => "health_system",
            "account" => "account",
            "group" => "buying_group",
            _ => "market_region",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart_in_tables_and_addresses() {
        let stored: std::collections::BTreeSet<_> = LinkKind::ALL.iter().map(|k| (k.child(), k.parent(), k.relation())).collect();
        assert_eq!(stored.len(), LinkKind::ALL.len());
        assert!(LinkKind::ALL.iter().all(|k| LinkKind::parse(k.code()) == Some(*k)));
    }
}
