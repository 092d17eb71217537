//! A key opens what it was given, until it ends.

use super::model::hash;
use super::new_token;

#[test]
fn tokens_are_random_and_only_their_hash_is_kept() {
    let (a, b) = (new_token().unwrap(), new_token().unwrap());
    assert_ne!(a.token, b.token);
    assert!(a.token.starts_with(&format!("rk_{}_", a.prefix)) && a.token.len() == 68, "{}", a.token);
    assert!(!a.hash.contains(&a.prefix) && a.hash == hash(&a.token) && a.hash != hash(&b.token));
}
