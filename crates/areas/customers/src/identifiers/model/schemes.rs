//! The schemes: whose numbers, what they look like, whether a check digit proves them.

use super::{Ccn, EntityKind, ccn, digits};

/// How sure a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its check digit is right.
    Verified,
    /// It has the form of its scheme, which has no check digit.
    Formed,
    /// It fails its check, and is kept as it was received.
    Failed,
    /// Its scheme is not one of ours: kept as received.
    Unknown,
}

impl Standing {
    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Formed => "formed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// In words, from its stored code.
    pub fn words(code: &str) -> &'static str {
        match code {
            "verified" => "check digit right",
            "formed" => "form right, no check digit",
            "failed" => "as received, fails its check",
            _ => "as received",
        }
    }
}

/// A scheme of identifiers.
#[derive(Debug, Clone, Copy)]
pub struct Scheme {
    /// Code, as stored.
    pub code: &'static str,
    /// Name, as people say it.
    pub label: &'static str,
    /// What it names.
    pub names: &'static [EntityKind],
    /// Its form in words, with the rule of its check digit where there is one.
    pub form: &'static str,
    /// URI by which FHIR knows it; empty if it has none.
    pub uri: &'static str,
    /// Reads a value without its blanks and dashes, in capitals: `Some(true)` proven, `Some(false)` formed, `None` neither.
    test: fn(&str) -> Option<bool>,
}

const ORGANISATIONS: &[EntityKind] = &[EntityKind::System, EntityKind::Account];
const ACCOUNTS: &[EntityKind] = &[EntityKind::Account];
const PEOPLE: &[EntityKind] = &[EntityKind::Person];
const ALL: &[EntityKind] = &[EntityKind::System, EntityKind::Account, EntityKind::Person];

fn digits_of(text: &str, lengths: &[usize]) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn signs_of(text: &str, from: usize, to: usize) -> bool {
    (from..=to).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn checked(form: bool, check: impl FnOnce() -> bool) -> Option<bool> {
    (form && check()).then_some(true)
}

fn formed(form: bool) -> Option<bool> {
    form.then_some(false)
}

macro_rules! scheme {
    ($code:literal, $label:literal, $names:expr, $form:literal, $uri:literal, $test:expr) => {
        Scheme { code: $code, label: $label, names: $names, form: $form, uri: $uri, test: $test }
    };
}

/// All schemes.
pub const SCHEMES: &[Scheme] = &[
    scheme!(
        "ccn",
        "CCN",
        ACCOUNTS,
        "six signs, the first two the state's digits (CMS State Operations Manual 2779A)",
        "http://terminology.hl7.org/NamingSystem/CCN",
        |t| formed(matches!(ccn(t), Ccn::Whole(_) | Ccn::Restored(_)))
    ),
    scheme!(
        "npi",
        "NPI",
        ALL,
        "ten digits from 1 or 2, Luhn over 80840 and the number (CMS, 45 CFR 162.406)",
        "http://hl7.org/fhir/sid/us-npi",
        |t| checked(digits_of(t, &[10]) && t.starts_with(['1', '2']), || digits::luhn(&format!("80840{t}")))
    ),
    scheme!("gln", "GLN", ORGANISATIONS, "13 digits, GS1 modulo 10", "https://www.gs1.org/gln", |t| checked(digits_of(t, &[13]), || {
        digits::gs1(t)
    })),
    scheme!("gtin", "GTIN", &[], "8, 12, 13 or 14 digits, GS1 modulo 10", "https://www.gs1.org/gtin", |t| checked(
        digits_of(t, &[8, 12, 13, 14]),
        || digits::gs1(t)
    )),
    scheme!("aha", "AHA hospital number", ACCOUNTS, "seven digits, no check digit", "urn:rounds:aha", |t| formed(digits_of(t, &[7]))),
    scheme!("aha_system", "AHA system number", &[EntityKind::System], "four digits, no check digit", "urn:rounds:aha-system", |t| formed(
        digits_of(t, &[4])
    )),
    scheme!("hin", "HIN", ORGANISATIONS, "nine signs, no open check rule (HIBCC)", "urn:rounds:hin", |t| formed(signs_of(t, 9, 9))),
    scheme!(
        "dea",
        "DEA number",
        &[EntityKind::Account, EntityKind::Person],
        "two signs and seven digits, the last a check digit (DEA Diversion Control)",
        "http://terminology.hl7.org/NamingSystem/USDEANumber",
        |t| checked(t.len() == 9 && signs_of(&t[..2], 2, 2) && t[..1].bytes().all(|b| b.is_ascii_uppercase()), || digits::dea(&t[2..]))
    ),
    scheme!("clia", "CLIA number", ACCOUNTS, "two digits, D, seven digits (42 CFR 493)", "urn:oid:2.16.840.1.113883.4.7", |t| formed(
        t.len() == 10 && digits_of(&t[..2], &[2]) && &t[2..3] == "D" && digits_of(&t[3..], &[7])
    )),
    scheme!("ein", "EIN", ORGANISATIONS, "nine digits, no check digit (IRS)", "urn:oid:2.16.840.1.113883.4.4", |t| formed(digits_of(
        t,
        &[9]
    ))),
    scheme!("lei", "LEI", ORGANISATIONS, "20 signs, ISO 7064 modulo 97-10 (ISO 17442)", "https://www.gleif.org/lei", |t| checked(
        signs_of(t, 20, 20),
        || digits::mod_97(t)
    )),
    scheme!(
        "salesforce",
        "Salesforce id",
        ALL,
        "15 signs whose case matters, or 18 with the three letters that prove it",
        "urn:rounds:salesforce",
        |t| match t.len() {
            15 => formed(signs_of(t, 15, 15)),
            18 => checked(signs_of(t, 18, 18), || digits::salesforce_suffix(&t[..15]).is_some_and(|s| s == t[15..])),
            _ => None,
        }
    ),
    scheme!("veeva", "Veeva Network id", ALL, "15 to 19 digits, no check digit", "urn:rounds:veeva", |t| formed(
        t.len() >= 15 && t.len() <= 19 && digits_of(t, &[15, 16, 17, 18, 19])
    )),
    scheme!("onekey", "OneKey id", ALL, "6 to 20 signs, no check digit", "urn:rounds:onekey", |t| formed(signs_of(t, 6, 20))),
    scheme!("chsp_hospital", "AHRQ hospital id", ACCOUNTS, "CHSP and digits", "urn:rounds:chsp-hospital", |t| formed(signs_of(t, 1, 20))),
    scheme!("chsp_system", "AHRQ system id", &[EntityKind::System], "HSI and digits", "urn:rounds:chsp-system", |t| formed(signs_of(
        t, 1, 20
    ))),
    scheme!("ods", "ODS code", ALL, "3 to 10 signs, no check digit (NHS England)", "https://fhir.nhs.uk/Id/ods-organization-code", |t| {
        formed(signs_of(t, 3, 10))
    }),
    scheme!("ik", "IK", ORGANISATIONS, "nine digits, the last over digits 3 to 8 (ARGE IK)", "http://fhir.de/sid/arge-ik/iknr", |t| {
        checked(digits_of(t, &[9]), || digits::ik(t))
    }),
    scheme!(
        "bsnr",
        "BSNR",
        ACCOUNTS,
        "nine digits, no check digit (KBV)",
        "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_BSNR",
        |t| formed(digits_of(t, &[9]))
    ),
    scheme!(
        "lanr",
        "LANR",
        PEOPLE,
        "nine digits, the seventh over the first six (KBV)",
        "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR",
        |t| checked(digits_of(t, &[9]), || digits::lanr(t))
    ),
    scheme!(
        "finess",
        "FINESS",
        ORGANISATIONS,
        "nine digits, Luhn; in Corsica the second sign is A or B (DREES)",
        "https://finess.esante.gouv.fr",
        |t| match t.as_bytes() {
            [b'2', b'A' | b'B', ..] => formed(t.len() == 9 && digits_of(&t[2..], &[7])),
            _ => checked(digits_of(t, &[9]), || digits::luhn(t)),
        }
    ),
    scheme!("rpps", "RPPS", PEOPLE, "eleven digits, Luhn (Agence du numérique en santé)", "https://rpps.esante.gouv.fr", |t| checked(
        digits_of(t, &[11]),
        || digits::luhn(t)
    )),
    scheme!("siret", "SIRET", ORGANISATIONS, "14 digits, Luhn (INSEE)", "https://sirene.fr", |t| checked(digits_of(t, &[14]), || {
        digits::luhn(t)
    })),
    scheme!("partita_iva", "Partita IVA", ORGANISATIONS, "eleven digits, Luhn (Agenzia delle Entrate)", "urn:rounds:partita-iva", |t| {
        checked(digits_of(t, &[11]), || digits::luhn(t))
    }),
    scheme!("hsp", "Codice struttura HSP", ACCOUNTS, "six digits, no check digit (Ministero della Salute)", "urn:rounds:hsp", |t| formed(
        digits_of(t, &[6])
    )),
    scheme!("nif", "NIF", ALL, "nine signs, a check letter or digit (Agencia Tributaria)", "urn:rounds:nif-es", |t| checked(
        signs_of(t, 9, 9),
        || digits::nif(t)
    )),
    scheme!("cnh", "CNH", ACCOUNTS, "six digits, no check digit (Catálogo Nacional de Hospitales)", "urn:rounds:cnh", |t| formed(
        digits_of(t, &[6])
    )),
    scheme!("regon", "REGON", ORGANISATIONS, "9 or 14 digits, modulo 11 (Statistics Poland)", "urn:rounds:regon", |t| checked(
        true,
        || digits::regon(t)
    )),
    scheme!("nip", "NIP", ORGANISATIONS, "ten digits, modulo 11 (Polish Ministry of Finance)", "urn:rounds:nip", |t| checked(true, || {
        digits::nip(t)
    })),
    scheme!("agb", "AGB code", ALL, "eight digits, no check digit (Vektis)", "http://fhir.nl/fhir/NamingSystem/agb-z", |t| formed(
        digits_of(t, &[8])
    )),
    scheme!("orcid", "ORCID", PEOPLE, "16 signs, ISO 7064 modulo 11-2", "https://orcid.org", |t| checked(t.len() == 16, || {
        digits::mod_11_2(t)
    })),
    scheme!("crm", "CRM id", ALL, "up to 60 signs, as the other system writes them", "urn:rounds:crm", |t| formed(
        (1..=60).contains(&t.chars().count())
    )),
    scheme!("erp", "ERP customer number", ORGANISATIONS, "up to 60 signs, as the other system writes them", "urn:rounds:erp", |t| formed(
        (1..=60).contains(&t.chars().count())
    )),
];

/// A value read by its scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// In its scheme's form.
    pub value: String,
    /// How sure it is.
    pub standing: Standing,
}

impl Scheme {
    /// The scheme of a code.
    pub fn parse(code: &str) -> Option<&'static Self> {
        SCHEMES.iter().find(|s| s.code == code)
    }

    /// The scheme of a FHIR system URI.
    pub fn of_uri(uri: &str) -> Option<&'static Self> {
        SCHEMES.iter().find(|s| s.uri == uri)
    }

    /// Reads a value: blanks, dots and dashes between its signs are left out, except where the scheme is another system's own.
    pub fn read(&self, text: &str) -> Reading {
        let own = matches!(self.code, "crm" | "erp");
        let kept: String = text.trim().chars().filter(|c| own || !matches!(c, ' ' | '-' | '.' | '\u{a0}')).collect();
        let value = if own || self.code == "salesforce" { kept } else { kept.to_uppercase() };
        let value = match (self.code, ccn(&value)) {
            ("ccn", Ccn::Restored(whole)) => whole,
            _ => value,
        };
        let tested = if value.is_ascii() || own { (self.test)(&value) } else { None };
        match tested {
            Some(true) => Reading { value, standing: Standing::Verified },
            Some(false) => Reading { value, standing: Standing::Formed },
            None => Reading { value: text.trim().to_owned(), standing: Standing::Failed },
        }
    }
}

/// How sure a value of a scheme is, whether the scheme is ours or not.
pub fn standing(scheme: &str, value: &str) -> Standing {
    Scheme::parse(scheme).map_or(Standing::Unknown, |s| s.read(value).standing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_their_scheme() {
        let read = |scheme: &str, text: &str| Scheme::parse(scheme).map(|s| s.read(text));
        let ok = |value: &str, standing| Some(Reading { value: value.into(), standing });
        assert_eq!(read("npi", " 1234567893 "), ok("1234567893", Standing::Verified));
        assert_eq!(read("npi", "1234567890"), ok("1234567890", Standing::Failed));
        assert_eq!(read("dea", "f91234563"), ok("F91234563", Standing::Verified));
        assert_eq!(read("ccn", "10018"), ok("010018", Standing::Formed));
        assert_eq!(read("lanr", "123 456 601"), ok("123456601", Standing::Verified));
        assert_eq!(read("orcid", "0000-0002-1825-0097"), ok("0000000218250097", Standing::Verified));
        assert_eq!(read("salesforce", "001A0000006Vm9rIAC"), ok("001A0000006Vm9rIAC", Standing::Verified));
        assert_eq!(read("salesforce", "001A0000006Vm9rIAA"), ok("001A0000006Vm9rIAA", Standing::Failed));
        assert_eq!(read("finess", "2A0000014"), ok("2A0000014", Standing::Formed));
        assert_eq!(read("gln", "Ä61414100003"), ok("Ä61414100003", Standing::Failed));
        let codes: std::collections::BTreeSet<&str> = SCHEMES.iter().map(|s| s.code).collect();
        let uris: std::collections::BTreeSet<&str> = SCHEMES.iter().map(|s| s.uri).collect();
        assert_eq!((codes.len(), uris.len()), (SCHEMES.len(), SCHEMES.len()));
    }
}
