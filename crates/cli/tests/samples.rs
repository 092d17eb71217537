//! Every page drawn from its sample: complete, safe, usable without script.

/// Forms behind a signed link: the link is their token, and there is no session.
const BY_LINK: [&str; 3] = ["/choices/", "/confirm/", "/u/"];

#[test]
fn every_page_is_drawn_from_its_sample() {
    let mut pages = rounds_cli::compose::samples();
    pages.extend(own());
    assert!(pages.len() >= 30, "only {} samples", pages.len());
    for (name, html) in &pages {
        assert!(html.len() > 200, "{name} is empty: it failed to draw");
        for form in html.split("<form method=\"post\"").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            if BY_LINK.iter().any(|path| form.contains(&format!("action=\"{path}"))) {
                continue;
            }
            assert!(form.contains("name=\"csrf\"") || form.contains("csrf="), "{name}: a form without its token: {form}");
        }
        for hostile in ["<b>", "<i>", "<script>alert", "<data>", "<img src=x"] {
            assert!(!html.contains(hostile), "{name} prints {hostile} unescaped");
        }
        assert!(!html.contains("style=\""), "{name} has an inline style, which the content policy blocks");
        for event in [" onclick=", " onload=", " onsubmit=", "<script>"] {
            assert!(!html.contains(event), "{name} has {event}");
        }
        if html.contains("<!doctype html>") {
            let headings = html.matches("<h1").count();
            assert!(headings >= 1, "{name} has no heading");
            assert!(html.contains("id=\"content\""), "{name} has no main content to skip to");
        }
    }
}

fn own() -> Vec<(&'static str, String)> {
    use askama::Template;
    let draw = |t: &dyn Fn() -> askama::Result<String>| t().expect("the page draws");
    vec![
        ("gallery", draw(&|| rounds_web::gallery::GalleryPage::sample().render())),
        ("gallery: queue", draw(&|| rounds_web::gallery::QueueSample::sample().render())),
        ("gallery: account", draw(&|| rounds_web::gallery::AccountSample::sample().render())),
        ("problem", draw(&|| rounds_web::components::ProblemPage::sample().render())),
        ("api", draw(&|| rounds_web::api::ApiPage::sample().render())),
        ("signed out", draw(&|| rounds_web::components::SignedOutPage::sample().render())),
        ("sign in", draw(&|| rounds_web::components::SignInPage::sample().render())),
    ]
}
