//! Drawing a sheet.

use super::model::{Act, Cell, NoticeLine, Part, Section, Table};
use crate::panels::PanelHtml;
use rounds_platform::imports::export as spreadsheet;
use rounds_platform::views::Views;
use rounds_web::components::{Fact, Filter, Pager, RecordHead, Stat, Tone};
use rounds_web::{Shell, WebResult, page};

/// A whole page.
#[derive(Debug, Clone, Default, askama::Template)]
#[template(path = "sheets/templates/sheet.html")]
pub struct Sheet {
    /// The frame.
    pub shell: Shell,
    /// Head of a record; lists have a title instead.
    pub head: Option<RecordHead>,
    /// Title of a list.
    pub title: String,
    /// A quiet line below the title.
    pub sub: String,
    /// Links in the head: words and address.
    pub links: Vec<(String, String)>,
    /// Notices.
    pub notices: Vec<NoticeLine>,
    /// Big figures.
    pub stats: Vec<Stat>,
    /// Where the filters lead.
    pub path: String,
    /// Filters.
    pub filters: Vec<Filter>,
    /// Parameters that stay when a filter changes: the order.
    pub kept: Vec<(String, String)>,
    /// Saved views of the list.
    pub views: Views,
    /// The wide column.
    pub sections: Vec<Section>,
    /// Ways to the other pages of the first section.
    pub pager: Option<Pager>,
    /// The narrow column of a record.
    pub beside: Vec<Section>,
}

impl Sheet {
    /// Draws it.
    ///
    /// # Errors
    /// When the template cannot be drawn.
    pub fn respond(mut self) -> WebResult {
        self.finish();
        page(&self)
    }

    fn finish(&mut self) {
        for section in self.sections.iter_mut().chain(self.beside.iter_mut()) {
            if let Part::Table(table) = &mut section.part {
                table.csrf.clone_from(&self.shell.csrf);
            }
        }
    }

    /// Adds what other areas drew, in the narrow column.
    #[must_use]
    pub fn with_panels(mut self, panels: Vec<PanelHtml>) -> Self {
        let section = |p: PanelHtml| Section { title: p.title.clone(), sub: p.sub.clone(), part: Part::Panel(p) };
        self.sections.extend(panels.into_iter().map(section));
        self
    }

    /// As HTML, for samples.
    pub fn draw(mut self) -> String {
        self.finish();
        askama::Template::render(&self).unwrap_or_default()
    }
}

/// A download for spreadsheets; nothing in it is taken for a formula.
pub fn csv(name: &str, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> WebResult {
    Ok(rounds_web::download(name, spreadsheet::csv(header, rows)))
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let empty = ("Nothing yet", "No row is in the record.", "Import a file.");
    let act = Act { label: "Accept".into(), action: "/x".into(), hidden: vec![("id".into(), "7".into())] };
    let row = vec![
        Cell::link("One <b>of</b> them", "/accounts/7").with("a quiet line"),
        Cell::number("1,200 EUR"),
        Cell::chip("Late", Tone::Bad),
        Cell::unknown("no file says so"),
        Cell::acts(vec![act]),
    ];
    let table = || Table::new("Rows", &["What", "#Amount", "State", "Known", ""], empty);
    let list = Sheet {
        shell: Shell::sample("Sheet"),
        title: "Sheet".into(),
        notices: vec![NoticeLine { kind: "partial", title: "Three are missing".into(), text: "They could not be read.".into() }],
        stats: vec![Stat::new("Rows", "1", "/x")],
        sections: vec![Section::table("Rows", "newest first", table().rows(vec![row]))],
        ..Sheet::default()
    };
    let record = Sheet {
        shell: Shell::sample("Record"),
        head: Some(RecordHead::sample()),
        sections: vec![Section::table("Rows", "", table())],
        beside: vec![Section { title: "Facts".into(), sub: String::new(), part: Part::Facts(Fact::sample()) }],
        ..Sheet::default()
    };
    vec![("sheet", list.draw()), ("sheet of a record", record.draw())]
}
