//! What a run writes, and what a steward decides.

mod decide;
mod run;

pub use decide::{CallDifferent, MergePair, Reopen, SwitchAuto};
pub(super) use run::{FinishRun, MergeStep, WritePairs};
