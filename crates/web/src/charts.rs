//! Charts as SVG made on the server: bar, stacked bar, line and sparkline.
//!
//! The functions are pure: numbers and words in, [`Svg`] out. Colours are classes (`s0` … `s5`, see
//! `assets/src/css/charts.css`), never inline styles, so that themes and the content security policy hold. Every word that
//! comes from outside passes [`escape`]; that is why [`Svg`] may be printed without a further filter. A [`Chart`] carries
//! its numbers as rows too, and `ui::figure` draws them as a table for those who do not see the picture.

use std::fmt::{self, Write as _};

// Pictures have no fixed width: places along x are percentages, so that words keep their size from phone to wide screen.
const LABEL_SHARE: f64 = 36.0;
const BAR_SHARE: f64 = 45.0;
const ROW: f64 = 24.0;
const BAR: f64 = 12.0;
const AXIS_SHARE: f64 = 8.0;
const LINE_HEIGHT: f64 = 180.0;
/// Units of the stretched inner picture that holds the lines.
const PLOT: f64 = 1000.0;

/// An SVG element, safe to print as it is: it can only be made by this module, which escapes every word it writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Svg(String);

impl Svg {
    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Sound because the field is private and all text in it went through `escape`; the tests below try to break it.
impl askama::filters::HtmlSafe for Svg {}

/// One row of a chart: a label and one value a series.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// What the row is: a bar's name, a point in time.
    pub label: String,
    /// One value a series, in the series' order; not a number or infinite counts as unknown and is drawn as a gap.
    pub values: Vec<f64>,
    /// The values as the user reads them, for the table and the labels.
    pub shown: Vec<String>,
}

impl Row {
    /// A row of one series.
    pub fn one(label: impl Into<String>, value: f64, shown: impl Into<String>) -> Self {
        Self { label: label.into(), values: vec![value], shown: vec![shown.into()] }
    }
}

/// What a chart is about.
#[derive(Debug, Clone, Default)]
pub struct Spec {
    /// What one sees, in a few words; also the table's caption.
    pub caption: String,
    /// The unit of the numbers; may be empty.
    pub unit: String,
    /// What the rows are: "Channel", "Week".
    pub first_column: String,
    /// Names of the series, at most six.
    pub legend: Vec<String>,
}

/// A picture with the numbers behind it. Draw it with `ui::figure`.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// The picture.
    pub svg: Svg,
    /// What one sees.
    pub caption: String,
    /// The unit of the numbers.
    pub unit: String,
    /// What the rows are.
    pub first_column: String,
    /// Names of the series.
    pub legend: Vec<String>,
    /// The numbers.
    pub rows: Vec<Row>,
}

/// Horizontal bars, one a row, each with its value beside it.
pub fn bar(spec: Spec, rows: Vec<Row>) -> Chart {
    bars(spec, rows, false)
}

/// Horizontal bars, the series of a row one after another; the value beside it is the last of `shown` if there is one more
/// than series (a total), or else the sum of the row without decimals.
pub fn stacked_bar(spec: Spec, rows: Vec<Row>) -> Chart {
    bars(spec, rows, true)
}

/// Lines over equally spaced rows, one a series, from zero (or the lowest negative value) up.
pub fn line(spec: Spec, rows: Vec<Row>) -> Chart {
    let known = || rows.iter().flat_map(|row| row.values.iter().copied()).filter(|value| value.is_finite());
    let (low, high) = (known().fold(0.0, f64::min), nice_ceiling(known().fold(0.0, f64::max)));
    let (top, bottom) = (8.0, LINE_HEIGHT - 22.0);
    let plot = Plot { left: 0.0, right: PLOT, top: 0.0, bottom: bottom - top, low, high, count: rows.len() };
    let mut out = open(&spec, LINE_HEIGHT, "chart-line");
    for step in 0..=4 {
        let value = low + (high - low) * f64::from(step) / 4.0;
        let y = top + plot.y(value);
        let _ = write!(out, r#"<line class="grid" x1="{AXIS_SHARE}%" x2="100%" y1="{y:.1}" y2="{y:.1}"/>"#);
        let _ = write!(out, r#"<text class="tick end" x="{AXIS_SHARE}%" dx="-6" y="{:.1}">{}</text>"#, y + 4.0, compact(value));
    }
    for (index, row) in rows.iter().enumerate().filter(|(index, _)| labelled(*index, rows.len())) {
        let anchor = if index == 0 {
            "start"
        } else if index + 1 == rows.len() {
            "end"
        } else {
            "middle"
        };
        let x = AXIS_SHARE + (100.0 - AXIS_SHARE) * plot.x(index) / PLOT;
        let _ = write!(out, r#"<text class="tick {anchor}" x="{x:.2}%" y="{}">{}</text>"#, LINE_HEIGHT - 6.0, escape(&row.label));
    }
    // Stretched to whatever width there is; the strokes do not stretch with it (vector-effect in the style sheet).
    let _ = write!(
        out,
        r#"<svg x="{AXIS_SHARE}%" y="{top}" width="{}%" height="{1}" viewBox="0 0 {PLOT} {1}" preserveAspectRatio="none">"#,
        100.0 - AXIS_SHARE,
        bottom - top
    );
    for series in 0..spec.legend.len().max(1) {
        let values: Vec<f64> = rows.iter().map(|row| row.values.get(series).copied().unwrap_or(f64::NAN)).collect();
        let _ = write!(out, r#"<path class="line l{series}" d="{}"/>"#, plot.path(&values));
    }
    out.push_str("</svg>");
    finish(out, spec, rows)
}

/// A line of a word's height; `text` says for screen readers what it shows.
pub fn sparkline(values: &[f64], text: &str) -> Svg {
    let known = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let plot = Plot { left: 2.0, right: 94.0, top: 3.0, bottom: 17.0, low, high, count: values.len() };
    let mut out = format!(r#"<svg class="sparkline" viewBox="0 0 96 20" role="img"><title>{}</title>"#, escape(text));
    let _ = write!(out, r#"<path class="line l0" d="{}"/>"#, plot.path(values));
    if let Some(last) = values.iter().rposition(|value| value.is_finite()) {
        let _ = write!(out, r#"<circle class="s0" cx="{:.1}" cy="{:.1}" r="2"/>"#, plot.x(last), plot.y(values[last]));
    }
    out.push_str("</svg>");
    Svg(out)
}

/// Escapes text for SVG and HTML, as element content and as a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            // Control characters are not allowed in XML and would break the picture.
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

fn bars(spec: Spec, rows: Vec<Row>, stacked: bool) -> Chart {
    let positive = |value: &f64| if value.is_finite() { value.max(0.0) } else { 0.0 };
    let total = |row: &Row| if stacked { row.values.iter().map(positive).sum() } else { row.values.first().map_or(0.0, positive) };
    let most = rows.iter().map(total).fold(0.0, f64::max);
    let scale = if most > 0.0 { BAR_SHARE / most } else { 0.0 };
    let height = ROW * rows.len().max(1) as f64;
    let mut out = open(&spec, height, "chart-bars");
    let _ = write!(out, r#"<line class="axis" x1="{LABEL_SHARE}%" x2="{LABEL_SHARE}%" y1="0" y2="{height}"/>"#);
    for (index, row) in rows.iter().enumerate() {
        let top = ROW * index as f64;
        let middle = top + ROW / 2.0 + 4.0;
        let _ =
            write!(out, r#"<text class="label end" x="{LABEL_SHARE}%" dx="-8" y="{middle}">{}</text>"#, escape(&shorten(&row.label, 20)));
        let mut x = LABEL_SHARE;
        for (series, value) in row.values.iter().enumerate().take(if stacked { usize::MAX } else { 1 }) {
            let width = positive(value) * scale;
            let _ = write!(
                out,
                r#"<rect class="s{series}" x="{x:.2}%" y="{}" width="{width:.2}%" height="{BAR}"><title>{}</title></rect>"#,
                top + (ROW - BAR) / 2.0,
                escape(&tip(&spec, row, series))
            );
            x += width;
        }
        let value = if row.values.len() < row.shown.len() || !stacked {
            row.shown.last().cloned().unwrap_or_default()
        } else {
            format!("{:.0}", total(row))
        };
        let _ = write!(out, r#"<text class="value" x="{x:.2}%" dx="6" y="{middle}">{}</text>"#, escape(&value));
    }
    finish(out, spec, rows)
}

fn tip(spec: &Spec, row: &Row, series: usize) -> String {
    let name = spec.legend.get(series).map_or("", String::as_str);
    let shown = row.shown.get(series).map_or("unknown", String::as_str);
    format!("{} · {name} {shown}", row.label)
}

fn open(spec: &Spec, height: f64, class: &str) -> String {
    let columns = spec.legend.join(", ");
    format!(
        r#"<svg class="{class}" width="100%" height="{height}" role="img"><title>{}</title><desc>{}</desc>"#,
        escape(&spec.caption),
        escape(&format!("{columns} by {}. The numbers are in the table below.", spec.first_column.to_lowercase())),
    )
}

fn finish(mut out: String, spec: Spec, rows: Vec<Row>) -> Chart {
    out.push_str("</svg>");
    let Spec { caption, unit, first_column, legend } = spec;
    Chart { svg: Svg(out), caption, unit, first_column, legend, rows }
}

/// Where points land in a line's area.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    low: f64,
    high: f64,
    count: usize,
}

impl Plot {
    fn x(&self, index: usize) -> f64 {
        let steps = self.count.saturating_sub(1).max(1) as f64;
        self.left + (self.right - self.left) * index as f64 / steps
    }

    fn y(&self, value: f64) -> f64 {
        let range = self.high - self.low;
        // A flat line sits in the middle: no range, no slope to show.
        let share = if range > 0.0 { (value - self.low) / range } else { 0.5 };
        self.bottom - (self.bottom - self.top) * share
    }

    fn path(&self, values: &[f64]) -> String {
        let mut out = String::new();
        let mut pen_down = false;
        for (index, value) in values.iter().enumerate() {
            if value.is_finite() {
                let _ = write!(out, "{}{:.1} {:.1}", if pen_down { "L" } else { "M" }, self.x(index), self.y(*value));
            }
            pen_down = value.is_finite();
        }
        out
    }
}

/// About six labels on the axis, always the first and the last.
fn labelled(index: usize, count: usize) -> bool {
    let every = count.div_ceil(6).max(1);
    index + 1 == count || (index.is_multiple_of(every) && index + every < count)
}

/// The next 1, 2, 2.5 or 5 times a power of ten, so that the axis ends on a round number.
fn nice_ceiling(value: f64) -> f64 {
    if !(value.is_finite() && value > 0.0) {
        return 1.0;
    }
    let power = 10f64.powf(value.log10().floor());
    [1.0, 2.0, 2.5, 4.0, 5.0, 8.0, 10.0].iter().map(|step| step * power).find(|top| *top >= value).unwrap_or(10.0 * power)
}

fn compact(value: f64) -> String {
    let (scaled, suffix) = match value.abs() {
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let text = format!("{scaled:.2}");
    format!("{}{suffix}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// At most `limit` characters; the whole label stays in the table.
fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str = "</title><script>alert(\"1\")</script>'&\u{0}";

    fn spec() -> Spec {
        Spec { caption: NASTY.into(), unit: NASTY.into(), first_column: NASTY.into(), legend: vec![NASTY.into(), "b".into()] }
    }

    fn rows() -> Vec<Row> {
        vec![Row { label: NASTY.into(), values: vec![3.0, 4.0], shown: vec![NASTY.into(), "4".into()] }]
    }

    #[test]
    fn text_from_outside_never_becomes_markup() {
        let pictures = [bar(spec(), rows()).svg, stacked_bar(spec(), rows()).svg, line(spec(), rows()).svg, sparkline(&[1.0, 2.0], NASTY)];
        for svg in pictures {
            let svg = svg.as_str();
            assert!(!svg.contains("<script") && !svg.contains('\0'), "{svg}");
            assert!(svg.contains("&lt;script&gt;"), "the words are still there: {svg}");
            assert_eq!(svg.matches("<title>").count(), svg.matches("</title>").count());
            assert!(!svg.contains("style="), "inline styles break the content security policy");
        }
    }

    #[test]
    fn unknown_and_impossible_numbers_leave_gaps_not_nonsense() {
        let row = |value| Row::one("week", value, "unknown");
        let chart = line(Spec { legend: vec!["a".into()], ..Spec::default() }, vec![row(1.0), row(f64::NAN), row(3.0), row(f64::INFINITY)]);
        assert!(!chart.svg.as_str().contains("NaN") && !chart.svg.as_str().contains("inf"), "{}", chart.svg);
        assert_eq!(chart.svg.as_str().matches('M').count(), 2, "the pen is lifted over the gap");
        for empty in [
            bar(Spec::default(), vec![]).svg,
            line(Spec::default(), vec![]).svg,
            sparkline(&[], ""),
            sparkline(&[f64::NAN], ""),
            sparkline(&[2.0, 2.0], "flat"),
        ] {
            assert!(!empty.as_str().contains("NaN") && !empty.as_str().contains("inf"), "{empty}");
        }
    }

    #[test]
    fn bars_share_one_scale() {
        let chart = bar(Spec::default(), vec![Row::one("a", 10.0, "10"), Row::one("b", 5.0, "5"), Row::one("c", -1.0, "-1")]);
        for width in [BAR_SHARE, BAR_SHARE / 2.0, 0.0] {
            assert!(chart.svg.as_str().contains(&format!(r#"width="{width:.2}%""#)), "{width} in {}", chart.svg);
        }
    }

    #[test]
    fn axes_end_on_round_numbers() {
        for (value, top) in [(0.0, 1.0), (0.93, 1.0), (7.0, 8.0), (186.0, 200.0), (2_427.0, 2_500.0), (f64::NAN, 1.0)] {
            assert!((nice_ceiling(value) - top).abs() < 1e-9, "{value} → {}", nice_ceiling(value));
        }
        assert_eq!(compact(1_250_000.0), "1.25M");
        assert_eq!(compact(0.5), "0.5");
    }
}
