//! Exports hold what the reader may see, in the other system's words.

use super::model::names;
use super::{Object, rows};
use crate::sales::{load, runners};
use rounds_kernel::{Actor, Day, Role, Scope, UserId};

#[test]
fn names_are_split_as_salesforce_wants_them() {
    for (name, want) in [("Dr. Ada Meyer", ("Meyer", "Ada")), ("Ada de la Meyer", ("Meyer", "Ada de la")), ("Cher", ("Cher", ""))] {
        assert_eq!(names(name), (want.0.to_owned(), want.1.to_owned()), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_orders_come_in_their_fields_and_nothing_from_elsewhere() {
    for (runner, _db) in runners().await {
        let file = "Order Number,Product Code,Account ID,Order Date,Quantity,Amount,Currency,Customer PO\n\
                    77,C1,north,2026-10-01,2.5,1234.50,EUR,=PO\n78,C1,nobody,2026-10-01,1,5,EUR,\n";
        load(&runner, "orders.csv", file).await;
        let (all, today) = (Actor::program("test"), Day::parse("2026-11-23").expect("a day"));
        let accounts = rows(&runner.db, &all, Object::Account, today).await.expect("reads");
        assert_eq!(accounts.iter().map(|r| r[0].as_str()).collect::<Vec<_>>(), ["north", "south"]);
        assert!(accounts.iter().all(|r| r.len() == Object::Account.header().len()));
        let orders = rows(&runner.db, &all, Object::Order, today).await.expect("reads");
        assert_eq!(orders, [["77", "north", "2026-10-01", "Activated", "EUR", "1234.50", "=PO"].map(str::to_owned).to_vec()]);
        let items = rows(&runner.db, &all, Object::OrderItem, today).await.expect("reads");
        assert_eq!(items, [["77", "C1", "C1", "2.5", "EA", "1234.50", "EUR"].map(str::to_owned).to_vec()]);
        let rep = Actor { role: Role::FieldRep, scope: Scope::CoveredBy(vec![UserId(9)]), ..all.clone() };
        for object in [Object::Account, Object::Order, Object::OrderItem] {
            assert!(rows(&runner.db, &rep, object, today).await.expect("reads").is_empty(), "{object:?}");
        }
        let marketer = Actor { role: Role::Marketer, ..all };
        assert_eq!(rows(&runner.db, &marketer, Object::Order, today).await.expect_err("may not").code, "access.forbidden");
    }
}
