//! The page of a child's links of one kind: what holds and held, who said so, and the changes by hand.

mod acts;
mod panel;
mod view;

pub use panel::{LinkGroup, LinkItem, editable, holds, links_of, sample};

pub(super) use acts::{close, correct, open, undo};
pub(super) use view::{list, samples};
