//! Counts as tables with bars. What is counted does not belong here.

use unicode_width::UnicodeWidthStr as _;

use crate::commands::{CommandResult, Context};
use crate::output::bars::bar;
use crate::output::escape::{escape_text, to_ascii};
use crate::output::wrap::wrap;
use sessionctl_core::ops::stats::{NO_APP, NO_USER, Steps};
use sessionctl_core::store::GroupCount;

/// The width where the output is neither a terminal nor given one.
const DEFAULT_COLUMNS: u16 = 80;
/// Columns of a number of a row; there are three or four, with a space before each.
const NUMBER_COLUMNS: usize = 10;
/// The same on a narrow terminal, where there are no bars.
const NARROW_NUMBER_COLUMNS: usize = 8;
const MIN_NARROW_NAME_COLUMNS: usize = 10;
/// Columns of the indent of a row, and of the space before its bar.
const MARGIN_COLUMNS: usize = 4;
const MIN_NAME_COLUMNS: usize = 20;
/// The heading over the bars is as long.
const MIN_BAR_COLUMNS: usize = 12;
const MAX_BAR_COLUMNS: usize = 40;

/// A row: the group, its count, and of another program's sessions how many are in the state unknown.
pub(in crate::commands) type Row<'a> = (&'a str, GroupCount, Option<u64>);

/// Rows of our own sessions.
pub(super) fn own<'a>(rows: &[(&'a str, GroupCount)]) -> Vec<Row<'a>> {
    rows.iter().map(|(group, count)| (*group, count.clone(), None)).collect()
}

/// Names the groups of which not all are shown.
pub(in crate::commands) fn report_cut(groups: &[&str], context: &mut Context) {
    if !groups.is_empty() {
        let groups = groups.join(", ");
        context.ui.status(&format!(
            "not all are shown of: {groups}; --top shows more, and --rarest those with the fewest"
        ));
    }
}

/// Draws groups, each under a heading. A name that is longer than its column continues below it.
pub(in crate::commands) fn groups(context: &mut Context, rows: &[Row<'_>]) -> CommandResult<()> {
    let unicode = context.ui.options().unicode;
    let has_unknown = rows.iter().any(|(.., unknown)| unknown.is_some_and(|number| number > 0));
    let names: Vec<String> =
        rows.iter().map(|(group, tally, _)| shown(group, &tally.name, unicode)).collect();
    let longest = names.iter().map(|name| name.width()).max().unwrap_or(0).max(MIN_NAME_COLUMNS);
    let Columns { name: name_columns, number, bar: bar_columns } =
        columns(longest, context.ui.options().width, if has_unknown { 4 } else { 3 });
    let most = rows.iter().map(|(_, tally, _)| tally.active).max().unwrap_or(0);
    let mut group = "";
    for ((name, tally, unknown), shown) in rows.iter().zip(&names) {
        if *name != group {
            let title = if *name == "all" { (*name).to_owned() } else { format!("by {name}") };
            let heading = name_columns + 2;
            let bars = if bar_columns > 0 { "  bars: active" } else { "" };
            let fourth = if has_unknown { format!(" {:>number$}", "unknown") } else { String::new() };
            context.ui.bare(&format!(
                "{title:<heading$} {:>number$} {:>number$} {:>number$}{fourth}{bars}",
                "active", "expired", "revoked"
            ))?;
            group = name;
        }
        let (active, drawn) = match context.clock_is_behind {
            true => ("-".to_owned(), 0),
            false => (tally.active.to_string(), tally.active),
        };
        let bar = bar(drawn, most, bar_columns, unicode);
        let fourth = match has_unknown {
            true => format!(" {:>number$}", unknown.unwrap_or(0)),
            false => String::new(),
        };
        let numbers =
            format!("{active:>number$} {:>number$} {:>number$}{fourth}  {bar}", tally.expired, tally.revoked);
        for line in row(shown, name_columns, &numbers) {
            context.ui.bare(&line)?;
        }
    }
    Ok(())
}

/// Draws all groups, and how old the active sessions are and how long they will last.
pub(in crate::commands) fn overview(
    context: &mut Context,
    rows: &[Row<'_>],
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

/// The name of a group as a person reads it; in ASCII it is longer.
fn shown(group: &str, name: &str, unicode: bool) -> String {
    match (group, name) {
        ("all", "") => "sessions".to_owned(),
        ("user", "") => NO_USER.to_owned(),
        ("app", "") => NO_APP.to_owned(),
        (_, name) if unicode => escape_text(name).into_owned(),
        (_, name) => to_ascii(&escape_text(name)).into_owned(),
    }
}

/// The columns of a row.
#[derive(Debug, PartialEq, Eq)]
struct Columns {
    name: usize,
    number: usize,
    bar: usize,
}

/// The columns for the longest name. Where there is no width, no name is broken; where there is little, there are no bars.
fn columns(longest: usize, width: Option<u16>, numbers: usize) -> Columns {
    let narrow_numbers = numbers * (NARROW_NUMBER_COLUMNS + 1);
    let numbers = numbers * (NUMBER_COLUMNS + 1);
    let bars = |rest: usize| rest.clamp(MIN_BAR_COLUMNS, MAX_BAR_COLUMNS);
    let Some(width) = width.map(usize::from) else {
        let rest = usize::from(DEFAULT_COLUMNS).saturating_sub(longest + numbers + MARGIN_COLUMNS);
        return Columns { name: longest, number: NUMBER_COLUMNS, bar: bars(rest) };
    };
    let room = width.saturating_sub(numbers + MARGIN_COLUMNS);
    if room >= MIN_NAME_COLUMNS + MIN_BAR_COLUMNS {
        let name = longest.min(room - MIN_BAR_COLUMNS);
        return Columns { name, number: NUMBER_COLUMNS, bar: bars(room - name) };
    }
    let number = NARROW_NUMBER_COLUMNS;
    let room = width.saturating_sub(narrow_numbers + MARGIN_COLUMNS);
    Columns { name: longest.min(room).max(MIN_NARROW_NAME_COLUMNS), number, bar: 0 }
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
            (20, Some(80), (20, 10, 23)),
            (90, Some(80), (31, 10, 12)),
            (90, None, (90, 10, 12)),
            (20, None, (20, 10, 23)),
            (20, Some(200), (20, 10, 40)),
            (50, Some(69), (20, 10, 12)),
            (50, Some(68), (37, 8, 0)),
            (50, Some(41), (10, 8, 0)),
            (50, Some(20), (10, 8, 0)),
        ] {
            let (name, number, bar) = expected;
            assert_eq!(columns(longest, width, 3), Columns { name, number, bar }, "{longest} in {width:?}");
        }
    }
}
