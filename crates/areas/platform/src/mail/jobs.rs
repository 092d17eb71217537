//! The postman: sends what is due.

use super::commands::Record;
use super::store::{MailRow, due, take};
use crate::setup::{self, Smtp};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rounds_kernel::{Actor, Error, Result, Time};
use rounds_store::Runner;
use std::time::Duration;

/// What one round of the postman did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Taken by the mail server.
    pub sent: usize,
    /// Not taken; tried again later or given up.
    pub failed: usize,
}

/// Sends the mails that are due, one round. Does nothing without a mail server set up.
///
/// # Errors
/// Of the database; a mail server that refuses is no error here but the mail's state.
pub async fn deliver(runner: &Runner) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let Some(smtp) = setup::load::<Smtp>(&runner.db).await?.ready() else { return Ok(outcome) };
    let waiting = due(&runner.db, runner.now(), 50).await?;
    if waiting.is_empty() {
        return Ok(outcome);
    }
    let transport = transport(&smtp, &smtp.password(runner.keys())?)?;
    let postman = Actor::program("postman");
    for mail in waiting {
        if !take(&runner.db, &mail, runner.now()).await? {
            continue;
        }
        let (error, permanent) = match message(&smtp, &mail, runner.now()) {
            Err(e) => (Some(e.cause), true),
            Ok(m) => match transport.send(m).await {
                Ok(_) => (None, false),
                Err(e) => (Some(e.to_string()), e.is_permanent()),
            },
        };
        if error.is_none() {
            outcome.sent += 1
        } else {
            outcome.failed += 1
        }
        runner.run(&postman, Record { mail: mail.id, error, permanent }).await?;
    }
    Ok(outcome)
}

/// Delivers for as long as the server runs.
pub async fn deliver_forever(runner: Runner) {
    loop {
        if let Err(e) = deliver(&runner).await {
            tracing::warn!(code = e.code, cause = e.cause, "mail was not delivered; it is tried again");
            tokio::time::sleep(Duration::from_secs(30)).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

fn transport(smtp: &Smtp, password: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
    let bad = |e: lettre::transport::smtp::Error| {
        Error::invalid("mail.server", format!("The mail server {} cannot be used: {e}.", smtp.host), "Correct it in the settings.")
    };
    let builder = match smtp.security.as_str() {
        "tls" => AsyncSmtpTransport::<Tokio1Executor>::relay(&smtp.host).map_err(bad)?,
        "none" => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host),
        _ => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&smtp.host).map_err(bad)?,
    };
    let builder = builder.port(smtp.port).timeout(Some(Duration::from_secs(20)));
    Ok(if smtp.user.is_empty() {
        builder.build()
    } else {
        builder.credentials(Credentials::new(smtp.user.clone(), password.to_owned())).build()
    })
}

fn message(smtp: &Smtp, mail: &MailRow, now: Time) -> Result<Message> {
    let bad =
        |e: &dyn std::fmt::Display| Error::invalid("mail.malformed", format!("The mail cannot be written: {e}."), "Correct the address.");
    let to: Address = mail.recipient.parse().map_err(|e: lettre::address::AddressError| bad(&e))?;
    let from: Mailbox = smtp.from.parse().map_err(|e: lettre::address::AddressError| bad(&e))?;
    let sent = std::time::UNIX_EPOCH + Duration::from_micros(now.0.unsigned_abs());
    let builder = Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(mail.subject.clone())
        .message_id(Some(mail.message_id.clone()))
        .date(sent);
    let text = mail.body.clone();
    let built = match mail.html.clone() {
        Some(html) => builder.multipart(MultiPart::alternative_plain_html(text, html)),
        None => builder.singlepart(SinglePart::plain(text)),
    };
    let mut message = built.map_err(|e| bad(&e))?;
    let headers: Vec<(String, String)> = serde_json::from_str(&mail.headers).unwrap_or_default();
    for (name, value) in headers {
        let name = HeaderName::new_from_ascii(name).map_err(|e| bad(&e))?;
        message.headers_mut().insert_raw(HeaderValue::new(name, value));
    }
    Ok(message)
}
