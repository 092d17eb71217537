//! Mails against a mail server of the test's own.

use super::store::{MailRow, page};
use super::{Mail, MailState, Outcome, SendAgain, deliver, enqueue};
use crate::setup::{Smtp, change};
use rounds_kernel::{Actor, Clock, FixedClock, Permission, Result, Time};
use rounds_store::{Command, Db, Keys, MigrationTrait, MigratorTrait, Runner, Tx};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = rounds_store::own_migrations();
        all.extend(super::migrations());
        all
    }
}

#[derive(serde::Serialize)]
struct Write {
    to: String,
    secret: bool,
}

impl Command for Write {
    const NAME: &'static str = "test.write";
    const PERMISSION: Permission = Permission::Open;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let headers = vec![("List-Unsubscribe-Post".into(), "List-Unsubscribe=One-Click".into())];
        let mail = Mail {
            to: self.to,
            subject: "Grüße".into(),
            text: "Text\n.\nmore".into(),
            html: Some("<p>Text</p>".into()),
            headers,
            secret: self.secret,
        };
        enqueue(tx, mail).await
    }
}

/// A mail server that takes everything except mail to `nobody@…` (refused for good) and the first to `later@…` (refused for now).
async fn server() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = Arc::new(Mutex::new(Vec::new()));
    let (all, deferred) = (taken.clone(), Arc::new(Mutex::new(false)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(session(stream, all.clone(), deferred.clone()));
        }
    });
    (port, taken)
}

async fn session(stream: TcpStream, taken: Arc<Mutex<Vec<String>>>, deferred: Arc<Mutex<bool>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = if line.starts_with("EHLO") {
            "250 test"
        } else if line.contains("<nobody@") {
            "550 no such mailbox"
        } else if line.contains("<later@") && !std::mem::replace(&mut *deferred.lock().unwrap(), true) {
            "451 try later"
        } else if line == "DATA" {
            write.write_all(b"354 go on\r\n").await.unwrap();
            let mut text = String::new();
            while let Ok(Some(l)) = lines.next_line().await {
                if l == "." {
                    break;
                }
                text.push_str(&l);
                text.push('\n');
            }
            taken.lock().unwrap().push(text);
            "250 taken"
        } else {
            "250 ok"
        };
        if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn of(runner: &Runner, id: i64) -> MailRow {
    page(&runner.db, None, None, 100).await.unwrap().into_iter().find(|m| m.id == id).unwrap()
}

async fn world(db: &rounds_testkit::TempDb) -> (Runner, Arc<FixedClock>) {
    let db = Db::open(&db.url).await.unwrap();
    db.migrate::<Schema>().await.unwrap();
    let clock = Arc::new(FixedClock::at(Time(1_795_000_000_000_000)));
    (Runner::new(db, clock.clone() as Arc<dyn Clock>).with_keys(Keys::random().unwrap()), clock)
}

#[tokio::test]
async fn mails_wait_are_sent_tried_again_and_given_up() {
    for db in rounds_testkit::databases().await {
        let (runner, clock) = world(&db).await;
        let me = Actor::program("test");
        let mut ids = Vec::new();
        for to in ["ines@demo.example", "nobody@demo.example", "later@demo.example"] {
            ids.push(runner.run(&me, Write { to: to.into(), secret: to.starts_with("ines") }).await.unwrap());
        }
        assert_eq!(deliver(&runner).await.unwrap(), Outcome::default(), "without a server nothing is sent");
        assert_eq!(of(&runner, ids[0]).await.state, "waiting");
        let (port, taken) = server().await;
        let smtp = Smtp {
            host: "127.0.0.1".into(),
            port,
            security: "none".into(),
            from: "Rounds <rounds@demo.example>".into(),
            ..Smtp::default()
        };
        change(&runner, &me, &smtp).await.unwrap();
        assert_eq!(deliver(&runner).await.unwrap(), Outcome { sent: 1, failed: 2 }, "{}", db.engine);
        let sent = of(&runner, ids[0]).await;
        assert_eq!((sent.state.as_str(), sent.body.as_str(), sent.html), ("sent", "", None), "a mail with a secret forgets it");
        let text = taken.lock().unwrap().join("\n");
        for part in ["To: ines@demo.example", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "Message-ID: ", "multipart/alternative"]
        {
            assert!(text.contains(part), "{part} is missing:\n{text}");
        }
        let refused = of(&runner, ids[1]).await;
        assert_eq!((refused.state.as_str(), refused.attempts), (MailState::Dead.code(), 1), "{}", refused.last_error);
        assert_eq!(of(&runner, ids[2]).await.state, "waiting");
        assert_eq!(deliver(&runner).await.unwrap(), Outcome::default(), "not before its pause is over");
        clock.set(Time(1_795_000_061_000_000));
        assert_eq!(deliver(&runner).await.unwrap(), Outcome { sent: 1, failed: 0 });
        runner.run(&me, SendAgain { mail: ids[1] }).await.unwrap();
        assert_eq!(deliver(&runner).await.unwrap(), Outcome { sent: 0, failed: 1 });
        assert_eq!(runner.run(&me, SendAgain { mail: ids[0] }).await.unwrap_err().code, "mail.not_waiting");
    }
}
