//! What every page carries around its content: who is signed in, the menu, the CSRF token, notices.

/// The frame of a page. Each view struct has one in a field named `shell`; `layout.html` draws it.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// Page title in sentence case, also the browser's tab title.
    pub title: String,
    /// The signed-in user, if any.
    pub user: Option<UserBadge>,
    /// The menu, one group an area, in the house's order.
    pub nav: Vec<NavGroup>,
    /// Token that every form sends back as the hidden field `csrf`.
    pub csrf: String,
    /// True when the record holds simulated facts: the page says so.
    pub simulated: bool,
    /// One message from the last act, shown once.
    pub flash: Option<Flash>,
    /// Path of this page, for the menu and for "back".
    pub path: String,
}

/// Who is signed in, as shown in the page's corner.
#[derive(Debug, Clone, Default)]
pub struct UserBadge {
    /// Full name.
    pub name: String,
    /// Role in the trade's words, e.g. "Remote rep".
    pub role: String,
}

/// One area in the menu.
#[derive(Debug, Clone, Default)]
pub struct NavGroup {
    /// Area name, e.g. "Engage".
    pub label: String,
    /// Pages of the area that this user may open.
    pub items: Vec<NavItem>,
}

/// One page in the menu.
#[derive(Debug, Clone, Default)]
pub struct NavItem {
    /// Words shown.
    pub label: String,
    /// Address.
    pub href: String,
    /// True for the page that is open.
    pub current: bool,
}

/// A message shown once after an act.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Flash {
    /// How it went: "good", "warn" or "bad"; drawn with a word and an icon, never colour alone.
    pub tone: String,
    /// What happened, in one sentence.
    pub text: String,
    /// An act that takes it back: address to post to and its words.
    pub undo: Option<(String, String)>,
}

impl Shell {
    /// The address if it stands in the visitor's menu, else nothing: so that a page offers no way to where its reader may not go.
    pub fn href<'a>(&self, path: &'a str) -> &'a str {
        if self.nav.iter().flat_map(|g| &g.items).any(|i| i.href == path) { path } else { "" }
    }

    /// A shell as a signed-in remote rep sees it; used by samples and the gallery.
    pub fn sample(title: &str) -> Self {
        let item = |label: &str, href: &str, current| NavItem { label: label.into(), href: href.into(), current };
        Self {
            title: title.into(),
            user: Some(UserBadge { name: "Ines Kowalski".into(), role: "Remote rep".into() }),
            nav: vec![
                NavGroup {
                    label: "Customers".into(),
                    items: vec![item("Systems", "/systems", false), item("Accounts", "/accounts", false), item("People", "/people", false)],
                },
                NavGroup { label: "Engage".into(), items: vec![item("Queue", "/queue", true)] },
            ],
            csrf: "sample".into(),
            simulated: true,
            flash: None,
            path: "/queue".into(),
        }
    }
}
