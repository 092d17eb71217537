//! Time zones of states.

/// The IANA time zone of most people of a US state or territory; `UTC` for anything else.
///
/// An approximation: fourteen states lie in two zones (their western or eastern edge is an hour off; the Florida panhandle,
/// El Paso and eastern Tennessee, for example). It decides at what time of day a call is shown, never whether it is allowed.
pub fn zone_of_state(state: &str) -> &'static str {
    match state {
        "CT" | "DC" | "DE" | "FL" | "GA" | "MA" | "MD" | "ME" | "NC" | "NH" | "NJ" | "NY" | "OH" | "PA" | "RI" | "SC" | "VA" | "VT"
        | "WV" => "America/New_York",
        "IN" => "America/Indiana/Indianapolis",
        "KY" => "America/Kentucky/Louisville",
        "MI" => "America/Detroit",
        "AL" | "AR" | "IA" | "IL" | "KS" | "LA" | "MN" | "MO" | "MS" | "ND" | "NE" | "OK" | "SD" | "TN" | "TX" | "WI" => "America/Chicago",
        "CO" | "MT" | "NM" | "UT" | "WY" => "America/Denver",
        "ID" => "America/Boise",
        // No summer time.
        "AZ" => "America/Phoenix",
        "CA" | "NV" | "OR" | "WA" => "America/Los_Angeles",
        "AK" => "America/Anchorage",
        "HI" => "Pacific/Honolulu",
        "PR" => "America/Puerto_Rico",
        "VI" => "America/St_Thomas",
        "GU" => "Pacific/Guam",
        "MP" => "Pacific/Saipan",
        "AS" => "Pacific/Pago_Pago",
        _ => "UTC",
    }
}

#[cfg(test)]
mod tests {
    use super::zone_of_state;
    use rounds_kernel::{Day, Time};

    #[test]
    fn every_zone_exists() {
        let noon = Time::at_day(Day::parse("2026-07-01").unwrap()).plus_minutes(720);
        for state in ["NY", "IN", "KY", "MI", "TX", "CO", "ID", "AZ", "CA", "AK", "HI", "PR", "VI", "GU", "MP", "AS"] {
            assert_ne!(noon.in_zone(zone_of_state(state)), noon.in_zone("UTC"), "{state}");
        }
        assert_eq!(noon.in_zone(zone_of_state("AZ")), noon.in_zone(zone_of_state("CA")), "Arizona keeps no summer time");
        assert_eq!(zone_of_state("??"), "UTC");
    }
}
