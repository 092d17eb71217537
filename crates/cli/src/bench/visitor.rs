//! A visitor of pages, as small as a measurement wants it: no more than the server's answer is between two readings of the clock.

use rounds_kernel::{Error, Result};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpStream};

/// Signs in and returns the cookie of the session.
///
/// # Errors
/// The server does not answer, or refuses the password.
pub(super) fn sign_in(address: SocketAddr, email: &str, password: &str) -> Result<String> {
    let (_, cookie, body) = request(address, "GET /sign-in HTTP/1.1\r\n", "")?;
    let token = body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let form = format!("email={}&password={}&next=%2F&csrf={token}", escaped(email), escaped(password));
    let head = format!("POST /sign-in HTTP/1.1\r\nCookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    let (status, fresh, _) = request(address, &head, &form)?;
    if status != 303 && status != 302 {
        return Err(Error::internal(format!("{email} was not let in: the server answered {status}")));
    }
    Ok(if fresh.is_empty() { cookie } else { fresh })
}

/// Text as it stands in a form or in the query of an address.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(b)),
            _ => drop(write!(out, "%{b:02X}")),
        }
    }
    out
}

/// One request on a connection of its own: status, cookie and body (no text if it was asked for packed).
pub(super) fn request(address: SocketAddr, head: &str, body: &str) -> Result<(u16, String, String)> {
    let mut stream = TcpStream::connect(address).map_err(Error::internal)?;
    let text = format!("{head}Host: {address}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    stream.write_all(text.as_bytes()).map_err(Error::internal)?;
    let (mut status, mut cookie, mut reader) = (0, String::new(), BufReader::new(stream));
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).map_err(Error::internal)? == 0 || line == "\r\n" {
            break;
        }
        if status == 0 {
            status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("set-cookie: ").map(|_| &line["set-cookie: ".len()..]) {
            cookie = value.split(';').next().unwrap_or_default().trim().to_owned();
        }
    }
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).map_err(Error::internal)?;
    Ok((status, cookie, String::from_utf8_lossy(&rest).into_owned()))
}
