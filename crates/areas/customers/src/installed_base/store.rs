//! The tables of devices, their service contracts and calls.

use rounds_store::{MigrationTrait, SqlMigration};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_093000_customers_device",
            up: "
CREATE TABLE device (
  id {id}, serial TEXT NOT NULL, product_text TEXT NOT NULL, product_id BIGINT, udi TEXT, account_id BIGINT NOT NULL, department TEXT NOT NULL,
  software TEXT NOT NULL, installed_on BIGINT, removed_on BIGINT, replace_on BIGINT, source TEXT NOT NULL, UNIQUE (serial, product_text));
CREATE INDEX device_account ON device (account_id, id);
CREATE INDEX device_product ON device (product_id, account_id);
CREATE TABLE device_service (
  id {id}, device_id BIGINT NOT NULL, number TEXT NOT NULL, level TEXT NOT NULL, valid_from BIGINT NOT NULL, valid_to BIGINT,
  UNIQUE (device_id, number, valid_from));
CREATE TABLE service_call (
  id {id}, number TEXT NOT NULL UNIQUE, device_id BIGINT NOT NULL, kind TEXT NOT NULL, opened_on BIGINT NOT NULL, technician TEXT NOT NULL,
  downtime_minutes BIGINT, resolved_on BIGINT, text TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX service_call_device ON service_call (device_id, opened_on, id);
",
        }
        .boxed(),
    ]
}

/// When a device is due: as its file says, or after the years of its article (365.25 days each); NULL when neither is known.
pub(super) const DUE: &str = "COALESCE(device.replace_on, device.installed_on + CAST(product.lifetime_years * 36525 / 100 AS BIGINT))";

/// Columns of [`super::Device`].
pub(super) fn columns() -> String {
    format!(
        "device.id, device.serial, device.product_text, device.product_id, product.name AS product, device.udi, device.account_id, \
         account.name AS account, device.department, device.software, device.installed_on, device.removed_on, {DUE} AS due_on, device.source"
    )
}

/// Tables of [`columns`].
pub(super) const FROM: &str = "device JOIN account ON account.id = device.account_id LEFT JOIN product ON product.id = device.product_id";
