//! Single sign-on against a real provider (npm `oidc-provider`, run here) and against one that cheats in every way we know.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{World, market};
use reqwest::redirect::Policy;
use rounds_kernel::{Actor, Role};
use rounds_platform::setup::{Place, SignOn, change};
use rounds_testkit::{Answer, Site, Visitor, sqlite};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

struct Provider {
    child: Child,
    /// Kept open: a provider that cannot write its log ends.
    _log: BufReader<ChildStdout>,
    base: String,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn provider(kind: &str, more: &[&str]) -> Provider {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provider.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(kind).arg(port.to_string()).args(more).stdout(Stdio::piped());
    let mut child = command.spawn().expect("Node runs, as for the assets");
    let mut line = String::new();
    let mut log = BufReader::new(child.stdout.take().unwrap());
    log.read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "ready");
    Provider { child, _log: log, base: format!("http://127.0.0.1:{port}") }
}

/// The folder with the provider's package, installed on first use; `None` without a registry.
fn modules() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("identity-provider");
    if !folder.join("node_modules/oidc-provider").exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let npm = Command::new("npm").args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&folder).arg("oidc-provider@9").output();
        if !npm.is_ok_and(|o| o.status.success()) {
            println!("skipped: oidc-provider cannot be installed from the npm registry");
            return None;
        }
    }
    Some(folder)
}

async fn set_up(w: &World, site: &Site, settings: SignOn) {
    let program = Actor::program("test");
    let place = Place { address: site.base.clone(), ..Place::default() };
    change(&w.runner, &program, &place).await.unwrap();
    change(&w.runner, &program, &settings).await.unwrap();
}

fn browser() -> reqwest::Client {
    reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap()
}

/// Goes to the provider that always says yes, as `email`; returns the way back.
async fn round(v: &Visitor, email: &str, next: &str) -> String {
    let away = v.get(&format!("/sign-in/on?next={next}")).await.location.unwrap();
    let answer = browser().get(format!("{away}&login_hint={email}")).send().await.unwrap();
    let back = answer.headers()["location"].to_str().unwrap().to_owned();
    back[back.find("/sign-in/on/back").unwrap()..].to_owned()
}

fn at(base: &str, mode: &str) -> SignOn {
    SignOn { issuer: format!("{base}/{mode}"), client_id: "rounds".into(), ..SignOn::default() }
}

fn refused(a: &Answer) -> bool {
    a.status == 400 && a.body.contains("sign_on.refused")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_cheats_signs_nobody_in() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let p = provider("hostile", &[]);
    let email = w.user(Role::FieldRep).email.clone();
    for mode in ["other-nonce", "none", "hmac", "other-issuer", "other-audience", "other-key", "expired"] {
        set_up(&w, &site, at(&p.base, mode)).await;
        let v = site.visitor();
        let back = round(&v, &email, "/me").await;
        let a = v.get(&back).await;
        assert!(refused(&a), "{mode}: {} {}", a.status, a.body);
        assert!(v.get("/me").await.location.unwrap().starts_with("/sign-in"), "{mode}: nobody is inside");
    }
    set_up(&w, &site, at(&p.base, "unverified")).await;
    let v = site.visitor();
    let a = v.get(&round(&v, &email, "/me").await).await;
    assert!(a.status == 403 && a.body.contains("sign_on.unknown"), "an e-mail that is not verified links nobody: {}", a.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_taken_once_by_whom_they_were_asked() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let p = provider("hostile", &[]);
    let email = w.user(Role::FieldRep).email.clone();
    set_up(&w, &site, at(&p.base, "good")).await;
    let v = site.visitor();
    let back = round(&v, &email, "/me").await;
    let thief = site.visitor();
    assert_eq!(thief.get(&back).await.location.as_deref(), Some("/sign-in"), "a stolen answer is worth nothing in another browser");
    let elsewhere = back.replace("state=", "state=x");
    assert!(refused(&v.get(&elsewhere).await), "another state");
    assert_eq!(v.get(&back).await.location.as_deref(), Some("/sign-in"), "and the answer was looked at once");
    let back = round(&v, &email, "/me").await;
    assert_eq!(v.get(&back).await.location.as_deref(), Some("/me"));
    assert_eq!(v.get("/me").await.status, 200);
    let again = v.get(&back).await;
    assert_eq!(again.location.as_deref(), Some("/sign-in"), "a replayed code opens nothing");
    for next in ["//evil.example", "https://evil.example", "/%09/evil.example"] {
        let v = site.visitor();
        let to = v.get(&round(&v, &email, next).await).await.location.unwrap();
        assert!(to.starts_with('/') && !to.starts_with("//") && !to.contains("evil"), "{next} leads to {to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_people_come_and_roles_follow() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let p = provider("hostile", &[]);
    let email = w.user(Role::FieldRep).email.clone();
    set_up(&w, &site, at(&p.base, "rotating")).await;
    for _ in 0..2 {
        let v = site.visitor();
        assert!(v.get(&round(&v, &email, "/me").await).await.status.is_redirection());
        assert_eq!(v.get("/me").await.status, 200, "with the keys of the day");
        browser().get(format!("{}/rotating/rotate", p.base)).send().await.unwrap();
    }
    set_up(&w, &site, at(&p.base, "good")).await;
    let v = site.visitor();
    let a = v.get(&round(&v, "new@demo.example", "/me").await).await;
    assert_eq!(a.status, 403, "unknown people stay outside unless the settings say otherwise");
    let open = SignOn {
        just_in_time: true,
        role_claim: "groups".into(),
        roles: "leads = manager\nreps = field_rep".into(),
        ..at(&p.base, "good")
    };
    set_up(&w, &site, open.clone()).await;
    let v = site.visitor();
    let a = v.get(&round(&v, "new@demo.example", "/me").await).await;
    assert_eq!(a.location.as_deref(), Some("/me"), "{}", a.body);
    let role = "SELECT COUNT(*) FROM app_user WHERE email = 'new@demo.example' AND role = 'manager'";
    assert_eq!(w.count(role).await, 1, "the first line that names one of the groups");
    set_up(&w, &site, SignOn { roles: "reps = remote_rep".into(), ..open }).await;
    let v = site.visitor();
    assert!(v.get(&round(&v, "new@demo.example", "/me").await).await.status.is_redirection());
    let role = "SELECT COUNT(*) FROM app_user WHERE email = 'new@demo.example' AND role = 'remote_rep'";
    assert_eq!(w.count(role).await, 1, "the role follows the claim");
    set_up(&w, &site, at("http://127.0.0.1:9", "good")).await;
    let a = site.visitor().get("/sign-in/on").await;
    assert!(a.status == 503 && a.body.contains("sign_on.provider"), "a provider that is away is told: {}", a.body);
}

/// Signs in at the real provider's own pages and consents; returns the way back to us.
async fn through_its_pages(away: &str, email: &str, ours: &str) -> String {
    let browser = browser();
    let base = away.split("/auth").next().unwrap().to_owned();
    let whole = |l: &str| if l.starts_with('/') { format!("{base}{l}") } else { l.to_owned() };
    let mut to = away.to_owned();
    for _ in 0..12 {
        let answer = browser.get(&to).send().await.unwrap();
        if let Some(l) = answer.headers().get("location") {
            let l = whole(l.to_str().unwrap());
            if let Some(path) = l.strip_prefix(ours) {
                return path.to_owned();
            }
            to = l;
            continue;
        }
        let page = answer.text().await.unwrap();
        let action = page.split("action=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let prompt = if page.contains("value=\"login\"") { "login" } else { "consent" };
        let form = [("prompt", prompt), ("login", email), ("password", "any")];
        let answer = browser.post(whole(&action)).form(&form).send().await.unwrap();
        to = whole(answer.headers()["location"].to_str().unwrap());
    }
    panic!("the provider never came back");
}

/// Signs out here, and on the provider's own page there.
async fn leave_both(v: &Visitor, ours: &str) {
    let out = v.post("/sign-out", "/me", &[]).await;
    let onward = out.headers["refresh"].to_str().unwrap().to_owned();
    let end = onward.split_once("url=").unwrap().1;
    assert!(end.contains("id_token_hint=") && end.contains("post_logout_redirect_uri="), "{end}");
    assert!(v.get("/me").await.location.unwrap().starts_with("/sign-in"), "signed out here at once");
    let browser = browser();
    let page = browser.get(end).send().await.unwrap().text().await.unwrap();
    let part = |before: &str| page.split(before).nth(1).unwrap_or_else(|| panic!("{page}")).split('"').next().unwrap().to_owned();
    let form = [("xsrf", part("name=\"xsrf\" value=\"")), ("logout", "yes".into())];
    let answer = browser.post(part("action=\"")).form(&form).send().await.unwrap();
    assert_eq!(answer.headers()["location"], format!("{ours}/sign-in"), "and there, with the way back to our door");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_provider_signs_people_in() {
    let Some(folder) = modules() else { return };
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let ours = site.base.clone();
    let p = provider("real", &[&format!("{ours}/sign-in/on/back"), &folder.to_string_lossy()]);
    let secret = rounds_web::secret::seal(w.runner.keys(), "settings", "a secret of the test").unwrap();
    set_up(&w, &site, SignOn { issuer: p.base.clone(), client_id: "rounds".into(), client_secret: secret, ..SignOn::default() }).await;
    let email = w.user(Role::RemoteRep).email.clone();
    for _ in 0..2 {
        let v = site.visitor();
        let away = v.get("/sign-in/on?next=/me").await.location.unwrap();
        assert!(away.contains("code_challenge_method=S256") && away.contains("nonce=") && away.contains("state="), "{away}");
        let back = through_its_pages(&away, &email, &ours).await;
        let a = v.get(&back).await;
        assert_eq!(a.location.as_deref(), Some("/me"), "{}", a.body);
        assert!(v.get("/me").await.body.contains(&email));
        leave_both(&v, &ours).await;
    }
    assert_eq!(w.count("SELECT COUNT(*) FROM sign_on_identity").await, 1, "linked once, known from then on");
}
