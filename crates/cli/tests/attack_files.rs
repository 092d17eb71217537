//! Files under attack: workbooks that swell, entities that multiply, names that climb out of their folder.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, market};
use rounds_kernel::Role;
use rounds_store::Query;
use rounds_testkit::{Answer, Site, sqlite};
use std::time::{Duration, Instant};

/// A stream of DEFLATE (RFC 1951, fixed codes) that unpacks to `first` and then `more` times 258 copies of its last byte.
fn swelling(first: &[u8], more: usize) -> Vec<u8> {
    struct Bits(Vec<u8>, u32);
    impl Bits {
        fn put(&mut self, bit: u32) {
            if self.1 == 0 {
                self.0.push(0);
            }
            *self.0.last_mut().unwrap() |= (bit as u8) << self.1;
            self.1 = (self.1 + 1) % 8;
        }
        /// Codes of Huffman stand with their first bit first.
        fn code(&mut self, code: u32, length: u32) {
            (0..length).rev().for_each(|i| self.put(code >> i & 1));
        }
    }
    let mut b = Bits(Vec::new(), 0);
    b.put(1); // the last block
    b.put(1); // fixed codes
    b.put(0);
    for byte in first {
        let byte = u32::from(*byte);
        if byte < 144 { b.code(0x30 + byte, 8) } else { b.code(0x190 + byte - 144, 9) }
    }
    for _ in 0..more {
        b.code(0b1100_0101, 8); // length 258
        b.code(0, 5); // distance 1
    }
    b.code(0, 7); // the end
    b.0
}

struct Part {
    name: &'static str,
    packed: Vec<u8>,
    deflated: bool,
    claims: u32,
}

impl Part {
    fn plain(name: &'static str, text: &str) -> Self {
        Self { name, packed: text.as_bytes().to_vec(), deflated: false, claims: text.len() as u32 }
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, b| (0..8).fold(crc ^ u32::from(*b), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 }))
}

/// A ZIP archive of the parts (APPNOTE 6.3).
fn zip(parts: &[Part]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for p in parts {
        let at = out.len() as u32;
        let method: u16 = if p.deflated { 8 } else { 0 };
        let mut head = Vec::new();
        head.extend([20u16, 0, method, 0, 0x21].iter().flat_map(|n| n.to_le_bytes()));
        let crc = if p.deflated { 0 } else { crc32(&p.packed) };
        head.extend([crc, p.packed.len() as u32, p.claims].iter().flat_map(|n| n.to_le_bytes()));
        head.extend((p.name.len() as u16).to_le_bytes());
        head.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(p.name.as_bytes());
        out.extend(&p.packed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&head);
        directory.extend([0u8; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(p.name.as_bytes());
    }
    let (start, size, count) = (out.len() as u32, directory.len() as u32, parts.len() as u16);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const SHEET: &str = r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>"#;
const STRINGS: &str = r#"<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>"#;
const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;

fn workbook(sheet: Part, strings: Part) -> Vec<u8> {
    zip(&[
        Part::plain("[Content_Types].xml", TYPES),
        Part::plain("xl/workbook.xml", WORKBOOK),
        Part::plain("xl/_rels/workbook.xml.rels", RELATIONS),
        sheet,
        strings,
    ])
}

fn sheet() -> Part {
    Part::plain("xl/worksheets/sheet1.xml", SHEET)
}

/// Unpacks to 270 MB; packed it is 1.7 MB.
fn bomb(name: &'static str, begins: &str, claims: u32) -> Part {
    Part { name, packed: swelling(format!("{begins}a").as_bytes(), 1 << 20), deflated: true, claims }
}

async fn sent(site: &Site, key: &str, name: &str, bytes: Vec<u8>) -> (Answer, Duration) {
    #[allow(clippy::disallowed_methods, reason = "the time an attack really takes")]
    let begun = Instant::now();
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/octet-stream")];
    let a = site.visitor().send_body("POST", &format!("/api/v1/imports?name={name}"), &headers, bytes).await;
    (a, begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn workbooks_that_swell_are_refused() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let key = w.key(w.user(Role::Operations), Role::Operations.permissions()).await;
    let most = u32::MAX - 1;
    let laughs = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY e0 \"lol\">{}]><sst><si><t>&e9;</t></si></sst>",
        (1..10).map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10))).collect::<String>()
    );
    let outside = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><sst><si><t>&x;</t></si></sst>";
    let cases = [
        ("strings that tell their size", workbook(sheet(), bomb("xl/sharedStrings.xml", STRINGS, most))),
        ("strings that lie about it", workbook(sheet(), bomb("xl/sharedStrings.xml", STRINGS, 100))),
        ("a workbook part", zip(&[bomb("xl/workbook.xml", WORKBOOK, 100), Part::plain("xl/_rels/workbook.xml.rels", RELATIONS), sheet()])),
        ("entities that multiply", workbook(sheet(), Part::plain("xl/sharedStrings.xml", &laughs))),
        ("an entity from the disk", workbook(sheet(), Part::plain("xl/sharedStrings.xml", outside))),
        ("no archive", b"PK\x03\x04 and no more".to_vec()),
    ];
    for (what, bytes) in cases {
        let (a, took) = sent(&site, &key, "book.xlsx", bytes).await;
        assert_eq!(a.status, 422, "{what}: {}", a.body);
        assert!(a.body.contains("\"code\":\"import.") && !a.body.contains("root:"), "{what}: {}", a.body);
        assert!(took < Duration::from_secs(10), "{what} took {took:?}");
    }
    assert_eq!(site.visitor().get("/sign-in").await.status, 200, "the server is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_files_stay_names() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let key = w.key(w.user(Role::Operations), Role::Operations.permissions()).await;
    let file = b"health_sys_id,health_sys_name,health_sys_city,health_sys_state\nHSI1,Northlake,Duluth,MN\n";
    for name in ["../../etc/passwd", "..\\..\\x.csv", "/etc/passwd", "a\r\nb.csv", "<script>alert(1)</script>.csv", "%2e%2e%2fx"] {
        let encoded: String = name.bytes().map(|b| format!("%{b:02X}")).collect();
        let (a, _) = sent(&site, &key, &encoded, file.to_vec()).await;
        assert!(matches!(a.status.as_u16(), 202 | 422), "{name}: {} {}", a.status, a.body);
    }
    let kept = "SELECT COUNT(*) FROM import_file WHERE name LIKE '%/%' OR name LIKE '%\\%' OR name LIKE '%' || char(10) || '%'";
    assert_eq!(w.runner.db.number(kept, vec![]).await.unwrap(), 0);
    let v = site.sign_in(&w.user(Role::Operations).email, PASSWORD).await;
    assert!(!v.get("/imports").await.body.contains("<script>alert"));
    for path in [
        "/assets/../../Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e/Cargo.toml",
        "/assets/....//Cargo.toml",
        "/assets//etc/passwd",
        "/assets/..%5c..%5cCargo.toml",
    ] {
        let a = v.get(path).await;
        assert!(a.status == 404 || a.status == 400, "{path}: {}", a.status);
        assert!(!a.body.contains("[workspace]") && !a.body.contains("root:"), "{path}");
    }
}
