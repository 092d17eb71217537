//! `/country-rules/{country}`: the rule, its sources, its versions, and the form for a new one.

use super::super::queries::{Version, history};
use super::super::{CountryRule, Recording, Rules, SetCountryRule, WhenUnknown};
use super::{OTHER, clock, href};
use axum::Form;
use axum::extract::{Path, State};
use rounds_kernel::{Channel, Day, Error, Permission, Result};
use rounds_web::components::{Choice, Column, Fact, Field};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use std::collections::BTreeMap;

#[derive(askama::Template)]
#[template(path = "country_rules/templates/detail.html")]
struct DetailPage {
    shell: Shell,
    name: String,
    action: String,
    csrf: String,
    columns: Vec<Column>,
    channels: Vec<ChannelLine>,
    facts: Vec<Fact>,
    versions: Vec<Version>,
    fields: Vec<Field>,
}

struct ChannelLine {
    channel: &'static str,
    unknown: &'static str,
    soft: &'static str,
    source: String,
}

fn fact(label: &str, value: String, note: &str) -> Fact {
    Fact { label: label.into(), value, note: note.into(), href: None }
}

fn facts(r: &CountryRule, year: i32) -> Vec<Fact> {
    let c = &r.calling;
    let days = ["Monday to Friday", ", Saturday", ", Sunday", ", public holidays"];
    let on = [true, c.saturday, c.sunday, c.on_holidays];
    let days: String = days.iter().zip(on).filter(|(_, on)| *on).map(|(d, _)| *d).collect();
    let holidays: Vec<String> = super::super::holidays_of(r, year).iter().map(|d| d.short()).collect();
    let states: Vec<String> = r.recording_by_state.iter().map(|(s, asked)| format!("{s}: {}", asked.label())).collect();
    let mut all = vec![
        fact("Calls", format!("{} to {}, {days}", clock(c.from), clock(c.to)), "the customer's time"),
        fact("Public holidays", holidays.join(", "), &year.to_string()),
        fact("A yes by e-mail", if r.double_opt_in { "counts when confirmed from that address" } else { "counts as given" }.into(), ""),
        fact("Recording a call", r.recording.label().into(), &r.recording_source),
        fact(
            "Figures about employees",
            format!("for groups of {} or more", r.smallest_group),
            if r.works_council { "works council" } else { "" },
        ),
        fact("Language", r.language.clone(), "unless a person's own is known"),
    ];
    if !states.is_empty() {
        all.push(fact("Recording, by state", states.join("; "), "the stricter place decides"));
    }
    if !r.note.is_empty() {
        all.push(fact("Also", r.note.clone(), ""));
    }
    all
}

fn fields(r: &CountryRule, today: Day) -> Vec<Field> {
    let yes_no = |name: &str, label: &str, on: bool| Field {
        options: Choice::list(&[("yes", "Yes"), ("no", "No")], if on { "yes" } else { "no" }),
        ..Field::text(name, label, "")
    };
    let unknown: Vec<(&str, &str)> = WhenUnknown::ALL.iter().map(|w| (w.code(), w.label())).collect();
    let mut all = Vec::new();
    for c in Channel::ALL {
        let rule = r.channels.of(*c);
        let label = format!("{}: an unknown permission is", c.label());
        all.push(Field {
            options: Choice::list(&unknown, rule.unknown.code()),
            ..Field::text(&format!("unknown_{}", c.code()), &label, "")
        });
        all.push(Field::text(&format!("source_{}", c.code()), &format!("{}: source", c.label()), &rule.source));
    }
    let recording: Vec<(&str, &str)> = Recording::ALL.iter().map(|w| (w.code(), w.label())).collect();
    let time = |name: &str, label: &str, m: u16| Field { kind: "time".into(), ..Field::text(name, label, &clock(m)) };
    all.extend([
        yes_no("soft_opt_in", "Existing customers may be written to until a no", r.channels.email.soft_opt_in),
        time("from", "Calls from", r.calling.from),
        time("to", "Calls until", r.calling.to),
        yes_no("saturday", "Calls on Saturdays", r.calling.saturday),
        yes_no("sunday", "Calls on Sundays", r.calling.sunday),
        yes_no("on_holidays", "Calls on public holidays", r.calling.on_holidays),
        Field {
            hint: "MM-DD, or easter+N; apart by spaces.".into(),
            required: false,
            ..Field::text("holidays", "Public holidays", &r.holidays.join(" "))
        },
        yes_no("double_opt_in", "A yes by e-mail must be confirmed", r.double_opt_in),
        Field { options: Choice::list(&recording, r.recording.code()), ..Field::text("recording", "Recording a call needs", "") },
        Field::text("recording_source", "Recording: source", &r.recording_source),
        yes_no("works_council", "Works council has a say in figures about employees", r.works_council),
        Field {
            kind: "number".into(),
            ..Field::text("smallest_group", "Smallest group in figures about employees", &r.smallest_group.to_string())
        },
        Field { kind: "date".into(), ..Field::text("valid_from", "In force from", &today.to_string()) },
        Field { rows: 2, hint: "With the law or decision it follows.".into(), ..Field::text("why", "Why it changes", "") },
    ]);
    all
}

fn view(shell: Shell, csrf: &str, r: &CountryRule, versions: Vec<Version>, today: Day) -> DetailPage {
    let year = today.to_string().split('-').next().and_then(|y| y.parse().ok()).unwrap_or(2026);
    let line = |c: &Channel| {
        let rule = r.channels.of(*c);
        ChannelLine {
            channel: c.label(),
            unknown: rule.unknown.label(),
            soft: if rule.soft_opt_in { "yes" } else { "no" },
            source: rule.source.clone(),
        }
    };
    DetailPage {
        shell,
        name: r.name.clone(),
        action: href(&r.country),
        csrf: csrf.to_owned(),
        columns: ["Channel", "Unknown permission", "Existing customers", "Source"].map(Column::text).to_vec(),
        channels: Channel::ALL.iter().map(line).collect(),
        facts: facts(r, year),
        versions,
        fields: fields(r, today),
    }
}

/// The country of an address: two letters, or the rest of the world.
fn country(path: &str) -> Result<String> {
    match path {
        OTHER => Ok(String::new()),
        two if rounds_kernel::Country::is_code(two) => Ok(two.to_owned()),
        _ => Err(Error::not_found("country")),
    }
}

/// The rule in force, or for a country without one, a copy of the one that stands for every other.
fn rule_of(rules: &Rules, country: &str) -> CountryRule {
    let mut rule = rules.of(country).clone();
    if rule.country != country {
        rule.country = country.to_owned();
        rule.name = country.to_owned();
        rule.note = "No rule of its own yet: the stricter reading stands.".into();
    }
    rule
}

pub(in super::super) async fn detail(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> WebResult {
    let (country, today) = (country(&path)?, visitor.now.day());
    let rule = rule_of(&Rules::load(app.db(), today).await?, &country);
    let versions = history(app.db(), &country).await?;
    let csrf = if visitor.actor.may(Permission::WriteRecord) { visitor.csrf.as_str() } else { "" };
    page(&view(visitor.shell(&app, &rule.name), csrf, &rule, versions, today))
}

fn minute(text: &str) -> Result<u16> {
    let read = text.split_once(':').and_then(|(h, m)| Some((h.parse::<u16>().ok()?, m.parse::<u16>().ok()?)));
    match read {
        Some((h, m)) if h <= 24 && m < 60 => Ok(h * 60 + m),
        _ => Err(Error::invalid("consent.clock", format!("“{text}” is no time of the day. Nothing was changed."), "Write it as HH:MM.")),
    }
}

/// The rule as the form says; what the form leaves out stays.
fn changed(mut r: CountryRule, form: &BTreeMap<String, String>) -> Result<CountryRule> {
    let text = |name: &str| form.get(name).map(|t| t.trim().to_owned());
    let yes = |name: &str, now: bool| text(name).map_or(now, |t| t == "yes");
    for c in Channel::ALL {
        let rule = r.channels.of_mut(*c);
        if let Some(unknown) = text(&format!("unknown_{}", c.code())).as_deref().and_then(WhenUnknown::parse) {
            rule.unknown = unknown;
        }
        if let Some(source) = text(&format!("source_{}", c.code())) {
            rule.source = source;
        }
    }
    let soft = yes("soft_opt_in", r.channels.email.soft_opt_in);
    (r.channels.email.soft_opt_in, r.channels.webinar.soft_opt_in) = (soft, soft);
    r.calling.from = text("from").map_or(Ok(r.calling.from), |t| minute(&t))?;
    r.calling.to = text("to").map_or(Ok(r.calling.to), |t| minute(&t))?;
    r.calling.saturday = yes("saturday", r.calling.saturday);
    r.calling.sunday = yes("sunday", r.calling.sunday);
    r.calling.on_holidays = yes("on_holidays", r.calling.on_holidays);
    if let Some(holidays) = text("holidays") {
        r.holidays = holidays.split([' ', ',']).filter(|h| !h.is_empty()).map(str::to_owned).collect();
    }
    r.double_opt_in = yes("double_opt_in", r.double_opt_in);
    r.recording = text("recording").as_deref().and_then(Recording::parse).unwrap_or(r.recording);
    r.recording_source = text("recording_source").unwrap_or(r.recording_source);
    r.works_council = yes("works_council", r.works_council);
    if let Some(group) = text("smallest_group") {
        r.smallest_group = group.parse().unwrap_or(0);
    }
    Ok(r)
}

pub(in super::super) async fn change(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(path): Path<String>,
    Form(form): Form<BTreeMap<String, String>>,
) -> WebResult {
    let country = country(&path)?;
    let now = rule_of(&Rules::load(app.db(), visitor.now.day()).await?, &country);
    let rule = changed(now, &form)?;
    let from = Day::parse(form.get("valid_from").map_or("", String::as_str))?;
    let name = rule.name.clone();
    let command = SetCountryRule { rule, from, why: form.get("why").cloned().unwrap_or_default() };
    let version = app.runner().run(&visitor.actor, command).await?;
    flashes.good(&href(&country), format!("{name}: version {version} is in force from {}.", from.short())).await
}

pub(super) fn sample() -> String {
    use rounds_kernel::Time;
    let today = Day(20_780);
    let rule = Rules::shipped().of("US").clone();
    let version = Version {
        number: 1,
        from: today,
        why: "State law <b>changed</b>".into(),
        by: "Olga Ops".into(),
        at: Time::at_day(today),
        rule: rule.clone(),
    };
    askama::Template::render(&view(Shell::sample(&rule.name), "sample", &rule, vec![version], today)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_changes_what_it_says_and_leaves_the_rest() {
        let german = Rules::shipped().of("DE").clone();
        let form = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>();
        let r = changed(
            german.clone(),
            &form(&[("unknown_phone", "needs_grant"), ("from", "09:30"), ("saturday", "yes"), ("holidays", "01-01, easter+1")]),
        )
        .unwrap();
        assert!(!r.allows_unknown(Channel::Phone) && r.allows_unknown(Channel::Visit));
        assert_eq!((r.calling.from, r.calling.to, r.calling.saturday, r.holidays.len()), (570, german.calling.to, true, 2));
        assert_eq!(changed(german.clone(), &form(&[])).unwrap(), german);
        assert!(changed(german.clone(), &form(&[("from", "25:00")])).is_err() && changed(german, &form(&[("to", "soon")])).is_err());
    }
}
