//! Merging: two records that are one become one, with everything that points at them, and can be taken apart again.
//!
//! Public: [`Reference`] with its parts [`Once`], [`Wins`] and [`RowKey`] (how an area says where its rows point at records), [`Merge`],
//! [`Unmerge`], [`FollowMerges`], [`survivor`] and [`or_survivor`] (the page of a merged record leads to the survivor), [`into`], [`page`].
//! Tables: [`TABLES`].

mod commands;
mod model;
mod store;

pub use commands::{FollowMerges, Merge, Merged, Unmerge, Unmerged};
pub(crate) use model::OWN;
pub use model::{Once, Reference, RowKey, Wins};
pub(crate) use store::{COLUMNS, see};
pub use store::{MergeRow, gone, into, merge, migrations, page, survivor};

use crate::identifiers::EntityKind;
use axum::response::{IntoResponse, Redirect, Response};
use rounds_kernel::ErrorKind;
use rounds_web::{App, Visitor, WebResult};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["merge"];

/// The answer, or for the page of a record that was merged a lasting redirect (301) to the record it went into, if the visitor may see it.
///
/// # Errors
/// The answer's own.
pub async fn or_survivor(app: &App, visitor: &Visitor, kind: EntityKind, id: i64, answer: WebResult) -> WebResult {
    let Err(problem) = answer else { return answer };
    if problem.0.kind != ErrorKind::NotFound {
        return Err(problem);
    }
    let Some(at) = survivor(app.db(), kind, id).await? else { return Err(problem) };
    if store::see(app.db(), &visitor.actor, kind, at).await.is_err() {
        return Err(problem);
    }
    Ok(moved(&format!("/{}/{at}", kind.plural())))
}

fn moved(to: &str) -> Response {
    let mut answer = Redirect::permanent(to).into_response();
    *answer.status_mut() = axum::http::StatusCode::MOVED_PERMANENTLY;
    answer
}
