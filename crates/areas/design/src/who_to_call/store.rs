//! Tables and reads.

use super::model::{Exception, Topic};
use rounds_kernel::Result;
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, args};

/// Migrations of this capability, with the topics a ward asks about.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_105000_design_who_to_call",
            up: "
CREATE TABLE call_topic (
  id {id}, topic TEXT NOT NULL, role TEXT NOT NULL, line TEXT NOT NULL, phone TEXT NOT NULL, email TEXT NOT NULL, position BIGINT NOT NULL,
  retired_at BIGINT);
CREATE TABLE call_exception (
  id {id}, account_id BIGINT NOT NULL, topic_id BIGINT NOT NULL, name TEXT NOT NULL, phone TEXT NOT NULL, email TEXT NOT NULL);
CREATE INDEX call_exception_account ON call_exception (account_id, topic_id);
INSERT INTO call_topic (topic, role, line, phone, email, position) VALUES
  ('Order, delivery or back order', 'success', '', '', '', 1),
  ('Invoice or credit note', 'success', '', '', '', 2),
  ('A quick question or a quote', 'remote_rep', '', '', '', 3),
  ('A clinical question, a demo or training', 'field_rep', '', '', '', 4),
  ('Contract and price', 'kam', '', '', '', 5),
  ('A device does not work', '', 'Technical service', '', '', 6),
  ('A complaint or an adverse event', '', 'Quality', '', '', 7);
",
        }
        .boxed(),
    ]
}

/// Topics on the card.
pub(super) async fn topics(db: &impl Query) -> Result<Vec<Topic>> {
    db.all("SELECT id, topic, role, line, phone, email FROM call_topic WHERE retired_at IS NULL ORDER BY position, id", vec![]).await
}

/// Exceptions of an account.
pub(super) async fn exceptions(db: &impl Query, account: i64) -> Result<Vec<Exception>> {
    db.all("SELECT topic_id, name, phone, email FROM call_exception WHERE account_id = $1 ORDER BY id", args![account]).await
}

#[derive(FromQueryResult)]
struct Named {
    name: String,
}

/// Name of an account; `None` when there is none.
pub(super) async fn account(db: &impl Query, account: i64) -> Result<Option<String>> {
    Ok(db.one::<Named>("SELECT name FROM account WHERE id = $1", args![account]).await?.map(|n| n.name))
}
