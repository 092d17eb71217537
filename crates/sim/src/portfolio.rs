//! The company's products: twelve in six families of two business units.

use crate::rows::ProductRow;
use rounds_kernel::ProductStage;

/// A product family. All its products are in the same stage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    pub name: &'static str,
    /// 0 cardiac, 1 wound.
    pub unit: usize,
    pub stage: ProductStage,
    /// Code, name, list price in cents; the first is the one most ordered.
    pub products: [(&'static str, &'static str, i64); 2],
}

/// Business units.
pub(crate) const UNITS: [&str; 2] = ["cardiac", "wound"];

use ProductStage::{Commodity, Established, Launch};

/// Families, by unit. Names are invented.
pub(crate) const FAMILIES: [Family; 6] = [
    Family {
        name: "Vascular closure",
        unit: 0,
        stage: Launch,
        products: [("CVC-06", "Sealis closure 6F", 24_800), ("CVC-08", "Sealis closure 8F", 29_600)],
    },
    Family {
        name: "Guide catheters",
        unit: 0,
        stage: Established,
        products: [("CGC-06", "Pathena guide 6F", 11_900), ("CGC-07", "Pathena guide 7F", 13_400)],
    },
    Family {
        name: "Introducer kits",
        unit: 0,
        stage: Commodity,
        products: [("CIK-10", "Entra kit, standard", 3_150), ("CIK-20", "Entra kit, radial", 3_980)],
    },
    Family {
        name: "Matrix dressings",
        unit: 1,
        stage: Launch,
        products: [("WMD-05", "Derivia matrix 5 cm", 18_500), ("WMD-10", "Derivia matrix 10 cm", 33_900)],
    },
    Family {
        name: "Negative-pressure therapy",
        unit: 1,
        stage: Established,
        products: [("WNP-S1", "Vacora canister set", 8_700), ("WNP-F1", "Vacora foam kit", 6_400)],
    },
    Family {
        name: "Standard dressings",
        unit: 1,
        stage: Commodity,
        products: [("WSD-01", "Tegna dressing, box of 50", 4_200), ("WSD-02", "Tegna border, box of 30", 5_300)],
    },
];

/// The portfolio as import rows.
pub(crate) fn products() -> Vec<ProductRow> {
    let row = |f: &Family, (code, name, price): (&str, &str, i64)| ProductRow {
        code: code.into(),
        name: name.into(),
        family: f.name.into(),
        business_unit: UNITS[f.unit].into(),
        stage: f.stage.code().into(),
        list_price_cents: price,
    };
    FAMILIES.iter().flat_map(|f| f.products.iter().map(move |p| row(f, *p))).collect()
}
