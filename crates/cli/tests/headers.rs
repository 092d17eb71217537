//! Files by the column names that ordinary systems give them: what kind each is taken for, and what its row becomes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{World, empty};
use rounds_cli::compose;
use rounds_cli::trial::{Mappings, make_by};
use rounds_kernel::{Actor, Clock, Role};
use rounds_platform::imports::{ImportReport, fit, header_of_text, run_import};
use rounds_platform::users::CreateUser;
use rounds_store::Query;
use rounds_testkit::{databases, sqlite};
use std::sync::Arc;

const ACCOUNTS: &str = "account_id,name,setting,city\nA1,St. Brigid Hospital,hospital,Boston\nA2,Elm Clinic,practice,Boston\n\
                        A3,Twin Practice,practice,Boston\nA4,Twin Practice,practice,Salem\n";
const PEOPLE: &str =
    "person_id,name,title,account_id\nP1,Ada Berg,Surgeon,A1\nP2,Bo Dahl,Nurse,A2\nP3,Sam Roe,Nurse,A1\nP4,Sam Roe,Nurse,A2\n";
const PRODUCTS: &str = "Product Code,Name,Family\nGW-1,Guide wire,Wires\nBA-1,Balloon,Balloons\nBA-2,Balloon,Balloons\n";

/// One file: its kind, its header and row, and what the row becomes.
type Case = (&'static str, &'static str, &'static str);

/// Sales: kind, number, article, quantity in thousandths, cents, currency, account.
const SALES: &[Case] = &[
    (
        "plain",
        "Order #,Order Date,Customer,SKU,Qty,Net Sales\n1,2026-10-01,A1,GW-1,2,1200.50",
        "order|1|GW-1|2000|120050|USD|St. Brigid Hospital",
    ),
    (
        "Oracle",
        "ORDER_NUMBER,ORDERED_DATE,CUST_ACCOUNT_ID,ORDERED_ITEM,ORDERED_QUANTITY,Extended Amount\n2,2026-10-01,A1,GW-1,3,30.00",
        "order|2|GW-1|3000|3000|USD|St. Brigid Hospital",
    ),
    (
        "invoice lines",
        "Invoice #,Invoice Date,Customer #,Item #,Quantity,Line Total\n3,2026-10-02,A2,GW-1,1,99.90",
        "invoice|3|GW-1|1000|9990|USD|Elm Clinic",
    ),
    (
        "by the article's name",
        "Order ID,Date,Account,Product Name,Units,Amount\n4,2026-10-02,A1,Guide wire,5,50",
        "order|4|GW-1|5000|5000|USD|St. Brigid Hospital",
    ),
    (
        "Dynamics",
        "SalesOrderNumber,OrderCreatedDate,OrderingCustomerAccountNumber,ItemNumber,OrderedSalesQuantity,NetAmount,CurrencyCode\n5,2026-10-03,A1,GW-1,2,80,EUR",
        "order|5|GW-1|2000|8000|EUR|St. Brigid Hospital",
    ),
    (
        "price times quantity",
        "Order No,Order Date,Customer No,Item No,Qty,Unit Price\n6,2026-10-03,A1,GW-1,3,12.50",
        "order|6|GW-1|3000|3750|USD|St. Brigid Hospital",
    ),
    (
        "German",
        "Belegnummer;Kunde;Artikel;Menge;Nettowert;Datum;Währung\n7;A1;GW-1;2;1.234,56;03.10.2026;EUR",
        "order|7|GW-1|2000|123456|EUR|St. Brigid Hospital",
    ),
    (
        "German invoices",
        "Rechnungsnummer;Rechnungsdatum;Kundennummer;Artikelbezeichnung;Anzahl;Einzelpreis;Währung\n8;04.10.2026;A2;Guide wire;4;2,50;EUR",
        "invoice|8|GW-1|4000|1000|EUR|Elm Clinic",
    ),
    (
        "SAP",
        "VBELN,POSNR,AUDAT,KUNNR,MATNR,ARKTX,KWMENG,VRKME,NETWR,WAERK\n9,10,20261004,A1,GW-1,Guide wire,2,EA,200.00,EUR",
        "order|9|GW-1|2000|20000|EUR|St. Brigid Hospital",
    ),
    (
        "NetSuite",
        "Document Number,Date,Entity,Item,Quantity,Rate,Amount,Currency\n10,2026-10-05,A1,GW-1,2,10,20.00,USD",
        "order|10|GW-1|2000|2000|USD|St. Brigid Hospital",
    ),
    (
        "Salesforce",
        "OrderNumber,EffectiveDate,AccountId,Product2.Name,Quantity,UnitPrice,TotalPrice,CurrencyIsoCode\n11,2026-10-05,A1,Guide wire,1,7,7.00,USD",
        "order|11|GW-1|1000|700|USD|St. Brigid Hospital",
    ),
    (
        "French",
        "N° commande;Date de commande;Code client;Code article;Désignation;Quantité;Montant HT;Devise\n12;25/10/2026;A2;GW-1;Fil guide;2;1 234,50;EUR",
        "order|12|GW-1|2000|123450|EUR|Elm Clinic",
    ),
    (
        "Spanish",
        "Número de pedido;Fecha;Código cliente;Producto;Cantidad;Importe neto;Moneda\n13;2026-10-06;A1;GW-1;2;20,50;EUR",
        "order|13|GW-1|2000|2050|EUR|St. Brigid Hospital",
    ),
    (
        "customers by name",
        "Order Number,Order Date,Customer Name,Item Code,Qty,Ext. Price\n14,2026-10-07,Elm Clinic,GW-1,1,15",
        "order|14|GW-1|1000|1500|USD|Elm Clinic",
    ),
    (
        "a name that two bear",
        "Order Number,Order Date,Customer Name,Item Code,Qty,Ext. Price\n15,2026-10-07,Twin Practice,GW-1,1,15",
        "order|15|GW-1|1000|1500|USD|nobody's",
    ),
    (
        "an article's name that two bear",
        "Order Number,Order Date,Customer,Product Name,Qty,Total\n16,2026-10-07,A1,Balloon,1,15",
        "order|16|Balloon|1000|1500|USD|St. Brigid Hospital",
    ),
    (
        "code unknown, name known",
        "Order Number,Order Date,Customer,Product Code,Product Name,Qty,Total\n17,2026-10-07,A1,OLD-9,Guide wire,1,15",
        "order|17|GW-1|1000|1500|USD|St. Brigid Hospital",
    ),
    (
        "Business Central",
        "Invoice No.,Posting Date,Sell-to Customer No.,Item No.,Description,Quantity,Line Amount\n18,2026-10-08,A1,GW-1,Guide wire,2,44",
        "invoice|18|GW-1|2000|4400|USD|St. Brigid Hospital",
    ),
];

/// Contacts: channel, person, account, day, who.
const CONTACTS: &[Case] = &[
    (
        "Salesforce tasks",
        "Activity Date,Subject,Contact Name,Account Name,Assigned To\n2026-10-05,Call,Ada Berg,St. Brigid Hospital,Ines Kowalski",
        "phone|Ada Berg|St. Brigid Hospital|2026-10-05|Ines Kowalski",
    ),
    (
        "Veeva",
        "Name,Call_Date_vod__c,Account_vod__c,Contact_vod__c,Call_Channel_vod__c,Owner.Name\nC-1,2026-10-06,A1,P1,Face_to_face_vod,Ines Kowalski",
        "visit|Ada Berg|St. Brigid Hospital|2026-10-06|Ines Kowalski",
    ),
    (
        "Dynamics",
        "Activity Type,Subject,Regarding,Actual End,Owner,Activity Status\nPhone Call,Follow-up,A2,2026-10-06,Ines Kowalski,Completed",
        "phone||Elm Clinic|2026-10-06|Ines Kowalski",
    ),
    (
        "German",
        "Besuchsdatum;Besuchsart;Kundennummer;Ansprechpartner;Mitarbeiter;Bemerkung\n07.10.2026;Besuch;A2;Bo Dahl;Ines Kowalski;gut",
        "visit|Bo Dahl|Elm Clinic|2026-10-07|Ines Kowalski",
    ),
    (
        "French",
        "Date de visite;Établissement;Médecin;Délégué;Objet\n08/10/2026;St. Brigid Hospital;Berg, Ada;Ines Kowalski;Suivi\n28/10/2026;St. Brigid Hospital;Berg, Ada;Ines Kowalski;Suivi",
        "visit|Ada Berg|St. Brigid Hospital|2026-10-28|Ines Kowalski",
    ),
    (
        "two of one name, told by the account",
        "Visit Date,Contact Name,Account Name,Rep\n2026-10-09,Sam Roe,Elm Clinic,Ines Kowalski",
        "visit|Sam Roe|Elm Clinic|2026-10-09|Ines Kowalski",
    ),
    (
        "Spanish",
        "Fecha de visita,Centro,Médico,Representante,Tipo de visita\n2026-10-10,Elm Clinic,Bo Dahl,Ines Kowalski,Video",
        "video|Bo Dahl|Elm Clinic|2026-10-10|Ines Kowalski",
    ),
];

/// Accounts and people: the name, and the account's town or where the person works.
const RECORDS: &[(&str, Case)] = &[
    ("accounts", ("two columns", "Acct ID,Acct Name\nB1,Oak Hospital", "Oak Hospital|")),
    ("accounts", ("SAP", "KUNNR,NAME1,STRAS,ORT01,PSTLZ,LAND1\nB2,Klinik Nord,Weg 1,Kiel,24103,DE", "Klinik Nord|Kiel")),
    (
        "accounts",
        (
            "NetSuite",
            "Internal ID,Company Name,Category,Billing City,Billing State/Province,Billing Zip\nB3,Pine Hospital,Hospital,Waco,TX,76701",
            "Pine Hospital|Waco",
        ),
    ),
    (
        "accounts",
        (
            "Salesforce report",
            "Account Number,Account Name,Type,Billing City,Billing State/Province,Created Date,Account Owner\nB4,Bay Hospital,Hospital,Erie,PA,2020-01-01,Ines Kowalski",
            "Bay Hospital|Erie",
        ),
    ),
    ("accounts", ("French", "Code client;Raison sociale;Ville;Code postal;Pays\nB5;Clinique Sud;Lyon;69001;FR", "Clinique Sud|Lyon")),
    ("accounts", ("Spanish", "Código cliente;Nombre;Ciudad;Código postal;País\nB6;Hospital Sur;Cádiz;11001;ES", "Hospital Sur|Cádiz")),
    (
        "people",
        (
            "Salesforce report",
            "Contact ID,First Name,Last Name,Title,Account Name,Email\nQ1,Eva,Lind,Surgeon,Elm Clinic,eva@example.org",
            "Eva Lind|Elm Clinic",
        ),
    ),
    (
        "people",
        ("German", "Ansprechpartner-Nr;Vorname;Nachname;Funktion;Kundennummer\nQ2;Jan;Kern;Einkauf;A1", "Jan Kern|St. Brigid Hospital"),
    ),
    (
        "people",
        (
            "Dynamics",
            "Contact Number,Full Name,Job Title,Parent Customer,Business Phone\nQ3,Mia Voss,Nurse,A1,555",
            "Mia Voss|St. Brigid Hospital",
        ),
    ),
    ("people", ("French", "ID contact;Prénom;Nom;Fonction;Établissement\nQ4;Léa;Roux;Chirurgien;Elm Clinic", "Léa Roux|Elm Clinic")),
];

/// Territories: the row gives an owner to this account.
const OWNERS: &[Case] = &[
    ("by key", "Account #,Sales Rep\nA1,Ines Kowalski", "St. Brigid Hospital"),
    ("by name", "Account Name,Account Owner\nElm Clinic,Ines Kowalski", "Elm Clinic"),
    ("German", "Kundennummer;Außendienst;Gebiet\nA3;Ines Kowalski;Nord", "Twin Practice"),
];

async fn import(w: &World, name: &str, text: &str) -> ImportReport {
    let file = (None, name, text.as_bytes());
    let done = run_import(&w.runner, &Actor::program("test"), &compose::importers(), file, Arc::new(|_, _, _| ())).await;
    done.unwrap_or_else(|e| panic!("{name}: {e}"))
}

async fn record(db: rounds_testkit::TempDb) -> World {
    let w = empty(db).await;
    let ines = CreateUser {
        email: "ines@example.org".into(),
        name: "Ines Kowalski".into(),
        role: Role::FieldRep,
        manager_email: None,
        zone: "UTC".into(),
        weekly_minutes: 1_200,
    };
    w.runner.run(&Actor::program("test"), ines).await.unwrap();
    for (name, text) in [("accounts", ACCOUNTS), ("people", PEOPLE), ("products", PRODUCTS)] {
        let report = import(&w, name, text).await;
        assert!(report.rejected == 0 && report.created > 0, "{report:?}");
    }
    w
}

async fn said(w: &World, sql: &str) -> String {
    w.runner.db.text(sql, vec![]).await.unwrap().unwrap_or_default()
}

const LAST_SALE: &str = "SELECT s.kind || '|' || s.doc_no || '|' || COALESCE(p.code, s.product_text) || '|' || s.milli || '|' || s.minor || '|' \
     || s.currency || '|' || COALESCE(a.name, 'nobody''s') FROM sale_line s LEFT JOIN product p ON p.id = s.product_id \
     LEFT JOIN party_account l ON l.party_id = s.ship_to_id LEFT JOIN account a ON a.id = l.account_id ORDER BY s.id DESC LIMIT 1";

const LAST_CONTACT: &str = "SELECT f.channel || '|' || COALESCE(p.name, '') || '|' || a.name || '|' || (f.occurred_at / 86400000000) || '|' \
     || COALESCE(u.name, '') FROM fact f JOIN account a ON a.id = f.account_id LEFT JOIN person p ON p.id = f.person_id \
     LEFT JOIN app_user u ON u.id = f.user_id WHERE f.kind = 'contact' ORDER BY f.id DESC LIMIT 1";

const LAST_ACCOUNT: &str = "SELECT name || '|' || city FROM account ORDER BY id DESC LIMIT 1";

const LAST_PERSON: &str = "SELECT p.name || '|' || a.name FROM person p JOIN affiliation l ON l.child_kind = 'person' AND l.child_id = p.id \
     JOIN account a ON a.id = l.parent_id ORDER BY p.id DESC LIMIT 1";

#[tokio::test(flavor = "multi_thread")]
async fn orders_and_invoices_are_read_by_ordinary_names() {
    for db in databases().await {
        let w = record(db).await;
        for (what, text, want) in SALES {
            let report = import(&w, "lines.csv", text).await;
            assert_eq!((report.kind.as_str(), report.rejected), ("sale-lines", 0), "{what}: {report:?}");
            assert_eq!(said(&w, LAST_SALE).await, *want, "{what}");
        }
        // Neither an amount nor what makes one: the file is no file of sales.
        let e = fit(
            &compose::importers(),
            Some("sale-lines"),
            &header_of_text(b"Order #,Date,Customer,SKU,Qty\n").unwrap(),
            Default::default(),
        );
        let e = e.unwrap_err();
        assert!(e.code == "import.columns_missing" && e.cause.contains("Unit Price and Quantity"), "{e}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_name_people_and_accounts_by_key_or_by_name() {
    for db in databases().await {
        let w = record(db).await;
        for (what, text, want) in CONTACTS {
            let report = import(&w, "activities.csv", text).await;
            assert_eq!((report.kind.as_str(), report.rejected), ("contacts", 0), "{what}: {report:?}");
            let (before, rest) = want.split_once("|2026-").unwrap();
            let (day, who) = rest.split_once('|').unwrap();
            let day = rounds_kernel::Day::parse(&format!("2026-{day}")).unwrap();
            assert_eq!(said(&w, LAST_CONTACT).await, format!("{before}|{}|{who}", day.0), "{what}");
        }
        let unclear = "Activity Date,Contact Name,Account Name,Assigned To\n2026-10-05,Sam Roe,,Ines Kowalski\n2026-10-05,,Twin Practice,Ines Kowalski\n\
                       2026-10-05,Nobody Known,Elm Clinic,Ines Kowalski\n";
        let report = import(&w, "unclear.csv", unclear).await;
        let codes: Vec<&str> = report.rejects.iter().map(|r| r.code.as_str()).collect();
        assert_eq!(codes, ["import.person_ambiguous", "import.account_ambiguous", "import.person_unknown"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_people_and_territories_are_read_by_ordinary_names() {
    for db in databases().await {
        let w = record(db).await;
        for (kind, (what, text, want)) in RECORDS {
            let report = import(&w, "records.csv", text).await;
            assert_eq!((report.kind.as_str(), report.created, report.rejected), (*kind, 1, 0), "{kind} {what}: {report:?}");
            let sql = if *kind == "accounts" { LAST_ACCOUNT } else { LAST_PERSON };
            assert_eq!(said(&w, sql).await, *want, "{kind} {what}");
        }
        for (what, text, want) in OWNERS {
            let report = import(&w, "owners.csv", text).await;
            assert_eq!((report.kind.as_str(), report.created, report.rejected), ("coverage", 1, 0), "{what}: {report:?}");
            let sql = "SELECT a.name FROM coverage c JOIN account a ON a.id = c.account_id ORDER BY c.id DESC LIMIT 1";
            assert_eq!(said(&w, sql).await, *want, "{what}");
        }
        let twins = import(&w, "owners.csv", "Account Name,Account Owner\nTwin Practice,Ines Kowalski").await;
        assert_eq!(twins.rejects[0].code, "import.account_ambiguous");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_reads_what_no_name_tells_and_what_is_left_out_is_listed() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    put("accounts.csv", "Acct ID,Acct Name,City,Mood\nA1,St. Brigid Hospital,Boston,fine\n");
    put("orders.csv", "Nr,Tag,Haus,Ware,Wert\n1,2026-10-01,A1,GW-1,12.50\n");
    put("days.csv", "Order #,Order Date,Customer,SKU,Qty,Net Sales\n2,03/04/2026,A1,GW-1,2,7.00\n");
    put("sheet.xlsx", "not read");
    let w = empty(sqlite()).await;
    make_by(&w.runner, dir.path(), &Mappings::default(), w.clock.as_ref() as &dyn Clock).await.unwrap();
    let listed = "SELECT STRING_AGG(what, ' ' ORDER BY what) FROM trial_row WHERE finding = ";
    assert_eq!(said(&w, &format!("{listed}'unread-files'")).await, "days.csv orders.csv sheet.xlsx", "none stops the others");
    assert_eq!(said(&w, "SELECT what || ': ' || detail FROM trial_row WHERE finding = 'unread-columns'").await, "accounts.csv: Mood");
    let guessed = said(&w, "SELECT detail FROM trial_row WHERE finding = 'other-names' AND what = 'accounts.csv'").await;
    assert_eq!(guessed, "Acct ID as account id, Acct Name as name");
    let remedy = said(&w, "SELECT detail FROM trial_row WHERE finding = 'unread-files' AND what = 'orders.csv'").await;
    assert!(remedy.contains("--mapping"), "{remedy}");
    let columns = r#"{"Document Number": "Nr", "order_date": "Tag", "Customer": "Haus", "Product Code": "Ware", "Net Amount": "Wert"}"#;
    let file = dir.path().join("mapping.json");
    std::fs::write(&file, format!(r#"{{"orders.csv": {{"columns": {columns}, "fixed": {{"Currency": "EUR"}}}}}}"#)).unwrap();
    let mappings = Mappings::read(&w.runner, file.to_str(), Some("day-first")).await.unwrap();
    make_by(&w.runner, dir.path(), &mappings, w.clock.as_ref() as &dyn Clock).await.unwrap();
    assert_eq!(said(&w, &format!("{listed}'unread-files'")).await, "sheet.xlsx");
    let sold = "SELECT STRING_AGG(doc_no || '|' || day || '|' || minor || '|' || currency, ' ' ORDER BY doc_no) FROM sale_line";
    let day = |text: &str| rounds_kernel::Day::parse(text).unwrap().0;
    assert_eq!(said(&w, sold).await, format!("1|{}|1250|EUR 2|{}|700|USD", day("2026-10-01"), day("2026-04-03")));
    std::fs::write(&file, r#"{"orders.csv": {"kind": "sale-lines", "columns": {"Worth": "Wert"}}}"#).unwrap();
    let mappings = Mappings::read(&w.runner, file.to_str(), None).await.unwrap();
    make_by(&w.runner, dir.path(), &mappings, w.clock.as_ref() as &dyn Clock).await.unwrap();
    let cause = said(&w, "SELECT sub FROM trial_row WHERE finding = 'unread-files' AND what = 'orders.csv'").await;
    assert!(cause.contains("has no column “Worth”"), "{cause}");
}
