//! The objects that can be exported.

use rounds_kernel::{Permission, words};
use serde::{Deserialize, Serialize};

words! {
    /// An object of another system.
    Object {
        /// Veeva Vault CRM: which territory an account is in.
        AccountTerritory = "account_territory__v", "Veeva: account_territory__v";
        /// Salesforce: accounts.
        Account = "Account", "Salesforce: Account";
        /// Salesforce: contacts.
        Contact = "Contact", "Salesforce: Contact";
        /// Salesforce: orders.
        Order = "Order", "Salesforce: Order";
        /// Salesforce: lines of orders.
        OrderItem = "OrderItem", "Salesforce: OrderItem";
    }
}

impl Object {
    /// What the reader's role must hold beside reading the record.
    pub fn permission(self) -> Permission {
        match self {
            Self::AccountTerritory => Permission::ReadDesign,
            Self::Account | Self::Contact => Permission::ReadRecord,
            Self::Order | Self::OrderItem => Permission::ReadOrders,
        }
    }

    /// Field names.
    pub fn header(self) -> &'static [&'static str] {
        match self {
            Self::AccountTerritory => {
                &["external_id__v", "account__vr.external_id__v", "territory__vr.name__v", "start_date__v", "end_date__v"]
            }
            Self::Account => &[
                "External_Id__c",
                "Name",
                "Type",
                "Parent.External_Id__c",
                "BillingStreet",
                "BillingCity",
                "BillingState",
                "BillingPostalCode",
                "BillingCountry",
                "Phone",
            ],
            Self::Contact => &[
                "External_Id__c",
                "LastName",
                "FirstName",
                "Account.External_Id__c",
                "Title",
                "Department",
                "Email",
                "Phone",
                "HasOptedOutOfEmail",
                "DoNotCall",
            ],
            Self::Order => &[
                "OrderReferenceNumber",
                "Account.External_Id__c",
                "EffectiveDate",
                "Status",
                "CurrencyIsoCode",
                "TotalAmount__c",
                "PoNumber",
            ],
            Self::OrderItem => &[
                "Order.OrderReferenceNumber",
                "Line__c",
                "Product2.ProductCode",
                "Quantity",
                "QuantityUnitOfMeasure__c",
                "TotalPrice__c",
                "CurrencyIsoCode",
            ],
        }
    }

    /// In words, what a row is.
    pub(super) fn about(self) -> &'static str {
        match self {
            Self::AccountTerritory => "each account and the territory of the owner who covers it: business unit, role, owner",
            Self::Account => "accounts with address, kind and system",
            Self::Contact => "people with their present account and their refusals of e-mail and calls; no money",
            Self::Order => "orders of 12 months with their net amount, each currency its own",
            Self::OrderItem => "their lines",
        }
    }
}

/// Rows of an export, with the fields of [`Object::header`].
pub type Rows = Vec<Vec<String>>;

/// A person's name as Salesforce wants it: the last word is the last name, titles in front are left out.
pub(super) fn names(name: &str) -> (String, String) {
    let words: Vec<&str> =
        name.split_whitespace().filter(|w| !matches!(w.trim_end_matches('.'), "Dr" | "Prof" | "Mr" | "Mrs" | "Ms")).collect();
    match words.split_last() {
        Some((last, first)) => ((*last).to_owned(), first.join(" ")),
        None => (name.to_owned(), String::new()),
    }
}
