//! Progress bars in a terminal; nothing when the output goes elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Arc;
use std::time::Duration;

/// What long work calls: units done, units in all (0 if unknown), what it is doing.
pub type Progress = Arc<dyn Fn(i64, i64, &str) + Send + Sync>;

/// A bar with a title, and the function that moves it.
pub fn bar(title: &str) -> (ProgressBar, Progress) {
    let bar = ProgressBar::new(0);
    bar.set_style(style());
    bar.set_prefix(title.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    let moved = bar.clone();
    let progress: Progress = Arc::new(move |done, total, message| {
        moved.set_length(total.max(0).unsigned_abs());
        moved.set_position(done.max(0).unsigned_abs());
        moved.set_message(message.to_owned());
    });
    (bar, progress)
}

/// Ends a bar, leaving one line that says what was done.
pub fn done(bar: &ProgressBar, line: &str) {
    bar.finish_and_clear();
    println!("  ✓ {line}");
}

fn style() -> ProgressStyle {
    let template = "  {spinner} {prefix:<22} {bar:28} {percent:>3} %  {msg}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
