//! Invented names. Combinations may meet a real person's or place's name by chance; none is taken from one.

use rounds_kernel::Rng;

/// First names.
#[rustfmt::skip]
pub(crate) const FIRST: [&str; 120] = [
    "Amara", "Ana", "Andrés", "Anika", "Aoife", "Arjun", "Astrid", "Beatriz", "Benjamin", "Bridget", "Camila", "Carlos", "Chidi", "Chloe",
    "Clara", "Connor", "Daniela", "David", "Deepa", "Diego", "Eleni", "Elijah", "Emeka", "Emma", "Erik", "Esther", "Fatima", "Felix",
    "Fiona", "Gabriel", "Grace", "Hana", "Hannah", "Hassan", "Helena", "Hiroshi", "Hugo", "Imani", "Ingrid", "Isaac", "Isabel", "Jamal",
    "James", "Jin", "Joanna", "Joaquín", "Jonah", "Julia", "Kofi", "Kamala", "Karim", "Katya", "Keiko", "Kwame", "Laila", "Lars", "Laura",
    "Leila", "Leo", "Lin", "Lucia", "Lukas", "Malik", "Marcus", "Maria", "Mateo", "Maya", "Mei", "Mina", "Miriam", "Nadia", "Naomi",
    "Nathan", "Nikhil", "Nina", "Noah", "Nora", "Olga", "Omar", "Oscar", "Paloma", "Patrick", "Paulina", "Peter", "Priscilla", "Quentin",
    "Rachel", "Rafael", "Rania", "Ravi", "Rebecca", "Renata", "Rohan", "Rosa", "Ruth", "Samira", "Samuel", "Sanjay", "Selma", "Seth",
    "Silvia", "Simone", "Sofia", "Stefan", "Sunita", "Tara", "Teresa", "Thomas", "Tobias", "Uma", "Valentina", "Victor", "Vivian", "Wei",
    "Wendell", "Xenia", "Yara", "Yusuf", "Zanele", "Zoe",
];

/// Last names.
#[rustfmt::skip]
pub(crate) const LAST: [&str; 198] = [
    "Abara", "Abernathy", "Achterberg", "Adeyemi", "Aguilera", "Alcott", "Almeida", "Amador", "Anand", "Arkwright", "Ashdown", "Baptista",
    "Barrowman", "Batra", "Beaumont", "Bellweather", "Benitez", "Bergstrom", "Bhandari", "Blackwood", "Boateng", "Bonham", "Brandt",
    "Brightwater", "Calloway", "Canfield", "Cardoso", "Castellan", "Chandra", "Chaudhry", "Cheong", "Claremont", "Coldwell", "Corrigan",
    "Croft", "Dalgaard", "Danjuma", "Delacroix", "Demir", "Desai", "Dimitrov", "Donnelly", "Dorsett", "Dragomir", "Eastman", "Ekström",
    "Ellery", "Eriksen", "Escobedo", "Fairbanks", "Farouk", "Fernando", "Ferreira", "Finch", "Fitzgibbon", "Fontaine", "Forsythe",
    "Fujimori", "Galloway", "Gantry", "Garrido", "Ghosh", "Gilchrist", "Goldfarb", "Greave", "Guerin", "Gunnarsson", "Haddad", "Halloran",
    "Hargrave", "Hashimi", "Hawthorne", "Herrera", "Hightower", "Holloway", "Hosseini", "Ibarra", "Idowu", "Iyer", "Jagiello", "Jankovic",
    "Jarrett", "Juarez", "Kagan", "Kaminski", "Kapoor", "Keating", "Khoury", "Kimura", "Kingsley", "Kovac", "Kruse", "Lachapelle",
    "Lambert", "Larkin", "Lavigne", "Leclair", "Lindgren", "Locklear", "Lombardi", "Lund", "Machado", "Maddox", "Mahoney", "Mancini",
    "Marchetti", "Marlow", "Mbeki", "McAllen", "Mendieta", "Merriweather", "Mistry", "Montague", "Moreau", "Morita", "Mwangi", "Nakagawa",
    "Navarrete", "Nguyen", "Nielsen", "Nordstrom", "Novak", "Nwosu", "Oakes", "Obi", "Okoye", "Olsen", "Orellana", "Osei", "Padilla",
    "Park", "Pemberton", "Pereira", "Petrov", "Pham", "Pickering", "Pryce", "Quintero", "Rahimi", "Ramaswamy", "Ravenel", "Redfern",
    "Reinholt", "Renner", "Ridley", "Rinaldi", "Rosenthal", "Rourke", "Sabatini", "Saito", "Salazar", "Sandoval", "Sato", "Schreiber",
    "Seward", "Shapiro", "Sheridan", "Shirazi", "Silveira", "Sinclair", "Solano", "Sorensen", "Stanhope", "Sterling", "Stratton",
    "Suzuki", "Szabo", "Takeda", "Tallis", "Tanaka", "Tennant", "Thackeray", "Thornbury", "Tran", "Underhill", "Vaidya", "Valdivia",
    "Vance", "Vasquez", "Velasco", "Verhoeven", "Vidal", "Voss", "Wadsworth", "Wallace", "Warrick", "Weatherby", "Wexler", "Whitcombe",
    "Winslow", "Wojcik", "Wren", "Yamada", "Yeboah", "Yilmaz", "Zamora", "Zeller", "Zhou",
];

/// First parts of town names.
#[rustfmt::skip]
pub(crate) const PLACE_HEAD: [&str; 66] = [
    "Alder", "Amber", "Ash", "Birch", "Bramble", "Briar", "Cedar", "Cinder", "Clover", "Copper", "Crane", "Dapple", "Dover", "Elder",
    "Ember", "Fallow", "Fern", "Flint", "Fox", "Gilt", "Glen", "Gray", "Harrow", "Hazel", "Heron", "Holly", "Iron", "Ivy", "Juniper",
    "Kestrel", "Lark", "Laurel", "Linden", "Maple", "Marl", "Mill", "Moss", "Nettle", "North", "Oak", "Osier", "Otter", "Pewter", "Pine",
    "Plover", "Quill", "Raven", "Reed", "River", "Rowan", "Rush", "Sable", "Sage", "Silver", "Sorrel", "Stone", "Swan", "Tamar", "Teal",
    "Thistle", "Umber", "Vesper", "Wax", "Willow", "Wren", "Yarrow",
];

/// Second parts of town names.
#[rustfmt::skip]
pub(crate) const PLACE_TAIL: [&str; 28] = [
    "brook", "bury", "dale", "field", "ford", "gate", "grove", "ham", "haven", "holm", "hurst", "lake", "land", "leigh", "mere", "mill",
    "moor", "mount", "point", "ridge", "shore", "stead", "ton", "vale", "water", "well", "wick", "wood",
];

/// Street names.
#[rustfmt::skip]
pub(crate) const STREETS: [&str; 20] = [
    "Main", "Oak", "Park", "Mill", "Lake", "Hill", "Elm", "River", "Spring", "Church", "Chestnut", "Meadow", "Prospect", "Walnut",
    "Highland", "Orchard", "Willow", "Garden", "Franklin", "Union",
];

/// First and last name.
pub fn person(rng: &mut Rng) -> (&'static str, &'static str) {
    (FIRST[rng.below(FIRST.len())], LAST[rng.below(LAST.len())])
}

/// Name of a town.
pub(crate) fn town(rng: &mut Rng) -> String {
    format!("{}{}", rng.pick(&PLACE_HEAD), rng.pick(&PLACE_TAIL))
}

/// Lower-case ASCII letters and digits only, for e-mail addresses.
pub(crate) fn slug(text: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'à' | 'ä' | 'ã' => 'a',
        'é' | 'è' => 'e',
        'í' => 'i',
        'ó' | 'ö' | 'ô' | 'ø' => 'o',
        'ú' | 'ü' => 'u',
        other => other,
    };
    text.to_lowercase().chars().map(plain).filter(char::is_ascii_alphanumeric).collect()
}

/// A phone number of the block kept free for fiction (555-0100 to 555-0199).
pub(crate) fn phone(rng: &mut Rng) -> String {
    format!("+1 {}{:02} 555 01{:02}", 2 + rng.below(8), rng.below(100), rng.below(100))
}
