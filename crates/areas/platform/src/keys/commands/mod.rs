//! Making, rotating and ending keys.

mod make;
mod revoke;
mod rotate;

pub use make::MakeKey;
pub use revoke::RevokeKey;
pub use rotate::RotateKey;

const INTO: &[&str] = &["user_id", "name", "prefix", "hash", "permissions", "own_only", "created_at", "created_by", "expires_at"];
