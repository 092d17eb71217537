//! Tasks of a customer, and where a preference comes from.

use serde::{Deserialize, Serialize};

rounds_kernel::words! {
    /// What the customer wants to do; preference differs by it.
    Task {
        /// Learn about a product.
        Learn = "learn", "Learn";
        /// See it work.
        Demo = "demo", "See a demo";
        /// Agree terms.
        Contract = "contract", "Agree terms";
        /// Order.
        Order = "order", "Order";
        /// Get help.
        Support = "support", "Get support";
    }
}

rounds_kernel::words! {
    /// Where a preference comes from.
    Origin {
        /// The person said so.
        Stated = "stated", "Stated";
        /// Their answers to our contacts show it.
        Observed = "observed", "Observed";
    }
}
