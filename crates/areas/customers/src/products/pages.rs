//! The portfolio.

use super::store::{Product, all};
use axum::extract::State;
use rounds_kernel::{Money, ProductStage};
use rounds_web::components::Column;
use rounds_web::{App, Shell, Visitor, WebResult, page};

#[derive(Debug, askama::Template)]
#[template(path = "products/templates/list.html")]
struct ProductsPage {
    shell: Shell,
    columns: Vec<Column>,
    products: Vec<Product>,
}

impl ProductsPage {
    fn stage(&self, product: &Product) -> String {
        ProductStage::parse(&product.stage).map_or_else(|| product.stage.clone(), |s| s.label().to_owned())
    }

    fn price(&self, product: &Product) -> String {
        Money(product.list_price_cents).whole()
    }
}

fn view(shell: Shell, products: Vec<Product>) -> ProductsPage {
    let columns = vec![
        Column::text("Product"),
        Column::text("Code"),
        Column::text("Family"),
        Column::text("Business unit"),
        Column::text("Stage"),
        Column::number("List price"),
    ];
    ProductsPage { shell, columns, products }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor) -> WebResult {
    page(&view(visitor.shell(&app, "Products"), all(app.db()).await?))
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let product = Product {
        id: 1,
        code: "CL-06".into(),
        name: "Closure device <6F>".into(),
        family: "Closure".into(),
        business_unit: "Vascular".into(),
        stage: "launch".into(),
        list_price_cents: 123_400,
    };
    let draw = |products| askama::Template::render(&view(Shell::sample("Products"), products)).unwrap_or_default();
    vec![("products", draw(vec![product])), ("products, none", draw(Vec::new()))]
}
