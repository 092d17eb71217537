//! One file format a file here, and what they share.

mod ahrq_hospitals;
mod ahrq_systems;
mod cms_hospitals;
mod dartmouth_regions;

use crate::identifiers::{Ccn, ccn};
use rounds_kernel::RowReject;
use rounds_platform::imports::{ChunkReport, Importer, Note, reject};

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![
        Box::new(ahrq_systems::AhrqSystems),
        Box::new(ahrq_hospitals::AhrqHospitals),
        Box::new(cms_hospitals::CmsHospitals),
        Box::new(dartmouth_regions::DartmouthRegions),
    ]
}

/// A CCN cell: `None` for blank, a note where a lost zero was put back, a rejected row where the number is unclear.
fn read_ccn(line: u64, cell: &str, report: &mut ChunkReport) -> Result<Option<String>, RowReject> {
    match ccn(cell) {
        Ccn::Blank => Ok(None),
        Ccn::Whole(value) => Ok(Some(value)),
        Ccn::Restored(value) => {
            report.notes.push(Note::new(line, "import.zero_restored", "numbers had lost their leading zero, which was put back"));
            Ok(Some(value))
        }
        Ccn::Unclear(value) => {
            let cause = format!("“{value}” is no CMS certification number: those have six characters, such as 240010 or 05A263.");
            Err(reject(line, "import.ccn_unclear", cause, "Look the hospital's number up and write it as text, with its leading zeros."))
        }
    }
}

/// A ZIP cell as five digits: lost leading zeros are put back (a ZIP always has five digits), a four-digit extension is cut off.
fn zip(cell: &str) -> Option<String> {
    let base = cell.split('-').next().unwrap_or_default().trim();
    let digits = base.bytes().all(|b| b.is_ascii_digit());
    (digits && (3..=5).contains(&base.len())).then(|| format!("{base:0>5}"))
}

/// As [`zip`], with a note for zeros put back and a rejected row for anything that is no ZIP; a blank cell stays blank.
fn read_zip(line: u64, cell: &str, report: &mut ChunkReport) -> Result<String, RowReject> {
    if cell.is_empty() {
        return Ok(String::new());
    }
    let Some(value) = zip(cell) else {
        return Err(reject(
            line,
            "import.zip_unclear",
            format!("“{cell}” is no ZIP code."),
            "Write five digits, as text, with leading zeros.",
        ));
    };
    if !cell.starts_with(&value) {
        report.notes.push(Note::new(line, "import.zero_restored", "numbers had lost their leading zero, which was put back"));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zips_get_their_zeros_back() {
        for (cell, want) in [("00501", "00501"), ("501", "00501"), ("2139", "02139"), ("02139-4307", "02139")] {
            assert_eq!(zip(cell).as_deref(), Some(want));
        }
        for bad in ["", "12", "123456", "SW1A 1AA"] {
            assert_eq!(zip(bad), None, "{bad}");
        }
        let mut report = ChunkReport::default();
        assert_eq!(read_zip(2, "2139", &mut report).as_deref(), Ok("02139"));
        assert_eq!(report.notes.len(), 1);
    }
}
