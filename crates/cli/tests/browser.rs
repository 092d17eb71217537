//! The main walk as a person does it, in headless Chromium: sign in, open the queue, accept, record an outcome, find it on the timeline.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, planned};
use rounds_kernel::{Day, Role};
use rounds_testkit::{Browser, sqlite};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_works_the_queue() {
    let w = planned(sqlite(), 60).await;
    let site = w.site().await;
    let (rep, ids) = w.busiest(Role::RemoteRep).await;
    let first = rounds_engage::next_best_action::find_action(&w.runner.db, ids[0]).await.unwrap().unwrap();
    let b = Browser::open(1280, 900).await;

    b.driver.goto(format!("{}/queue?day={}", site.base, Day(first.day as i32))).await.unwrap();
    b.find("input[name=email]").await.send_keys(&rep.email).await.unwrap();
    let password = b.find("input[name=password]").await;
    password.send_keys(PASSWORD).await.unwrap();
    password.send_keys("\u{e007}").await.unwrap();

    // The queue asked for comes after the door; the first card is the next action. Accept it by its key.
    let lead = b.find(".action-lead").await;
    let name = b.find(".action-lead .action-title a").await.text().await.unwrap();
    assert_eq!(name, first.person);
    assert_eq!(lead.attr("id").await.unwrap().unwrap(), format!("action-{}", first.id));
    b.find("body").await.send_keys("j").await.unwrap();
    b.find("body").await.send_keys("a").await.unwrap();
    let toast = b.find(".toast").await.text().await.unwrap();
    assert!(toast.contains("Accepted") && toast.contains("Undo"), "{toast}");

    // The message goes when it was read.
    b.find(".toast [data-close-toast]").await.click().await.unwrap();

    // Record what came of it, with a note.
    let card = format!("#action-{}", first.id);
    b.find(&format!("{card} summary[data-key=o]")).await.click().await.unwrap();
    let outcome = if matches!(first.channel.as_str(), "email" | "webinar") { "sent" } else { "reached" };
    b.find(&format!("{card} input[value={outcome}]")).await.click().await.unwrap();
    b.find(&format!("{card} form[action$=outcome] textarea")).await.send_keys("Wants the trial data").await.unwrap();
    let send = b.find(&format!("{card} form[action$=outcome] button[type=submit]")).await;
    send.scroll_into_view().await.unwrap();
    send.click().await.unwrap();
    for _ in 0..50 {
        if b.find(".toast").await.text().await.is_ok_and(|t| t.contains("Recorded for")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    // It stands on the person's timeline.
    b.driver.goto(format!("{}/people/{}", site.base, first.person_id)).await.unwrap();
    let page = b.find("#content").await.text().await.unwrap();
    assert!(page.contains(&first.person), "{page}");
    assert!(page.contains("Wants the trial data"), "the note is on the timeline:\n{page}");
}

/// A file as people have it, through the browser alone: a header nobody knows, the columns said by hand, and a dry run of it.
#[tokio::test(flavor = "multi_thread")]
async fn operations_import_a_file_with_a_header_of_its_own() {
    let w = planned(sqlite(), 20).await;
    let site = w.site().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sites.tsv");
    std::fs::write(&file, "Our ref\tSite called\tTown\nQ-1\tQuill Clinic\tReno\nQ-2\tQuill Hospital\tReno\n").unwrap();
    let b = Browser::open(1280, 900).await;
    b.driver.goto(format!("{}/imports", site.base)).await.unwrap();
    b.find("input[name=email]").await.send_keys(&w.user(Role::Operations).email).await.unwrap();
    b.find("input[name=password]").await.send_keys(format!("{PASSWORD}\u{e007}")).await.unwrap();

    // Nothing but the file is given: the browser must let it go, and the page asks what it is.
    b.find("#f-file").await.send_keys(file.to_str().unwrap()).await.unwrap();
    b.find("form[action^='/imports/upload'] button[type=submit]").await.click().await.unwrap();
    b.find("#f-kind option[value=accounts]").await.click().await.unwrap();
    b.find("form[method=get][action^='/imports/files/'] button").await.click().await.unwrap();
    for (column, theirs) in [("account_id", "Our ref"), ("name", "Site called")] {
        b.find(&format!("select[name='column:{column}'] option[value='{theirs}']")).await.click().await.unwrap();
    }
    b.find("button[value=dry_run]").await.click().await.unwrap();
    let job = b.find(".progress-label").await.text().await.unwrap();
    assert!(job.contains("sites.tsv"), "{job}");
}
