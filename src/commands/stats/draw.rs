//! Counts as tables with bars. What is counted does not belong here.

use unicode_width::UnicodeWidthStr as _;

use crate::commands::{CommandResult, Context};
use crate::output::bars::bar;
use crate::output::escape::{escape_text, to_ascii};
use crate::output::wrap::wrap;
use sessionctl_core::model::session::State;
use sessionctl_core::ops::stats::Steps;
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

/// The states that have a column, in their order. Another program's sessions can also be in the state unknown.
pub(in crate::commands) const STATES: [State; 3] = [State::Active, State::Expired, State::Revoked];

fn number_in(state: State, tally: &GroupCount) -> u64 {
    match state {
        State::Active => tally.active,
        State::Expired => tally.expired,
        State::Revoked => tally.revoked,
    }
}

/// Draws groups, each under a heading, with a column for each of `states`; the bars are of the first one. A name that is
/// longer than its column continues below it.
pub(in crate::commands) fn groups(
    context: &mut Context,
    rows: &[Row<'_>],
    states: &[State],
) -> CommandResult<()> {
    let unicode = context.ui.options().unicode;
    let has_unknown = rows.iter().any(|(.., unknown)| unknown.is_some_and(|number| number > 0));
    let names: Vec<String> =
        rows.iter().map(|(group, tally, _)| shown(group, &tally.name, unicode)).collect();
    let longest = names.iter().map(|name| name.width()).max().unwrap_or(0).max(MIN_NAME_COLUMNS);
    let Columns { name: name_columns, number, bar: bar_columns } =
        columns(longest, context.ui.options().width, states.len() + usize::from(has_unknown));
    // How many are active is unknown where the clock is behind.
    let is_known = |state: State| state != State::Active || !context.clock_is_behind;
    let drawn = states.first().copied();
    let size = |tally: &GroupCount| {
        drawn.filter(|state| is_known(*state)).map_or(0, |state| number_in(state, tally))
    };
    let most = rows.iter().map(|(_, tally, _)| size(tally)).max().unwrap_or(0);
    let bars = drawn.filter(|_| bar_columns > 0).map(|state| format!("  bars: {}", state.as_str()));
    let headings: String = states.iter().map(|state| format!(" {:>number$}", state.as_str())).collect();
    let mut lines = Vec::new();
    let mut group = "";
    for ((name, tally, unknown), shown) in rows.iter().zip(&names) {
        if *name != group {
            let title = if *name == "all" { (*name).to_owned() } else { format!("by {name}") };
            let heading = name_columns + 2;
            let fourth = if has_unknown { format!(" {:>number$}", "unknown") } else { String::new() };
            let bars = bars.as_deref().unwrap_or_default();
            lines.push(format!("{title:<heading$}{headings}{fourth}{bars}"));
            group = name;
        }
        let bar = bar(size(tally), most, bar_columns, unicode);
        let mut numbers = states.iter().fold(String::new(), |numbers, state| match is_known(*state) {
            true => format!("{numbers} {:>number$}", number_in(*state, tally)),
            false => format!("{numbers} {:>number$}", "-"),
        });
        if has_unknown {
            numbers.push_str(&format!(" {:>number$}", unknown.unwrap_or(0)));
        }
        // A row has a space before its numbers.
        lines.extend(row(
            shown,
            name_columns,
            &format!("{}  {bar}", numbers.strip_prefix(' ').unwrap_or(&numbers)),
        ));
    }
    lines.iter().try_for_each(|line| context.ui.bare(line))?;
    Ok(())
}

/// Draws all groups, and how old the active sessions are and how long they will last.
pub(in crate::commands) fn overview(
    context: &mut Context,
    rows: &[Row<'_>],
    ages: &Steps,
    ends: &Steps,
) -> CommandResult<()> {
    groups(context, rows, &STATES)?;
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

/// The name of a group as a person reads it; in ASCII it is longer. A value that is written as the name of the sessions
/// without one is in quotes: a client chooses its user agent.
fn shown(group: &str, name: &str, unicode: bool) -> String {
    let none = match group {
        "all" => "sessions",
        "user" => "(no user)",
        "app" => "(no app)",
        "network" | "last-network" => "(no address)",
        "user-agent" => "(no user agent)",
        _ => "(none)",
    };
    match name {
        "" => none.to_owned(),
        name if name == none => format!("\"{name}\""),
        name if unicode => escape_text(name).into_owned(),
        name => to_ascii(&escape_text(name)).into_owned(),
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
    fn shown_name_of_a_value_differs_from_that_of_sessions_without_one() {
        for group in ["user", "app", "network", "last-network", "user-agent"] {
            let none = shown(group, "", true);
            assert_eq!(shown(group, &none, true), format!("\"{none}\""), "{group}");
        }
        assert_eq!(shown("user", "(no app)", true), "(no app)");
    }

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
