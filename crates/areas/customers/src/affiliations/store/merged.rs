//! After a merge links are made again from what was said of both records, and after un-merge they are what they were.

use super::super::check;
use super::super::model::LinkKind;
use super::{list, of_child, rebuild};
use rounds_kernel::{Day, Result};
use rounds_store::{FromQueryResult, Query, Tx, args, repoint};

const CHILD_KINDS: [&str; 3] = ["system", "account", "person"];

#[derive(FromQueryResult)]
struct Id {
    id: i64,
}

/// The children of a kind whose links a merge concerns: the survivor, and those of whom something said of the other record moved to it.
async fn children(tx: &Tx, merge: i64, child_kind: &str, (kind, survivor): (&str, i64)) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT child_id AS id FROM affiliation_sighting WHERE child_kind = $1 AND id IN \
               (SELECT row_id FROM moved_row WHERE move_id = $2 AND place = 'affiliation_sighting.parent_id' AND removed IS NULL)";
    let mut found: Vec<i64> = tx.all::<Id>(sql, args![child_kind, merge]).await?.into_iter().map(|c| c.id).collect();
    found.extend((child_kind == kind).then_some(survivor));
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Makes the links of a survivor again, and of the children that came to it with the other record: what was said of both moved to it
/// before. The links of before are kept under `merge`, for [`taken_apart`]. Nothing of this is news on a timeline.
///
/// # Errors
/// `affiliation.cycle` if the survivor would belong to itself round a corner.
pub async fn merged(tx: &mut Tx, merge: i64, kind: &str, survivor: i64) -> Result<()> {
    for child_kind in CHILD_KINDS {
        let children = children(tx, merge, child_kind, (kind, survivor)).await?;
        for chunk in children.chunks(1_000) {
            let ids = list(chunk.iter().copied());
            let sql = format!("SELECT id FROM affiliation WHERE child_kind = $1 AND child_id IN ({ids}) ORDER BY id");
            for link in tx.all::<Id>(&sql, args![child_kind]).await? {
                repoint::take_out_record(tx, merge, "affiliation", link.id).await?;
            }
        }
        again(tx, child_kind, &children).await?;
    }
    for k in LinkKind::ALL.iter().filter(|k| k.nests() && k.child() == kind) {
        for link in of_child(tx, *k, survivor).await? {
            let days = (Day(link.valid_from as i32), link.valid_to.map(|d| Day(d as i32)));
            check::no_circle(tx, *k, (survivor, link.parent_id), days).await?;
        }
    }
    Ok(())
}

/// Puts back the links that [`merged`] made again, as they were. Called before rows go back to the other record.
pub async fn taken_apart(tx: &mut Tx, merge: i64, kind: &str, survivor: i64) -> Result<()> {
    for child_kind in CHILD_KINDS {
        for chunk in children(tx, merge, child_kind, (kind, survivor)).await?.chunks(1_000) {
            let ids = list(chunk.iter().copied());
            tx.execute(&format!("DELETE FROM affiliation WHERE child_kind = '{child_kind}' AND child_id IN ({ids})"), vec![]).await?;
        }
    }
    repoint::put_back(tx, merge, "affiliation", "affiliation").await.map(|_| ())
}

/// What was said of these records and of those that came with them since the merge counts: called when everything is back.
pub async fn settle(tx: &mut Tx, merge: i64, kind: &str, [survivor, back]: [i64; 2]) -> Result<()> {
    for child_kind in CHILD_KINDS {
        let mut children = children(tx, merge, child_kind, (kind, survivor)).await?;
        children.extend((child_kind == kind).then_some(back));
        again(tx, child_kind, &children).await?;
    }
    Ok(())
}

async fn again(tx: &mut Tx, child_kind: &str, children: &[i64]) -> Result<()> {
    for k in LinkKind::ALL.iter().filter(|k| k.child() == child_kind && !children.is_empty()) {
        rebuild(tx, *k, children).await?;
    }
    Ok(())
}
