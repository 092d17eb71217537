//! The tables of sale lines, consignment stock and exchange rates.

pub(super) mod lines;
pub(super) mod stock;

use rounds_store::{MigrationTrait, SqlMigration};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_100000_serve_sale_line",
            up: "
CREATE TABLE sale_line (
  id {id}, erp TEXT NOT NULL, kind TEXT NOT NULL, doc_no TEXT NOT NULL, line TEXT NOT NULL, day BIGINT NOT NULL,
  ship_to_id BIGINT NOT NULL, sold_to_id BIGINT NOT NULL, bill_to_id BIGINT NOT NULL, payer_id BIGINT NOT NULL, product_id BIGINT,
  product_text TEXT, milli BIGINT NOT NULL, unit TEXT NOT NULL, base_milli BIGINT, minor BIGINT NOT NULL, currency TEXT NOT NULL,
  price_type TEXT, contract_no TEXT, po_no TEXT, supply TEXT NOT NULL, reason TEXT, ref_doc TEXT, source TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, UNIQUE (doc_no, line, kind, erp));
CREATE INDEX sale_line_ship_to ON sale_line (ship_to_id, day, id);
CREATE INDEX sale_line_day ON sale_line (day, id, kind, ship_to_id, product_id, currency, minor);
CREATE INDEX sale_line_product ON sale_line (product_id, day, id);
CREATE TABLE sale_day (
  day BIGINT NOT NULL, kind TEXT NOT NULL, currency TEXT NOT NULL, lines BIGINT NOT NULL, minor BIGINT NOT NULL,
  PRIMARY KEY (day, kind, currency));
CREATE TABLE sale_line_was (
  id {id}, line_id BIGINT NOT NULL, version BIGINT NOT NULL, day BIGINT NOT NULL, ship_to_id BIGINT NOT NULL, product_id BIGINT,
  milli BIGINT NOT NULL, unit TEXT NOT NULL, minor BIGINT NOT NULL, currency TEXT NOT NULL, source TEXT NOT NULL,
  recorded_at BIGINT NOT NULL, replaced_at BIGINT NOT NULL);
CREATE INDEX sale_line_was_line ON sale_line_was (line_id, version);
CREATE TABLE consignment_stock (
  id {id}, party_id BIGINT NOT NULL, product_id BIGINT, product_text TEXT NOT NULL, lot TEXT NOT NULL, milli BIGINT NOT NULL,
  unit TEXT NOT NULL, expires_on BIGINT, counted_on BIGINT NOT NULL, source TEXT NOT NULL,
  UNIQUE (party_id, product_text, lot, counted_on));
CREATE TABLE exchange_rate (
  id {id}, currency TEXT NOT NULL, into_currency TEXT NOT NULL, day BIGINT NOT NULL, millionths BIGINT NOT NULL, source TEXT NOT NULL,
  UNIQUE (into_currency, currency, day));
",
        }
        .boxed(),
    ]
}
