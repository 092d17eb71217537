//! The main job through HTTP on both engines: plan, queue, accept, dismiss, outcome, timeline, next plan.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, monday, planned};
use rounds_consent::gate;
use rounds_engage::next_best_action::{
    Accept, ActionPlan, ActionRow, ActionState, check_plan, explain_from, find_action, in_force, make_plan, pack, stored_snapshot,
    take_snapshot,
};
use rounds_kernel::{ActionId, Role, Scope, UserId};
use rounds_platform::users::actor_of;
use rounds_store::Query;
use rounds_testkit::{databases, sqlite};

async fn action(w: &World, id: i64) -> ActionRow {
    find_action(&w.runner.db, id).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_is_worked_from_the_queue_to_the_timeline() {
    for db in databases().await {
        let w = planned(db, 60).await;
        let site = w.site().await;
        let (rep, ids) = w.busiest(Role::RemoteRep).await;
        assert!(ids.len() >= 3, "{}: {} has {} actions", w.db.engine, rep.name, ids.len());
        let v = site.sign_in(&rep.email, PASSWORD).await;
        let first = action(&w, ids[0]).await;
        let queue = v.get(&format!("/queue?day={}", rounds_kernel::Day(first.day as i32))).await;
        assert_eq!(queue.status, 200);
        assert!(queue.body.contains("Simulated data"), "simulated data is called so");
        assert!(queue.body.contains(&format!("/actions/{}/accept", ids[0])));

        let a = v.post(&format!("/actions/{}/accept", ids[0]), "/queue", &[]).await;
        assert_eq!(a.status, 303, "{}", a.body);
        let again = v.post(&format!("/actions/{}/accept", ids[0]), "/queue", &[]).await;
        assert_eq!(again.status, 409);
        assert!(again.body.contains("accepted this already"), "{}", again.body);

        let a = v.post(&format!("/actions/{}/outcome", ids[0]), "/queue", &[("outcome", "reached"), ("note", "likes <b>stents</b>")]).await;
        assert_eq!(a.status, 303, "{}", a.body);
        for page in [format!("/people/{}", first.person_id), format!("/accounts/{}", first.account_id)] {
            let timeline = v.get(&page).await;
            assert_eq!(timeline.status, 200, "{page}");
            assert!(
                timeline.body.contains("likes &#60;b&#62;stents&#60;/b&#62;"),
                "{}: the outcome stands on {page}, escaped",
                w.db.engine
            );
        }
        let nothing = v.post(&format!("/actions/{}/dismiss", ids[1]), "/queue", &[("reason", "")]).await;
        assert_eq!(nothing.status, 400);
        let a = v.post(&format!("/actions/{}/dismiss", ids[1]), "/queue", &[("reason", "bad_moment")]).await;
        assert_eq!(a.status, 303);
        let a = v.post(&format!("/actions/{}/reopen", ids[1]), "/queue", &[]).await;
        assert_eq!(a.status, 303, "undo: {}", a.body);
        assert_eq!(action(&w, ids[1]).await.state(), ActionState::Proposed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_binds_the_next_plan() {
    for db in databases().await {
        let w = planned(db, 60).await;
        let site = w.site().await;
        let (rep, ids) = w.busiest(Role::RemoteRep).await;
        let v = site.sign_in(&rep.email, PASSWORD).await;
        let (no, kept, done) = (action(&w, ids[0]).await, action(&w, ids[1]).await, action(&w, ids[2]).await);
        for (id, path, fields) in [
            (no.id, "outcome", vec![("outcome", "do_not_contact")]),
            (kept.id, "accept", vec![]),
            (done.id, "outcome", vec![("outcome", if matches!(done.channel.as_str(), "email" | "webinar") { "sent" } else { "reached" })]),
        ] {
            let a = v.post(&format!("/actions/{id}/{path}"), "/queue", &fields).await;
            assert_eq!(a.status, 303, "{}: {}", w.db.engine, a.body);
        }
        w.clock.set(monday().plus_minutes(60));
        w.plan(2, 2).await;
        let second = in_force(&w.runner.db, w.week.monday()).await.unwrap().unwrap();
        assert!(second.parent_id.is_some(), "the new plan knows the one it replaced");
        let planned_for = |person: i64| format!("SELECT COUNT(*) FROM plan_action WHERE plan_id = {} AND person_id = {person}", second.id);
        assert_eq!(w.count(&planned_for(no.person_id)).await, 0, "who asked for no contact is left alone");
        assert!(w.count(&planned_for(kept.person_id)).await <= 1, "an accepted contact counts against the limit");
        assert!(w.count(&planned_for(done.person_id)).await <= 1, "a contact made counts against the limit");
        let queue = v.get(&format!("/queue?day={}", rounds_kernel::Day(kept.day as i32))).await;
        assert!(queue.body.contains(&format!("action-{}\"", kept.id)), "what was accepted stays in the queue");
        let old = v.post(&format!("/actions/{}/accept", ids[3]), "/queue", &[]).await;
        assert_eq!(old.status, 409);
        assert!(old.body.contains("newer plan"), "{}", old.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_acts_on_what_is_not_theirs() {
    for db in databases().await {
        let w = planned(db, 60).await;
        let site = w.site().await;
        let (rep, ids) = w.busiest(Role::RemoteRep).await;
        let other = w.users.iter().find(|u| u.role() == Role::FieldRep).unwrap();
        let v = site.sign_in(&other.email, PASSWORD).await;
        for (path, status) in [("accept", 404), ("dismiss", 404), ("outcome", 404)] {
            let a = v.post(&format!("/actions/{}/{path}", ids[0]), "/queue", &[("reason", "no_time"), ("outcome", "reached")]).await;
            assert_eq!(a.status, status, "{path}: {}", a.body);
        }
        assert_eq!(v.get(&format!("/queue?owner={}", rep.id)).await.status, 404);
        assert_eq!(action(&w, ids[0]).await.state(), ActionState::Proposed, "nothing was changed");
        let manager = w.users.iter().find(|u| Some(u.id) == rep.manager_id).unwrap();
        let m = site.sign_in(&manager.email, PASSWORD).await;
        assert_eq!(m.get(&format!("/queue?owner={}", rep.id)).await.status, 200, "a manager sees the team");
        assert!(m.get("/team").await.body.contains(&rep.name));
        let a = m.post(&format!("/actions/{}/accept", ids[0]), "/queue", &[]).await;
        assert_eq!(a.status, 403);
        assert!(a.body.contains("action. Nothing was changed"), "{}", a.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_accept_at_once_one_is_told() {
    for db in databases().await {
        let w = planned(db, 60).await;
        let (rep, ids) = w.busiest(Role::RemoteRep).await;
        let actor = actor_of(&w.runner.db, UserId(rep.id)).await.unwrap();
        for id in ids.iter().take(8) {
            let (one, two) = tokio::join!(
                w.runner.run(&actor, Accept { action: ActionId(*id) }),
                w.runner.run(&actor, Accept { action: ActionId(*id) })
            );
            let codes: Vec<String> = [one, two].into_iter().filter_map(|r| r.err()).map(|e| e.code).collect();
            assert_eq!(codes.len(), 1, "{}: exactly one of two is refused, {codes:?}", w.db.engine);
            assert!(matches!(codes[0].as_str(), "engage.state" | "engage.overtaken"), "{codes:?}");
            assert_eq!(w.count(&format!("SELECT COUNT(*) FROM action_step WHERE action_id = {id}")).await, 1);
            assert_eq!(w.count(&format!("SELECT COUNT(*) FROM clearance WHERE action_id = {id} AND released_at IS NULL")).await, 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_is_the_same_on_any_number_of_threads_and_can_be_made_again() {
    let w = planned(sqlite(), 120).await;
    let snapshot = take_snapshot(&w.runner.db, w.week, 5, monday()).await.unwrap();
    let one = make_plan(&snapshot, 1).unwrap();
    let two = make_plan(&snapshot, 2).unwrap();
    assert_eq!(one, two, "bit for bit");
    let (packed, hash) = pack(&snapshot).unwrap();
    assert!(!packed.is_empty());
    let row = in_force(&w.runner.db, w.week.monday()).await.unwrap().unwrap();
    let kept = stored_snapshot(&w.runner.db, &row.snapshot_hash).await.unwrap();
    let again = make_plan(&kept, 1).unwrap();
    assert_eq!(again.report, row.report(), "the stored plan comes out of its snapshot again");
    assert_ne!(hash, row.snapshot_hash, "another seed is another snapshot");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checker_finds_every_planted_breach() {
    let w = planned(sqlite(), 80).await;
    let s = take_snapshot(&w.runner.db, w.week, 5, monday()).await.unwrap();
    let plan = make_plan(&s, 2).unwrap();
    assert_eq!(check_plan(&s, &plan).breaches, Vec::<String>::new());
    let breach = |change: &dyn Fn(&mut ActionPlan)| {
        let mut p = plan.clone();
        change(&mut p);
        check_plan(&s, &p).breaches.join("; ")
    };
    assert!(breach(&|p| p.actions.push(p.actions[0].clone())).contains("too close"), "a doubled live contact");
    assert!(breach(&|p| p.actions[0].day = p.actions[0].day.plus(5)).contains("no working day"));
    assert!(breach(&|p| p.actions[0].minutes = 100_000).contains("minutes planned"));
    assert!(breach(&|p| p.actions[0].person = -1).contains("not in the snapshot"));
    let stranger = s.people.iter().find(|p| p.account != s.people[0].account).unwrap();
    assert!(
        breach(&|p| p.actions.iter_mut().filter(|a| a.person == s.people[0].id || a.person > 0).take(1).for_each(|a| a.account =
            if a.account == s.accounts[stranger.account as usize].id { -5 } else { s.accounts[stranger.account as usize].id }))
        .contains("not at account")
    );
    let silent = s.people.iter().find(|p| p.do_not_contact).unwrap();
    assert!(
        breach(&|p| {
            p.actions[0].person = silent.id;
            p.actions[0].account = s.accounts[silent.account as usize].id
        })
        .contains("asked for no contact")
    );
    assert!(breach(&|p| p.actions[0].reason.clear()).contains("no reason"));
}

#[tokio::test(flavor = "multi_thread")]
async fn why_and_why_not_come_from_the_snapshot() {
    let w = planned(sqlite(), 80).await;
    let row = in_force(&w.runner.db, w.week.monday()).await.unwrap().unwrap();
    let s = stored_snapshot(&w.runner.db, &row.snapshot_hash).await.unwrap();
    let silent = s.people.iter().find(|p| p.do_not_contact).unwrap();
    let verdicts = explain_from(&s, &row.report(), silent.id);
    assert!(!verdicts.is_empty());
    assert!(verdicts.iter().all(|v| v.refusals.iter().any(|(title, _)| title == "asked for no contact")));
    let site = w.site().await;
    let v = site.sign_in(&w.user(Role::Operations).email, PASSWORD).await;
    let page = v.get(&format!("/people/{}/why", silent.id)).await;
    assert!(page.body.contains("They asked for no contact at all."), "{}", page.body);
    let money = ["$", "€", "cents"];
    assert!(money.iter().all(|m| !page.body.contains(m)), "no money against a person");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_holds_for_contacts_beside_the_plan() {
    for db in databases().await {
        let w = planned(db, 60).await;
        let (rep, ids) = w.busiest(Role::RemoteRep).await;
        let actor = actor_of(&w.runner.db, UserId(rep.id)).await.unwrap();
        assert_eq!(actor.scope, Scope::CoveredBy(vec![UserId(rep.id)]));
        let mut refused = 0;
        for id in ids.iter().take(20) {
            let a = action(&w, *id).await;
            if w.runner.run(&actor, Accept { action: ActionId(*id) }).await.is_err() {
                continue;
            }
            let (person, account) = (rounds_kernel::PersonId(a.person_id), rounds_kernel::AccountId(a.account_id));
            let beside = gate::Request::new(person, account, rounds_kernel::Channel::Phone, a.at().max(w.runner.now()));
            refused += usize::from(w.runner.run(&actor, gate::ClearContact(beside)).await.is_err());
        }
        assert!(refused > 0, "{}: a second live contact at the same time is refused", w.db.engine);
        assert!(w.count("SELECT COUNT(*) FROM audit WHERE command = 'engage.accept'").await > 0, "every write is in the audit log");
        let _ = w.runner.db.number("SELECT 1", vec![]).await;
    }
}
