//! Decimal numbers as people and systems write them, without floating point.

/// Currencies in use (ISO 4217).
const CURRENCIES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR \
    ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD \
    NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB \
    TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

/// A currency's code from a cell; `None` for anything that is no currency in use.
pub fn currency(text: &str) -> Option<String> {
    let code = match text.trim() {
        "$" | "US$" => "USD".to_owned(),
        "€" => "EUR".to_owned(),
        "£" => "GBP".to_owned(),
        other => other.to_ascii_uppercase(),
    };
    (code.len() == 3 && CURRENCIES.split_ascii_whitespace().any(|c| c == code)).then_some(code)
}

/// Digits after the decimal point of a currency's amounts (ISO 4217).
fn digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// An amount in minor units of its currency; `None` for anything that is no number.
pub fn minor_units(text: &str, currency: &str) -> Option<i64> {
    scaled(text, digits(currency))
}

/// A quantity in thousandths; `None` for anything that is no number.
pub fn thousandths(text: &str) -> Option<i64> {
    scaled(text, 3)
}

/// A price of one unit times a quantity in thousandths, in minor units of its currency, rounded half away from zero; `None` for a price
/// that is no number. The price may have up to three digits more than the currency: screws cost half a cent.
pub fn times(price: &str, milli: i64, currency: &str) -> Option<i64> {
    let fine = i128::from(scaled(price, digits(currency) + 3)?) * i128::from(milli);
    let (whole, rest) = (fine / 1_000_000, fine % 1_000_000);
    i64::try_from(whole + if rest.abs() >= 500_000 { rest.signum() } else { 0 }).ok()
}

/// Where both a point and a comma stand, the last of them is the decimal mark. A single comma before exactly three digits groups
/// thousands (`1,234`), any other single comma is a decimal mark (`12,5`). Negative: a minus before or after, or brackets.
fn scaled(text: &str, digits: u32) -> Option<i64> {
    let trimmed = text.trim();
    let (body, bracketed) = match trimmed.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (trimmed, false),
    };
    let kept: String = body.chars().filter(|c| !c.is_whitespace() && !"$€£¥'’\u{a0}\u{202f}".contains(*c)).collect();
    let minus = kept.starts_with(['-', '−']) || kept.ends_with(['-', '−']);
    let kept = kept.trim_matches(['-', '−', '+']);
    let mark = decimal_mark(kept);
    let (whole, part) = match mark.and_then(|m| kept.rsplit_once(m)) {
        Some((whole, part)) => (whole, part),
        None => (kept, ""),
    };
    let whole: String = whole.chars().filter(|c| *c != ',' && *c != '.').collect();
    if whole.is_empty() && part.is_empty() || !whole.chars().chain(part.chars()).all(|c| c.is_ascii_digit()) || whole.len() > 15 {
        return None;
    }
    let factor = 10_i64.pow(digits);
    let mut value = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()? }.checked_mul(factor)?;
    let fitting: String = part.chars().chain("000000".chars()).take(digits as usize).collect();
    value = value.checked_add(if fitting.is_empty() { 0 } else { fitting.parse().ok()? })?;
    value += i64::from(part.chars().nth(digits as usize).is_some_and(|c| c >= '5'));
    Some(if minus || bracketed { -value } else { value })
}

fn decimal_mark(text: &str) -> Option<char> {
    let (points, commas) = (text.matches('.').count(), text.matches(',').count());
    match (points, commas) {
        (0, 0) => None,
        (1, 0) => Some('.'),
        (0, 1) => (text.rsplit_once(',').map(|(_, after)| after.len()) != Some(3)).then_some(','),
        (0, _) | (_, 0) => None,
        _ => text.rfind(['.', ',']).and_then(|at| text[at..].chars().next()),
    }
}

fn parts(minor: i64, digits: u32) -> (i64, u64, u64) {
    let factor = 10_u64.pow(digits);
    (minor.signum(), minor.unsigned_abs() / factor, minor.unsigned_abs() % factor)
}

/// An amount for people: whole units, grouped, with its currency; small amounts with their cents.
pub fn money(minor: i64, currency: &str) -> String {
    let (sign, whole, part) = parts(minor, digits(currency));
    if whole < 100 && part > 0 {
        return format!("{}{whole}.{part:0width$} {currency}", if sign < 0 { "−" } else { "" }, width = digits(currency) as usize);
    }
    let rounded = whole + u64::from(part * 2 >= 10_u64.pow(digits(currency)) && part > 0);
    let grouped = rounds_web::components::grouped(i64::try_from(rounded).unwrap_or(i64::MAX / 100));
    format!("{}{grouped} {currency}", if sign < 0 { "−" } else { "" })
}

/// An amount for machines: all its digits and nothing else.
pub fn exact(minor: i64, currency: &str) -> String {
    let d = digits(currency);
    let (sign, whole, part) = parts(minor, d);
    let minus = if sign < 0 { "-" } else { "" };
    if d == 0 { format!("{minus}{whole}") } else { format!("{minus}{whole}.{part:0width$}", width = d as usize) }
}

/// A quantity of thousandths: `12`, `12.5`.
pub fn quantity(thousandths: i64) -> String {
    let (sign, whole, part) = parts(thousandths, 3);
    let minus = if sign < 0 { "-" } else { "" };
    if part == 0 { format!("{minus}{whole}") } else { format!("{minus}{whole}.{part:03}").trim_end_matches('0').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_written_anywhere() {
        for (text, want) in [
            ("1234.56", 123_456),
            ("1,234.56", 123_456),
            ("1.234,56", 123_456),
            ("1 234,56", 123_456),
            ("$1,234", 123_400),
            ("12,5", 1_250),
            ("(12.00)", -1_200),
            ("12.00-", -1_200),
            ("-0.05", -5),
            ("0.005", 1),
            ("1.234.567", 123_456_700),
            (".5", 50),
        ] {
            assert_eq!(minor_units(text, "USD"), Some(want), "{text}");
        }
        assert_eq!((minor_units("1234.5", "JPY"), minor_units("1.2345", "KWD")), (Some(1_235), Some(1_235)));
        for bad in ["", "-", "abc", "1e5", "12.3.4,5x", "NaN", "99999999999999999999", "1/2"] {
            assert_eq!(minor_units(bad, "USD"), None, "{bad}");
        }
        assert_eq!(thousandths("2.5"), Some(2_500));
        assert_eq!((times("12.50", 3_000, "EUR"), times("0.0045", 1_000_000, "USD")), (Some(3_750), Some(450)));
        assert_eq!((times("19.99", -2_500, "USD"), times("100", 3_000, "JPY"), times("x", 1, "USD")), (Some(-4_998), Some(300), None));
    }

    #[test]
    fn numbers_are_shown_with_their_currency() {
        assert_eq!(
            (money(1_234_567, "EUR"), money(-1_250, "USD"), money(1_234, "JPY")),
            ("12,346 EUR".into(), "−12.50 USD".into(), "1,234 JPY".into())
        );
        assert_eq!((exact(-1_205, "USD"), exact(7, "JPY"), exact(1_001, "KWD")), ("-12.05".into(), "7".into(), "1.001".into()));
        assert_eq!((quantity(12_000), quantity(-12_500), quantity(1)), ("12".into(), "-12.5".into(), "0.001".into()));
        assert_eq!((currency("eur"), currency("€"), currency("XYZ"), currency("")), (Some("EUR".into()), Some("EUR".into()), None, None));
    }
}
