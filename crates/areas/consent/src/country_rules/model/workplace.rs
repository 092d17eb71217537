//! Figures about employees: only for groups, and where a works council has its say, never for one of them.

use super::Rules;

/// Whether a figure about a group of `people` employees in `country` may be shown; the reason if not.
///
/// One employee's own figures, shown to themselves, are no figure about a group: do not ask here for those.
///
/// # Errors
/// The reason in plain words.
pub fn metrics_allowed(rules: &Rules, country: &str, people: i64) -> Result<(), String> {
    let rule = rules.of(country);
    let fewest = i64::from(rule.smallest_group).max(if rule.works_council { 2 } else { 1 });
    if people >= fewest {
        return Ok(());
    }
    let council = if rule.works_council { ", and single employees are not compared there without the works council" } else { "" };
    Err(format!("{people} people: in {} figures about employees stand for at least {fewest}{council}.", rule.place()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_groups_are_not_shown() {
        let rules = Rules::shipped();
        for (country, people, shown) in
            [("DE", 4, false), ("DE", 5, true), ("US", 4, false), ("US", 5, true), ("JP", 4, false), ("DE", 0, false)]
        {
            assert_eq!(metrics_allowed(&rules, country, people).is_ok(), shown, "{country} {people}");
        }
        let mut one = rules.of("DE").clone();
        one.smallest_group = 1;
        let rules = rules.with(vec![one]);
        assert!(
            metrics_allowed(&rules, "DE", 1).is_err_and(|why| why.contains("works council")),
            "never one employee where a council has its say"
        );
        assert!(metrics_allowed(&rules, "DE", 2).is_ok());
    }
}
