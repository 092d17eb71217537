//! Signatures as published, addresses that are refused, pauses that grow.

use super::jobs::Guard;
use super::model::{PAUSES, address, pause, signature};
use std::net::IpAddr;

#[test]
fn signatures_are_those_of_the_standard() {
    // The published example of Standard Webhooks.
    let payload = r#"{"test": 2432232314}"#;
    let got = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, payload).unwrap();
    assert_eq!(got, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn addresses_that_lead_inside_are_refused() {
    let refused = [
        "http://hooks.example.com/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://user:pass@hooks.example.com/",
        "https://hooks.example.com/#x",
        "ftp://hooks.example.com/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "//hooks.example.com",
        "gopher://hooks.example.com",
        "https://93.184.216.34/",
    ];
    for text in refused {
        assert_eq!(address(text, false).map_err(|e| e.code).err().as_deref(), Some("webhook.address"), "{text}");
    }
    assert!(address("https://hooks.example.com/rounds?a=1", false).is_ok());
    assert!(address("http://127.0.0.1:9000/x", true).is_ok() && address("http://10.0.0.1/x", true).is_err());
}

#[test]
fn only_public_addresses_are_public() {
    let inside = [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "2002:7f00:1::",
        "3fff::1",
        "100::1",
    ];
    for ip in inside {
        assert!(!super::jobs::public(ip.parse::<IpAddr>().unwrap()), "{ip}");
    }
    for ip in ["8.8.8.8", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:2800:220:1::1", "2a00:1450::1"] {
        assert!(super::jobs::public(ip.parse::<IpAddr>().unwrap()), "{ip}");
    }
}

#[tokio::test]
async fn a_name_with_one_address_inside_is_refused() {
    let guard = Guard::with_lookup(false, |_, port| {
        let found = ["93.184.216.34", "10.0.0.5"].map(|ip| (ip.parse::<IpAddr>().unwrap(), port).into());
        Box::pin(async move { Ok(found.to_vec()) })
    });
    let url = address("https://hooks.example.com/", false).unwrap();
    assert!(guard.addresses(&url).await.is_err_and(|words| words.contains("10.0.0.5")));
}

#[test]
fn pauses_grow_and_end() {
    for delivery in 1..200 {
        let mut last = 0;
        for attempt in 1..=PAUSES.len() as i64 {
            let wait = pause(delivery, attempt).unwrap();
            let plain = PAUSES[attempt as usize - 1] * 1_000_000;
            assert!(wait >= plain * 4 / 5 && wait <= plain * 6 / 5 && wait > last);
            last = wait;
        }
        assert_eq!(pause(delivery, PAUSES.len() as i64 + 1), None);
    }
}
