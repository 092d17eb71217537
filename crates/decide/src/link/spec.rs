//! What is compared and which pairs are looked at: fields, blocking rules, and the two presets.

use super::{Records, Scope};
use rounds_kernel::Error;
use serde::{Deserialize, Serialize};

/// What a field holds, which decides how two of its values agree. The levels of each stand in [`Kind::levels`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A person's name, given names first.
    Name,
    /// An organisation's name: abbreviations, legal forms and word order matter little, rare words much.
    Organisation,
    /// Street and number.
    Street,
    /// Short text: place, occupation, department.
    Text,
    /// A date: `1950-12-31`, `19501231` or `31/12/1950`.
    Date,
    /// A postcode of any country.
    Postcode,
    /// An identifier that may hold a typing error: NPI, CCN, insurance number.
    Code,
    /// A telephone number.
    Phone,
    /// Where something is: exactly three columns, town, state and postcode; a blank column name means there is none. Its
    /// parts depend on one another, so they are one field: three would count the same evidence three times.
    Place,
    /// An e-mail address.
    Email,
    /// One of few values: gender, state.
    Category,
    /// A number: beds, staff.
    Number,
    /// Several values separated by `;`: sites, identifiers, groups.
    Set,
}

impl Kind {
    /// Names of the agreement levels, the strongest first. Level 0, not in the list, is "not known on a side".
    pub fn levels(self) -> &'static [&'static str] {
        match self {
            Kind::Name => &[
                "same full name",
                "same first and last name",
                "same last, alike first name",
                "same first, alike last name",
                "alike first and last name",
                "two words the same",
                "same last name only",
                "the only word known is in the other",
                "same first name only",
                "one word the same",
                "alike last name only",
                "different",
            ],
            Kind::Organisation => &[
                "same name",
                "nearly the same words",
                "most words the same",
                "half the words the same",
                "some words the same",
                "different",
            ],
            Kind::Street => {
                &["same street and number", "same number, alike street", "same street, other number", "same number only", "different"]
            }
            Kind::Text => &["same", "a letter or two differ", "alike", "different"],
            Kind::Date => &[
                "same date",
                "one digit differs or day and month swapped",
                "same year and month or day",
                "same year",
                "two digits differ",
                "different",
            ],
            Kind::Postcode => &["same postcode", "one character differs", "same district", "same area", "different"],
            Kind::Place => &[
                "same town and postcode",
                "same postcode",
                "same town, same postcode district",
                "same town",
                "same postcode district",
                "same state",
                "different",
            ],
            Kind::Code | Kind::Phone => &["same", "one character differs", "two characters differ", "different"],
            Kind::Email => &["same address", "nearly the same address", "same domain", "different"],
            Kind::Category => &["same", "different"],
            Kind::Number => &["same", "within 2 %", "within 10 %", "within a third", "different"],
            Kind::Set => &["all the same", "half or more shared", "one shared", "none shared"],
        }
    }

    /// How many of the last levels are no agreement worth the name.
    pub(crate) fn unlike(self) -> usize {
        match self {
            Kind::Name => 4,
            Kind::Street | Kind::Date => 3,
            Kind::Organisation | Kind::Postcode | Kind::Place | Kind::Email | Kind::Number => 2,
            Kind::Text | Kind::Code | Kind::Phone | Kind::Category | Kind::Set => 1,
        }
    }

    pub(crate) fn has_terms(self) -> bool {
        !matches!(self, Kind::Number | Kind::Set)
    }
}

/// One compared field, read from one or more columns (joined by a space).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Name used by rules and explanations.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Columns it is read from.
    pub columns: Vec<String>,
}

/// Which part of a field's value makes a blocking key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// The whole folded value.
    Whole,
    /// Its first characters.
    Prefix(u8),
    /// First word.
    First,
    /// Last word.
    Last,
    /// The first characters of the first word.
    FirstPrefix(u8),
    /// The first characters of the last word.
    LastPrefix(u8),
    /// Each word by itself (a record then has several keys).
    Each,
    /// A place's town with its state.
    Town,
    /// A place's state.
    State,
    /// A place's postcode.
    Post,
    /// A date's year; a postcode's or place's district; a street's number; an e-mail's domain.
    Main,
}

/// Records that agree on all parts are candidates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Field name and part.
    pub parts: Vec<(String, Part)>,
}

impl Rule {
    /// A rule of these parts.
    pub fn of(parts: &[(&str, Part)]) -> Self {
        Rule { parts: parts.iter().map(|(f, p)| ((*f).to_owned(), *p)).collect() }
    }
}

/// What is compared and which pairs are looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Compared fields.
    pub fields: Vec<Field>,
    /// Blocking rules; a pair that several bring is looked at once.
    pub rules: Vec<Rule>,
    /// Largest block of a rule, in records; larger ones are passed over and reported.
    pub cap: usize,
}

/// What a column means to the presets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// The whole name (of a person or an organisation).
    Name,
    /// Given names.
    Given,
    /// Family name.
    Family,
    /// Date of birth.
    Born,
    /// Street and number; several columns are joined.
    Street,
    /// Town.
    City,
    /// State, province.
    State,
    /// Postcode.
    Postcode,
    /// Telephone.
    Phone,
    /// E-mail.
    Email,
    /// An identifier given by somebody else.
    Identifier,
    /// Occupation, specialty or department.
    Occupation,
    /// Gender.
    Gender,
    /// Where a person works; what an organisation belongs to.
    Site,
}

impl Role {
    fn field(self, people: bool) -> (&'static str, Kind) {
        match self {
            Role::Name | Role::Given | Role::Family => ("name", if people { Kind::Name } else { Kind::Organisation }),
            Role::Born => ("born", Kind::Date),
            Role::Street => ("street", Kind::Street),
            Role::City => ("city", Kind::Text),
            Role::State => ("state", Kind::Category),
            Role::Postcode => ("postcode", Kind::Postcode),
            Role::Phone => ("phone", Kind::Phone),
            Role::Email => ("email", Kind::Email),
            Role::Identifier => ("identifier", Kind::Code),
            Role::Occupation => ("occupation", Kind::Text),
            Role::Gender => ("gender", Kind::Category),
            Role::Site => ("site", Kind::Organisation),
        }
    }
}

/// Pairs of fields and parts that people are blocked on, used where both fields are there.
const PEOPLE: &[&[(&str, Part)]] = &[
    &[("identifier", Part::Whole)],
    &[("email", Part::Whole)],
    &[("phone", Part::Whole)],
    &[("name", Part::Whole)],
    &[("name", Part::FirstPrefix(3)), ("name", Part::LastPrefix(4))],
    &[("name", Part::Each), ("born", Part::Main)],
    &[("name", Part::Each), ("postcode", Part::Main)],
    &[("name", Part::Last), ("city", Part::Whole)],
    &[("name", Part::Each), ("site", Part::Whole)],
    &[("name", Part::Last), ("occupation", Part::Whole), ("gender", Part::Whole)],
    &[("name", Part::FirstPrefix(2)), ("name", Part::LastPrefix(2)), ("born", Part::Main)],
    &[("born", Part::Whole), ("city", Part::Whole)],
    &[("born", Part::Whole), ("postcode", Part::Main)],
    &[("born", Part::Whole), ("name", Part::FirstPrefix(2))],
    &[("born", Part::Whole), ("name", Part::LastPrefix(2))],
    &[("born", Part::Main), ("postcode", Part::Whole)],
    &[("postcode", Part::Whole), ("name", Part::FirstPrefix(2))],
    &[("postcode", Part::Whole), ("name", Part::LastPrefix(2))],
    &[("street", Part::Whole), ("postcode", Part::Main)],
];

/// The same for organisations.
const ORGANISATIONS: &[&[(&str, Part)]] = &[
    &[("identifier", Part::Whole)],
    &[("phone", Part::Whole)],
    &[("name", Part::Whole), ("place", Part::State)],
    &[("name", Part::Whole), ("place", Part::Main)],
    &[("name", Part::Each), ("place", Part::Post)],
    &[("name", Part::Each), ("place", Part::Town)],
    &[("name", Part::First), ("place", Part::Main)],
    &[("street", Part::Whole), ("place", Part::State)],
    &[("street", Part::Main), ("place", Part::Post)],
    &[("street", Part::Main), ("place", Part::Town)],
    &[("place", Part::Whole)],
    &[("name", Part::First), ("street", Part::Main)],
];

impl Spec {
    /// Fields and rules for people, from the columns there are.
    pub fn people(columns: &[(Role, &str)]) -> Spec {
        Spec::preset(columns, true)
    }

    /// Fields and rules for organisations, from the columns there are.
    pub fn organisations(columns: &[(Role, &str)]) -> Spec {
        Spec::preset(columns, false)
    }

    fn preset(columns: &[(Role, &str)], people: bool) -> Spec {
        let mut ordered: Vec<_> = columns.to_vec();
        ordered.sort_by_key(|(role, _)| *role);
        let mut fields: Vec<Field> = Vec::new();
        for (role, column) in ordered {
            let (name, kind) = role.field(people);
            let where_it_is = [Role::City, Role::State, Role::Postcode].iter().position(|r| *r == role);
            if let Some(at) = where_it_is.filter(|_| !people) {
                let i = fields.iter().position(|f| f.kind == Kind::Place).unwrap_or(fields.len());
                if i == fields.len() {
                    fields.push(Field { name: "place".to_owned(), kind: Kind::Place, columns: vec![String::new(); 3] });
                }
                fields[i].columns[at] = column.to_owned();
                continue;
            }
            let apart = matches!(role, Role::Identifier);
            let same = fields.iter_mut().find(|f| f.name == name);
            match same {
                Some(field) if !apart => field.columns.push(column.to_owned()),
                Some(_) => fields.push(Field { name: format!("{name} {column}"), kind, columns: vec![column.to_owned()] }),
                None => fields.push(Field { name: name.to_owned(), kind, columns: vec![column.to_owned()] }),
            }
        }
        let there = |name: &str| fields.iter().any(|f| f.name == name);
        let table = if people { PEOPLE } else { ORGANISATIONS };
        let mut rules: Vec<Rule> =
            table.iter().filter(|parts| parts.iter().all(|(field, _)| there(field))).map(|parts| Rule::of(parts)).collect();
        for field in fields.iter().filter(|f| f.name.starts_with("identifier ")) {
            rules.push(Rule::of(&[(&field.name, Part::Whole)]));
        }
        Spec { fields, rules, cap: 400 }
    }

    /// The column with the town of an organisation's name, where there is one: of the first organisation, beside a place. Within one
    /// record two houses of a town are usual, and each bears its name; across two files they compete for one partner anyway, and the
    /// town in a name finds those whose address is written otherwise.
    pub(crate) fn town_of(&self, field: &Field, scope: Scope) -> Option<&str> {
        let first = self.fields.iter().find(|f| matches!(f.kind, Kind::Name | Kind::Organisation));
        let named = field.kind == Kind::Organisation && first.is_some_and(|f| f.name == field.name);
        let place = self.fields.iter().find(|f| f.kind == Kind::Place)?;
        (named && !matches!(scope, Scope::Across { .. }) && !place.columns[0].is_empty()).then_some(place.columns[0].as_str())
    }

    /// Index of the field of that name.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name)
    }

    pub(crate) fn validate(&self, records: &Records) -> Result<(), Error> {
        if self.fields.is_empty() || self.fields.len() > 32 {
            let cause = format!("{} fields are to be compared", self.fields.len());
            return Err(Error::invalid("link.fields", cause, "name 1 to 32 fields"));
        }
        for (i, f) in self.fields.iter().enumerate() {
            if f.columns.is_empty() || self.fields[..i].iter().any(|g| g.name == f.name) {
                let cause = format!("field {:?} has no column, or its name stands twice", f.name);
                return Err(Error::invalid("link.field", cause, "give every field its own name and at least one column"));
            }
            if f.kind == Kind::Place && f.columns.len() != 3 {
                let cause = format!("the place {:?} is read from {} columns", f.name, f.columns.len());
                return Err(Error::invalid("link.place", cause, "name three: town, state, postcode; a blank name where there is none"));
            }
            for c in f.columns.iter().filter(|c| f.kind != Kind::Place || !c.is_empty()) {
                records.column(c)?;
            }
        }
        if self.rules.is_empty() || self.cap < 2 {
            let cause = format!("{} rules, blocks of at most {} records", self.rules.len(), self.cap);
            return Err(Error::invalid("link.rules", cause, "give at least one blocking rule and a cap of at least 2"));
        }
        for (field, _) in self.rules.iter().flat_map(|r| &r.parts) {
            if self.field(field).is_none() {
                return Err(Error::invalid(
                    "link.rule",
                    format!("a rule names the field {field:?}, which is not compared"),
                    "use the fields' names",
                ));
            }
        }
        if let Some(i) = self.rules.iter().position(|r| r.parts.is_empty()) {
            return Err(Error::invalid("link.rule", format!("rule {i} has no parts"), "name at least one field"));
        }
        Ok(())
    }
}
