//! Record linkage against truth.

use rounds_decide::link::{Linker, Records, Role, Scope, Settings, Spec, jaro_winkler};

/// Winkler (1990) and the standard examples of later papers.
#[test]
fn jaro_winkler_has_the_published_values() {
    for (a, b, published) in [("martha", "marhta", 0.961), ("dixon", "dicksonx", 0.813), ("dwayne", "duane", 0.840)] {
        assert!((jaro_winkler(a, b) - published).abs() < 6e-4, "{a} {b}: {}", jaro_winkler(a, b));
    }
}

#[test]
fn bad_input_is_refused_with_a_code() {
    let mut records = Records::new(&["name", "zip"]);
    assert_eq!(records.push(&["only one"]).unwrap_err().code, "link.width");
    let roles = [(Role::Name, "name"), (Role::Postcode, "postcode")];
    let code =
        |spec: &Spec, records: &Records, scope| Linker::learn(spec, records, scope, &Settings::default()).err().map(|e| e.code.to_string());
    assert_eq!(code(&Spec::people(&roles), &records, Scope::Within).as_deref(), Some("link.column"));
    let good = Spec::people(&[(Role::Name, "name"), (Role::Postcode, "zip")]);
    assert_eq!(code(&good, &records, Scope::Across { left: 1 }).as_deref(), Some("link.scope"));
    assert_eq!(code(&Spec { rules: Vec::new(), ..good.clone() }, &records, Scope::Within).as_deref(), Some("link.rules"));
    assert_eq!(code(&Spec { fields: Vec::new(), ..good.clone() }, &records, Scope::Within).as_deref(), Some("link.fields"));
    assert_eq!(code(&good, &records, Scope::Within), None, "an empty file has no pairs and no fault");
}
