//! The group rule for figures about employees: a group of few people is not shown apart.

/// Fewest people whose work may stand as one figure. Works councils and data-protection authorities ask for five or more.
pub const SMALLEST_GROUP: i64 = 5;

/// The work of a group of employees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Name of the group.
    pub name: String,
    /// People in it who worked in the period.
    pub people: i64,
    /// Attempts to reach someone live (visit, phone, video), begun by us.
    pub attempts: i64,
    /// How many of them reached someone.
    pub reached: i64,
}

/// Joins the smallest groups until each stands for at least `smallest` people; empty when all together are fewer.
///
/// Joining, unlike leaving out, keeps the total: nobody can take a hidden group's figures from the difference. The result is
/// largest group first.
pub fn shield(mut groups: Vec<Group>, smallest: i64) -> Vec<Group> {
    groups.retain(|g| g.people > 0);
    groups.sort_by(|a, b| b.people.cmp(&a.people).then_with(|| a.name.cmp(&b.name)));
    while groups.last().is_some_and(|g| g.people < smallest) {
        let Some(small) = groups.pop() else { break };
        // The next smallest takes it in; alone, it stays hidden.
        let Some(next) = groups.last_mut() else { break };
        let name = format!("{} and {}", next.name, small.name.to_lowercase());
        *next = Group {
            name,
            people: next.people + small.people,
            attempts: next.attempts + small.attempts,
            reached: next.reached + small.reached,
        };
        groups.sort_by(|a, b| b.people.cmp(&a.people).then_with(|| a.name.cmp(&b.name)));
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, people: i64) -> Group {
        Group { name: name.into(), people, attempts: people * 10, reached: people * 4 }
    }

    #[test]
    fn no_figure_stands_for_few_people() {
        for sizes in [vec![9, 3, 1], vec![4, 4, 4], vec![5], vec![4], vec![2, 2], vec![], vec![12, 5, 1], vec![0, 7]] {
            let groups: Vec<Group> = sizes.iter().enumerate().map(|(i, n)| group(&format!("g{i}"), *n)).collect();
            let all: i64 = groups.iter().map(|g| g.attempts).sum();
            let shown = shield(groups, SMALLEST_GROUP);
            assert!(shown.iter().all(|g| g.people >= SMALLEST_GROUP), "{sizes:?}: {shown:?}");
            let kept: i64 = shown.iter().map(|g| g.attempts).sum();
            assert!(kept == all || (shown.is_empty() && sizes.iter().sum::<i64>() < SMALLEST_GROUP), "{sizes:?}: {shown:?}");
        }
    }

    #[test]
    fn joined_groups_say_so() {
        let shown = shield(vec![group("Field rep", 9), group("Customer success", 2), group("Remote rep", 6)], 5);
        assert_eq!(shown[0], group("Field rep", 9));
        assert_eq!((shown[1].name.as_str(), shown[1].people), ("Remote rep and customer success", 8));
        assert_eq!(shown.len(), 2);
    }
}
