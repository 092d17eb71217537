//! Shares and indices of markets that can be counted on fingers.

use super::*;

fn place(region: i64, beds: i64, systems: &[(i64, i64, Option<i64>)]) -> Place {
    Place { beds: Some(beds), region: Some(region), systems: systems.to_vec(), ..Place::default() }
}

fn market() -> Market {
    let places = [
        place(1, 100, &[(10, 100, None)]),
        place(1, 300, &[(10, 100, Some(200)), (11, 200, None)]),
        place(1, 100, &[]),
        place(1, 500, &[(11, 100, None)]),
        place(2, 50, &[(12, 150, None)]),
        Place { listed_from: Some(100), listed_to: Some(200), ..place(2, 50, &[]) },
    ];
    Market { places: (1..).zip(places).collect() }
}

#[test]
fn shares_follow_the_links_of_the_day() {
    let before = market().on(Day(120), By::Hospitals);
    assert_eq!((before.total, before.in_systems, before.systems.clone()), (6, 3, vec![(10, 2), (11, 1)]));
    assert!((before.top(1) - 2.0 / 6.0).abs() < 1e-12 && (before.top(50) - 0.5).abs() < 1e-12);
    let after = market().on(Day(200), By::Hospitals);
    assert_eq!((after.total, after.systems.clone()), (5, vec![(11, 2), (10, 1), (12, 1)]), "one is sold, one is no longer listed");
    let beds = market().on(Day(200), By::Beds);
    assert_eq!((beds.total, beds.systems[0]), (1_050, (11, 800)));
}

#[test]
fn the_index_is_the_sum_of_squared_shares() {
    // Region 1 on day 120: two of four hospitals in one system, one in another, one alone: 50² + 25² + 25² = 3,750.
    let before = market().on(Day(120), By::Hospitals);
    assert_eq!(before.regions, [(2, 5_000.0, 2, 2), (1, 3_750.0, 4, 3)]);
    // By beds on day 200: 80² + 10² + 10² = 6,600, and a region with one owner 10,000.
    let beds = market().on(Day(200), By::Beds);
    assert_eq!(beds.regions, [(2, 10_000.0, 50, 1), (1, 6_600.0, 1_000, 3)]);
    assert_eq!(beds.median_index(), Some(8_300.0));
}

#[test]
fn an_empty_market_has_no_share() {
    let none = Market::default().on(Day(100), By::Hospitals);
    assert!(none.top(10).is_nan() && none.median_index().is_none());
    assert_eq!(market().days(Day(300)), [Day(100), Day(150), Day(200), Day(300)]);
}
