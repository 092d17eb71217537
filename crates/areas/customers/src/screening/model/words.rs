//! Words that give a finding away, by language, folded to lower case; each is looked for as whole words.

/// Signs that something happened to a patient, or that a device failed: a complaint that quality must see
/// (21 CFR 803, MDR (EU) 2017/745 Art. 87–89: awareness starts the clock, whoever of the company became aware).
#[rustfmt::skip]
pub(super) const EVENT: &[&str] = &[
    // English
    "adverse event", "adverse reaction", "side effect", "side effects", "serious injury", "injured", "was hurt", "burned the patient", "died", "death",
    "deceased", "passed away", "hospitalized", "hospitalised", "readmitted", "infected", "infection", "sepsis", "bled", "bleeding", "hemorrhage",
    "haemorrhage", "perforation", "perforated", "embolism", "thrombosis", "dissection", "cardiac arrest", "allergic reaction", "anaphylaxis", "necrosis",
    "malfunction", "malfunctioned", "device failure", "device failed", "failed during", "broke off", "broke during", "snapped", "leaked", "wrong reading",
    "revision surgery", "had to be revised", "had to be explanted", "explanted", "retained fragment",
    // German
    "nebenwirkung", "nebenwirkungen", "komplikation", "komplikationen", "unerwünschtes ereignis", "verstorben", "gestorben", "todesfall", "verletzt",
    "verletzung", "infektion", "blutung", "nachblutung", "perforiert", "embolie", "thrombose", "allergische reaktion", "fehlfunktion", "gerätefehler",
    "abgebrochen im", "vorkommnis", "revisionsoperation",
    // French
    "effet indésirable", "événement indésirable", "complication", "complications", "décédé", "décédée", "décès", "blessé", "blessée", "saignement",
    "hémorragie", "dysfonctionnement", "réaction allergique", "matériovigilance",
    // Italian
    "evento avverso", "reazione avversa", "effetto collaterale", "deceduto", "deceduta", "decesso", "emorragia", "sanguinamento", "malfunzionamento", "complicanza",
    // Spanish
    "evento adverso", "efecto adverso", "efecto secundario", "falleció", "fallecido", "fallecida", "hemorragia", "sangrado", "mal funcionamiento", "complicación",
    // Polish
    "działanie niepożądane", "zdarzenie niepożądane", "zmarł", "zmarła", "zgon", "krwawienie", "krwotok", "powikłanie", "awaria urządzenia", "zakażenie",
];

/// The trade's own ways of using the same words, about which quality need not hear.
#[rustfmt::skip]
pub(super) const HARMLESS: &[&str] = &[
    "infection prevention", "infection control", "infection rate", "infection rates", "surgical site infection program", "bleeding edge", "death certificate software",
    "bleeding control", "bleeding management", "adverse event reporting training", "adverse event training", "side effect profile", "no adverse event", "no adverse events",
    "no complications", "no complication", "without complications", "no side effects", "no infection", "no bleeding", "no malfunction", "infektionsprävention",
    "infektionsschutz", "keine komplikation", "keine komplikationen", "keine nebenwirkungen", "aucune complication", "sans complication", "sin complicaciones",
    "senza complicanze", "bez powikłań", "thrombosis prophylaxis", "embolism protection", "aortic dissection program", "dissection tool", "dissection tools", "blunt dissection",
    "battery died", "phone died", "line died", "died down", "leaked price", "price leaked",
];

/// Words for a patient.
pub(super) const PATIENT: &[&str] = &[
    "patient",
    "pt",
    "patients",
    "patientin",
    "patienten",
    "patiente",
    "paziente",
    "paciente",
    "pacjent",
    "pacjentka",
    "pacjenta",
    "pacjentki",
];

/// Forms of address before a name.
pub(super) const ADDRESS: &[&str] = &[
    "mr", "mrs", "ms", "miss", "herr", "herrn", "frau", "monsieur", "madame", "mme", "signor", "signora", "sig", "señor", "señora", "sr",
    "sra", "pan", "pani", "pana",
];

/// Words before a date of birth.
pub(super) const BORN: &[&str] = &[
    "dob",
    "date of birth",
    "born",
    "birthdate",
    "geb",
    "geboren",
    "geburtsdatum",
    "né le",
    "née le",
    "nato il",
    "nata il",
    "nacido",
    "nacida",
    "ur",
    "urodzony",
    "urodzona",
    "data di nascita",
    "fecha de nacimiento",
];

/// Words before a number that leads to one patient.
pub(super) const NUMBER: &[&str] = &[
    "mrn",
    "medical record number",
    "medical record no",
    "record number",
    "patient id",
    "patient number",
    "patient no",
    "hospital number",
    "case number of the patient",
    "fallnummer",
    "patientennummer",
    "ssn",
    "social security",
    "nhs number",
    "nhs no",
    "versichertennummer",
    "nir",
    "codice fiscale",
    "pesel",
];

/// What stands after an age.
pub(super) const AGED: &[&str] = &[
    "year old",
    "years old",
    "yo",
    "y o",
    "yr old",
    "jährige",
    "jähriger",
    "jährigen",
    "jahre alt",
    "ans",
    "anni",
    "años",
    "lat",
    "letni",
    "letnia",
];

/// Who has the age, so that "a 10 year old contract" is none.
pub(super) const AGED_WHO: &[&str] = &[
    "patiente",
    "man",
    "woman",
    "male",
    "female",
    "boy",
    "girl",
    "child",
    "patient",
    "pt",
    "lady",
    "gentleman",
    "mann",
    "frau",
    "patientin",
    "homme",
    "femme",
    "uomo",
    "donna",
    "paziente",
    "hombre",
    "mujer",
    "paciente",
    "mężczyzna",
    "kobieta",
    "pacjent",
    "pacjentka",
];
