//! Probabilistic record linkage: which records are about the same party, without a shared key and without labels.
//!
//! Fellegi & Sunter (A theory for record linkage, JASA 1969): for each field the weight of an agreement level is
//! log2(m / u), the chance of the level among records of the same party over that among strangers; the weights and the
//! prior add up to log odds. Frequencies of values adjust them (Winkler, Frequency-based matching, 2000): to share the
//! name Englefield says more than to share the name Smith. m, u and the prior are learnt by expectation maximisation
//! (Dempster, Laird & Rubin 1977; Jaro 1989). String measures are Jaro–Winkler (Winkler 1990) and Damerau's.
//!
//! Fields are not independent among strangers: colleagues share a site, an e-mail domain and a postcode at once, namesakes a name.
//! Where true pairs are rare, two classes alone then learn "same place" as the match. So there is a third class, as Larsen & Rubin
//! (Iterative automated record linkage using mixture models, JASA 2001) use several: *neighbours*, strangers of one place, who may
//! agree on where they are as often as they like, but on who they are (name, date of birth, numbers) no more often than strangers. And
//! the chance that strangers bear one name is at least that of first and last words drawn by themselves.
//!
//! | step | file |
//! |---|---|
//! | columns of interned strings, which pairs are asked about | `records.rs` |
//! | fields, levels, blocking rules, presets for people and organisations | `spec.rs` |
//! | folding of text, abbreviations, short forms of given names | `words.rs` |
//! | distinct values, words, frequencies | `prepare.rs` |
//! | candidates: union of the rules, each pair once, block sizes capped and reported | `block.rs` |
//! | the level two values agree on | `compare.rs` |
//! | expectation maximisation | `learn.rs` |
//! | weights of pairs, explained | `linker.rs`, `model.rs` |
//! | clusters without chaining, partners one to one | `join.rs` |
//!
//! ```
//! use rounds_decide::link::{Linker, Records, Role, Scope, Settings, Spec};
//! let mut records = Records::new(&["name", "zip", "tel"]);
//! records.push(&["St. Brigid Hosp.", "10115", "030 1234567"])?;
//! records.push(&["Saint Brigid Hospital gGmbH", "10115", ""])?;
//! let spec = Spec::organisations(&[(Role::Name, "name"), (Role::Postcode, "zip"), (Role::Phone, "tel")]);
//! let linker = Linker::learn(&spec, &records, Scope::Within, &Settings::default())?;
//! let why = linker.explain(0, 1)?;
//! assert_eq!(why.reasons[0].level, "same name");
//! # Ok::<(), rounds_kernel::Error>(())
//! ```
//!
//! New rows are matched against a record with the model learnt before: [`Linker::with`] and [`Scope::New`]. Results do
//! not depend on the number of threads, nor on the order of the rows (ids aside).

mod block;
mod compare;
mod join;
mod learn;
mod linker;
mod model;
mod prepare;
mod records;
mod spec;
pub mod words;

pub use block::Blocked;
pub use compare::{edits, jaro_winkler};
pub use join::threshold_for;
pub use linker::Linker;
pub use model::{Explanation, Fitted, Level, Model, NEIGHBOURS, Pair, Reason, probability};
pub use prepare::Terms;
pub use records::{Records, Scope};
pub use spec::{Field, Kind, Part, Role, Rule, Spec};

/// How to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Threads, at least 1. The result does not depend on it.
    pub threads: usize,
    /// Seed of the sample that parameters are learnt from.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { threads: 1, seed: 1 }
    }
}
