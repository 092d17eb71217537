//! There must be something to speak about: a product of the unit for this account.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    code: "product_fit",
    title: "no product to speak about",
    refuses: |c| c.candidate.product.is_none(),
    words: |c| {
        let unit = c.snapshot.units.get(c.candidate.unit as usize).map_or("unit", String::as_str);
        format!("The portfolio of {unit} has no product for this account.")
    },
};
