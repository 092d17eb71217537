//! Headless Chromium for what a person does: a ChromeDriver of one's own on a free port.

use std::process::{Child, Command, Stdio};
use std::time::Duration;
use thirtyfour::prelude::*;

/// A browser window; gone when dropped.
pub struct Browser {
    /// The window.
    pub driver: WebDriver,
    process: Child,
    _profile: tempfile::TempDir,
}

const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Browser {
    /// Starts ChromeDriver (`ROUNDS_CHROMEDRIVER`, else from the path) and opens a window of the given size.
    pub async fn open(width: u32, height: u32) -> Self {
        // A second caller finds it installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let program = std::env::var("ROUNDS_CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".into());
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let process = Command::new(&program)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("{program} did not start ({e}): make test installs it"));
        let profile = tempfile::tempdir().expect("the system's temporary directory is writable");
        let mut caps = DesiredCapabilities::chrome();
        for flag in FLAGS {
            caps.add_arg(flag).expect("a flag");
        }
        caps.add_arg(&format!("--user-data-dir={}", profile.path().display())).expect("a flag");
        caps.add_arg(&format!("--window-size={width},{height}")).expect("a flag");
        let address = format!("http://127.0.0.1:{port}");
        for _ in 0..100 {
            match WebDriver::new(&address, caps.clone()).await {
                Ok(driver) => return Self { driver, process, _profile: profile },
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
        panic!("ChromeDriver did not open a window within 20 seconds");
    }

    /// The first element that matches, waiting for it up to five seconds.
    pub async fn find(&self, css: &str) -> WebElement {
        for _ in 0..50 {
            if let Ok(e) = self.driver.find(By::Css(css)).await {
                return e;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("nothing matches {css} on {:?}:\n{}", self.driver.current_url().await, self.driver.source().await.unwrap_or_default());
    }
}
