//! Figures as pictures, each with its table.

use super::Figures;
use rounds_kernel::{Channel, Day, Money};
use rounds_web::charts::{Chart, Row, Spec, bar, stacked_bar};
use std::collections::BTreeMap;

/// Whole US dollars.
pub(super) fn money(cents: i64) -> String {
    format!("${}", Money(cents).whole())
}

fn spec(caption: &str, unit: &str, first_column: &str, legend: Vec<String>) -> Spec {
    Spec { caption: caption.into(), unit: unit.into(), first_column: first_column.into(), legend }
}

/// Contacts by week, the channels one after another.
pub(super) fn by_week(f: &Figures) -> Chart {
    let week = |k: i64| {
        let values: Vec<f64> = Channel::ALL
            .iter()
            .map(|c| f.contacts.iter().filter(|r| r.week == k && r.channel == c.code()).map(|r| r.contacts).sum::<i64>() as f64)
            .collect();
        let total: f64 = values.iter().sum();
        let shown = values.iter().chain([&total]).map(|v| format!("{v:.0}")).collect();
        Row { label: f.first_week.plus(7 * k as i32).week().to_string(), values, shown }
    };
    let legend = Channel::ALL.iter().map(|c| c.label().to_owned()).collect();
    stacked_bar(spec("Contacts by week and channel", "contacts", "Week", legend), (0..f.weeks).map(week).collect())
}

/// Share of live attempts that reached someone, by channel; unknown without attempts.
pub(super) fn by_channel(f: &Figures) -> Chart {
    let live = Channel::ALL.iter().filter_map(|c| {
        let of = |get: fn(&super::WeekRow) -> i64| f.contacts.iter().filter(|r| r.channel == c.code()).map(get).sum::<i64>();
        let (attempts, reached) = (of(|r| r.attempts), of(|r| r.reached));
        (attempts > 0).then(|| Row::one(c.label(), 100.0 * reached as f64 / attempts as f64, super::percent(reached, attempts)))
    });
    bar(spec("Reached, of live attempts", "%", "Channel", vec!["Reached".into()]), live.collect())
}

/// One month of the last twelve.
pub(super) struct Month {
    pub label: String,
    pub first: Day,
}

/// The eleven months before the present one, and the present one.
pub(super) fn twelve_months(today: Day) -> Vec<Month> {
    let label = |d: Day| d.to_string().chars().take(7).collect::<String>();
    let mut out = Vec::new();
    let mut first = today;
    for _ in 0..12 {
        while label(first.plus(-1)) == label(first) {
            first = first.plus(-1);
        }
        out.push(Month { label: label(first), first });
        first = first.plus(-1);
    }
    out.reverse();
    out
}

/// Series of the chart: a picture holds six.
const MOST_FAMILIES: usize = 6;

/// Orders by month and family; beyond six families the smallest are one.
pub(super) fn by_month(f: &Figures) -> Chart {
    let mut sizes: BTreeMap<&str, i64> = BTreeMap::new();
    let name = |o: &super::FamilySum| o.family.clone();
    let names: Vec<String> = f.orders.iter().map(name).collect();
    f.orders.iter().zip(&names).for_each(|(o, n)| *sizes.entry(n).or_default() += o.amount_cents);
    let mut families: Vec<(&str, i64)> = sizes.into_iter().collect();
    families.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let joined = families.len() > MOST_FAMILIES;
    let own = if joined { MOST_FAMILIES - 1 } else { families.len() };
    let mut legend: Vec<String> = families.iter().take(own).map(|(n, _)| (*n).to_owned()).collect();
    if joined {
        legend.push("Other families".into());
    }
    let months = twelve_months(f.today);
    let mut cells = vec![vec![0i64; legend.len()]; months.len()];
    for (o, n) in f.orders.iter().zip(&names) {
        let month = months.iter().rposition(|m| i64::from(m.first.0) <= o.day);
        let series = families.iter().position(|(f, _)| f == n).map(|s| s.min(legend.len().saturating_sub(1)));
        if let (Some(m), Some(s)) = (month, series) {
            cells[m][s] += o.amount_cents;
        }
    }
    let row = |(m, values): (&Month, &Vec<i64>)| Row {
        label: m.label.clone(),
        values: values.iter().map(|c| *c as f64 / 100.0).collect(),
        shown: values.iter().chain([&values.iter().sum()]).map(|c| money(*c)).collect(),
    };
    let rows = months.iter().zip(&cells).map(row).collect();
    stacked_bar(spec("Orders by month and family", "US dollars; the present month so far", "Month", legend), rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_months_end_with_the_present_one() {
        let months = twelve_months(Day::parse("2026-02-28").expect("a day"));
        let labels: Vec<&str> = months.iter().map(|m| m.label.as_str()).collect();
        assert_eq!((labels[0], labels[10], labels[11], labels.len()), ("2025-03", "2026-01", "2026-02", 12));
        assert_eq!(months[11].first.to_string(), "2026-02-01");
    }
}
