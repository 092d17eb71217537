//! The page of one device.

use super::{age, due, sample};
use crate::as_of::AsOf;
use crate::installed_base::model::{CALLS, Device};
use crate::installed_base::queries::{self, Call, Service};
use crate::panels::{Panels, Subject, drawn};
use crate::reading::label;
use crate::sheets::{Cell, Part, Section, Sheet, Table};
use rounds_kernel::Error;
use rounds_web::components::{Chip, Fact, RecordHead, Tone};
use rounds_web::{App, Shell, Visitor, WebResult};

struct Found {
    device: Device,
    services: Vec<Service>,
    calls: Vec<Call>,
    today: i64,
}

fn hours(minutes: i64) -> String {
    if minutes < 120 { format!("{minutes} min") } else { format!("{} h", (minutes + 30) / 60) }
}

fn view(shell: Shell, f: &Found) -> Sheet {
    let d = &f.device;
    let stands = due(d, f.today);
    let chip = match stands.chip {
        Some(tone) => Chip::new(stands.text.clone(), tone),
        None if d.removed_on.is_some() => Chip::new("Removed", Tone::Plain),
        None => Chip::new("In use", Tone::Good),
    };
    let known = |t: &str| if t.is_empty() { "unknown".to_owned() } else { t.to_owned() };
    let mut facts = vec![
        Fact::new("Account", d.account.clone()).link(format!("/accounts/{}", d.account_id)).note(d.department.clone()),
        Fact::new("Installed", Cell::day(d.installed_on).text),
        Fact::new("Age", age(d, f.today).text),
        Fact::new("Due for replacement", stands.text).note(stands.sub),
        Fact::new("Software", known(&d.software)),
        Fact::new("UDI", d.udi.clone().unwrap_or_else(|| "unknown".into())),
        Fact::new("Source", d.source.clone()),
    ];
    if let Some(product) = d.product_id {
        facts.insert(0, Fact::new("Product", d.name().to_owned()).link(format!("/products/{product}")));
    }
    let year: Vec<&Call> = f.calls.iter().filter(|c| c.opened_on > f.today - 365).collect();
    let down: i64 = year.iter().filter_map(|c| c.downtime_minutes).sum();
    facts.push(Fact::new("Calls in 12 months", year.len().to_string()).note(if down > 0 {
        format!("{} down", hours(down))
    } else {
        String::new()
    }));
    let call = |c: &Call| {
        let state = c.resolved_on.map_or_else(|| Cell::chip("Open", Tone::Warn), |d| Cell::day(Some(d)));
        let down = c.downtime_minutes.map_or_else(|| Cell::unknown(""), |m| Cell::number(hours(m)));
        vec![
            Cell::day(Some(c.opened_on)).with(c.number.clone()),
            Cell::text(label(CALLS, &c.kind)).with(c.text.clone()),
            Cell::text(&c.technician),
            down,
            state,
        ]
    };
    let service = |s: &Service| {
        let holds = s.valid_from <= f.today && s.valid_to.is_none_or(|t| t >= f.today);
        let state = if holds { Cell::chip("In force", Tone::Good) } else { Cell::chip("Not in force", Tone::Plain) };
        vec![Cell::text(&s.number).with(s.level.clone()), state, Cell::day(Some(s.valid_from)), Cell::day(s.valid_to)]
    };
    let calls = Table::new(
        "Service calls",
        &["Opened", "What", "Technician", "#Down", "Resolved"],
        ("No call", "No technician was called.", "Calls come with their file."),
    );
    let services = Table::new(
        "Service contracts",
        &["Contract", "State", "From", "Until"],
        ("No service contract", "Repairs are billed by the hour.", ""),
    );
    Sheet {
        shell,
        head: Some(RecordHead {
            kind: "Device".into(),
            name: d.name().to_owned(),
            identifiers: vec![("Serial".into(), d.serial.clone())],
            chips: vec![chip],
        }),
        sections: vec![
            Section::table("Service calls", "", calls.rows(f.calls.iter().map(call))),
            Section::table("Service contracts", "", services.rows(f.services.iter().map(service))),
        ],
        beside: vec![Section { title: "Facts".into(), sub: String::new(), part: Part::Facts(facts) }],
        ..Sheet::default()
    }
}

pub(in crate::installed_base) async fn show(app: App, visitor: Visitor, id: i64, panels: Panels) -> WebResult {
    let db = app.db();
    let device = queries::get(db, &visitor.actor, id).await?.ok_or_else(|| Error::not_found("device"))?;
    let today = i64::from(visitor.now.day().0);
    let found = Found { services: queries::services(db, id).await?, calls: queries::calls(db, id).await?, device, today };
    let others = drawn(&panels, &app, &visitor, Subject::Device(id), AsOf::TODAY).await?;
    view(visitor.shell(&app, found.device.name()), &found).with_panels(others).respond()
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let call = Call {
        number: "C<1>".into(),
        kind: "repair".into(),
        opened_on: 20_700,
        technician: "A. B.".into(),
        downtime_minutes: Some(300),
        ..Call::default()
    };
    let service = Service { number: "S1".into(), level: "Gold".into(), valid_from: 20_000, valid_to: None };
    let full = Found { device: sample(), services: vec![service], calls: vec![call], today: 20_780 };
    let bare = Found { device: Device { product_id: None, due_on: None, ..sample() }, services: vec![], calls: vec![], today: 20_780 };
    vec![("device", view(Shell::sample("Device"), &full).draw()), ("device, bare", view(Shell::sample("Device"), &bare).draw())]
}
