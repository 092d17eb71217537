//! Order, invoice and return lines as ERP systems, Salesforce and spreadsheets export them.

use crate::sales::commands::import;
use crate::sales::model::{KINDS, SUPPLIES, SaleRow};
use crate::sales::store::lines::rebuild_days;
use rounds_customers::reading::{Read, Reader, word};
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, Touched, reject};
use rounds_store::Tx;

const DOC: usize = 0;
const DAY: usize = 1;
const PRODUCT: usize = 2;
const AMOUNT: usize = 3;
const LINE: usize = 4;
const SHIP_TO: usize = 5;
const SOLD_TO: usize = 6;
const BILL_TO: usize = 7;
const PAYER: usize = 8;
const ACCOUNT: usize = 9;
const NAME: usize = 10;
const STREET: usize = 11;
const CITY: usize = 12;
const STATE: usize = 13;
const ZIP: usize = 14;
const QUANTITY: usize = 15;
const UNIT: usize = 16;
const CURRENCY: usize = 17;
const PRICE_TYPE: usize = 18;
const CONTRACT: usize = 19;
const PO: usize = 20;
const KIND: usize = 21;
const SUPPLY: usize = 22;
const REASON: usize = 23;
const REFERENCE: usize = 24;
const ERP: usize = 25;

/// Reads document lines.
pub(super) struct SaleLines;

const COLUMNS: &[Column] = &[
    Column::required("Document Number").or(&[
        "Order Number",
        "Order No",
        "Order No.",
        "order_no",
        "Order",
        "Order ID",
        "OrderId",
        "OrderNumber",
        "Sales Document",
        "Sales Order",
        "Invoice Number",
        "Invoice No",
        "Invoice",
        "invoice_no",
        "Billing Document",
        "VBELN",
        "SO Number",
    ]),
    Column::required("Document Date").or(&[
        "Order Date",
        "order_date",
        "OrderDate",
        "ordered_at",
        "Ordered At",
        "Ordered On",
        "Invoice Date",
        "invoice_date",
        "Billing Date",
        "Posting Date",
        "EffectiveDate",
        "Date",
        "AUDAT",
        "FKDAT",
    ]),
    Column::required("Product Code").or(&[
        "product_code",
        "ProductCode",
        "SKU",
        "Material",
        "Material Number",
        "MATNR",
        "Item",
        "Item Number",
        "Item No",
        "Product",
        "Article",
        "Product ID",
        "Product2.ProductCode",
        "GTIN",
    ]),
    Column::required("Net Amount").or(&[
        "Net Value",
        "NETWR",
        "Amount",
        "amount_usd",
        "Net Sales",
        "Sales",
        "Revenue",
        "TotalPrice",
        "Total Price",
        "Extended Price",
        "Line Amount",
        "Value",
        "Sales Amount",
        "Total",
    ]),
    Column::optional("Line").or(&[
        "Line Number",
        "Line No",
        "line_no",
        "Order Item",
        "POSNR",
        "OrderItemNumber",
        "Line Item",
        "Document Line",
    ]),
    Column::optional("Ship-to").or(&[
        "Ship To",
        "ShipTo",
        "Ship-to Party",
        "Ship-To Number",
        "ship_to",
        "Ship to Number",
        "Ship-to Account",
        "Ship-to Customer",
        "Ship-to Code",
        "Ship-to ID",
        "Shipping Account",
        "KUNWE",
        "WE",
    ]),
    Column::optional("Sold-to").or(&[
        "Sold To",
        "SoldTo",
        "Sold-to Party",
        "sold_to",
        "Sold-to Account",
        "Sold-to Customer",
        "Sold-to Number",
        "KUNNR",
        "KUNAG",
        "Customer Number",
        "Customer ID",
        "Customer No",
        "Customer",
    ]),
    Column::optional("Bill-to").or(&["Bill To", "BillTo", "Bill-to Party", "bill_to", "KUNRE"]),
    Column::optional("Payer").or(&["KUNRG"]),
    Column::optional("Account Key").or(&[
        "Account ID",
        "AccountId",
        "account_id",
        "account_key",
        "Account",
        "Account Number",
        "Account.ExternalId",
    ]),
    Column::optional("Ship-to Name").or(&["Ship To Name", "Customer Name", "Account Name", "ship_to_name", "NAME1"]),
    Column::optional("Street").or(&["Ship-to Street", "ShippingStreet", "Address"]),
    Column::optional("City").or(&["Ship-to City", "ShippingCity", "Town"]),
    Column::optional("State").or(&["Ship-to State", "ShippingState", "ShippingStateCode"]),
    Column::optional("ZIP").or(&["Ship-to ZIP", "ShippingPostalCode", "Postal Code", "Zip Code"]),
    Column::optional("Quantity").or(&["Qty", "Units", "Order Quantity", "Billed Quantity", "KWMENG", "FKIMG"]),
    Column::optional("Unit").or(&["UoM", "Unit of Measure", "VRKME", "QuantityUnitOfMeasure"]),
    Column::optional("Currency").or(&["CurrencyIsoCode", "WAERK", "Doc Currency"]),
    Column::optional("Price Type").or(&["Pricing Type", "price_type"]),
    Column::optional("Contract Number").or(&["Contract", "contract_no", "Contract ID", "ContractNumber"]),
    Column::optional("PO Number").or(&["Customer PO", "PoNumber", "po_no", "BSTNK", "Purchase Order"]),
    Column::optional("Document Type").or(&["Type", "Sales Document Type", "AUART", "FKART", "Order Type"]),
    Column::optional("Supply").or(&["Item Category", "Supply Type"]),
    Column::optional("Reason").or(&["Return Reason", "Order Reason", "AUGRU", "ReturnReason"]),
    Column::optional("Reference Document").or(&["Reference", "VGBEL", "OriginalOrderNumber"]),
    Column::optional("ERP").or(&["System", "Source System"]),
];

#[async_trait::async_trait]
impl Importer for SaleLines {
    fn kind(&self) -> &'static str {
        "sale-lines"
    }

    fn title(&self) -> &'static str {
        "ERP: order, invoice and return lines"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        if rows.iter().any(|r| r.table == "sale_line") { rebuild_days(tx).await } else { Ok(()) }
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let mut good = Vec::with_capacity(rows.len());
        let by_name = kind_of_file(&file.name);
        for row in rows {
            if row.known(KIND).is_none() {
                let text = format!("lines do not say what document they are of: taken for {by_name}s, by the file's name");
                report.notes.push(Note::new(row.line, "sales.kind_by_name", text));
            }
            match line(&Reader::new(row, COLUMNS), by_name) {
                Ok(line) => good.push(line),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.absorb(import(tx, &file.name, good).await?);
        Ok(report)
    }
}

/// A file whose lines say nothing about their kind: its name does (`invoices-2026.csv`); otherwise they are orders.
fn kind_of_file(name: &str) -> &'static str {
    let name = name.to_lowercase();
    [("invoice", "invoice"), ("billing", "invoice"), ("return", "return"), ("credit", "credit")]
        .iter()
        .find(|(word, _)| name.contains(word))
        .map_or("order", |(_, kind)| kind)
}

/// What a cell says of the kind: our words, or the codes that SAP systems ship with.
fn kind(text: &str) -> Option<&'static str> {
    word(KINDS, text).or(match text.trim().to_ascii_uppercase().as_str() {
        "OR" | "ZOR" | "TA" | "SO" | "SALES ORDER" | "STANDARD" | "STANDARD ORDER" => Some("order"),
        "F1" | "F2" | "INV" | "BILLING" => Some("invoice"),
        "RE" | "RO" | "RMA" | "RETURNS" | "RETURN ORDER" => Some("return"),
        "G2" | "CR" | "CM" | "CREDIT MEMO" | "CREDITMEMO" => Some("credit"),
        "KB" | "CF" | "FILL-UP" | "CONSIGNMENT FILL" => Some("fill"),
        "KE" | "CI" | "CONSIGNMENT ISSUE" | "CONSIGNMENT USAGE" => Some("usage"),
        _ => None,
    })
}

fn line(r: &Reader<'_>, by_name: &'static str) -> Read<SaleRow> {
    let said = r.row.known(KIND);
    let kind = said.map_or(Some(by_name), kind).ok_or_else(|| {
        let cause = format!("“{}” is no kind of document.", r.text(KIND));
        reject(r.row.line, "import.document_kind", cause, "Use order, invoice, return, credit, fill or usage.")
    })?;
    let currency = r.currency(CURRENCY, "USD")?;
    let text = |column: usize| r.text(column).to_owned();
    let product = r.needed(PRODUCT)?.to_owned();
    let minor = r
        .money(AMOUNT, &currency)?
        .ok_or_else(|| reject(r.row.line, "import.blank", "“Net Amount” is blank.", "Fill it in; 0 for goods without charge."))?;
    let party = [SHIP_TO, ACCOUNT, SOLD_TO].into_iter().find_map(|c| r.row.known(c)).unwrap_or_default().to_owned();
    let fallback = if matches!(kind, "fill" | "usage") { "consignment" } else { "stock" };
    Ok(SaleRow {
        file_line: r.row.line,
        erp: r.row.known(ERP).unwrap_or("erp").to_owned(),
        kind: kind.to_owned(),
        doc_no: r.needed(DOC)?.to_owned(),
        line: r.row.known(LINE).unwrap_or(&product).to_owned(),
        day: r.needed_day(DAY)?,
        parties: [text(SOLD_TO), party, text(BILL_TO), text(PAYER)],
        name: text(NAME),
        place: [text(STREET), text(CITY), text(STATE), text(ZIP)],
        product,
        milli: r.quantity(QUANTITY)?.unwrap_or(0),
        unit: r.row.known(UNIT).unwrap_or("EA").to_owned(),
        minor,
        currency,
        price_type: text(PRICE_TYPE),
        contract_no: text(CONTRACT),
        po_no: text(PO),
        supply: r.word_or(SUPPLY, SUPPLIES, fallback)?.to_owned(),
        reason: text(REASON),
        ref_doc: text(REFERENCE),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_systems_write_them() {
        for (text, want) in [("Invoice", "invoice"), ("ZOR", "order"), ("credit memo", "credit"), ("KE", "usage"), ("Return", "return")] {
            assert_eq!(kind(text), Some(want), "{text}");
        }
        assert_eq!(kind("quote"), None);
        assert_eq!((kind_of_file("Invoices_2026.csv"), kind_of_file("orders.csv"), kind_of_file("x.csv")), ("invoice", "order", "order"));
    }

    #[test]
    fn no_name_stands_for_two_columns() {
        let mut names: Vec<String> =
            COLUMNS.iter().flat_map(|c| [c.name].into_iter().chain(c.also.iter().copied())).map(str::to_lowercase).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(all, names.len());
    }
}
