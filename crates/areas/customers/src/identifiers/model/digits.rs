//! Check digits, each by its published rule.

/// Digits of a text; `None` when anything else is in it.
fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

/// Luhn's formula (ISO/IEC 7812-1, annex B): from the right, every second digit doubled, digits added, the sum a multiple of ten.
pub fn luhn(text: &str) -> bool {
    digits(text).is_some_and(|d| d.iter().rev().enumerate().map(|(i, d)| doubled(*d, i % 2 == 1)).sum::<u32>().is_multiple_of(10))
}

fn doubled(digit: u32, double: bool) -> u32 {
    match digit * 2 {
        _ if !double => digit,
        two if two > 9 => two - 9,
        two => two,
    }
}

/// GS1 General Specifications, section 7.9.1: weights 3 and 1 in turn from the right, before the check digit.
pub fn gs1(text: &str) -> bool {
    digits(text)
        .is_some_and(|d| d.iter().rev().enumerate().map(|(i, d)| if i % 2 == 1 { d * 3 } else { *d }).sum::<u32>().is_multiple_of(10))
}

fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| d * w).sum()
}

/// DEA number (Drug Enforcement Administration, Diversion Control, Form 224 notes): first, third and fifth digit, and twice the second,
/// fourth and sixth; the last digit of the sum is the seventh.
pub fn dea(number: &str) -> bool {
    digits(number).is_some_and(|d| d.len() == 7 && weighted(&d[..6], &[1, 2, 1, 2, 1, 2]) % 10 == d[6])
}

/// Institutionskennzeichen (ARGE IK, joint circular of the German social insurers): digits 3 to 8 times 2 and 1 in turn, digits added,
/// modulo 10.
pub fn ik(text: &str) -> bool {
    digits(text).is_some_and(|d| d.len() == 9 && d[2..8].iter().enumerate().map(|(i, d)| doubled(*d, i % 2 == 0)).sum::<u32>() % 10 == d[8])
}

/// Lebenslange Arztnummer (KBV, guideline on section 75 (7) SGB V): digits 1 to 6 times 4 and 9 in turn; the seventh fills up to ten.
pub fn lanr(text: &str) -> bool {
    digits(text).is_some_and(|d| d.len() == 9 && (10 - weighted(&d[..6], &[4, 9, 4, 9, 4, 9]) % 10) % 10 == d[6])
}

/// REGON (Statistics Poland): 9 digits with weights 8 9 2 3 4 5 6 7, or 14 with 2 4 8 5 0 9 7 3 6 1 2 4 8, modulo 11, ten counts as nought.
pub fn regon(text: &str) -> bool {
    let Some(d) = digits(text) else { return false };
    let ok = |n: usize, weights: &[u32]| d.len() > n && weighted(&d[..n], weights) % 11 % 10 == d[n];
    match d.len() {
        9 => ok(8, &[8, 9, 2, 3, 4, 5, 6, 7]),
        14 => ok(8, &[8, 9, 2, 3, 4, 5, 6, 7]) && ok(13, &[2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]),
        _ => false,
    }
}

/// NIP (Polish Ministry of Finance): weights 6 5 7 2 3 4 5 6 7, modulo 11; ten is never issued.
pub fn nip(text: &str) -> bool {
    digits(text).is_some_and(|d| d.len() == 10 && weighted(&d[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == d[9])
}

/// Spanish NIF of a person (Royal Decree 1553/2005): number modulo 23 as a letter of `TRWAGMYFPDXBNJZSQVHLCKE`; X, Y and Z of a foreigner's
/// number (NIE) count as 0, 1 and 2, and K, L and M of people without a card as nothing. Of an organisation (Order
/// EHA/451/2008): Luhn's sum of the seven digits as a digit or a letter of `JABCDEFGHI`. Public bodies (P, Q, R, S) and foreign entities
/// (N, W) carry the letter; companies and owners' communities (A, B, E, H) the digit, unless they got their number as foreign ones before
/// 2008, whose seven digits begin with 00; the others either.
pub fn nif(text: &str) -> bool {
    let (body, last) = text.split_at(text.len().saturating_sub(1));
    if text.len() != 9 || !text.is_ascii() {
        return false;
    }
    let person = match &body[..1] {
        "X" | "K" | "L" | "M" => format!("0{}", &body[1..]),
        "Y" => format!("1{}", &body[1..]),
        "Z" => format!("2{}", &body[1..]),
        _ => body.to_owned(),
    };
    if let Some(d) = digits(&person) {
        let rest = d.iter().fold(0, |rest, d| (rest * 10 + *d as usize) % 23);
        return "TRWAGMYFPDXBNJZSQVHLCKE".get(rest..=rest) == Some(last);
    }
    let Some(d) = digits(&body[1..]) else { return false };
    if !"ABCDEFGHJNPQRSUVW".contains(&body[..1]) {
        return false;
    }
    let sum: u32 = d.iter().enumerate().map(|(i, d)| doubled(*d, i % 2 == 0)).sum();
    let check = ((10 - sum % 10) % 10) as usize;
    let (digit, letter) = (last == check.to_string(), "JABCDEFGHI".get(check..=check) == Some(last));
    match &body[..1] {
        "N" | "P" | "Q" | "R" | "S" | "W" => letter,
        "A" | "B" | "E" | "H" => digit || letter && body[1..].starts_with("00"),
        _ => digit || letter,
    }
}

/// The three letters that make a Salesforce id of 15 signs safe where case is lost (Salesforce Object Reference, "ID field type"): each
/// tells which of five signs are capitals, as a letter of `A…Z0…5`.
pub fn salesforce_suffix(fifteen: &str) -> Option<String> {
    if fifteen.len() != 15 || !fifteen.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let letter = |five: &[u8]| {
        let bits = five.iter().enumerate().filter(|(_, b)| b.is_ascii_uppercase()).map(|(i, _)| 1usize << i).sum::<usize>();
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits])
    };
    Some(fifteen.as_bytes().chunks(5).map(letter).collect())
}

/// ISO/IEC 7064 MOD 97-10, letters as 10 to 35: the remainder is 1 (ISO 17442, LEI).
pub fn mod_97(text: &str) -> bool {
    let mut rest = 0u32;
    for c in text.chars() {
        let Some(value) = c.to_digit(36) else { return false };
        rest = (if value > 9 { rest * 100 } else { rest * 10 } + value) % 97;
    }
    rest == 1
}

/// ISO/IEC 7064 MOD 11-2 over 15 digits; ten is written X (ORCID).
pub fn mod_11_2(text: &str) -> bool {
    let Some((body, last)) = text.split_at_checked(15) else { return false };
    let Some(d) = digits(body) else { return false };
    let sum = d.iter().fold(0, |total, d| (total + d) * 2 % 11);
    let check = (12 - sum) % 11;
    last == if check == 10 { "X".to_owned() } else { check.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A changed digit must not pass.
    fn only(check: fn(&str) -> bool, good: &str) {
        assert!(check(good), "{good}");
        let (body, last) = good.split_at(good.len() - 1);
        let other = last.parse::<u32>().map_or("0".into(), |d| ((d + 1) % 10).to_string());
        assert!(!check(&format!("{body}{other}")), "{good} with another last digit");
    }

    #[test]
    fn published_examples_pass_and_a_changed_digit_does_not() {
        only(luhn, "808401234567893"); // CMS, "Requirements for National Provider Identifier": NPI 1234567893
        only(luhn, "79927398713"); // the usual example of Luhn's formula
        only(luhn, "750712184"); // FINESS: Assistance publique – hôpitaux de Paris
        only(luhn, "73282932000074"); // SIRET, as INSEE explains it
        only(luhn, "00743110157"); // an Italian partita IVA
        for good in ["4006381333931", "73513537", "036000291452", "0614141000036", "10614141000415"] {
            only(gs1, good);
        }
        only(dea, "1234563");
        only(ik, "260326822");
        only(regon, "192598184");
        only(regon, "12345678512347");
        only(nip, "8567346215");
        assert!(lanr("123456601") && !lanr("123456701"));
        assert!(nif("12345678Z") && !nif("12345678A") && nif("X1234567L") && !nif("X1234567T"));
        assert!(nif("J99216582") && nif("J9921658B") && !nif("J99216583"), "a civil partnership: the digit or the letter");
        // Tax agency, city of Madrid, region of Madrid, a company's foreign parent, all from their own imprints.
        for letter in ["Q2826000H", "P2807900B", "S7800001E", "N0032484H"] {
            assert!(nif(letter), "{letter}");
            assert!(!nif(&letter.replace(['B', 'E', 'H'], "8")), "{letter} with a digit");
        }
        assert!(nif("A58818501") && !nif("A5881850A"), "a public limited company carries the digit");
        only(mod_11_2, "0000000218250097");
        only(mod_97, "213800KUD8LAJWSQ9D15");
        assert_eq!(salesforce_suffix("001A0000006Vm9r").as_deref(), Some("IAC"));
    }

    #[test]
    fn nonsense_never_passes() {
        for check in [luhn, gs1, dea, ik, lanr, regon, nip, nif, mod_97, mod_11_2] {
            for text in ["x", "ÄÄÄÄ5678Z", "12345678\u{0}", "--------9"] {
                assert!(!check(text), "{text}");
            }
        }
    }
}
