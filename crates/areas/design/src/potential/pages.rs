//! stub
pub fn panel() {}
/// s
pub fn samples() -> Vec<(&'static str, String)> { vec![] }
