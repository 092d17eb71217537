//! Keeping the summary of all people, and one line a day of it.

use super::super::queries::{Group, ReachCounts, count_now, stamp};
use super::super::{Aim, Reach, State};
use crate::country_rules::Rules;
use rounds_kernel::{Channel, Permission, Result};
use rounds_store::{Command, Tx, Value, args};
use serde::{Deserialize, Serialize};

/// Counts everyone again; says over how many people.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CountReach;

impl Command for CountReach {
    const NAME: &'static str = "consent.count_reach";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let stamp = stamp(tx).await?;
        let everyone = rounds_kernel::Actor::program("reach");
        let groups = count_now(tx, &everyone).await?;
        tx.execute("DELETE FROM reach_count", vec![]).await?;
        let row = |g: &Group| args![stamp.clone(), g.role.clone(), g.country.clone(), g.setting.clone(), g.bits, g.people];
        let into = ["stamp", "role", "country", "setting", "bits", "people"];
        tx.insert_many("reach_count", &into, groups.iter().map(row).collect(), "").await?;
        let rules = Rules::load(tx, tx.now.day()).await?;
        keep_day(tx, &groups, &rules).await?;
        Ok(groups.iter().map(|g| g.people).sum())
    }
}

/// One row a channel and purpose for today.
async fn keep_day(tx: &mut Tx, groups: &[Group], rules: &Rules) -> Result<()> {
    let day = i64::from(tx.now.day().0);
    let at = |s: State| State::ALL.iter().position(|x| *x == s).unwrap_or(0);
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for aim in Aim::ALL {
        let mut all = ReachCounts::default();
        groups.iter().for_each(|g| all.add(Reach::from_bits(g.bits), rules.of(&g.country), *aim, g.people));
        for c in Channel::ALL {
            let said = all.states[c.index()];
            rows.push(args![
                day,
                aim.code(),
                c.code(),
                all.people,
                said[at(State::Granted)],
                said[at(State::Denied)],
                all.reachable[c.index()]
            ]);
        }
    }
    const INTO: &[&str] = &["day", "purpose", "channel", "people", "granted", "denied", "reachable"];
    let suffix = "ON CONFLICT (purpose, day, channel) DO UPDATE SET people = excluded.people, granted = excluded.granted, \
                  denied = excluded.denied, reachable = excluded.reachable";
    tx.insert_many("reach_day", INTO, rows, suffix).await.map(|_| ())
}
