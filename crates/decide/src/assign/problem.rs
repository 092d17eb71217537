//! The problem a caller fills in, and its validation at the door.

use rounds_kernel::Error;
use serde::{Deserialize, Serialize};

/// Subgroup code of an option that belongs to no subgroup.
pub const NO_SUBGROUP: u8 = u8::MAX;
/// Resource index of an option that uses nobody's time and no budget.
pub const NO_RESOURCE: u32 = u32::MAX;
/// Account index of a customer that belongs to no account.
pub const NO_ACCOUNT: u32 = u32::MAX;
/// A cap that does not limit.
pub const NO_CAP: u32 = u32::MAX;

/// Who may be contacted how, what each contact is worth and takes, and everyone's limits.
///
/// `n` customers, `o` options (possible contacts) grouped by customer, `k` resources, `a` accounts. Vectors marked
/// *or empty* may be left empty when nobody has such a limit. Fill it in any way you like (the fields are public, and
/// [`Problem::push_option`] with [`Problem::end_customer`] do it one customer at a time); [`crate::assign::solve`]
/// validates it first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Length `n + 1`, not falling, from 0 to `o`: the options of customer `i` are `option_start[i]..option_start[i + 1]`.
    pub option_start: Vec<u32>,
    /// Length `o`, finite, any sign: what the contact is worth. Options worth nothing or less are taken only for a
    /// minimum or a lock.
    pub value: Vec<f64>,
    /// Length `o`: index into `capacity`, or [`NO_RESOURCE`].
    pub resource: Vec<u32>,
    /// Length `o`, finite, ≥ 0, in units of the resource (minutes; 1 for a counted budget such as e-mails).
    pub amount: Vec<f64>,
    /// Length `o`: code of the option's subgroup within its customer (say, field actions), or [`NO_SUBGROUP`].
    pub subgroup: Vec<u8>,
    /// By subgroup code: most options of that code in one customer. Codes in use must be covered.
    pub subgroup_cap: Vec<u32>,
    /// Most contacts a customer, where `customer_cap` is empty.
    pub default_customer_cap: u32,
    /// Length `n` or empty: most contacts of each customer.
    pub customer_cap: Vec<u32>,
    /// Length `n` or empty: coverage minimum, fewest contacts of each customer (a goal: see [`crate::assign::Shortfall`]).
    pub customer_min: Vec<u32>,
    /// Length `n` or empty: the account of each customer, or [`NO_ACCOUNT`].
    pub account: Vec<u32>,
    /// Length `a`: most contacts over the customers of each account, or [`NO_CAP`].
    pub account_cap: Vec<u32>,
    /// Length `a` or empty: fewest contacts over the customers of each account (a goal).
    pub account_min: Vec<u32>,
    /// Length `k`, ≥ 0, infinity allowed: what each resource has to give.
    pub capacity: Vec<f64>,
    /// Strictly rising option indices that are in the plan already (an accepted appointment). They use capacity first.
    pub locked_in: Vec<u32>,
    /// Strictly rising option indices that must stay out of the plan.
    pub locked_out: Vec<u32>,
}

/// One option as [`Problem::push_option`] takes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opt {
    /// What the contact is worth.
    pub value: f64,
    /// Index into `capacity`, or [`NO_RESOURCE`].
    pub resource: u32,
    /// Use of the resource, in its units.
    pub amount: f64,
    /// Subgroup code, or [`NO_SUBGROUP`].
    pub subgroup: u8,
}

fn refuse<T>(code: &str, cause: String, remedy: &str) -> Result<T, Error> {
    Err(Error::invalid(code, cause, remedy))
}

impl Problem {
    /// An empty problem over resources of the given capacity, at most two contacts a customer.
    pub fn new(capacity: Vec<f64>) -> Self {
        Problem { option_start: vec![0], default_customer_cap: 2, capacity, ..Problem::default() }
    }

    /// Adds an option to the customer being filled in and returns the option's index.
    pub fn push_option(&mut self, option: Opt) -> u32 {
        self.value.push(option.value);
        self.resource.push(option.resource);
        self.amount.push(option.amount);
        self.subgroup.push(option.subgroup);
        (self.value.len() - 1) as u32
    }

    /// Closes the customer being filled in (with or without options) and returns the customer's index.
    pub fn end_customer(&mut self) -> u32 {
        self.option_start.push(self.value.len() as u32);
        (self.option_start.len() - 2) as u32
    }

    /// Number of customers, `n`.
    pub fn customers(&self) -> usize {
        self.option_start.len().saturating_sub(1)
    }

    /// Number of options, `o`.
    pub fn options(&self) -> usize {
        self.value.len()
    }

    /// The options of customer `i`.
    pub fn options_of(&self, i: usize) -> std::ops::Range<usize> {
        self.option_start[i] as usize..self.option_start[i + 1] as usize
    }

    /// The customer that option `o` belongs to.
    pub fn customer_of(&self, o: u32) -> usize {
        self.option_start.partition_point(|&s| s <= o) - 1
    }

    /// Checks shapes, ranges and indices.
    ///
    /// # Errors
    /// The first fault found, with code (`assign.…`), cause and remedy. Limits that cannot all be met (minimums
    /// nobody can reach, locks beyond a capacity) are not faults: the solution reports them.
    pub fn validate(&self) -> Result<(), Error> {
        self.validate_shapes()?;
        self.validate_options()?;
        self.validate_limits()?;
        validate_locks("locked_in", &self.locked_in, self.options())?;
        validate_locks("locked_out", &self.locked_out, self.options())?;
        let mut out = self.locked_out.iter().peekable();
        for o in &self.locked_in {
            while out.next_if(|&p| p < o).is_some() {}
            if out.peek() == Some(&o) {
                return refuse("assign.lock_both", format!("option {o} is locked in and locked out"), "keep it in one of the two lists");
            }
        }
        Ok(())
    }

    fn validate_shapes(&self) -> Result<(), Error> {
        let starts = &self.option_start;
        let rising = starts.windows(2).all(|w| w[0] <= w[1]);
        if starts.first() != Some(&0) || starts.last().map(|&s| s as usize) != Some(self.options()) || !rising {
            return refuse(
                "assign.option_start",
                format!("option_start must rise from 0 to the number of options, {}", self.options()),
                "close every customer after its options",
            );
        }
        let (o, n, a) = (self.options(), self.customers(), self.account_cap.len());
        if o >= u32::MAX as usize || self.capacity.len() >= u32::MAX as usize {
            return refuse("assign.too_large", format!("{o} options"), "split the problem by market: at most 2^32 - 2 options");
        }
        let shapes = [
            ("resource", self.resource.len(), o, false),
            ("amount", self.amount.len(), o, false),
            ("subgroup", self.subgroup.len(), o, false),
            ("customer_cap", self.customer_cap.len(), n, true),
            ("customer_min", self.customer_min.len(), n, true),
            ("account", self.account.len(), n, true),
            ("account_min", self.account_min.len(), a, true),
        ];
        for (name, len, want, may_be_empty) in shapes {
            if len != want && !(may_be_empty && len == 0) {
                return refuse(
                    "assign.shape",
                    format!("{name} has length {len}, expected {want}"),
                    "give one entry for each customer, option or account as the field's description says",
                );
            }
        }
        Ok(())
    }

    fn validate_options(&self) -> Result<(), Error> {
        for o in 0..self.options() {
            let (v, t, r, g) = (self.value[o], self.amount[o], self.resource[o], self.subgroup[o]);
            if !v.is_finite() {
                return refuse("assign.value", format!("option {o} has value {v}"), "give every option a finite value");
            }
            if !(t.is_finite() && t >= 0.0) {
                return refuse("assign.amount", format!("option {o} has amount {t}"), "give a finite amount of at least 0");
            }
            if r != NO_RESOURCE && r as usize >= self.capacity.len() {
                return refuse(
                    "assign.resource",
                    format!("option {o} uses resource {r}, there are {}", self.capacity.len()),
                    "add the resource's capacity or use NO_RESOURCE",
                );
            }
            if g != NO_SUBGROUP && g as usize >= self.subgroup_cap.len() {
                return refuse(
                    "assign.subgroup",
                    format!("option {o} has subgroup {g}, there are {} caps", self.subgroup_cap.len()),
                    "add the subgroup's cap or use NO_SUBGROUP",
                );
            }
        }
        Ok(())
    }

    fn validate_limits(&self) -> Result<(), Error> {
        for (k, &c) in self.capacity.iter().enumerate() {
            if c.is_nan() || c < 0.0 {
                return refuse("assign.capacity", format!("resource {k} has capacity {c}"), "give at least 0, or infinity");
            }
        }
        for (i, &a) in self.account.iter().enumerate() {
            if a != NO_ACCOUNT && a as usize >= self.account_cap.len() {
                return refuse(
                    "assign.account",
                    format!("customer {i} is in account {a}, there are {}", self.account_cap.len()),
                    "add the account's cap (NO_CAP for none) or use NO_ACCOUNT",
                );
            }
        }
        Ok(())
    }
}

fn validate_locks(name: &str, locks: &[u32], options: usize) -> Result<(), Error> {
    let rising = locks.windows(2).all(|w| w[0] < w[1]);
    if !rising || locks.last().is_some_and(|&o| o as usize >= options) {
        return refuse(
            "assign.lock",
            format!("{name} must hold strictly rising indices below {options}"),
            "sort the list, drop repeats and options that are not in the problem",
        );
    }
    Ok(())
}
