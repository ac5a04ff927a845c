//! What differs between the servers that speak PostgreSQL's protocol, and only that. The statements elsewhere keep to
//! what they share: no advisory locks, no LISTEN, no triggers, no named statements, no `search_path`, no GLOB.

use crate::value::Value;

/// The oldest release that is supported, as `server_version_num`.
pub(crate) const OLDEST_RELEASE: i64 = 150_000;

/// The server's clock now, not at the start of the transaction, in Unix seconds.
pub(crate) const CLOCK: &str = "floor(extract(epoch FROM clock_timestamp()))::bigint";

/// The same as the server keeps it, for the estimate of it: a conversion there takes longer than the rest of the
/// question.
pub(crate) const CLOCK_TIME: &str = "clock_timestamp()";

/// Gives the transaction its number, if it has none yet. A transaction gets its number before it draws an id, so that
/// a fence that was set after the id was drawn waits for it.
pub(crate) const ASSIGN_TRANSACTION: &str = "pg_current_xact_id()::text::bigint";

/// The transactions that end before this number have all ended.
pub(crate) const OLDEST_RUNNING: &str = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

/// The number of promotions of a primary's history, in digits of one length: it is the first part of its files' names.
pub(crate) const TIMELINE: &str = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

/// The history of a database: the promotions before its primary, and the numbers of its tables. The first part is
/// another one after a failover and where the files of an earlier moment were brought back; the second, where a dump
/// was. Aurora, whose servers share one storage, refuses to say the first, and loses no number.
pub(crate) const HISTORY: &str = "CASE WHEN to_regproc('pg_catalog.aurora_version') IS NULL \
     THEN substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) ELSE '' END || '/' || 'sessionctl.meta'::regclass::oid \
     || '+' || 'sessionctl.session'::regclass::oid || '+' || 'sessionctl.event'::regclass::oid";

/// The number of the next transaction.
pub(crate) const NEXT_TRANSACTION: &str = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint";

/// Lets nobody else change a session or an event until the transaction ends: for a correction that concerns all of
/// them.
pub(crate) const EXCLUDE_WRITERS: &str =
    "LOCK TABLE sessionctl.session, sessionctl.event, sessionctl.meta IN SHARE ROW EXCLUSIVE MODE";

/// The age of the oldest transaction that keeps a fence waiting, in seconds.
pub(crate) const OLDEST_TRANSACTION_AGE: &str = "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::bigint \
     FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()";

/// A pattern of a selector (`*`, `?`, `[…]`) as a condition on a column, with its value: LIKE, or a regular expression
/// where it has sets.
pub(crate) fn pattern(column: &str, pattern: &str) -> (String, Value) {
    if pattern.contains('[') {
        let condition = format!("{column} ~ ?");
        return (condition, regular_expression(pattern).into());
    }
    let mut like = String::with_capacity(pattern.len() + 4);
    for character in pattern.chars() {
        match character {
            '*' => like.push('%'),
            '?' => like.push('_'),
            '%' | '_' | '\\' => like.extend(['\\', character]),
            other => like.push(other),
        }
    }
    (format!("{column} LIKE ?"), like.into())
}

/// An expression that matches nothing.
const NOTHING: &str = "^(?!.*)";

/// A pattern with sets as an anchored regular expression.
fn regular_expression(pattern: &str) -> String {
    let mut expression = String::from("^");
    let mut rest = pattern.chars();
    while let Some(character) = rest.next() {
        match character {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            '[' => match set(rest.as_str()) {
                Some((set, behind)) => {
                    expression.push_str(&set);
                    rest = behind.chars();
                }
                None => return NOTHING.to_owned(),
            },
            other => push_literal(&mut expression, other),
        }
    }
    expression.push('$');
    expression
}

/// A set whose `[` was read, as an alternative of single characters and ranges, and the pattern behind it; none where
/// it is never closed. An alternative, because a bracket expression gives `[:`, `[=` and `\` meanings of their own.
fn set(text: &str) -> Option<(String, &str)> {
    let mut rest = text.chars();
    let mut member = rest.next()?;
    let negated = member == '^';
    if negated {
        member = rest.next()?;
    }
    let mut ranges: Vec<(char, char)> = Vec::new();
    if member == ']' {
        ranges.push((']', ']'));
        member = rest.next()?;
    }
    let mut low = None;
    while member != ']' {
        let closes = rest.as_str().starts_with(']');
        match low.take() {
            Some(low) if member == '-' && !closes => ranges.push((low, rest.next()?)),
            _ => {
                ranges.push((member, member));
                low = Some(member);
            }
        }
        member = rest.next()?;
    }
    // The first character of a range belongs to the set by itself, as it does in SQLite; an empty range adds nothing.
    let ranges: Vec<(char, char)> = ranges.into_iter().filter(|(low, high)| low <= high).collect();
    let mut members = String::new();
    for (low, high) in &ranges {
        push_code(&mut members, *low);
        if low != high {
            members.push('-');
            push_code(&mut members, *high);
        }
    }
    let set = match (negated, members.is_empty()) {
        (false, true) => "(?!.*)".to_owned(),
        (true, true) => ".".to_owned(),
        (false, false) => format!("[{members}]"),
        (true, false) => format!("[^{members}]"),
    };
    Some((set, rest.as_str()))
}

fn push_literal(expression: &mut String, character: char) {
    if character.is_alphanumeric() || character == ' ' {
        expression.push(character)
    } else {
        push_code(expression, character)
    }
}

/// A character by its number, which has no second meaning anywhere.
fn push_code(expression: &mut String, character: char) {
    expression.push_str(&format!("\\U{:08x}", u32::from(character)));
}

/// The time of the latest event, as an expression over `meta m`: no event up to floor_event counts, because a corrected
/// clock wrote the later ones.
pub(crate) const LATEST: &str = "greatest(m.time_floor, (SELECT max(e.at) FROM (SELECT at FROM sessionctl.event \
     WHERE id > m.floor_event ORDER BY id DESC LIMIT 64) e))";

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pattern_text: &str) -> (String, String) {
        match pattern("s.label", pattern_text) {
            (condition, Value::Text(Some(text))) => (condition, text),
            _ => panic!("no text"),
        }
    }

    #[test]
    fn pattern_without_sets_is_like_with_escapes() {
        let like = "s.label LIKE ?".to_owned();
        assert_eq!(text("lap*-?"), (like.clone(), "lap%-_".to_owned()));
        assert_eq!(text("100%_\\"), (like, "100\\%\\_\\\\".to_owned()));
    }

    #[test]
    fn pattern_with_sets_is_an_anchored_expression() {
        assert_eq!(text("a[0-9]*").1, "^a[\\U00000030\\U00000030-\\U00000039].*$");
        assert_eq!(text("[]]").1, "^[\\U0000005d]$");
        assert_eq!(text("[^a]").1, "^[^\\U00000061]$");
        assert_eq!(text("a[b").1, NOTHING);
    }
}
