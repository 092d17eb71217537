//! FHIR R4 in and out: round trip, references of every form, periods, what cannot be used.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{World, program, worlds};
use rounds_customers::affiliations::{LinkKind, Open, Post, of_child};
use rounds_customers::fhir::{FhirReport, Format, export, receive};
use rounds_kernel::{Actor, Day, Role, Scope, UserId};
use serde_json::{Value, json};

async fn out(world: &World, actor: &Actor, format: Format) -> String {
    let mut text = String::new();
    let mut take = |part: &str| {
        text.push_str(part);
        Ok(())
    };
    export(&world.runner.db, actor, format, &mut take).await.unwrap();
    text
}

async fn take(world: &World, text: &str) -> FhirReport {
    receive(&world.runner, &program(), text.as_bytes(), "directory").await.unwrap()
}

/// A small directory as another system might send it: references by id, by `urn:uuid`, by a server's address and by identifier.
fn directory() -> Value {
    let entry = |url: &str, resource: Value| json!({ "fullUrl": url, "resource": resource });
    json!({ "resourceType": "Bundle", "type": "collection", "entry": [
        entry("https://directory.example/fhir/Organization/net", json!({
            "resourceType": "Organization", "id": "net", "name": "Lakes Network",
            "identifier": [{ "system": "urn:oid:2.16.840.1.113883.4.4", "value": "12-3456789" }],
            "type": [{ "coding": [{ "system": "http://hl7.org/fhir/us/ndh/CodeSystem/OrgTypeCS", "code": "ntwk" }] }] })),
        entry("urn:uuid:6f9619ff-8b86-d011-b42d-00cf4fc964ff", json!({
            "resourceType": "Organization", "name": "St. Brigid Hospital", "telecom": [{ "system": "phone", "value": "218 555 0142" }],
            "identifier": [{ "system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893" }],
            "address": [{ "line": ["1 Lake Ave", "Suite 2"], "city": "Duluth", "state": "MN", "postalCode": "55805" }] })),
        entry("", json!({ "resourceType": "Organization", "id": "clinic", "name": "Lakes Heart Clinic",
            "type": [{ "text": "Physician practice" }], "partOf": { "reference": "urn:uuid:6f9619ff-8b86-d011-b42d-00cf4fc964ff" } })),
        entry("", json!({ "resourceType": "Organization", "id": "wrong-npi", "name": "Odd Number Hospital",
            "identifier": [{ "system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567890" }] })),
        entry("", json!({ "resourceType": "OrganizationAffiliation", "id": "a1", "active": true,
            "period": { "start": "2019-01-01", "end": "2020" },
            "organization": { "reference": "https://directory.example/fhir/Organization/net" },
            "participatingOrganization": { "identifier": { "system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893" } } })),
        entry("", json!({ "resourceType": "Practitioner", "id": "p1",
            "identifier": [{ "system": "http://hl7.org/fhir/sid/us-npi", "value": "1245319599" }],
            "name": [{ "family": "Meyer", "given": ["Aoife", "B."], "prefix": ["Dr."] }],
            "telecom": [{ "system": "email", "value": "a.meyer@brigid.example" }],
            "communication": [{ "coding": [{ "system": "urn:ietf:bcp:47", "code": "en" }] }] })),
        entry("", json!({ "resourceType": "PractitionerRole", "id": "r1", "practitioner": { "reference": "Practitioner/p1" },
            "organization": { "reference": "urn:uuid:6f9619ff-8b86-d011-b42d-00cf4fc964ff" }, "period": { "start": "2018-03" },
            "code": [{ "text": "Surgeon" }], "specialty": [{ "coding": [{ "display": "Cardiology" }] }] })),
        entry("", json!({ "resourceType": "PractitionerRole", "id": "r2", "practitioner": { "reference": "Practitioner/p1/_history/3" },
            "organization": { "reference": "Organization/clinic" }, "period": { "start": "2019-06-01", "end": "2021-05-31" } })),
        entry("", json!({ "resourceType": "Location", "id": "l1", "name": "Lakes Heart Clinic", "status": "active",
            "managingOrganization": { "reference": "Organization/clinic" }, "address": { "city": "Superior", "state": "WI", "postalCode": "54880" } })),
        entry("", json!({ "resourceType": "Location", "id": "l2", "name": "Brigid East Campus", "status": "active",
            "managingOrganization": { "reference": "urn:uuid:6f9619ff-8b86-d011-b42d-00cf4fc964ff" }, "address": { "city": "Duluth", "state": "MN" } })),
        entry("", json!({ "resourceType": "PractitionerRole", "id": "r3", "practitioner": { "reference": "Practitioner/nobody" },
            "organization": { "reference": "Organization/clinic" } })),
        entry("", json!({ "resourceType": "PractitionerRole", "id": "r4", "practitioner": { "reference": "Practitioner/p1" },
            "organization": { "reference": "Organization/clinic" }, "period": { "start": "2019-02-30" } })),
        entry("", json!({ "resourceType": "OrganizationAffiliation", "id": "a2", "period": { "start": "2099-01-01" },
            "organization": { "reference": "Organization/net" }, "participatingOrganization": { "reference": "Organization/clinic" } })),
        entry("", json!({ "resourceType": "HealthcareService", "id": "h1" })),
        entry("", json!({ "id": "what" }))
    ]})
}

#[tokio::test]
async fn a_directory_is_read_and_what_cannot_be_used_is_told() {
    for world in worlds().await {
        let report = take(&world, &directory().to_string()).await;
        let mut codes: Vec<(&str, &str)> = report.issues.iter().map(|i| (i.resource.as_str(), i.code.as_str())).collect();
        codes.sort_unstable();
        assert_eq!(
            codes,
            [
                ("", "fhir.not_a_resource"),
                ("Organization/wrong-npi", "fhir.number_failed"),
                ("OrganizationAffiliation/a2", "fhir.in_future"),
                ("PractitionerRole/r3", "fhir.reference_unknown"),
                ("PractitionerRole/r4", "fhir.period_unclear"),
            ],
            "{}",
            world.engine
        );
        assert_eq!(report.ignored, [("HealthcareService".to_owned(), 1)].into());
        assert_eq!(world.number("SELECT COUNT(*) FROM health_system WHERE name = 'Lakes Network'").await, 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM account").await, 4, "the place of the clinic is the clinic, the campus is its own");
        let clinic = "SELECT city || ' ' || setting FROM account WHERE name = 'Lakes Heart Clinic'";
        assert_eq!(world.text(clinic).await, "Superior practice");
        let brigid = world.number("SELECT id FROM account WHERE name = 'St. Brigid Hospital'").await;
        let links = of_child(&world.runner.db, LinkKind::AccountSystem, brigid).await.unwrap();
        let day = |d: i64| Day(d as i32).to_string();
        assert_eq!(
            links.iter().map(|l| (day(l.valid_from), l.valid_to.map(day))).collect::<Vec<_>>(),
            [("2019-01-01".into(), Some("2021-01-01".into()))]
        );
        let person = world.number("SELECT id FROM person WHERE name = 'Dr. Aoife B. Meyer' AND specialty = 'Cardiology'").await;
        let mut places = of_child(&world.runner.db, LinkKind::PersonAccount, person).await.unwrap();
        places.sort_by_key(|l| l.valid_from);
        let days: Vec<_> = places.iter().map(|l| (day(l.valid_from), l.valid_to.map(day), l.role.as_str())).collect();
        assert_eq!(days, [("2018-03-01".into(), None, "physician"), ("2019-06-01".into(), Some("2021-06-01".into()), "")]);
        let sites = "SELECT COUNT(*) FROM affiliation WHERE child_kind = 'account' AND parent_kind = 'account' AND valid_to IS NULL";
        assert_eq!(world.number(sites).await, 2, "the clinic and the campus belong to the hospital");
        assert_eq!(world.number("SELECT COUNT(*) FROM identifier WHERE standing = 'verified'").await, 2);
        let again = take(&world, &directory().to_string()).await;
        assert_eq!((again.created, again.updated), (0, 0), "{}: again says nothing new", world.engine);
    }
}

async fn furnish(world: &World) {
    take(world, &directory().to_string()).await;
    let groups = "group_key,group_name,group_kind\nG1,Alpha Buyers,gpo\n";
    world.import("groups.csv", groups).await.unwrap();
    let member = world.text("SELECT source_key FROM health_system").await;
    world.import("members.csv", format!("member_key,group_key,tier,member_from\n{member},G1,primary,2019-01-01\n")).await.unwrap();
    let (child, parent) = (1, world.number("SELECT id FROM account WHERE name = 'Lakes Heart Clinic'").await);
    let post = Post { role: "physician".into(), title: "Head of \"cath\" lab".into(), department: "Cardiology".into(), share: Some(40) };
    let open = Open {
        kind: LinkKind::PersonAccount.code().into(),
        child,
        parent,
        from: Day::parse("2023-01-01").unwrap(),
        to: None,
        replaces: false,
        post,
        confidence: 0.8,
        reason: "card".into(),
    };
    world.runner.run(&program(), open).await.unwrap();
}

#[tokio::test]
async fn what_goes_out_comes_in_the_same() {
    let all = worlds().await;
    for (index, world) in all.iter().enumerate() {
        furnish(world).await;
        for format in [Format::Ndjson, Format::Bundle] {
            let empty = worlds().await.remove(index);
            let first = out(world, &program(), format).await;
            let report = take(&empty, &first).await;
            assert_eq!(report.issues, [], "{}", world.engine);
            let second = out(&empty, &program(), format).await;
            let (a, b): (Vec<&str>, Vec<&str>) = (first.lines().collect(), second.lines().collect());
            assert_eq!(a.iter().zip(&b).find(|(a, b)| a != b), None, "{}", world.engine);
            assert_eq!(a.len(), b.len());
            let again = take(&empty, &second).await;
            assert_eq!((again.created, again.updated), (0, 0));
        }
    }
}

#[tokio::test]
async fn what_goes_out_is_valid_r4() {
    let world = worlds().await.remove(0);
    furnish(&world).await;
    let bundle: Value = serde_json::from_str(&out(&world, &program(), Format::Bundle).await).unwrap();
    let entries = bundle["entry"].as_array().unwrap();
    let names: Vec<String> = entries
        .iter()
        .map(|e| format!("{}/{}", e["resource"]["resourceType"].as_str().unwrap(), e["resource"]["id"].as_str().unwrap()))
        .collect();
    for e in entries {
        let r = &e["resource"];
        let id = r["id"].as_str().unwrap();
        assert!((1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.'), "{id}");
        no_empty(r);
        match r["resourceType"].as_str().unwrap() {
            // org-1: an organization has a name or an identifier.
            "Organization" => assert!(r["name"].is_string() && r["identifier"].is_array()),
            "PractitionerRole" => assert!(r["practitioner"].is_object() && r["organization"].is_object()),
            "Practitioner" | "Location" | "OrganizationAffiliation" => {}
            other => panic!("{other} is no part of a directory"),
        }
        for field in ["practitioner", "organization", "participatingOrganization", "managingOrganization"] {
            if let Some(to) = r[field]["reference"].as_str() {
                assert!(names.iter().any(|n| n == to), "{to} is in the Bundle");
            }
        }
    }
    let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "no id twice");
}

/// FHIR has no empty strings, arrays and objects, and no nulls.
fn no_empty(value: &Value) {
    match value {
        Value::Null => panic!("null"),
        Value::String(s) => assert!(!s.is_empty()),
        Value::Array(a) => {
            assert!(!a.is_empty());
            a.iter().for_each(no_empty);
        }
        Value::Object(o) => {
            assert!(!o.is_empty());
            o.values().for_each(no_empty);
        }
        _ => {}
    }
}

#[tokio::test]
async fn only_what_one_may_see_goes_out_and_files_that_are_none_are_refused() {
    let world = worlds().await.remove(0);
    furnish(&world).await;
    let rep = Actor { user: Some(UserId(1)), role: Role::FieldRep, scope: Scope::CoveredBy(vec![UserId(1)]), ..program() };
    let seen = out(&world, &rep, Format::Ndjson).await;
    assert!(seen.lines().all(|l| l.contains("Buying group")), "groups are known to all, the rest is not theirs: {seen}");
    let e = receive(&world.runner, &rep, directory().to_string().as_bytes(), "x").await.unwrap_err();
    assert_eq!(e.code, "access.forbidden");
    for bad in ["", "name,town\nx,y", "{\"resourceType\":", "[]", "{}"] {
        let e = receive(&world.runner, &program(), bad.as_bytes(), "x").await.unwrap_err();
        assert_eq!(e.code, "fhir.unreadable", "{bad}");
    }
    let half = "{\"resourceType\":\"Organization\",\"id\":\"x1\",\"name\":\"Good\"}\n{\"resourceType\":\"Organi\n";
    let report = take(&world, half).await;
    assert_eq!((report.created, report.issues[0].code.as_str()), (1, "fhir.not_a_resource"), "a bad line stops no good one");
}

/// A whole release no longer lists St. Brigid.
#[derive(serde::Serialize)]
struct Unlist;

impl rounds_store::Command for Unlist {
    const NAME: &'static str = "test.unlist";
    const PERMISSION: rounds_kernel::Permission = rounds_kernel::Permission::Administer;
    type Out = ();
    async fn run(self, tx: &mut rounds_store::Tx) -> rounds_kernel::Result<()> {
        use rounds_customers::affiliations::{Said, Sighting, see};
        use rounds_store::Query;
        let brigid = tx.number("SELECT id FROM account WHERE name = 'St. Brigid Hospital'", vec![]).await?;
        let day = Day::parse("2026-01-01")?;
        see(tx, LinkKind::AccountSystem, vec![Sighting::new(brigid, 0, "directory", day, Said::Unlisted)]).await.map(|_| ())
    }
}

#[tokio::test]
async fn resources_name_their_profile_and_what_has_ended_is_not_active() {
    for world in worlds().await {
        take(&world, &directory().to_string()).await;
        let group = json!({ "resourceType": "Organization", "id": "hearts", "name": "Lakes Hearts",
            "type": [{ "coding": [{ "system": "http://hl7.org/fhir/us/ndh/CodeSystem/OrgTypeCS", "code": "prvgrp" }] }] });
        take(&world, &group.to_string()).await;
        assert_eq!(world.text("SELECT setting FROM account WHERE name = 'Lakes Hearts'").await, "practice", "{}", world.engine);
        let resources = async || {
            let text = out(&world, &program(), Format::Ndjson).await;
            text.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()).collect::<Vec<_>>()
        };
        for r in resources().await {
            let profile = format!("http://hl7.org/fhir/us/ndh/StructureDefinition/ndh-{}", r["resourceType"].as_str().unwrap());
            assert_eq!(r["meta"]["profile"], json!([profile]), "{}: {r}", world.engine);
        }
        let active = async |kind: &str, name: &str| {
            let all = resources().await;
            let found =
                all.iter().find(|r| r["resourceType"] == kind && (r["name"] == name || r["name"][0]["text"] == name)).cloned().unwrap();
            found.get("active").cloned().unwrap_or_else(|| found["status"].clone())
        };
        assert_eq!(active("Organization", "Lakes Network").await, false, "{}: its only member has left", world.engine);
        assert_eq!(active("Organization", "St. Brigid Hospital").await, true, "{}", world.engine);
        assert_eq!(active("Practitioner", "Dr. Aoife B. Meyer").await, true, "{}", world.engine);
        world.runner.run(&program(), Unlist).await.unwrap();
        assert_eq!(active("Organization", "St. Brigid Hospital").await, false, "{}: no longer listed", world.engine);
        assert_eq!(active("Location", "St. Brigid Hospital").await, "inactive", "{}", world.engine);
    }
}
