//! Where a delivery may go: to public addresses only, and to the very address that was judged.

use futures::future::BoxFuture;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use url::{Host, Url};

type Lookup = Arc<dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// Judges addresses before anything is sent.
#[derive(Clone)]
pub struct Guard {
    /// Allows this computer, for development.
    pub loopback: bool,
    lookup: Lookup,
}

impl Guard {
    /// A guard that asks the system's resolver.
    pub fn new(loopback: bool) -> Self {
        Self::with_lookup(loopback, |name, port| {
            Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), port)).await?.collect()) })
        })
    }

    /// A guard with a resolver of one's own, for tests.
    pub fn with_lookup<F>(loopback: bool, lookup: F) -> Self
    where
        F: Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync + 'static,
    {
        Self { loopback, lookup: Arc::new(lookup) }
    }

    /// The addresses to connect to, asked for once: the connection goes to these and asks nobody again, so that a name cannot lead elsewhere
    /// between the judgement and the connection. One address inside the network spoils the name.
    pub(in crate::webhooks) async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, String> {
        let port = url.port_or_known_default().unwrap_or(443);
        let found = match url.host() {
            Some(Host::Ipv4(ip)) => vec![SocketAddr::new(ip.into(), port)],
            Some(Host::Ipv6(ip)) => vec![SocketAddr::new(ip.into(), port)],
            Some(Host::Domain(name)) => {
                (self.lookup)(name.to_owned(), port).await.map_err(|_| "The server's name is not known.".to_owned())?
            }
            None => Vec::new(),
        };
        if found.is_empty() {
            return Err("The server's name leads nowhere.".into());
        }
        match found.iter().find(|a| !self.allows(a.ip())) {
            Some(inside) => Err(format!("Refused: the server's name leads to {}, which is not a public address.", inside.ip())),
            None => Ok(found),
        }
    }

    fn allows(&self, ip: IpAddr) -> bool {
        public(ip) || (self.loopback && ip.to_canonical().is_loopback())
    }
}

/// Whether an address is on the public internet (IANA special-purpose registries, RFC 6890 and its followers).
pub(in crate::webhooks) fn public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => public_v4(ip),
        IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or_else(|| public_v6(ip), public_v4),
    }
}

fn public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b, c) {
        // This network, private, loopback, link-local (with the clouds' metadata), shared, benchmarks, documentation, reserved.
        (0 | 10 | 127, _, _) | (169, 254, _) | (192, 168, _) | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) => true,
        (198, 51, 100) | (203, 0, 113) => true,
        (172, b, _) => (16..32).contains(&b),
        (100, b, _) => (64..128).contains(&b),
        (a, _, _) => a >= 224,
    };
    !special
}

fn public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    // Only global unicast is left after loopback, unique local, link-local, multicast, NAT64 and IPv4-compatible forms.
    let global = s[0] & 0xe000 == 0x2000;
    // Teredo and other protocol assignments, documentation, 6to4: they hold or stand for other addresses.
    let special = (s[0] == 0x2001 && (s[1] < 0x0200 || s[1] == 0x0db8)) || s[0] == 0x2002 || (s[0] == 0x3fff && s[1] < 0x1000);
    global && !special
}
