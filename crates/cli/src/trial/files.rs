//! A simulated market as a company would export it: five CSV files with the faults of real ones, planted and counted.

use rounds_kernel::{Day, Error, Result, Rng};
use rounds_sim::{Config, Market};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows of accounts, people, territories, calls and orders.
    pub accounts: usize,
    /// People.
    pub people: usize,
    /// Owners of accounts.
    pub owners: usize,
    /// Calls.
    pub calls: usize,
    /// Order lines.
    pub orders: usize,
    /// Faults by name.
    pub planted: std::collections::BTreeMap<&'static str, usize>,
}

impl Written {
    /// Rows in all.
    pub fn rows(&self) -> usize {
        self.accounts + self.people + self.owners + self.calls + self.orders
    }
}

/// Contacts and order lines of a simulated year for each person, about.
const EVENTS_A_PERSON: f64 = 6.6;

struct Csv(BufWriter<File>);

impl Csv {
    fn new(dir: &Path, name: &str, header: &str) -> Result<Self> {
        let mut out = BufWriter::new(File::create(dir.join(name)).map_err(Error::internal)?);
        writeln!(out, "{header}").map_err(Error::internal)?;
        Ok(Self(out))
    }

    fn row(&mut self, cells: &[&str]) -> Result<()> {
        for (i, cell) in cells.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            let written = if cell.contains([',', '"', '\n']) {
                write!(self.0, "{comma}\"{}\"", cell.replace('"', "\"\""))
            } else {
                write!(self.0, "{comma}{cell}")
            };
            written.map_err(Error::internal)?;
        }
        writeln!(self.0).map_err(Error::internal)
    }
}

/// Writes a market of `accounts` accounts and about `rows` rows in all into `dir`, with the column names of a common CRM and ERP.
///
/// # Errors
/// When the folder cannot be written, or the market not be simulated.
pub fn write(dir: &Path, accounts: usize, rows: usize, seed: u64, today: Day) -> Result<Written> {
    std::fs::create_dir_all(dir).map_err(Error::internal)?;
    let people = (rows as f64 / accounts.max(1) as f64 / (1.0 + EVENTS_A_PERSON)).clamp(1.0, 60.0);
    let market = Market::new(Config { people_per_account: people, ..Config::new(seed, accounts, today) })?;
    let mut out = Out::new(dir, seed)?;
    for i in 0..market.len() {
        out.place(&market, i)?;
        out.people(&market, i)?;
        out.history(&market, i)?;
    }
    Ok(out.written)
}

struct Out {
    accounts: Csv,
    people: Csv,
    owners: Csv,
    calls: Csv,
    orders: Csv,
    written: Written,
    rng: Rng,
}

impl Out {
    fn new(dir: &Path, seed: u64) -> Result<Self> {
        Ok(Self {
            accounts: Csv::new(
                dir,
                "accounts.csv",
                "AccountId,Name,Type,ParentId,Parent_Name,BillingStreet,BillingCity,BillingState,BillingPostalCode,BillingCountry,Phone",
            )?,
            people: Csv::new(dir, "contacts.csv", "ContactId,AccountId,Name,Title,Specialty,Email,Phone")?,
            owners: Csv::new(dir, "territories.csv", "AccountId,Owner,Role,Business Unit,Valid From")?,
            calls: Csv::new(
                dir,
                "calls.csv",
                "Call_Id,Call_Date_vod__c,AccountId,ContactId,Call_Channel_vod__c,Owner_Email,Outcome,Direction",
            )?,
            orders: Csv::new(dir, "orders.csv", "Order Number,Line,Order Date,Customer Number,Material,Quantity,Net Value,Currency")?,
            written: Written::default(),
            rng: Rng::new(seed).stream(0x7e57),
        })
    }

    fn plant(&mut self, what: &'static str) {
        *self.written.planted.entry(what).or_default() += 1;
    }

    fn place(&mut self, market: &Market, i: usize) -> Result<()> {
        let place = market.place(i);
        let system = place.system.as_ref().and_then(|l| market.systems().iter().find(|s| s.source_key == l.system_key));
        let (key, name) = system.map_or(("", ""), |s| (&s.source_key, &s.name));
        if let Some(a) = &place.account {
            let phone = a.phone.clone().unwrap_or_default();
            let row = [&a.source_key, &a.name, &a.setting, key, name, &a.street, &a.city, &a.state, &a.zip, &a.country, &phone];
            self.accounts.row(&row)?;
            self.written.accounts += 1;
            // One account in a hundred was entered twice, the second time in a hurry.
            if self.rng.below(100) == 0 {
                let (twice, hasty) =
                    (format!("{}-B", a.source_key), a.name.replace("Hospital", "Hosp").replace("Medical Center", "Med Ctr"));
                self.accounts.row(&[
                    &twice,
                    &hasty.to_uppercase(),
                    &a.setting,
                    key,
                    name,
                    &a.street,
                    &a.city,
                    &a.state,
                    &a.zip,
                    &a.country,
                    "",
                ])?;
                self.written.accounts += 1;
                self.plant("accounts twice");
            }
        }
        for c in place.coverage {
            self.owners.row(&[&c.account_key, &c.owner_email, &c.role, &c.business_unit, &c.from.to_string()])?;
            self.written.owners += 1;
        }
        Ok(())
    }

    fn people(&mut self, market: &Market, i: usize) -> Result<()> {
        for p in market.people(i).people {
            let (email, phone) = (p.email.unwrap_or_default(), p.phone.unwrap_or_default());
            self.people.row(&[&p.source_key, &p.account_key, &p.name, &p.role, &p.specialty, &email, &phone])?;
            self.written.people += 1;
        }
        Ok(())
    }

    fn history(&mut self, market: &Market, i: usize) -> Result<()> {
        let history = market.history(i);
        for c in history.contacts {
            let at = c.at.rfc3339();
            let unknown = self.rng.below(1_000) == 0;
            let account = if unknown { "NO-SUCH-ACCOUNT" } else { c.account_key.as_str() };
            let person = if unknown { "NO-SUCH-PERSON" } else { c.person_key.as_str() };
            if unknown {
                self.plant("calls of nobody");
            }
            self.calls.row(&[&c.key, &at, account, person, &c.channel, &c.user_email, &c.outcome, &c.direction])?;
            self.written.calls += 1;
        }
        // One account in fifty is invoiced under a number that the CRM does not have.
        let foreign = self.rng.below(50) == 0;
        for o in history.orders {
            let number = if foreign { format!("ERP{}", o.account_key) } else { o.account_key };
            let (day, money) = (o.at.day().to_string(), format!("{}.{:02}", o.amount_cents / 100, o.amount_cents % 100));
            self.orders.row(&[&o.order_no, &o.line.to_string(), &day, &number, &o.product_code, &o.quantity.to_string(), &money, "USD"])?;
            self.written.orders += 1;
            if foreign {
                self.plant("order lines of no account");
            }
        }
        Ok(())
    }
}
