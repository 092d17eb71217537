//! The commercial record around the orders, as files of an ERP, a CRM and distributors: catalogue, customer master, invoices and
//! returns, contracts, tenders, installed base, tracings, consignment. Written as CSV, so that the program reads them as it reads
//! anybody's. Drawn from streams of its own: nothing else of the market moves.

use crate::Market;
use crate::portfolio::{FAMILIES, UNITS};
use crate::rows::OrderRow;
use crate::site::part;
use rounds_kernel::{CareSetting, Day, Rng};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A file to import: kind of importer and content. The first that others point at come first.
#[derive(Debug, Clone)]
pub struct CommerceFile {
    /// Kind of importer.
    pub kind: &'static str,
    /// CSV.
    pub text: String,
}

/// Accounts that the commercial record covers; more would only take time.
const MOST: usize = 300;
/// The one piece of capital equipment.
const CONSOLE: &str = "WNP-D1";

struct Chosen {
    key: String,
    name: String,
    zip: String,
    number: String,
    hospital: bool,
    system: Option<String>,
    orders: Vec<OrderRow>,
    rng: Rng,
}

fn cents(amount: i64) -> String {
    format!("{}{}.{:02}", if amount < 0 { "-" } else { "" }, amount.abs() / 100, amount.abs() % 100)
}

/// A GTIN-14 of ours with its check digit.
fn gtin(item: usize, indicator: usize) -> String {
    let body = format!("{indicator}0614141{item:05}");
    let sum: u32 = body.bytes().rev().enumerate().map(|(i, b)| u32::from(b - b'0') * if i % 2 == 0 { 3 } else { 1 }).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// All files of a market's commercial record.
pub(crate) fn files(market: &Market) -> Vec<CommerceFile> {
    let chosen = chosen(market);
    let today = market.today();
    let contracts = Contracts::of(&chosen, market, today);
    let file = |kind, text| CommerceFile { kind, text };
    vec![
        file("product-catalogue", catalogue()),
        file("erp-parties", parties(&chosen)),
        file("contracts", contracts.heads),
        file("contract-facilities", contracts.facilities),
        file("contract-terms", contracts.terms),
        file("sale-lines", invoices(&chosen, &contracts.number_of, today)),
        file("tenders", tenders(&chosen, today)),
        file("installed-base", devices(&chosen, today)),
        file("service-calls", calls(&chosen, today)),
        file("distributor-tracings", tracings(&chosen, today)),
        file("consignment-stock", consignment(&chosen, today)),
    ]
}

fn chosen(market: &Market) -> Vec<Chosen> {
    let (all, most) = (market.len(), market.len().min(MOST));
    let spread = (0..most).map(|n| n * all / most);
    spread
        .map(|i| {
            let site = market.site(i);
            Chosen {
                key: site.key.clone(),
                name: if site.name.is_empty() { site.key.clone() } else { site.name.clone() },
                zip: site.zip.clone(),
                number: format!("{:010}", 100_000 + i),
                hospital: matches!(site.setting, CareSetting::Hospital | CareSetting::SpecialtyHospital),
                system: site.system.and_then(|s| market.systems().get(s)).map(|s| s.source_key.clone()),
                orders: market.history(i).orders,
                rng: site.rng.stream(part::COMMERCE),
            }
        })
        .collect()
}

fn catalogue() -> String {
    let mut out =
        "Product Code,Product Name,Family,Product Line,Business Unit,Stage,Kind,UDI-DI,Issuing Agency,FDA Product Code,Device Class,\
                   Base Unit,Units per Box,Box GTIN,List Price,Currency,Replacement Years,Used With\n"
            .to_owned();
    for (f, family) in FAMILIES.iter().enumerate() {
        for (p, (code, name, price)) in family.products.iter().enumerate() {
            let item = f * 2 + p + 1;
            let line = name.split(' ').next().unwrap_or_default();
            let fda = ["MGB", "DQY", "DYB", "FRO", "OMP", "FRO"][f];
            let used_with = if family.name == "Negative-pressure therapy" { CONSOLE } else { "" };
            let _ = writeln!(
                out,
                "{code},\"{name}\",{},{line},{},{},consumable,{},GS1,{fda},,EA,10,{},{},USD,,{used_with}",
                family.name,
                UNITS[family.unit],
                family.stage.code(),
                gtin(item, 0),
                gtin(item, 1),
                cents(*price)
            );
        }
    }
    let _ = writeln!(
        out,
        "{CONSOLE},Vacora console,Negative-pressure therapy,Vacora,{},established,device,{},GS1,OMP,II,EA,,,6900.00,USD,7,",
        UNITS[1],
        gtin(90, 0)
    );
    out
}

/// Every twelfth customer of the ERP is not in the CRM under its number: its name is shortened as clerks do.
fn parties(chosen: &[Chosen]) -> String {
    let mut out = "Party Number,Party Name,Party Role,ERP,ZIP,Account Key\n".to_owned();
    for (n, c) in chosen.iter().enumerate() {
        let unmapped = n % 12 == 5;
        let name = if unmapped { shortened(&c.name) } else { c.name.clone() };
        let _ = writeln!(
            out,
            "{},\"{}\",\"sold-to,ship-to,bill-to,payer\",SAP,{},{}",
            c.number,
            name,
            c.zip,
            if unmapped { "" } else { &c.key }
        );
    }
    out
}

fn shortened(name: &str) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    let kept = words.len().saturating_sub(1).max(1);
    words[..kept].join(" ").replace("Medical", "Med").replace("Hospital", "Hosp") + " #2"
}

fn invoices(chosen: &[Chosen], contract_of: &BTreeMap<String, String>, today: Day) -> String {
    let mut out = "Document Number,Line,Document Type,Document Date,Ship-to,ERP,Product Code,Quantity,Unit,Net Amount,Currency,Contract Number,Reference Document,Reason\n".to_owned();
    for c in chosen {
        let contract = contract_of.get(&c.key).map_or("", String::as_str);
        for (n, o) in c.orders.iter().enumerate().filter(|(_, o)| o.status == "delivered") {
            let mut rng = c.rng.stream(1_000 + n as u64);
            let day = Day(o.at.day().0 + 2 + rng.below(4) as i32).min(today);
            let _ = writeln!(
                out,
                "INV-{no},{},invoice,{day},{},SAP,{},{},EA,{},USD,{contract},{no},",
                o.line,
                c.number,
                o.product_code,
                o.quantity,
                cents(o.amount_cents),
                no = o.order_no
            );
            if rng.chance(0.02) {
                let back = 1 + o.quantity / 10;
                let day = Day(day.0 + 10 + rng.below(20) as i32).min(today);
                let amount = cents(-(o.amount_cents / o.quantity.max(1)) * back);
                let reason = rng.pick(&["damaged in transit", "wrong size ordered", "expired"]);
                let _ = writeln!(
                    out,
                    "RET-{no},{},return,{day},{},SAP,{},-{back},EA,{amount},USD,,INV-{no},{reason}",
                    o.line,
                    c.number,
                    o.product_code,
                    no = o.order_no
                );
            }
        }
    }
    out
}

/// Contract files, and the contract each account buys on.
struct Contracts {
    heads: String,
    facilities: String,
    terms: String,
    number_of: BTreeMap<String, String>,
}

impl Contracts {
    fn of(chosen: &[Chosen], market: &Market, today: Day) -> Self {
        let mut out = Self {
            heads: "Contract Number,Contract Name,Contract Kind,Start Date,End Date,Holder,System Key,Position,State,Currency,Signed On\n"
                .into(),
            facilities: "Contract Number,Facility Key,Tier,Eligible From\n".into(),
            terms: "Contract Number,Term,Family,Product Code,Tier,Basis,Value,Currency,Valid From,Note\n".into(),
            number_of: BTreeMap::new(),
        };
        let systems: Vec<_> =
            market.systems().iter().filter(|s| chosen.iter().any(|c| c.system.as_deref() == Some(&s.source_key))).take(4).collect();
        for (n, s) in systems.iter().enumerate() {
            let members: Vec<&Chosen> = chosen.iter().filter(|c| c.system.as_deref() == Some(&s.source_key)).collect();
            let name = format!("{} supply agreement", s.name);
            out.add(&format!("IDN-{}", n + 1), &name, ("idn", &s.name, &s.source_key), &members, today, n);
        }
        for (n, name) in ["Northern Purchasing Alliance", "Allied Care Buyers"].iter().enumerate() {
            let members: Vec<&Chosen> = chosen.iter().enumerate().filter(|(i, _)| i % 7 == n + 2).map(|(_, c)| c).collect();
            out.add(&format!("GPO-{}", n + 1), &format!("{name} {}", UNITS[n]), ("gpo", name, ""), &members, today, n + 4);
        }
        for (n, c) in chosen.iter().filter(|c| c.hospital).take(3).enumerate() {
            out.add(&format!("LOC-{}", n + 1), &format!("{} local terms", c.name), ("local", &c.name, ""), &[c], today, n + 6);
        }
        out
    }

    fn add(&mut self, number: &str, name: &str, (kind, holder, system): (&str, &str, &str), members: &[&Chosen], today: Day, n: usize) {
        // Begun one to three years ago, running three; the seventh ends soon, the last one was lost.
        let start = today.plus(-(400 + 97 * n as i32));
        let end = if n == 6 { today.plus(70) } else { start.plus(3 * 365) };
        let (position, state) = (["sole", "dual", "multi"][n % 3], if n == 8 { "lost" } else { "active" });
        let _ = writeln!(
            self.heads,
            "{number},\"{name}\",{kind},{start},{end},\"{holder}\",{system},{position},{state},USD,{}",
            start.plus(-30)
        );
        let unit = n % 2;
        let mut bought: BTreeMap<&str, i64> = BTreeMap::new();
        for c in members {
            let _ = writeln!(self.facilities, "{number},{},B,{start}", c.key);
            self.number_of.entry(c.key.clone()).or_insert_with(|| number.to_owned());
            for o in c.orders.iter().filter(|o| o.status == "delivered") {
                if let Some(f) = FAMILIES.iter().find(|f| f.unit == unit && f.products.iter().any(|p| p.0 == o.product_code)) {
                    *bought.entry(f.name).or_default() += o.amount_cents;
                }
            }
        }
        for (at, (family, amount)) in bought.iter().filter(|(_, a)| **a > 0).enumerate() {
            // Promised a little more or less than what a year brings: some are kept, some are not.
            let promised = amount * [90, 110, 140][(n + at) % 3] / 100;
            let _ = writeln!(self.terms, "{number},commitment,{family},,,amount,{},USD,,", cents(promised));
            for (tier, share) in [("A", 40), ("B", 80), ("C", 150)] {
                let _ = writeln!(self.terms, "{number},tier,{family},,{tier},amount,{},USD,,", cents(amount * share / 100));
            }
            if at == 0 && kind != "gpo" {
                let _ = writeln!(self.terms, "{number},commitment,{family},,,share,60 %,USD,,");
            }
        }
        for f in FAMILIES.iter().filter(|f| f.unit == unit) {
            for (tier, share) in [("A", 94), ("B", 88), ("C", 82)] {
                let (code, _, price) = f.products[0];
                let _ = writeln!(self.terms, "{number},price,,{code},{tier},,{},USD,,", cents(price * share / 100));
            }
        }
        for (days, step) in [(-120, "Negotiation opened"), (-30, "Signed"), (14, "Price files loaded")] {
            let _ = writeln!(self.terms, "{number},step,,,,,,,{},{step}", start.plus(days));
        }
    }
}

fn tenders(chosen: &[Chosen], today: Day) -> String {
    let mut out =
        "Tender Number,Lot,Tender Name,Deadline,Issuer,State,Quiet From,Quiet To,Facilities,Family,Value,Currency,Award,Awarded On\n"
            .to_owned();
    let keys: Vec<&str> = chosen.iter().filter(|c| c.hospital).skip(3).take(3).map(|c| c.key.as_str()).collect();
    if keys.is_empty() {
        return out;
    }
    let (deadline, from, to) = (today.plus(21), today.plus(-5), today.plus(45));
    for (lot, family, value) in [(1, "Standard dressings", 240_000), (2, "Matrix dressings", 410_000)] {
        let _ = writeln!(
            out,
            "T-2101,{lot},Regional wound care tender,{deadline},Regional purchasing office,announced,{from},{to},{},{family},{value},USD,,",
            keys.join(";")
        );
    }
    let (deadline, awarded) = (today.plus(-120), today.plus(-60));
    for (lot, family, award) in [(1, "Guide catheters", "us"), (2, "Introducer kits", "other")] {
        let _ = writeln!(
            out,
            "T-2044,{lot},Cath lab consumables,{deadline},Regional purchasing office,awarded,,,{},{family},180000,USD,{award},{awarded}",
            keys[0]
        );
    }
    out
}

/// Hospitals with a console, its number and when it was installed.
fn consoles(chosen: &[Chosen], today: Day) -> Vec<(&Chosen, String, Day)> {
    let mut out = Vec::new();
    for (n, c) in chosen.iter().enumerate().filter(|(_, c)| c.hospital) {
        let mut rng = c.rng.stream(3);
        for k in 0..rng.below(3) {
            out.push((c, format!("VC{:05}", n * 10 + k), today.plus(-(200 + rng.below(3_600) as i32))));
        }
    }
    out
}

fn devices(chosen: &[Chosen], today: Day) -> String {
    let mut out =
        "Serial Number,Product Code,Account Key,Installed On,Department,Software,Service Contract,Service Level,Service From,Service To\n"
            .to_owned();
    for (n, (c, serial, day)) in consoles(chosen, today).into_iter().enumerate() {
        let department = ["Wound care", "Surgery", "Intensive care"][n % 3];
        let service = if n % 3 == 0 { format!("SC-{n},Full,{},{}", today.plus(-200), today.plus(165)) } else { ",,,".into() };
        let _ = writeln!(out, "{serial},{CONSOLE},{},{day},{department},{}.{},{service}", c.key, 3 + n % 2, n % 7);
    }
    out
}

fn calls(chosen: &[Chosen], today: Day) -> String {
    let mut out = "Call Number,Serial Number,Opened On,Call Type,Product Code,Technician,Downtime Minutes,Resolved On,Text\n".to_owned();
    for (n, (c, serial, day)) in consoles(chosen, today).into_iter().enumerate() {
        let mut rng = c.rng.stream(4).stream(n as u64);
        for k in 0..rng.below(3) {
            let opened = today.plus(-(rng.below(330) as i32)).max(day);
            let (kind, text) = *rng.pick(&[
                ("repair", "pump does not hold pressure"),
                ("maintenance", "yearly check"),
                ("training", "new staff on the ward"),
            ]);
            let open = rng.chance(0.1) && opened.0 > today.0 - 20;
            let resolved = if open { String::new() } else { Day(opened.0 + rng.below(4) as i32).min(today).to_string() };
            let down = if kind == "repair" && !open { (60 + rng.below(1_500)).to_string() } else { String::new() };
            let _ = writeln!(out, "SV-{n}-{k},{serial},{opened},{kind},{CONSOLE},Field service {},{down},{resolved},{text}", 1 + n % 5);
        }
    }
    out
}

/// Small accounts buy standard dressings and kits through a distributor, which reports 35 days later.
fn tracings(chosen: &[Chosen], today: Day) -> String {
    let mut out = "Distributor,Period,Ship-to,Ship-to Name,ZIP,Product Code,Quantity,Unit,Value,Currency,Received On\n".to_owned();
    for back in 2..8_i32 {
        let text = today.plus(-30 * back).to_string();
        let month = text.get(..7).unwrap_or_default();
        let received = Day::parse(&format!("{month}-28")).map_or(today, |d| d.plus(35 + back)).min(today);
        for (n, c) in chosen.iter().enumerate().filter(|(_, c)| !c.hospital) {
            let mut rng = c.rng.stream(5).stream(back as u64);
            if !rng.chance(0.4) {
                continue;
            }
            let (code, _, price) = FAMILIES[if rng.chance(0.6) { 5 } else { 2 }].products[rng.below(2)];
            let units = 1 + rng.below(30) as i64;
            let name = if n % 9 == 4 { shortened(&c.name) } else { c.name.clone() };
            let code = if rng.chance(0.02) { "OLD-77" } else { code };
            let _ = writeln!(
                out,
                "Midwest Medical Supply,{month},MW{n:04},\"{name}\",{},{code},{units},EA,{},USD,{received}",
                c.zip,
                cents(units * price * 93 / 100)
            );
        }
    }
    out
}

fn consignment(chosen: &[Chosen], today: Day) -> String {
    let mut out = "Consignment Site,ERP,Product Code,Lot,Quantity,Counted On,Expires On,Unit\n".to_owned();
    for (n, c) in chosen.iter().filter(|c| c.hospital).step_by(4).enumerate() {
        let mut rng = c.rng.stream(6);
        for (k, family) in FAMILIES.iter().filter(|f| f.unit == 0).enumerate() {
            let expires = today.plus(-20 + rng.below(700) as i32);
            let _ = writeln!(
                out,
                "{},SAP,{},L{n:03}{k},{},{},{expires},EA",
                c.number,
                family.products[0].0,
                2 + rng.below(12),
                today.plus(-12)
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_bear_the_check_digit_of_gs1() {
        // GS1's example company prefix: 0614141 99999 gives 6.
        assert_eq!(super::gtin(99_999, 0), "00614141999996");
    }
}
