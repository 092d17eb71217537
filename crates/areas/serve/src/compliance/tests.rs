//! Compliance against a slow oracle, on each engine.

use super::model::Standing;
use super::queries::compliance;
use crate::sales::{load, runners};
use rounds_customers::contracts;
use rounds_kernel::{AccountId, Actor, Day};
use rounds_store::Query;

const CONTRACTS: &str = "Contract Number,Contract Name,Contract Kind,Start Date,End Date,Position,Currency\n\
    G1,Closure deal,gpo,2025-10-01,2027-12-31,Sole source,EUR\nBAD,Ends early,local,2026-10-01,2026-01-01,,USD\n";
const FACILITIES: &str = "Contract Number,Facility Key,Tier,Eligible From,Eligible To\n\
    G1,north,B,2025-10-01,\nG1,south,B,2026-10-15,\nG1,nowhere,,,\nG9,north,,,\nG1,north,C,2026-01-01,\n";
const TERMS: &str = "Contract Number,Term,Family,Product Code,Tier,Basis,Value,Currency\n\
    G1,commitment,Closure,,,amount,\"10,000\",EUR\nG1,commitment,Guides,,,units,100,EUR\nG1,commitment,,,,share,80 %,EUR\n\
    G1,tier,Closure,,A,amount,100,EUR\nG1,tier,Closure,,B,amount,5000,EUR\nG1,price,,C1,B,,89.50,EUR\nG1,tier,,,,share,120,EUR\nG1,price,,,,,5,EUR\n";

fn day(text: &str) -> i64 {
    Day::parse(text).map_or(0, |d| i64::from(d.0))
}

#[tokio::test(flavor = "multi_thread")]
async fn commitments_count_what_eligible_facilities_bought_and_nothing_else() {
    for (runner, _db) in runners().await {
        let all = Actor::program("test");
        let codes = |r: rounds_platform::imports::ImportReport| r.rejects.into_iter().map(|x| x.code).collect::<Vec<_>>();
        assert_eq!(codes(load(&runner, "contracts.csv", CONTRACTS).await), ["contract.dates"]);
        assert_eq!(
            codes(load(&runner, "facilities.csv", FACILITIES).await),
            ["import.account_unknown", "contract.unknown", "contract.overlap"]
        );
        assert_eq!(codes(load(&runner, "terms.csv", TERMS).await), ["contract.value", "import.blank"]);
        // Made-up sales of two facilities over 80 days, one of which became eligible half-way, and the sum by hand.
        let mut file = "Invoice Number,Line,Ship To,Invoice Date,SKU,Qty,UoM,Net Value,Currency,Type\n".to_owned();
        let (mut amount, mut units) = (0, 0);
        for i in 0..160_i64 {
            let (party, on) = (["north", "south"][(i % 2) as usize], day("2026-09-01") + i / 2);
            let (sku, currency, kind) = (
                ["C1", "G1"][(i / 2 % 2) as usize],
                ["EUR", "EUR", "USD"][(i % 3) as usize],
                ["invoice", "invoice", "invoice", "return", "order"][(i % 5) as usize],
            );
            let text = Day::stored(on).to_string();
            file.push_str(&format!("D{i},1,{party},{text},{sku},{},EA,{},{currency},{kind}\n", i + 1, 10 + i));
            let counts =
                on >= day("2026-10-01") && kind != "order" && (party == "north" || on >= day("2026-10-15")) && on <= day("2026-11-23");
            let sign = if kind == "return" { -1 } else { 1 };
            amount += if counts && sku == "C1" && currency == "EUR" { sign * (10 + i) * 100 } else { 0 };
            units += if counts && sku == "G1" { sign * (i + 1) * 1_000 } else { 0 };
        }
        let report = load(&runner, "invoices.csv", &file).await;
        assert_eq!(report.rejected, 0, "{:?}", report.rejects);
        let id = runner.db.number("SELECT id FROM contract WHERE number = 'G1'", vec![]).await.expect("reads");
        let contract = contracts::get(&runner.db, &all, id).await.expect("reads").expect("there");
        let c = compliance(&runner.db, &all, contract, day("2026-11-23")).await.expect("computes");
        assert_eq!((c.period, c.passed), ((day("2026-10-01"), day("2027-10-01")), 54));
        let of = |basis: &str| c.commitments.iter().find(|k| k.promise.basis == basis).cloned().expect("promised");
        assert_eq!((of("amount").actual, of("units").actual), (Some(amount), Some(units)));
        assert!(of("amount").unknown.contains("other currencies") && amount > 0 && units > 0);
        assert_eq!(of("share").standing, Standing::Unknown, "nobody estimated the category");
        assert_eq!(c.facilities.iter().filter_map(|f| f.2.iter().find(|k| k.promise.basis == "amount")?.actual).sum::<i64>(), amount);
        assert_eq!((c.tiers[0].reached.as_str(), c.tiers[0].gap), ("A", 500_000 - amount));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_period_holds_for_its_facilities_between_its_days() {
    for (runner, _db) in runners().await {
        let file = "Tender Number,Lot,Tender Name,Deadline,Quiet From,Quiet To,Facilities,Family,State\n\
                    T1,1,Closure 2027,2026-12-15,2026-11-20,2026-12-01,north;elsewhere,Closure,announced\n\
                    T1,2,Closure 2027,2026-12-15,2026-11-20,2026-12-01,north,Guides,announced\n\
                    T2,1,Half a quiet,2026-12-15,2026-11-20,,south,Closure,announced\n";
        let report = load(&runner, "tenders.csv", file).await;
        assert_eq!(
            (report.created, report.rejects[0].code.as_str(), report.notes[0].code.as_str()),
            (2, "tender.quiet", "tender.account_unknown")
        );
        let north = AccountId(runner.db.number("SELECT id FROM account WHERE source_key = 'north'", vec![]).await.expect("reads"));
        for (on, want) in [("2026-11-19", false), ("2026-11-20", true), ("2026-12-01", true), ("2026-12-02", false)] {
            let found = contracts::quiet(&runner.db, north, Day::stored(day(on))).await.expect("reads");
            assert_eq!(found.is_some(), want, "{on}");
        }
    }
}
