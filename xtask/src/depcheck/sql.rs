//! Which tables a piece of SQL writes to or shapes. Reads are free, so only the writing verbs are known here.

/// Table names in `text` that an SQL statement writes to, lower-case and without quotes or schema; a name that is put in
/// at run time comes as it stands, with its brace.
pub fn written(text: &str) -> Vec<String> {
    let words = words(text);
    let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
    (0..words.len()).filter_map(|at| written_at(&words, &upper, at)).collect()
}

/// Names, brackets and semicolons, one by one.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || "_.{}\"`$?:*'%-".contains(c);
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(if length == 0 { first.len_utf8() } else { length });
        if !word.trim().is_empty() {
            words.push(word);
        }
        rest = after;
    }
    words
}

/// The table written to by a statement whose first word stands at `at`.
fn written_at(words: &[&str], upper: &[String], at: usize) -> Option<String> {
    let is = |offset: usize, options: &[&str]| options.contains(&upper.get(at + offset).map_or("", String::as_str));
    // `skip(n, …)` steps over optional words.
    let skip = |offset: usize, optional: &[&str]| (offset..).find(|offset| !is(*offset, optional)).unwrap_or(offset);
    let after =
        |offset: usize, follow: &[&str]| is(offset + 1, follow) || words.get(at + offset + 1).is_some_and(|word| word.starts_with('{'));
    let end = |offset: usize| at + offset + 1 == words.len();
    let table = match upper[at].as_str() {
        "INSERT" | "REPLACE" => {
            let into = skip(1, &["OR", "REPLACE", "IGNORE", "ABORT", "FAIL", "ROLLBACK"]);
            let follow = ["(", "SELECT", "VALUES", "DEFAULT", "AS"];
            (is(into, &["INTO"]) && (after(into + 1, &follow) || end(into + 1))).then_some(into + 1)
        }
        "UPDATE" => {
            let table = skip(1, &["OR", "REPLACE", "IGNORE", "ABORT", "FAIL", "ROLLBACK", "ONLY"]);
            let set = is(table + 1, &["SET"]) || is(table + 2, &["SET"]) || (is(table + 1, &["AS"]) && is(table + 3, &["SET"]));
            (set && !is(table, &["SET"])).then_some(table)
        }
        "DELETE" if is(1, &["FROM"]) => {
            let table = skip(2, &["ONLY"]);
            (after(table, &["WHERE", ";", "USING", "RETURNING", "AS"]) || end(table)).then_some(table)
        }
        "COPY" => after(1, &["(", "FROM"]).then_some(1),
        "TRUNCATE" => is(1, &["TABLE"]).then_some(2),
        "ALTER" | "DROP" if is(1, &["TABLE"]) => Some(skip(2, &["IF", "EXISTS", "ONLY"])),
        "CREATE" => created(&is, &skip),
        _ => None,
    }?;
    words.get(at + table).map(|word| plain(word))
}

/// Offset of the table in `CREATE TABLE` and `CREATE INDEX … ON`; temporary tables belong to nobody.
fn created(is: &impl Fn(usize, &[&str]) -> bool, skip: &impl Fn(usize, &[&str]) -> usize) -> Option<usize> {
    let kind = skip(1, &["UNIQUE", "VIRTUAL", "UNLOGGED"]);
    let name = skip(kind + 1, &["IF", "NOT", "EXISTS", "CONCURRENTLY"]);
    if is(kind, &["TABLE"]) {
        is(name + 1, &["(", "USING", "AS"]).then_some(name)
    } else {
        (is(kind, &["INDEX"]) && is(name + 1, &["ON"])).then_some(name + 2)
    }
}

fn plain(word: &str) -> String {
    let word = word.rsplit_once('.').map_or(word, |(_, table)| table);
    word.trim_matches(['"', '`', '\'']).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn writing_verbs_name_their_tables() {
        for (sql, table) in [
            ("INSERT INTO plan (id) VALUES (1)", "plan"),
            ("insert or ignore into \"plan\" select 1", "plan"),
            ("INSERT INTO plan(id) SELECT id FROM fact", "plan"),
            ("REPLACE INTO plan VALUES (1)", "plan"),
            ("WITH x AS (SELECT 1) UPDATE public.plan AS p SET state = 1", "plan"),
            ("UPDATE plan\n   SET state = 2", "plan"),
            ("DELETE FROM plan WHERE id = 1", "plan"),
            ("DELETE FROM plan", "plan"),
            ("COPY plan (id) FROM STDIN", "plan"),
            ("TRUNCATE TABLE plan", "plan"),
            ("CREATE TABLE IF NOT EXISTS plan (id INTEGER)", "plan"),
            ("CREATE VIRTUAL TABLE plan USING fts5(x)", "plan"),
            ("CREATE UNIQUE INDEX plan_by_week ON plan (week)", "plan"),
            ("ALTER TABLE plan ADD COLUMN x INTEGER", "plan"),
            ("DROP TABLE IF EXISTS plan", "plan"),
            ("INSERT INTO {table} (id) VALUES (1)", "{table}"),
        ] {
            assert_eq!(written(sql), [table], "{sql}");
        }
        assert_eq!(written("DELETE FROM a WHERE x; INSERT INTO b DEFAULT VALUES"), ["a", "b"]);
    }

    #[test]
    fn reads_and_plain_words_name_none() {
        for text in [
            "SELECT * FROM plan WHERE id = 1 FOR UPDATE",
            "ON CONFLICT (id) DO UPDATE SET x = 1",
            "Update the plan, then set a date",
            "Delete from the list what you do not need",
            "insert into the record",
            "CREATE TEMP TABLE seen (id INTEGER)",
            "Copy plan to week 48",
        ] {
            assert!(written(text).is_empty(), "{text}: {:?}", written(text));
        }
    }
}
