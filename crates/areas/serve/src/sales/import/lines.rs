//! Order, invoice and return lines as ERP systems, Salesforce and spreadsheets export them.

use crate::sales::commands::import;
use crate::sales::model::{KINDS, SUPPLIES, SaleRow};
use crate::sales::store::lines::rebuild_days;
use rounds_customers::reading::{Read, Reader, times, word};
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
const INVOICE: usize = 26;
const PRODUCT_NAME: usize = 27;
const PRICE: usize = 28;

/// Reads document lines.
pub(super) struct SaleLines;

#[rustfmt::skip]
const COLUMNS: &[Column] = &[
    Column::optional("Document Number").or(&[
        "Order Number", "Order No", "Order", "Order ID", "Order ID Number", "Sales Document", "Sales Order", "Sales Order Number",
        "Sales Order No", "Sales Order ID", "Sales ID", "SO Number", "SO No", "SO", "VBELN", "Doc No", "Doc Number", "Document No",
        "Document ID", "Document", "Tran ID", "Transaction Number", "Transaction No", "Transaction ID", "TRX Number", "Belegnummer",
        "Beleg Nr", "Beleg", "Auftragsnummer", "Auftragsnr", "Auftrag", "Bestellnummer", "Verkaufsbeleg", "Vertriebsbeleg",
        "Numéro de commande", "N° commande", "No commande", "Commande", "Numéro de document", "Nº de pedido", "Número de pedido",
        "Num pedido", "Pedido", "Número de documento", "Documento",
    ]),
    Column::required("Document Date").or(&[
        "Order Date", "Ordered At", "Ordered On", "Ordered Date", "Order Created Date", "Invoice Date", "Invoiced On", "Billing Date",
        "Posting Date", "Transaction Date", "TRX Date", "Tran Date", "Sales Date", "Sale Date", "Document Created On", "Doc Date",
        "Effective Date", "Ship Date", "Shipped Date", "Date", "AUDAT", "FKDAT", "ERDAT", "BUDAT", "Datum", "Belegdatum", "Auftragsdatum",
        "Bestelldatum", "Rechnungsdatum", "Buchungsdatum", "Fakturadatum", "Date de commande", "Date commande", "Date de facture",
        "Date facture", "Date de facturation", "Date document", "Fecha", "Fecha de pedido", "Fecha pedido", "Fecha de factura",
        "Fecha factura", "Fecha documento",
    ]).of_days(),
    Column::optional("Product Code").or(&[
        "SKU", "Material", "Material Number", "Material No", "Material Code", "MATNR", "Item", "Item Number", "Item No", "Item Code",
        "Item ID", "Item SKU", "Inventory Item", "Ordered Item", "Product", "Product No", "Product Number", "Product ID", "Article",
        "Article Number", "Article No", "Article Code", "Catalog Number", "Catalog No", "Catalogue Number", "Part Number", "Part No",
        "Product2.ProductCode", "PricebookEntry.ProductCode", "GTIN", "UDI-DI", "Ref", "Artikel", "Artikelnummer", "Artikelnr",
        "Materialnummer", "Référence article", "Code article", "Code produit", "Produit", "Referencia", "Código de producto",
        "Código de artículo", "Código artículo", "Producto", "Artículo",
    ]),
    Column::optional("Net Amount").or(&[
        "Net Value", "Net Sales", "Net Sales Amount", "Net Price Total", "Net Total", "Net Line Amount", "Net Revenue", "Net", "NETWR",
        "Amount", "Amount USD", "Sales", "Sales Amount", "Sales Value", "Sales USD", "Revenue", "Revenue Amount", "TotalPrice",
        "Total Amount", "Total", "Extended Amount", "Ext Amount", "Extended Price", "Ext Price", "Extended Net", "Extended Value",
        "Line Amount", "Line Total", "Line Value", "Line Net Amount", "Line Net Total", "Subtotal", "Value", "Order Value",
        "Order Amount", "Invoice Amount", "Invoiced Amount", "Billed Amount", "Amount Excl Tax", "Amount excluding VAT", "Nettowert",
        "Nettobetrag", "Nettoumsatz", "Netto", "Umsatz", "Betrag", "Positionswert", "Zeilenbetrag", "Montant HT", "Montant net",
        "Montant", "Total HT", "CA HT", "Chiffre d'affaires", "Importe", "Importe neto", "Importe total", "Total línea", "Ventas",
        "Ventas netas",
    ]).of_numbers(),
    Column::optional("Line").or(&[
        "Line Number", "Line No", "Line ID", "Line Num", "Order Item", "Order Line", "Order Line Number", "POSNR", "OrderItemNumber",
        "Order Product Number", "Line Item", "Line Item Number", "Document Line", "Position", "Pos", "Posten", "Ligne", "N° ligne",
        "Línea", "Nº línea",
    ]),
    Column::optional("Ship-to").or(&[
        "Ship To Party", "Ship-To Number", "Ship to No", "Ship-to Account", "Ship-to Account Number", "Ship-to Customer",
        "Ship-to Customer No", "Ship-to Code", "Ship-to ID", "Ship To Site", "Shipping Account", "Delivery Account", "Delivery Customer",
        "KUNWE", "WE", "Warenempfänger", "Lieferempfänger", "Livré à", "Client livré", "Destinatario",
    ]),
    Column::optional("Sold-to").or(&[
        "Sold To Party", "Sold-to Account", "Sold-to Customer", "Sold-to Number", "Sold-to No", "Sold-to ID", "Sell-to Customer No",
        "Sell-to Customer", "Ordering Customer Account Number", "Order Account", "Cust Account", "Cust Account ID", "Customer Account",
        "Customer Account Number", "Invoice Account", "Invoice Customer Account Number", "Bill-to Customer No", "KUNNR", "KUNAG",
        "Customer Number", "Customer ID", "Customer No", "Customer Code", "Customer Key", "Customer", "Cust No", "Cust ID", "Cust",
        "Client ID", "Client No", "Client Number", "Client", "Entity", "Debitor", "Debitorennummer", "Kunde", "Kunden Nr", "Kundennummer",
        "Auftraggeber", "N° client", "Numéro client", "Code client", "Cliente", "Código cliente", "Nº cliente", "Número de cliente",
        "ID cliente",
    ]),
    Column::optional("Bill-to").or(&[
        "Bill To Party", "Bill-to Number", "Bill-to No", "Bill-to ID", "Bill-to Account", "KUNRE", "Rechnungsempfänger", "Facturé à",
    ]),
    Column::optional("Payer").or(&["Payer Number", "KUNRG", "Regulierer", "Payeur"]),
    Column::optional("Account Key").or(&[
        "Account ID", "Account Number", "Account No", "Account Code", "Account", "Acct", "Acct ID", "Acct No", "Acct Number",
        "Account.ExternalId", "Account.AccountNumber", "Facility ID", "Facility No", "Site ID", "Hospital ID",
    ]),
    Column::optional("Ship-to Name").or(&[
        "Customer Name", "Account Name", "Acct Name", "Cust Name", "Client Name", "Sold-to Name", "Sell-to Customer Name", "Company Name",
        "Facility Name", "Facility", "Hospital", "Hospital Name", "NAME1", "Kundenname", "Firma", "Nom client", "Nom du client",
        "Raison sociale", "Nombre cliente", "Nombre del cliente", "Razón social",
    ]),
    Column::optional("Street").or(&[
        "Ship-to Street", "ShippingStreet", "Ship-to Address", "Address", "Straße", "Rue", "Adresse", "Calle", "Dirección",
    ]),
    Column::optional("City").or(&["Ship-to City", "ShippingCity", "Town", "Ort", "Stadt", "Ville", "Ciudad"]),
    Column::optional("State").or(&["Ship-to State", "ShippingState", "ShippingStateCode", "Province", "Bundesland"]),
    Column::optional("ZIP").or(&[
        "Ship-to ZIP", "Ship-to Postal Code", "ShippingPostalCode", "Postal Code", "Postcode", "Zip Code", "PLZ", "Postleitzahl",
        "Code postal", "Código postal",
    ]),
    Column::optional("Quantity").or(&[
        "Qty", "Units", "Units Sold", "Order Quantity", "Ordered Quantity", "Ordered Qty", "Order Qty", "Quantity Ordered", "Qty Ordered",
        "Ordered Sales Quantity", "Sales Qty", "Sales Quantity", "Billed Quantity", "Invoiced Quantity", "Invoiced Qty",
        "Quantity Invoiced", "Quantity Shipped", "Shipped Qty", "Qty Shipped", "Pieces", "KWMENG", "FKIMG", "Menge", "Auftragsmenge",
        "Bestellmenge", "Fakturierte Menge", "Anzahl", "Stück", "Quantité", "Qté", "Cantidad", "Cant", "Unidades",
    ]).of_numbers(),
    Column::optional("Unit").or(&[
        "UoM", "Unit of Measure", "Sales Unit", "VRKME", "QuantityUnitOfMeasure", "Mengeneinheit", "Einheit", "ME", "Unité", "Unidad",
        "Unidad de medida",
    ]),
    Column::optional("Currency").or(&[
        "CurrencyIsoCode", "Currency Code", "WAERK", "Doc Currency", "Invoice Currency Code", "Transactional Currency", "Währung",
        "Devise", "Moneda", "Divisa",
    ]),
    Column::optional("Price Type").or(&["Pricing Type"]),
    Column::optional("Contract Number").or(&[
        "Contract", "Contract No", "Contract ID", "Vertragsnummer", "Vertrag", "Contrat", "Contrato",
    ]),
    Column::optional("PO Number").or(&[
        "Customer PO", "Customer PO Number", "PO No", "PO", "BSTNK", "Purchase Order", "Purchase Order Number", "External Document No",
    ]),
    Column::optional("Document Type").or(&[
        "Type", "Sales Document Type", "Transaction Type", "AUART", "FKART", "Order Type", "Doc Type", "Belegart", "Auftragsart",
        "Type de document", "Tipo", "Tipo de documento",
    ]),
    Column::optional("Supply").or(&["Item Category", "Supply Type"]),
    Column::optional("Reason").or(&["Return Reason", "Order Reason", "AUGRU", "Grund", "Motif", "Motivo"]),
    Column::optional("Reference Document").or(&["Reference", "VGBEL", "OriginalOrderNumber", "Referenzbeleg"]),
    Column::optional("ERP").or(&["System", "Source System"]),
    Column::optional("Invoice Number").or(&[
        "Invoice No", "Invoice", "Invoice ID", "Inv No", "Invoice Document", "Billing Document", "Billing Document Number",
        "Rechnungsnummer", "Rechnungsnr", "Rechnung Nr", "Rechnung", "Faktura", "Fakturanummer", "Numéro de facture", "N° facture",
        "No facture", "Facture", "Nº de factura", "Número de factura", "Factura",
    ]),
    Column::optional("Product Name").or(&[
        "Product Description", "Item Name", "Item Description", "Item Desc", "Material Description", "Article Name",
        "Article Description", "Description", "Product2.Name", "Product: Product Name", "PricebookEntry.Product2.Name", "ARKTX",
        "Artikelbezeichnung", "Artikelname", "Materialkurztext", "Materialbezeichnung", "Bezeichnung", "Produktname", "Désignation",
        "Libellé", "Libellé article", "Nom du produit", "Descripción", "Nombre del producto", "Nombre del artículo",
    ]),
    Column::optional("Unit Price").or(&[
        "Unit Net Price", "Net Unit Price", "Net Price", "Unit Selling Price", "Selling Price", "Sales Price", "Price", "Price Each",
        "Unit Cost to Customer", "Rate", "NETPR", "Item Rate", "Preis", "Stückpreis", "Einzelpreis", "Nettopreis", "Prix unitaire",
        "Prix unitaire HT", "PU HT", "Prix", "Precio unitario", "Precio",
    ]).of_numbers(),
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

    fn lacks(&self, has: &dyn Fn(usize) -> bool) -> Vec<&'static str> {
        let mut out = Vec::new();
        if !has(DOC) && !has(INVOICE) {
            out.push("Document Number");
        }
        if !has(PRODUCT) && !has(PRODUCT_NAME) {
            out.push("Product Code or Product Name");
        }
        let amount = has(AMOUNT) || (has(PRICE) && has(QUANTITY));
        if !amount {
            out.push("Net Amount, or Unit Price and Quantity");
        }
        out
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        if rows.iter().any(|r| r.table == "sale_line") { rebuild_days(tx).await } else { Ok(()) }
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let mut good = Vec::with_capacity(rows.len());
        let by_name = kind_of_file(&file.name);
        for row in rows {
            let reader = Reader::new(row, COLUMNS);
            notes(&reader, by_name, &mut report);
            match line(&reader, by_name) {
                Ok(line) => good.push(line),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.absorb(import(tx, &file.name, good).await?);
        Ok(report)
    }
}

/// What was worked out rather than read.
fn notes(r: &Reader<'_>, by_name: &'static str, report: &mut ChunkReport) {
    if r.row.known(KIND).is_none() {
        let (kind, by) = if invoiced(r, by_name) && by_name == "order" {
            ("invoice", "what their number is called")
        } else {
            (by_name, "the file's name")
        };
        let text = format!("lines do not say what document they are of: taken for {kind}s, by {by}");
        report.notes.push(Note::new(r.row.line, "sales.kind_by_name", text));
    }
    if r.row.known(CURRENCY).is_none() {
        let text = "lines name no currency: taken for US dollars; where they are not, say so in a mapping (fixed: Currency)";
        report.notes.push(Note::new(r.row.line, "sales.currency_blank", text));
    }
    if r.row.known(AMOUNT).is_none() && r.row.known(PRICE).is_some() && r.row.known(QUANTITY).is_some() {
        let text = "lines give no amount: it is their unit price times their quantity";
        report.notes.push(Note::new(r.row.line, "sales.amount_computed", text));
    }
}

/// Whether the line's document is its invoice: it has no other number, or the file is one of invoices.
fn invoiced(r: &Reader<'_>, by_name: &str) -> bool {
    r.row.known(INVOICE).is_some() && (r.row.known(DOC).is_none() || by_name == "invoice")
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

/// The line's amount: as written, or its unit price times its quantity.
fn amount(r: &Reader<'_>, currency: &str, milli: Option<i64>) -> Read<i64> {
    if let Some(minor) = r.money(AMOUNT, currency)? {
        return Ok(minor);
    }
    match (r.row.known(PRICE), milli) {
        (Some(price), Some(milli)) => times(price, milli, currency).ok_or_else(|| {
            let cause = format!("“Unit Price” holds “{price}”, which is no amount.");
            reject(r.row.line, "import.amount", cause, "Write a plain number, such as 1234.50.")
        }),
        (Some(_), None) => {
            let cause = "“Net Amount” is blank, and a unit price without a quantity makes none.";
            Err(reject(r.row.line, "import.blank", cause, "Fill in the amount or the quantity; 0 for goods without charge."))
        }
        (None, _) => Err(reject(r.row.line, "import.blank", "“Net Amount” is blank.", "Fill it in; 0 for goods without charge.")),
    }
}

fn line(r: &Reader<'_>, by_name: &'static str) -> Read<SaleRow> {
    let said = r.row.known(KIND);
    let invoiced = invoiced(r, by_name);
    let otherwise = if invoiced && by_name == "order" { "invoice" } else { by_name };
    let kind = said.map_or(Some(otherwise), kind).ok_or_else(|| {
        let cause = format!("“{}” is no kind of document.", r.text(KIND));
        reject(r.row.line, "import.document_kind", cause, "Use order, invoice, return, credit, fill or usage.")
    })?;
    let currency = r.currency(CURRENCY, "USD")?;
    let text = |column: usize| r.text(column).to_owned();
    let product = r.row.known(PRODUCT).map_or_else(|| r.needed(PRODUCT_NAME), Ok)?.to_owned();
    let milli = r.quantity(QUANTITY)?;
    let minor = amount(r, &currency, milli)?;
    // Files that know customers by name alone: the name is their number.
    let party = [SHIP_TO, ACCOUNT, SOLD_TO, NAME].into_iter().find_map(|c| r.row.known(c)).unwrap_or_default().to_owned();
    let fallback = if matches!(kind, "fill" | "usage") { "consignment" } else { "stock" };
    // An invoice that also gives its order's number refers to it.
    let order = r.row.known(DOC).filter(|_| invoiced).unwrap_or_default();
    Ok(SaleRow {
        file_line: r.row.line,
        erp: r.row.known(ERP).unwrap_or("erp").to_owned(),
        kind: kind.to_owned(),
        doc_no: if invoiced { text(INVOICE) } else { r.needed(DOC)?.to_owned() },
        line: r.row.known(LINE).unwrap_or(&product).to_owned(),
        day: r.needed_day(DAY)?,
        parties: [text(SOLD_TO), party, text(BILL_TO), text(PAYER)],
        name: text(NAME),
        place: [text(STREET), text(CITY), text(STATE), text(ZIP)],
        product,
        product_name: text(PRODUCT_NAME),
        milli: milli.unwrap_or(0),
        unit: r.row.known(UNIT).unwrap_or("EA").to_owned(),
        minor,
        currency,
        price_type: text(PRICE_TYPE),
        contract_no: text(CONTRACT),
        po_no: text(PO),
        supply: r.word_or(SUPPLY, SUPPLIES, fallback)?.to_owned(),
        reason: text(REASON),
        ref_doc: r.row.known(REFERENCE).unwrap_or(order).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rounds_platform::imports::folded;

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
        let mut names: Vec<String> = COLUMNS.iter().flat_map(|c| [c.name].into_iter().chain(c.also.iter().copied())).map(folded).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(all, names.len());
    }
}
