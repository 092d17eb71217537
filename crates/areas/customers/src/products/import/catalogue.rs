//! The company's catalogue as its ERP or CRM exports it.

use crate::products::model::{KINDS, device_identifier, unit};
use crate::products::store::catalogue::{ArticleRow, write};
use crate::reading::{Read, Reader, Words};
use crate::search;
use rounds_kernel::{ProductStage, Result};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, Touched, reject};
use rounds_store::Tx;

const CODE: usize = 0;
const NAME: usize = 1;
const FAMILY: usize = 2;
const LINE: usize = 3;
const BUSINESS_UNIT: usize = 4;
const STAGE: usize = 5;
const KIND: usize = 6;
const UDI: usize = 7;
const AGENCY: usize = 8;
const FDA: usize = 9;
const CLASS: usize = 10;
const UNIT: usize = 11;
const BOX: usize = 12;
const BOX_GTIN: usize = 13;
const CASE: usize = 14;
const CASE_GTIN: usize = 15;
const PRICE: usize = 16;
const CURRENCY: usize = 17;
const PRICE_FROM: usize = 18;
const PRICE_TO: usize = 19;
const PREDECESSOR: usize = 20;
const SUCCESSOR: usize = 21;
const DISCONTINUED: usize = 22;
const LIFETIME: usize = 23;
const USED_WITH: usize = 24;

/// Reads the catalogue.
pub(super) struct Catalogue;

const COLUMNS: &[Column] = &[
    Column::required("Product Code").or(&["SKU", "Material", "Material Number", "Item Number", "ProductCode", "Product Number", "Article"]),
    Column::required("Product Name").or(&["Material Description", "Item Description", "Product Description", "Name", "Name__v"]),
    Column::required("Family").or(&["Product Family", "Product Group", "Material Group"]),
    Column::optional("Product Line").or(&["Line"]),
    Column::optional("Business Unit").or(&["Division", "BU"]),
    Column::optional("Stage").or(&["Life Cycle Stage"]),
    Column::optional("Kind").or(&["Product Type", "Material Type"]),
    Column::optional("UDI-DI").or(&["GTIN", "EAN", "EAN/UPC", "Primary DI"]),
    Column::optional("Issuing Agency"),
    Column::optional("FDA Product Code"),
    Column::optional("Device Class").or(&["MDR Class"]),
    Column::optional("Base Unit").or(&["Unit", "UoM", "Base Unit of Measure", "QuantityUnitOfMeasure"]),
    Column::optional("Units per Box").or(&["Box Quantity"]),
    Column::optional("Box GTIN"),
    Column::optional("Units per Case").or(&["Case Quantity"]),
    Column::optional("Case GTIN"),
    Column::optional("List Price").or(&["UnitPrice", "Price"]),
    Column::optional("Currency").or(&["CurrencyIsoCode"]),
    Column::optional("Price From").or(&["Valid From"]),
    Column::optional("Price To").or(&["Valid To"]),
    Column::optional("Predecessor"),
    Column::optional("Successor"),
    Column::optional("Discontinued On").or(&["Discontinued"]),
    Column::optional("Replacement Years").or(&["Useful Life"]),
    Column::optional("Used With"),
];

#[async_trait::async_trait]
impl Importer for Catalogue {
    fn kind(&self) -> &'static str {
        "product-catalogue"
    }

    fn title(&self) -> &'static str {
        "Company: product catalogue"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let mut articles = Vec::with_capacity(rows.len());
        let received = i64::from(file.received_at.day().0);
        for row in rows {
            match article(&Reader::new(row, COLUMNS), received) {
                Ok(a) => articles.push(a),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.absorb(write(tx, &file.name, articles).await?);
        Ok(report)
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        search::catalogue_again(tx, rows).await
    }
}

fn identifier(r: &Reader<'_>, column: usize, agency: &str) -> Read<Option<(String, &'static str)>> {
    let Some(text) = r.row.known(column) else { return Ok(None) };
    device_identifier(text, agency).map(|(value, agency)| Some((value, agency.name()))).map_err(|why| {
        reject(
            r.row.line,
            "import.device_identifier",
            format!("“{}”: {why}.", COLUMNS[column].name),
            "Correct the identifier, written as text.",
        )
    })
}

fn stages() -> Words {
    const STAGES: Words = &[("launch", "Launch"), ("established", "Established"), ("commodity", "Commodity")];
    debug_assert!(STAGES.iter().all(|(code, _)| ProductStage::parse(code).is_some()));
    STAGES
}

fn article(r: &Reader<'_>, received: i64) -> Read<ArticleRow> {
    let code = r.needed(CODE)?.to_owned();
    let currency = r.currency(CURRENCY, "USD")?;
    let base = unit(r.text(UNIT));
    let mut texts = vec![("name", r.needed(NAME)?.to_owned()), ("family", r.needed(FAMILY)?.to_owned()), ("unit", base.clone())];
    for (field, column) in
        [("line", LINE), ("business_unit", BUSINESS_UNIT), ("device_class", CLASS), ("predecessor", PREDECESSOR), ("successor", SUCCESSOR)]
    {
        texts.push((field, r.text(column).to_owned()));
    }
    texts.push(("stage", r.word(STAGE, stages())?.unwrap_or_default().to_owned()));
    texts.push(("kind", r.word(KIND, KINDS)?.unwrap_or_default().to_owned()));
    if let Some((value, agency)) = identifier(r, UDI, r.text(AGENCY))? {
        texts.extend([("udi_di", value), ("agency", agency.to_owned())]);
    }
    if let Some(fda) = r.row.known(FDA) {
        texts.push(("fda_code", fda.to_ascii_uppercase()));
    }
    let mut out = ArticleRow { line_no: r.row.line, code, texts, ..ArticleRow::default() };
    if let Some(minor) = r.money(PRICE, &currency)? {
        if minor < 0 {
            return Err(reject(r.row.line, "import.amount", "The list price is negative.", "Correct the price, or leave it blank."));
        }
        out.numbers.push(("list_price_cents", minor));
        out.texts.push(("currency", currency.clone()));
        out.price = Some((currency, base, minor, r.day(PRICE_FROM)?.unwrap_or(received), r.day(PRICE_TO)?));
    }
    out.numbers.extend(r.day(DISCONTINUED)?.map(|d| ("discontinued_on", d)));
    out.numbers.extend(r.count(LIFETIME)?.filter(|y| (1..=60).contains(y)).map(|y| ("lifetime_years", y)));
    for (holds, gtin, unit) in [(BOX, BOX_GTIN, "BX"), (CASE, CASE_GTIN, "CS")] {
        let pack = identifier(r, gtin, "GS1")?.map(|(value, _)| value);
        match r.count(holds)? {
            Some(n) if n > 0 => out.units.push((unit.to_owned(), n, pack)),
            Some(n) => {
                return Err(reject(
                    r.row.line,
                    "import.number",
                    format!("A {unit} cannot hold {n} units."),
                    "Give how many base units it holds.",
                ));
            }
            None => {}
        }
    }
    out.used_with = r.text(USED_WITH).split([';', '|']).map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned).collect();
    Ok(out)
}
