fn main() {
    let all = rounds_consent::samples().into_iter().chain(rounds_design::samples());
    for (name, html) in all {
        assert!(!html.is_empty(), "{name}");
        let html = if html.contains("<html") { html } else { format!("<!doctype html><html><head><meta charset=utf-8><meta name=viewport content='width=device-width'><link rel=stylesheet href=/assets/app.css></head><body><main>{html}</main></body></html>") };
        std::fs::write(format!("/tmp/look/{name}.html"), html).unwrap();
    }
}
