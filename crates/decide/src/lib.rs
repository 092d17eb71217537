//! The methods, pure: no async, no SQL, no clock, no global randomness, no domain rows.
//!
//! A method here speaks flat, index-based arrays; who the customers are and why an action is worth what it is worth
//! is the caller's business. Every method validates its problem at the door with coded errors, returns statistics
//! with its result, and gives the same result, bit for bit, on any number of threads.
//!
//! | module | decides | from |
//! |---|---|---|
//! | [`assign`] | which contact, through which channel, by whom, for which customer | values, minutes, caps, minimums, locks |
//! | [`link`] | which records are about the same party | columns of text, blocking rules; no labels |
//!
//! Territories, sizing, scores and experiments get a module of their own beside `assign` when they come.

pub mod assign;
pub mod link;
