//! Pages that belong to no area: the problem page and the door.

use crate::shell::Shell;
use askama::Template;

/// A request that could not be answered: what happened, what it means, what to do.
#[derive(Debug, Clone, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    /// Frame.
    pub shell: Shell,
    /// Stable code for support, e.g. "scope.outside".
    pub code: String,
    /// What happened, in a few words.
    pub title: String,
    /// What happened and what it means for the user's data.
    pub cause: String,
    /// What to do now.
    pub remedy: String,
    /// Finds the request in the log; may be empty.
    pub request_id: String,
}

impl ProblemPage {
    /// A record outside the user's scope.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample("Not yours to open"),
            code: "scope.outside".into(),
            title: "This account is not in your scope".into(),
            cause: "Uniklinik Rhein-West is covered by team West. Nothing was changed.".into(),
            remedy: "Ask its owner, Jonas Weber, or your manager to share it with you.".into(),
            request_id: "r-7f3a91".into(),
        }
    }
}

/// The door: e-mail and password, and in demo mode the list of demo users.
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// Frame, without user and menu.
    pub shell: Shell,
    /// E-mail as typed last time.
    pub email: String,
    /// Path to go to after signing in.
    pub next: String,
    /// Why the last try failed.
    pub error: Option<String>,
    /// Words of the button that leads to the company's identity provider, if there is one.
    pub sign_on: Option<String>,
    /// Demo users; pass them in demo mode only.
    pub demo: Vec<DemoUser>,
}

/// Signed out here, with the way to the identity provider.
#[derive(askama::Template)]
#[template(path = "signed_out.html")]
pub struct SignedOutPage {
    /// Frame, without user and menu.
    pub shell: Shell,
    /// Where the provider ends its own session.
    pub provider: String,
}

impl SignedOutPage {
    /// On the way to a provider.
    pub fn sample() -> Self {
        Self {
            shell: Shell { user: None, nav: Vec::new(), ..Shell::sample("Signed out") },
            provider: "https://login.company.example/session/end?client_id=rounds".into(),
        }
    }
}

/// A demo user with a password that exists only in demo mode.
#[derive(Debug, Clone, Default)]
pub struct DemoUser {
    /// Full name.
    pub name: String,
    /// Role in the trade's words.
    pub role: String,
    /// Sign-in name.
    pub email: String,
    /// Password.
    pub password: String,
}

impl SignInPage {
    /// The door in demo mode, after a wrong password.
    pub fn sample() -> Self {
        let user = |name: &str, role: &str, email: &str| DemoUser {
            name: name.into(),
            role: role.into(),
            email: email.into(),
            password: "demo-only".into(),
        };
        Self {
            shell: Shell { user: None, nav: Vec::new(), ..Shell::sample("Sign in") },
            email: "ines@demo.example".into(),
            next: "/queue".into(),
            error: Some("E-mail and password do not match. Nothing was changed; try again, or pick a demo user.".into()),
            sign_on: Some("Sign in with your company account".into()),
            demo: vec![
                user("Ines Kowalski", "Remote rep", "ines@demo.example"),
                user("Jonas Weber", "Field rep", "jonas@demo.example"),
                user("Marta Oliveira", "Key account manager", "marta@demo.example"),
                user("Henrik Dahl", "Sales manager", "henrik@demo.example"),
                user("Priya Raman", "Commercial operations", "priya@demo.example"),
            ],
        }
    }
}
