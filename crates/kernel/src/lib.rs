//! The words every other crate speaks: typed ids, time, channels, roles, facts and errors. No I/O.

mod actor;
mod channel;
mod error;
mod fact;
mod ids;
mod money;
mod page;
mod rng;
mod time;

pub use actor::{Actor, Permission, Role, Scope};
pub use channel::{CareSetting, Channel, Outcome, PersonRole, ProductStage, Purpose};
pub use error::{Error, ErrorKind, Result, RowReject};
pub use fact::{FactKind, NewFact};
pub use ids::{AccountId, ActionId, AlignmentId, FactId, JobId, LeadId, PersonId, PlanId, ProductId, SystemId, UserId};
pub use money::{Country, Currency, Money};
pub use page::{Cursor, Page};
pub use rng::Rng;
pub use time::{Clock, Day, FixedClock, SystemClock, Time, Week};
