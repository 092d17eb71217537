//! The market: heads of accounts, systems and team in memory; everything else on request, account by account.

use crate::config::Config;
use crate::contacts::{self, Stage};
use crate::people::{self, Crowd};
use crate::portfolio::FAMILIES;
use crate::potential;
use crate::rows::{
    AccountRow, AccountSystemRow, ContactRow, CoverageRow, ExistingAccount, LeadRow, OrderRow, PotentialRow, ProductRow, SystemRow, UserRow,
};
use crate::site::{self, Site, part};
use crate::team::{self, Team};
use crate::{names, orders, places, portfolio, response};
use rounds_kernel::{CareSetting, Day, PersonRole, ProductStage, Result, Rng, Time};

/// A simulated market. Made in seconds for 100,000 accounts; see the crate's documentation for what is made when.
#[derive(Debug, Clone)]
pub struct Market {
    pub(crate) config: Config,
    base: Rng,
    pub(crate) sites: Vec<Site>,
    systems: Vec<SystemRow>,
    pub(crate) team: Team,
    per_crowd: f64,
    own: bool,
}

/// What stands about an account in the record, without its people.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The account; `None` when it was imported and stands in the record already.
    pub account: Option<AccountRow>,
    /// Its system; `None` when independent or imported.
    pub system: Option<AccountSystemRow>,
    /// Estimated potential by family.
    pub potentials: Vec<PotentialRow>,
    /// Who covers it.
    pub coverage: Vec<CoverageRow>,
}

/// What happened at an account.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct History {
    /// Contacts in order of person, then time.
    pub contacts: Vec<ContactRow>,
    /// Order lines in order of time.
    pub orders: Vec<OrderRow>,
    /// Open leads of the last days.
    pub leads: Vec<LeadRow>,
}

/// Everything about one account.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Bundle {
    /// The account, its potential and coverage.
    pub place: Place,
    /// People, preferences, permissions.
    pub crowd: Crowd,
    /// Contacts, orders, leads.
    pub history: History,
}

impl Market {
    /// A market of its own with `config.accounts` accounts.
    ///
    /// # Errors
    /// `simulate.accounts` unless 1 to 1,000,000 accounts; else those of [`Config::validate`].
    pub fn new(config: Config) -> Result<Self> {
        config.validate()?;
        if !(1..=1_000_000).contains(&config.accounts) {
            let cause = format!("A market of {} accounts cannot be simulated.", config.accounts);
            return Err(rounds_kernel::Error::invalid("simulate.accounts", cause, "Choose 1 to 1,000,000 accounts."));
        }
        let base = Rng::new(config.seed);
        let mut sites: Vec<Site> = (0..config.accounts).map(|i| site::own(&base, i)).collect();
        let systems = found_systems(&base, &mut sites);
        let team = team::build(&base, &sites, config.kam_min_accounts);
        let per_crowd = config.people_per_account / site::mean_crowd();
        Ok(Self { config, base, sites, systems, team, per_crowd, own: true })
    }

    /// People, team, potential and history on top of accounts that are in the record already; their order does not matter.
    ///
    /// # Errors
    /// `simulate.no_accounts` when there are none; else those of [`Config::validate`].
    pub fn onto(config: Config, mut accounts: Vec<ExistingAccount>) -> Result<Self> {
        config.validate()?;
        if accounts.is_empty() {
            let remedy = "Import accounts first, or leave out --onto to simulate a market of its own.";
            return Err(rounds_kernel::Error::invalid("simulate.no_accounts", "There are no accounts to simulate onto.", remedy));
        }
        accounts.sort_by(|a, b| a.key.cmp(&b.key));
        accounts.dedup_by(|a, b| a.key == b.key);
        let mut keys: Vec<String> = accounts.iter().filter_map(|a| a.system_key.clone()).collect();
        keys.sort();
        keys.dedup();
        let base = Rng::new(config.seed);
        let sites = site::imported(&base, &accounts, &keys);
        let team = team::build(&base, &sites, config.kam_min_accounts);
        let mean = sites.iter().map(|s| site::crowd(s.setting)).sum::<f64>() / sites.len() as f64;
        let per_crowd = config.people_per_account / mean;
        Ok(Self { config, base, sites, systems: Vec::new(), team, per_crowd, own: false })
    }

    /// Number of accounts.
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    /// True for a market without accounts, which cannot be made.
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }

    /// The commercial record around the orders of some of the accounts, as files.
    pub fn commerce(&self) -> Vec<crate::CommerceFile> {
        crate::commerce::files(self)
    }

    pub(crate) fn site(&self, i: usize) -> &Site {
        &self.sites[i]
    }

    pub(crate) fn today(&self) -> Day {
        self.config.today
    }

    /// Key of account `i`.
    pub fn account_key(&self, i: usize) -> &str {
        &self.sites[i].key
    }

    /// Systems; none when simulating onto imported accounts.
    pub fn systems(&self) -> &[SystemRow] {
        &self.systems
    }

    /// The portfolio.
    pub fn products(&self) -> Vec<ProductRow> {
        portfolio::products()
    }

    /// The team, managers after those they manage; set managers in a second pass or sort by role.
    pub fn team(&self) -> &[UserRow] {
        &self.team.users
    }

    /// The first user of each role, for the list at the door of the demo.
    pub fn demo_users(&self) -> Vec<&UserRow> {
        let first = |role: &rounds_kernel::Role| self.team.users.iter().find(|u| u.role == role.code());
        rounds_kernel::Role::ALL.iter().filter_map(first).collect()
    }

    /// Account `i` (below [`Market::len`]) with its potential and coverage.
    pub fn place(&self, i: usize) -> Place {
        let site = &self.sites[i];
        let (from, today) = (self.config.start, self.config.today);
        let system = site.system.filter(|_| self.own).map(|k| {
            let mut rng = site.rng.stream(part::SYSTEM).stream(1);
            let from = today.plus(-(400 + rng.below(4_000) as i32));
            let confidence = if rng.chance(0.9) { 1.0 } else { 0.8 };
            AccountSystemRow { account_key: site.key.clone(), system_key: self.systems[k].source_key.clone(), from, confidence }
        });
        Place {
            account: self.own.then(|| site::row(&self.base, site)),
            system,
            potentials: potential::rows(site, today),
            coverage: team::coverage(&self.team, site, &self.team.owners[i], from),
        }
    }

    /// How many people work at account `i`.
    pub fn head_count(&self, i: usize) -> usize {
        people::count(&self.sites[i], self.per_crowd)
    }

    /// People of account `i` with preferences and permissions.
    pub fn people(&self, i: usize) -> Crowd {
        people::rows(&self.sites[i], self.head_count(i), self.config.today)
    }

    /// Contacts, orders and open leads of account `i`. A contact that ended in a refusal binds from then on; the importer of
    /// contacts writes it down as a permission.
    pub fn history(&self, i: usize) -> History {
        let (site, c) = (&self.sites[i], &self.config);
        let demand = potential::demand(site);
        let stage = self.stage(i, contacts::favour(site, &demand));
        let mut out = History::default();
        let mut effects = Vec::new();
        let mut usual = [0.0; 6];
        let n = self.head_count(i);
        for j in 0..n {
            let person = people::person(site, j, c.today);
            let year = contacts::year(&stage, &person);
            usual_effects(person.role, person.unit, stage.favour, &mut usual);
            out.contacts.extend(year.contacts);
            effects.extend(year.effects);
        }
        out.orders = orders::lines(site, &demand, &effects, usual, c.start, c.today);
        out.leads = self.leads(i, n);
        out
    }

    pub(crate) fn stage(&self, i: usize, favour: f64) -> Stage<'_> {
        let (start, today) = (self.config.start, self.config.today);
        Stage { site: &self.sites[i], owners: &self.team.owners[i], team: &self.team, favour, start, today }
    }

    /// Everything, account by account; the caller writes one before asking for the next.
    pub fn bundles(&self) -> impl Iterator<Item = Bundle> + '_ {
        (0..self.len()).map(|i| Bundle { place: self.place(i), crowd: self.people(i), history: self.history(i) })
    }

    /// About one account in thirty has an open lead of the last eight days.
    fn leads(&self, i: usize, people: usize) -> Vec<LeadRow> {
        let site = &self.sites[i];
        let mut rng = site.rng.stream(part::LEADS);
        if !rng.chance(0.033) {
            return Vec::new();
        }
        let (source, note) = *rng.pick(&[
            ("webinar", "Asked a question after the webinar and wants the data."),
            ("website", "Filled in the form: price and delivery time."),
            ("congress", "Left a card at the stand and wants a demo."),
            ("portal", "Looked at the product three times in a week."),
            ("phone", "Called the service line and asked for a rep."),
        ]);
        let family = rng.chance(0.85).then(|| FAMILIES[rng.weighted(&[0.3, 0.15, 0.05, 0.3, 0.15, 0.05])].name.to_owned());
        let person_key = rng.chance(0.75).then(|| format!("{}-P{:03}", site.key, rng.below(people) + 1));
        let captured_at = Time::at_day(self.config.today).plus_minutes(-(15 + (rng.uniform().powi(2) * 8.0 * 1_440.0) as i64));
        vec![LeadRow { account_key: site.key.clone(), person_key, source: source.into(), family, note: note.into(), captured_at }]
    }
}

/// Effective contacts a month that a person in `role` brings in expectation, by family: an approximation for the stock at the
/// start of the history only (mean reach 0.3, mean worth 0.6, mean depth 0.75, unit split evenly for buyers).
pub(crate) fn usual_effects(role: PersonRole, unit: Option<usize>, favour: f64, usual: &mut [f64; 6]) {
    let a_month = contacts::rate(role, favour) * 4.35 * 0.3 * 0.6 * 0.75 * response::influence(role);
    for (f, of) in FAMILIES.iter().enumerate() {
        let in_unit = unit.map_or(0.5, |u| if u == of.unit { 1.0 } else { 0.0 });
        let share = match of.stage {
            ProductStage::Launch => 0.42,
            ProductStage::Established => 0.38,
            ProductStage::Commodity => 0.20,
        };
        usual[f] += a_month * in_unit * share;
    }
}

/// Share of accounts in a system, by [`CareSetting`]; assumptions near the published shares of US hospitals in systems.
const IN_SYSTEM: [f64; 6] = [0.70, 0.55, 0.45, 0.35, 0.20, 0.25];

/// Accounts join a system of their state in proportion to its members (so that sizes are heavy-tailed), or found one.
/// Each account's choice depends only on those before it.
fn found_systems(base: &Rng, sites: &mut [Site]) -> Vec<SystemRow> {
    let mut systems: Vec<SystemRow> = Vec::new();
    let mut by_state: Vec<Vec<(usize, f64)>> = vec![Vec::new(); places::STATES.len()];
    for site in sites.iter_mut() {
        let mut rng = site.rng.stream(part::SYSTEM);
        let setting: CareSetting = site.setting;
        if !rng.chance(IN_SYSTEM[setting.index()]) {
            continue;
        }
        let here = &mut by_state[site.state];
        let members: f64 = here.iter().map(|(_, n)| n).sum();
        // Chinese-restaurant process with concentration 3: new systems grow rare as a state fills up.
        let system = if setting == CareSetting::Hospital && rng.chance(3.0 / (3.0 + members)) || here.is_empty() {
            systems.push(system_row(base, systems.len(), site.state));
            here.push((systems.len() - 1, 0.0));
            here.len() - 1
        } else {
            rng.weighted(&here.iter().map(|(_, n)| *n).collect::<Vec<_>>())
        };
        here[system].1 += 1.0;
        site.system = Some(here[system].0);
    }
    systems
}

fn system_row(base: &Rng, n: usize, state: usize) -> SystemRow {
    let mut rng = base.stream(0x5_0000_0000 + n as u64);
    let name = format!(
        "{} {}",
        names::town(&mut rng),
        rng.pick(&["Health", "Health System", "Care Network", "Health Partners", "Healthcare Alliance"])
    );
    let city = names::town(&mut rng);
    SystemRow { source_key: format!("SIM-S{:05}", n + 1), name, city, state: places::at(state).code.into(), country: "US".into() }
}
