//! Putting people on the map, and tying them together.

mod link;
mod place;

pub use link::{EndLink, LinkPeople};
pub use place::{EndPlace, PlaceStakeholder};
