//! What the mirror looks at: each part reads the record and says rows and figures.

mod calls;
mod files;
mod lists;
mod owners;
mod sales;
mod twice;
mod unknown;

pub(super) use lists::{Blanks, Found, blanks, found};
pub(super) use unknown::FIELDS;

use super::model::{Figures, NewRow};
use rounds_kernel::{Day, Result, Time};
use rounds_store::{Db, FromQueryResult, Query, args};

/// Rows of one finding that are kept, the largest first.
const MOST: usize = 20_000;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// An account as findings name it.
#[derive(Debug, Clone, Default, FromQueryResult)]
struct Account {
    id: i64,
    name: String,
    city: String,
    state: String,
}

impl Account {
    fn place(&self) -> String {
        [self.city.as_str(), self.state.as_str()].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join(", ")
    }

    fn row(&self, finding: &str) -> NewRow {
        NewRow {
            finding: finding.into(),
            account: Some(self.id),
            what: self.name.clone(),
            sub: self.place(),
            href: format!("/accounts/{}", self.id),
            ..NewRow::default()
        }
    }
}

/// The twelve months up to the last contact or sale.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Day,
    to: Day,
}

impl Window {
    async fn of(db: &Db) -> Result<Self> {
        let contact = db.number("SELECT MAX(occurred_at) FROM fact WHERE kind = 'contact'", vec![]).await?;
        let sale = db.number("SELECT MAX(day) FROM sale_line", vec![]).await?;
        let to = Day::stored((contact / DAY).max(sale));
        Ok(Window { from: to.plus(-364), to })
    }

    fn since(self) -> i64 {
        Time::at_day(self.from).0
    }
}

/// Reads the record and says what the mirror shows; `tell` hears what it is at.
pub(super) async fn look(db: &Db, tell: impl Fn(&str)) -> Result<(Figures, Vec<NewRow>)> {
    let window = Window::of(db).await?;
    let mut figures = Figures { from: window.from.0, to: window.to.0, ..Figures::default() };
    let mut rows = Vec::new();
    figures.people = db.number("SELECT COUNT(*) FROM person", vec![]).await?;
    figures.systems = db.number("SELECT COUNT(*) FROM health_system", vec![]).await?;
    let sql = "SELECT COUNT(*) FROM fact WHERE kind = 'contact' AND occurred_at >= $1";
    figures.contacts = db.number(sql, args![window.since()]).await?;
    let accounts: Vec<Account> = db.all("SELECT id, name, city, state FROM account ORDER BY id", vec![]).await?;
    figures.accounts = accounts.len() as i64;
    tell("Sales without an account");
    let kinds = sales::kinds(db, &mut figures).await?;
    rows.extend(sales::unmapped(db, kinds, &mut figures).await?);
    rows.extend(sales::articles(db, kinds).await?);
    rows.extend(sales::rejected(db).await?);
    rows.extend(files::read(db).await?);
    tell("Duplicates");
    rows.extend(twice::duplicates(db).await?);
    tell("Calls against what accounts are worth");
    rows.extend(calls::against(db, window, kinds, &accounts, &mut figures).await?);
    tell("Contacts by two owners");
    rows.extend(twice::contacts(db, window).await?);
    tell("Systems and their owners");
    rows.extend(owners::borders(db, window, &accounts, &mut figures).await?);
    tell("What is unknown");
    figures.blanks = unknown::count(db).await?;
    Ok((figures, rows))
}

/// Rows of one finding in their order, cut at [`MOST`].
fn ranked(mut rows: Vec<NewRow>) -> Vec<NewRow> {
    rows.sort_by(|a, b| b.rank.cmp(&a.rank).then_with(|| a.what.cmp(&b.what)).then_with(|| a.href.cmp(&b.href)));
    rows.truncate(MOST);
    rows
}
