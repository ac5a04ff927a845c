//! Counts as tables with bars. What is counted does not belong here.

use unicode_width::UnicodeWidthStr as _;

use crate::commands::{CommandResult, Context};
use crate::output::bars::bar;
use crate::output::escape::escape_text;
use crate::output::wrap::wrap;
use sessionctl_core::ops::stats::{NO_APP, NO_USER, Steps};
use sessionctl_core::store::GroupCount;

/// The width where the output is neither a terminal nor given one.
const DEFAULT_COLUMNS: u16 = 80;
/// Columns of the three numbers of a row, with the spaces before them.
const NUMBERS_COLUMNS: usize = 33;
/// Columns of the indent of a row, and of the space before its bar.
const MARGIN_COLUMNS: usize = 4;
const MIN_NAME_COLUMNS: usize = 20;
/// The heading over the bars is as long.
const MIN_BAR_COLUMNS: usize = 12;
const MAX_BAR_COLUMNS: usize = 40;

/// Draws groups, each under a heading. A name that is longer than its column continues below it.
pub(super) fn groups(context: &mut Context, rows: &[(&str, GroupCount)]) -> CommandResult<()> {
    let unicode = context.ui.options().unicode;
    let names: Vec<String> = rows.iter().map(|(group, tally)| shown(group, &tally.name)).collect();
    let longest = names.iter().map(|name| name.width()).max().unwrap_or(0).max(MIN_NAME_COLUMNS);
    let (name_columns, bar_columns) = columns(longest, context.ui.options().width);
    let most = rows.iter().map(|(_, tally)| tally.active).max().unwrap_or(0);
    let mut group = "";
    for ((name, tally), shown) in rows.iter().zip(&names) {
        if *name != group {
            let title = if *name == "all" { (*name).to_owned() } else { format!("by {name}") };
            let heading = name_columns + 2;
            context.ui.bare(&format!(
                "{title:<heading$} {:>10} {:>10} {:>10}  bars: active",
                "active", "expired", "revoked"
            ))?;
            group = name;
        }
        let (active, drawn) = match context.clock_is_behind {
            true => ("-".to_owned(), 0),
            false => (tally.active.to_string(), tally.active),
        };
        let bar = bar(drawn, most, bar_columns, unicode);
        let numbers = format!("{active:>10} {:>10} {:>10}  {bar}", tally.expired, tally.revoked);
        for line in row(shown, name_columns, &numbers) {
            context.ui.bare(&line)?;
        }
    }
    Ok(())
}

/// Draws all groups, and how old the active sessions are and how long they will last.
pub(super) fn overview(
    context: &mut Context,
    rows: &[(&str, GroupCount)],
    ages: &Steps,
    ends: &Steps,
) -> CommandResult<()> {
    groups(context, rows)?;
    let (unicode, width) = (context.ui.options().unicode, context.ui.options().width);
    let width = usize::from(width.unwrap_or(DEFAULT_COLUMNS));
    for (title, steps) in [("active sessions by age", ages), ("active sessions by time left", ends)] {
        if steps.is_empty() {
            continue;
        }
        context.ui.bare(title)?;
        let most = steps.iter().map(|(_, n)| *n).max().unwrap_or(0);
        for (name, count) in steps {
            let bar = bar(*count, most, width.saturating_sub(36).min(60), unicode);
            context.ui.bare(format!("  {name:<20} {count:>10}  {bar}").trim_end())?;
        }
    }
    Ok(())
}

/// The name of a group as a person reads it.
fn shown(group: &str, name: &str) -> String {
    match (group, name) {
        ("all", "") => "sessions".to_owned(),
        ("user", "") => NO_USER.to_owned(),
        ("app", "") => NO_APP.to_owned(),
        (_, name) => escape_text(name).into_owned(),
    }
}

/// Columns of the names and of the bars, for the longest name. Where there is no width, no name is broken.
fn columns(longest: usize, width: Option<u16>) -> (usize, usize) {
    let Some(width) = width else {
        let rest = usize::from(DEFAULT_COLUMNS).saturating_sub(longest + NUMBERS_COLUMNS + MARGIN_COLUMNS);
        return (longest, rest.clamp(MIN_BAR_COLUMNS, MAX_BAR_COLUMNS));
    };
    let room = usize::from(width).saturating_sub(NUMBERS_COLUMNS + MARGIN_COLUMNS);
    let name = longest.min(room.saturating_sub(MIN_BAR_COLUMNS)).max(MIN_NAME_COLUMNS);
    (name, room.saturating_sub(name).clamp(MIN_BAR_COLUMNS, MAX_BAR_COLUMNS))
}

/// The lines of a row: the name, broken between words, with the numbers beside its first line. Where a word is longer than
/// the column, the numbers follow below the name.
fn row(name: &str, name_columns: usize, numbers: &str) -> Vec<String> {
    let pieces = wrap(name, name_columns);
    let padded = |text: &str| {
        let pad = " ".repeat(name_columns.saturating_sub(text.width()));
        format!("  {text}{pad} {numbers}").trim_end().to_owned()
    };
    if pieces.iter().any(|piece| piece.width() > name_columns) {
        let mut lines: Vec<String> = pieces.iter().map(|piece| format!("  {piece}")).collect();
        lines.push(padded(""));
        return lines;
    }
    let first = pieces.first().map_or_else(|| padded(""), |piece| padded(piece));
    std::iter::once(first).chain(pieces.iter().skip(1).map(|piece| format!("    {piece}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_shows_the_whole_name_without_breaking_a_word() {
        assert_eq!(row("alice", 8, "1"), ["  alice    1"]);
        assert_eq!(row("東京", 8, "1"), ["  東京     1"]);
        assert_eq!(row("Mozilla/5.0 (X11; Linux)", 14, "1"), ["  Mozilla/5.0    1", "    (X11; Linux)"]);
        assert_eq!(row("a-very-long-name x", 8, "1"), ["  a-very-long-name", "  x", "           1"]);
    }

    #[test]
    fn columns_leave_room_for_numbers_and_bars() {
        for (longest, width, expected) in [
            (20, Some(80), (20, 23)),
            (90, Some(80), (31, 12)),
            (90, None, (90, 12)),
            (20, None, (20, 23)),
            (20, Some(200), (20, 40)),
            (50, Some(20), (20, 12)),
        ] {
            assert_eq!(columns(longest, width), expected, "{longest} in {width:?}");
        }
    }
}
