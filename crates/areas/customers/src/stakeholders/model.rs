//! Roles in a decision, stances, and ties between people.

use rounds_kernel::words;
use rounds_store::FromQueryResult;
use serde::{Deserialize, Serialize};

words! {
    /// What a person does in a decision.
    DecisionRole {
        /// Says yes or no.
        Decider = "decider", "Decides";
        /// Holds the budget.
        Budget = "budget", "Holds the budget";
        /// Advises those who decide.
        Influencer = "influencer", "Influences";
        /// Works with the product.
        User = "user", "Uses";
        /// Runs the purchase.
        Buyer = "buyer", "Buys";
        /// Lets others in, or not.
        Gatekeeper = "gatekeeper", "Opens or closes doors";
    }
}

words! {
    /// How a person stands towards us.
    Stance {
        /// Works against us.
        Opponent = "opponent", "Opponent";
        /// Doubts.
        Sceptic = "sceptic", "Sceptic";
        /// Has taken no side.
        Neutral = "neutral", "Neutral";
        /// In favour.
        Supporter = "supporter", "Supporter";
        /// Argues for us when we are not in the room.
        Champion = "champion", "Champion";
    }
}

words! {
    /// How two people hang together, from the first to the second.
    Tie {
        /// The first reports to the second.
        ReportsTo = "reports_to", "reports to";
        /// The first listens to the second.
        ListensTo = "listens_to", "listens to";
        /// They work together.
        WorksWith = "works_with", "works with";
        /// They trained together or publish together.
        Trained = "trained_with", "trained with";
    }
}

/// A person on the map.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Placed {
    /// Id of the place.
    pub id: i64,
    /// The person.
    pub person_id: i64,
    /// Their name.
    pub name: String,
    /// What they are by trade.
    pub role: String,
    /// Code of [`DecisionRole`].
    pub decision_role: String,
    /// Code of [`Stance`]; empty when unknown.
    pub stance: String,
    /// 1 (little) to 5 (decisive).
    pub influence: i64,
    /// Why it is judged so.
    pub note: String,
    /// Since when.
    pub valid_from: i64,
    /// Who judged.
    pub who: Option<String>,
}

/// A tie between two people.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Tied {
    /// Id.
    pub id: i64,
    /// First person.
    pub from_id: i64,
    /// Their name.
    pub from_name: String,
    /// Second person.
    pub to_id: i64,
    /// Their name.
    pub to_name: String,
    /// Code of [`Tie`].
    pub tie: String,
    /// Since when.
    pub valid_from: i64,
}

/// Who of us meets a person.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Meeting {
    /// The person.
    pub person_id: i64,
    /// The user's name.
    pub name: String,
    /// Contacts within the last year.
    pub contacts: i64,
    /// The latest, µs UTC.
    pub latest: i64,
}
