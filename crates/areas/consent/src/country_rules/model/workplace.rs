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

/// Whether the figures of one named employee in `country` may be shown to somebody else; the reason if not. Where no works council has its
/// say, a manager sees what is planned and done in the team by name.
///
/// # Errors
/// The reason in plain words.
pub fn named_allowed(rules: &Rules, country: &str) -> Result<(), String> {
    let rule = rules.of(country);
    if rule.works_council {
        return Err(format!("In {} figures of single employees are not shown without the works council.", rule.place()));
    }
    Ok(())
}

/// The strictest of the countries in which an employee works: it decides how their figures may be shown. `None` where all of them allow
/// figures by name.
pub fn strictest<'a>(rules: &Rules, countries: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let forbids = countries.filter(|c| named_allowed(rules, c).is_err());
    forbids.max_by_key(|c| (rules.of(c).smallest_group, std::cmp::Reverse(*c)))
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
        assert!(named_allowed(&rules, "US").is_ok() && named_allowed(&rules, "DE").is_err_and(|why| why.contains("works council")));
        assert_eq!((strictest(&rules, ["US", "DE"].into_iter()), strictest(&rules, ["US"].into_iter())), (Some("DE"), None));
    }
}
