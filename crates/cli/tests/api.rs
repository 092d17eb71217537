//! The API: what its document promises, pages by cursor, problems, tags.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, market};
use rounds_kernel::Role;
use rounds_testkit::{Answer, Visitor, databases, sqlite};
use serde_json::Value;

fn json(a: &Answer) -> Value {
    serde_json::from_str(&a.body).unwrap_or_else(|e| panic!("{e}: {} {}", a.status, a.body))
}

async fn read(v: &Visitor, path: &str) -> Value {
    let a = v.get(path).await;
    assert_eq!(a.status, 200, "{path}: {}", a.body);
    json(&a)
}

#[test]
fn every_word_of_the_document_is_checked() {
    let mut routes = rounds_web::own_routes();
    routes.extend(rounds_cli::compose::routes());
    let declared: Vec<_> = routes.iter().filter_map(|r| r.api.as_ref()).collect();
    assert!(declared.len() > 10);
    for d in &declared {
        assert!(d.unchecked().is_empty(), "{} {}: {:?}", d.verb.name(), d.path, d.unchecked());
        assert!(d.path.starts_with("/api/v1/") && !d.summary.is_empty(), "{}", d.path);
    }
    let document = rounds_web::api::document(routes.iter());
    assert_eq!(document["openapi"], "3.1.0");
    let text = document.to_string();
    for part in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name} is referred to, but not there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_walked_by_its_cursors() {
    for db in databases().await {
        let w = market(db, 40).await;
        let site = w.site().await;
        let v = site.sign_in(&w.user(Role::Operations).email, PASSWORD).await;
        for list in ["accounts", "accounts?sort=-beds", "accounts?sort=state", "people?sort=-name", "systems?sort=-accounts", "systems"] {
            let glue = if list.contains('?') { '&' } else { '?' };
            let whole = read(&v, &format!("/api/v1/{list}{glue}limit=200")).await;
            let whole: Vec<i64> = whole["items"].as_array().unwrap().iter().map(|i| i["id"].as_i64().unwrap()).collect();
            let (mut seen, mut after) = (Vec::new(), String::new());
            for _ in 0..400 {
                let at = if after.is_empty() { String::new() } else { format!("&after={after}") };
                let page = read(&v, &format!("/api/v1/{list}{glue}limit=7{at}")).await;
                let ids = page["items"].as_array().unwrap().iter().map(|i| i["id"].as_i64().unwrap());
                seen.extend(ids);
                match page["next"].as_str() {
                    Some(next) if seen.len() < whole.len() => after = next.to_owned(),
                    _ => break,
                }
            }
            seen.truncate(whole.len());
            assert_eq!(seen, whole, "{}: {list}", w.db.engine);
        }
        let first = read(&v, "/api/v1/accounts?limit=3").await;
        let next = first["next"].as_str().unwrap();
        let a = v.get(&format!("/api/v1/accounts?limit=3&sort=-name&after={next}")).await;
        assert_eq!((a.status.as_u16(), json(&a)["code"].as_str()), (404, Some("api.page_unknown")), "made for another order");
        let id = first["items"][0]["id"].as_i64().unwrap();
        for path in [format!("accounts/{id}"), format!("accounts/{id}/timeline?limit=3"), format!("accounts/{id}/affiliations")] {
            read(&v, &format!("/api/v1/{path}")).await;
        }
        let person = read(&v, "/api/v1/people?limit=1").await["items"][0]["id"].as_i64().unwrap();
        for path in [format!("people/{person}/timeline"), format!("people/{person}/affiliations")] {
            assert!(!read(&v, &format!("/api/v1/{path}")).await["items"].as_array().unwrap().is_empty(), "{path}");
        }
        let name = first["items"][0]["name"].as_str().unwrap();
        let word = name.split_whitespace().next().unwrap();
        assert!(!read(&v, &format!("/api/v1/search?q={word}")).await["items"].as_array().unwrap().is_empty());
        read(&v, "/api/v1/products").await;
        read(&v, "/api/v1/identifiers?value=1").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_problem_documents() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let (v, nobody) = (site.sign_in(&w.user(Role::FieldRep).email, PASSWORD).await, site.visitor());
    let cases = [
        (v.get("/api/v1/accounts?limit=0").await, 400, "api.fields"),
        (v.get("/api/v1/accounts?limit=x").await, 400, "api.fields"),
        (v.get("/api/v1/accounts?limit=99999999999999999999").await, 400, "api.fields"),
        (v.get("/api/v1/accounts?limit=5&limit=6").await, 400, "api.fields"),
        (v.get("/api/v1/accounts?colour=red").await, 400, "api.fields"),
        (v.get("/api/v1/accounts?name=a%00b").await, 400, "api.fields"),
        (v.get("/api/v1/accounts?sort=name;--").await, 400, "api.fields"),
        (v.get("/api/v1/accounts?after=zz").await, 404, "api.page_unknown"),
        (v.get("/api/v1/accounts/abc").await, 400, "api.fields"),
        (v.get("/api/v1/accounts/0").await, 400, "api.fields"),
        (v.get("/api/v1/accounts/9223372036854775807").await, 404, "record.not_found"),
        (v.get("/api/v1/accounts/9223372036854775808").await, 400, "api.fields"),
        (v.get("/api/v1/nowhere").await, 404, "record.not_found"),
        (v.get("/api/v1/leads/1/take").await, 405, "request.method"),
        (v.send("GET", "/api/v1/accounts", &[("accept", "text/html")]).await, 406, "api.not_acceptable"),
        (nobody.get("/api/v1/accounts").await, 401, "access.sign_in"),
        (nobody.send("GET", "/api/v1/accounts", &[("authorization", "Bearer x")]).await, 401, "key.unknown"),
        (nobody.send("GET", "/api/v1/accounts", &[("authorization", "Basic eDp4")]).await, 401, "key.unknown"),
    ];
    for (a, status, code) in cases {
        let kind = a.headers.get("content-type").and_then(|t| t.to_str().ok()).unwrap_or_default().to_owned();
        let body = json(&a);
        assert_eq!(
            (a.status.as_u16(), body["code"].as_str().unwrap(), kind.as_str()),
            (status, code, "application/problem+json"),
            "{body}"
        );
        assert_eq!(body["status"], status);
        for member in ["type", "title", "detail", "remedy"] {
            assert!(body[member].as_str().is_some_and(|t| !t.is_empty()), "{member}: {body}");
        }
        assert_eq!(a.headers.contains_key("allow"), status == 405);
        assert_eq!(a.headers.contains_key("www-authenticate"), status == 401);
        if code == "api.fields" {
            assert!(body["errors"][0]["field"].as_str().is_some_and(|f| f.starts_with('/')), "{body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_not_sent_again() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let v = site.sign_in(&w.user(Role::Operations).email, PASSWORD).await;
    let a = v.get("/api/v1/accounts/1").await;
    let tag = a.headers["etag"].to_str().unwrap().to_owned();
    let again = v.send("GET", "/api/v1/accounts/1", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""));
    assert_eq!(v.send("GET", "/api/v1/accounts/1", &[("if-none-match", "\"other\"")]).await.status, 200);
}
