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
