//! The door on both engines: lock-out, new passwords by mail, the second factor, sessions; and who tries to get around them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{World, market};
use rounds_kernel::{Actor, Role, Time, UserId};
use rounds_platform::setup::{SecondFactor, SessionRules, change};
use rounds_platform::users::{EditUser, EndAllSessions, SetPassword, UserRow, by_id};
use rounds_store::{FromQueryResult, Query, args};
use rounds_testkit::{Answer, Site, Visitor, databases};
use totp_rs::{Builder, Secret};

const GOOD: &str = "four long words here";

async fn with_password(w: &World, role: Role) -> UserRow {
    let user = w.user(role).clone();
    SetPassword::give(&w.runner, &Actor::program("test"), &user.email, GOOD.into()).await.unwrap();
    by_id(&w.runner.db, UserId(user.id)).await.unwrap().unwrap()
}

/// A site without the demo's shared password.
async fn site(w: &World) -> Site {
    let directory = std::sync::Arc::new(rounds_platform::users::StoredDirectory::new(w.runner.db.clone(), None));
    let config = rounds_web::WebConfig { requests_per_second: 10_000, sign_ins_per_minute: 10_000, ..Default::default() };
    Site::serve(rounds_web::build(w.runner.clone(), directory, rounds_cli::compose::routes(), config)).await
}

async fn try_in(v: &Visitor, email: &str, password: &str) -> Answer {
    v.post("/sign-in", "/sign-in", &[("email", email), ("password", password), ("next", "/me")]).await
}

fn later(w: &World, seconds: i64) {
    w.clock.set(Time(w.runner.now().0 + seconds * 1_000_000));
}

#[derive(FromQueryResult)]
struct Letter {
    recipient: String,
    body: String,
}

async fn letters(w: &World) -> Vec<Letter> {
    w.runner.db.all("SELECT recipient, body FROM outgoing_mail ORDER BY id", vec![]).await.unwrap()
}

fn link_in(letter: &Letter) -> String {
    let at = letter.body.find("/password/").unwrap();
    letter.body[at..].split_whitespace().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_locks_known_and_unknown_alike_and_for_longer_each_time() {
    for db in databases().await {
        let w = market(db, 20).await;
        let user = with_password(&w, Role::FieldRep).await;
        let site = site(&w).await;
        for email in [user.email.as_str(), "nobody@demo.example"] {
            let v = site.visitor();
            for i in 0..5 {
                let a = try_in(&v, email, "wrong").await;
                assert_eq!(a.status, 401, "{}: attempt {i} as {email}", w.db.engine);
            }
            let a = try_in(&v, email, GOOD).await;
            assert_eq!(a.status, 429, "{}: even the right password waits: {}", w.db.engine, a.body);
            assert!(a.body.contains("sign_in.locked") && a.headers.contains_key("retry-after"), "{}", a.body);
        }
        let v = site.visitor();
        later(&w, 31);
        assert_eq!(try_in(&v, &user.email, "wrong").await.status, 401, "the first lock is over");
        later(&w, 31);
        assert_eq!(try_in(&v, &user.email, GOOD).await.status, 429, "the second is longer");
        later(&w, 61);
        assert!(try_in(&v, &user.email, GOOD).await.status.is_redirection());
        assert!(try_in(&site.visitor(), &user.email, "wrong").await.status == 401, "a right password forgets the failures");
        let admin = site.visitor();
        let boss = with_password(&w, Role::Admin).await;
        assert!(try_in(&admin, &boss.email, GOOD).await.status.is_redirection());
        for _ in 0..6 {
            try_in(&site.visitor(), &user.email, "wrong").await;
        }
        assert_eq!(try_in(&site.visitor(), &user.email, GOOD).await.status, 429);
        let a = admin.post(&format!("/users/{}/unlock", user.id), "/users", &[]).await;
        assert!(a.status.is_redirection(), "{}", a.body);
        assert!(try_in(&site.visitor(), &user.email, GOOD).await.status.is_redirection(), "an administrator unlocks");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_chooses_a_password_once_and_ends_all_sessions() {
    for db in databases().await {
        let w = market(db, 20).await;
        let user = with_password(&w, Role::RemoteRep).await;
        let site = site(&w).await;
        let old = site.visitor();
        assert!(try_in(&old, &user.email, GOOD).await.status.is_redirection());
        let v = site.visitor();
        let known = v.post("/forgot", "/forgot", &[("email", &user.email)]).await;
        let unknown = v.post("/forgot", "/forgot", &[("email", "nobody@demo.example")]).await;
        assert_eq!((known.status.as_u16(), unknown.status.as_u16()), (200, 200));
        let plain = |b: &str| b.split("<main").nth(1).unwrap_or_default().split("</main>").next().unwrap_or_default().to_owned();
        assert_eq!(plain(&known.body), plain(&unknown.body), "the same words whoever is asked for");
        let mut found = Vec::new();
        for _ in 0..200 {
            found = letters(&w).await;
            if !found.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(found.len(), 1, "one mail, to the one who exists");
        assert_eq!(found[0].recipient, user.email);
        let link = link_in(&found[0]);
        let a = v.post(&link, &link, &[("password", "short"), ("again", "short")]).await;
        assert!(a.body.contains("fewer than 12"), "{}", a.body);
        let a = v.post(&link, &link, &[("password", "another long word"), ("again", "another long word")]).await;
        assert_eq!(a.location.as_deref(), Some("/sign-in"), "{}", a.body);
        assert!(old.get("/me").await.location.unwrap_or_default().starts_with("/sign-in"), "the old session is over");
        assert_eq!(try_in(&site.visitor(), &user.email, GOOD).await.status, 401);
        assert!(try_in(&site.visitor(), &user.email, "another long word").await.status.is_redirection());
        let again = v.get(&link).await;
        assert!(again.status == 400 && again.body.contains("token.used"), "a link works once: {}", again.body);
        let forged = format!("/password/9{}", link.trim_start_matches("/password/"));
        assert_eq!(v.get(&forged).await.status, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_expires_and_never_takes_its_address_from_the_request() {
    let w = market(rounds_testkit::sqlite(), 20).await;
    let user = with_password(&w, Role::RemoteRep).await;
    let program = Actor::program("test");
    let why = rounds_platform::passwords::LinkFor::Forgotten;
    rounds_platform::passwords::send_link(&w.runner, &program, &user.email, why).await.unwrap();
    let letter = letters(&w).await.pop().unwrap();
    assert!(letter.body.contains("http://127.0.0.1:8080/password/"), "{}", letter.body);
    later(&w, 3_601);
    let a = site(&w).await.visitor().get(&link_in(&letter)).await;
    assert!(a.status == 400 && a.body.contains("token.expired"), "{}", a.body);
}

/// The code that an app shows for the letters of the page.
fn code(page: &str, at: Time) -> String {
    let letters = page.split("into the app: <span class=\"mono\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let secret = Secret::try_from_base32(&letters).unwrap();
    let totp = Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    totp.generate(at.0 as u64 / 1_000_000).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_must_have_a_second_factor_gets_no_further_without() {
    for db in databases().await {
        let w = market(db, 20).await;
        let user = with_password(&w, Role::Admin).await;
        let rules = SecondFactor { roles: vec!["admin".into()] };
        change(&w.runner, &Actor::program("test"), &rules).await.unwrap();
        let site = site(&w).await;
        let v = site.visitor();
        let a = try_in(&v, &user.email, GOOD).await;
        assert_eq!(a.location.as_deref(), Some("/sign-in/enrol"), "{}", w.db.engine);
        for path in ["/users", "/me", "/settings"] {
            assert!(v.get(path).await.location.unwrap_or_default().starts_with("/sign-in"), "{path} stays closed");
        }
        assert!(v.post("/sign-in/enrol/start", "/sign-in/enrol", &[]).await.status.is_redirection());
        let page = v.get("/sign-in/enrol").await.body;
        assert!(page.contains("<svg class=\"qr\""), "{page}");
        let right = code(&page, w.runner.now());
        let wrong = if right == "000000" { "000001" } else { "000000" };
        assert!(v.post("/sign-in/enrol", "/sign-in/enrol", &[("code", wrong)]).await.body.contains("not right"));
        let done = v.post("/sign-in/enrol", "/sign-in/enrol", &[("code", &right)]).await;
        assert!(done.status == 200 && done.body.contains("Recovery codes"), "{}", done.body);
        assert_eq!(v.get("/users").await.status, 200, "now inside");
        let kept = w.runner.db.text("SELECT secret FROM second_factor", vec![]).await.unwrap().unwrap();
        assert!(w.runner.keys().open("second factor", &kept).is_ok(), "the secret is kept sealed");
        let recovery = done.body.split("<li>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        replays_are_refused(&w, &site, &user, &page, &recovery).await;
    }
}

async fn replays_are_refused(w: &World, site: &Site, user: &UserRow, page: &str, recovery: &str) {
    later(w, 60);
    let now = code(page, w.runner.now());
    let one = site.visitor();
    assert_eq!(try_in(&one, &user.email, GOOD).await.location.as_deref(), Some("/sign-in/code"));
    assert!(one.post("/sign-in/code", "/sign-in/code", &[("code", &now)]).await.status.is_redirection());
    assert_eq!(one.get("/users").await.status, 200);
    let two = site.visitor();
    try_in(&two, &user.email, GOOD).await;
    assert_eq!(two.post("/sign-in/code", "/sign-in/code", &[("code", &now)]).await.status, 401, "a code is taken once");
    assert!(two.get("/users").await.location.unwrap_or_default().starts_with("/sign-in"));
    assert!(two.post("/sign-in/code", "/sign-in/code", &[("code", recovery)]).await.status.is_redirection(), "a recovery code opens");
    let three = site.visitor();
    try_in(&three, &user.email, GOOD).await;
    assert_eq!(three.post("/sign-in/code", "/sign-in/code", &[("code", recovery)]).await.status, 401, "and once only");
    let nobody = site.visitor();
    let a = nobody.post("/sign-in/code", "/sign-in", &[("code", &now)]).await;
    assert!(a.status == 400 && a.body.contains("sign_in.no_password"), "a code without a password is nothing: {}", a.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_when_told_by_rule_and_by_a_change_of_rights() {
    for db in databases().await {
        let w = market(db, 20).await;
        let user = with_password(&w, Role::FieldRep).await;
        let program = Actor::program("test");
        let site = site(&w).await;
        let (one, two) = (site.visitor(), site.visitor());
        for v in [&one, &two] {
            assert!(try_in(v, &user.email, GOOD).await.status.is_redirection());
        }
        let a = one.post("/me/sessions/end", "/me", &[]).await;
        assert!(a.status.is_redirection(), "{}", a.body);
        assert_eq!(one.get("/me").await.status, 200);
        assert!(two.get("/me").await.location.is_some(), "{}: signed out everywhere else", w.db.engine);
        w.runner.run(&program, EndAllSessions { user: UserId(user.id) }).await.unwrap();
        assert!(one.get("/me").await.location.is_some(), "an administrator signs out everywhere");
        assert!(try_in(&one, &user.email, GOOD).await.status.is_redirection());
        let edit = EditUser {
            user: UserId(user.id),
            name: user.name.clone(),
            role: Role::Manager,
            manager_email: None,
            zone: user.zone.clone(),
            locale: "de-DE".into(),
            weekly_minutes: user.weekly_minutes,
            scope: Vec::new(),
            local_manager_email: None,
            phone: String::new(),
        };
        w.runner.run(&program, edit).await.unwrap();
        assert!(one.get("/me").await.location.is_some(), "a change of role asks for the password again");
        change(&w.runner, &program, &SessionRules { idle_minutes: 10, most_hours: 1 }).await.unwrap();
        assert!(try_in(&one, &user.email, GOOD).await.status.is_redirection());
        for _ in 0..7 {
            later(&w, 9 * 60);
            if one.get("/me").await.status != 200 {
                break;
            }
        }
        let lived = w.count("SELECT COUNT(*) FROM audit WHERE command = 'web.sign_in'").await;
        assert!(lived >= 4 && one.get("/me").await.location.is_some(), "an hour is the most, used or not");
        assert!(try_in(&one, &user.email, GOOD).await.status.is_redirection());
        later(&w, 11 * 60);
        assert!(one.get("/me").await.location.is_some(), "ten idle minutes end it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_read_from_a_file_by_administrators_only() {
    use rounds_platform::imports::{FileInfo, Importer, Row};
    let w = market(rounds_testkit::sqlite(), 20).await;
    let row = |line, cells: &[&str]| Row { line, cells: cells.iter().map(|c| (*c).to_owned()).collect() };
    let rows = vec![
        row(2, &["new@demo.example", "New One", "Field rep", "", "Europe/Berlin", "de-DE", "30", "own, country DE", ""]),
        row(3, &["bad@demo.example", "Bad Zone", "field_rep", "", "Mars/Base", "", "", "", ""]),
        row(4, &["bad2@demo.example", "Bad Role", "king", "", "UTC", "", "", "", ""]),
    ];
    #[derive(serde::Serialize)]
    struct Load(#[serde(skip)] Vec<Row>);
    impl rounds_store::Command for Load {
        const NAME: &'static str = "test.load";
        const PERMISSION: rounds_kernel::Permission = rounds_kernel::Permission::WriteRecord;
        type Out = (u64, u64);
        async fn run(self, tx: &mut rounds_store::Tx) -> rounds_kernel::Result<(u64, u64)> {
            let file = FileInfo { name: "users.csv".into(), hash: "h".into(), received_at: tx.now };
            let report = rounds_platform::users::UserImporter.write(tx, &file, &self.0).await?;
            Ok((report.created, report.rejects.len() as u64))
        }
    }
    let operations = Actor { role: Role::Operations, ..Actor::program("operations") };
    let refused = w.runner.run(&operations, Load(rows.clone())).await.unwrap_err();
    assert_eq!(refused.code, "access.forbidden", "a file makes no administrators for those who are none");
    assert_eq!(w.runner.run(&Actor::program("test"), Load(rows)).await.unwrap(), (1, 2));
    let zone = w.runner.db.text("SELECT zone FROM app_user WHERE email = $1", args!["new@demo.example"]).await.unwrap();
    assert_eq!(zone.as_deref(), Some("Europe/Berlin"));
}
