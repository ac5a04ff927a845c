//! The life of a session drawn as one line to scale, with a labelled tick for each moment. Which moments those
//! are does not belong here.

use unicode_width::UnicodeWidthStr;

use super::cells::age;
use sessionctl_core::model::time::Timestamp;

/// A moment on the line.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// What happened or will happen then.
    pub name: &'static str,
}

/// The moments that share a tick.
struct Tick {
    at: Timestamp,
    label: String,
    column: usize,
}

/// The signs a line is drawn with.
struct Signs {
    past: char,
    future: char,
    tick: char,
    now: char,
    stem: char,
    corner: &'static str,
}

const UNICODE: Signs =
    Signs { past: '━', future: '┄', tick: '┿', now: '●', stem: '│', corner: "└ " };
const ASCII: Signs = Signs { past: '=', future: '-', tick: '+', now: 'o', stem: '|', corner: "` " };

/// Draws the marks and the present within `width` columns: a line to scale, the past heavier than the future, and below
/// it a label for each tick, the last first. Moments that are too close for that scale are drawn two columns apart, so
/// that their order can always be seen.
#[must_use]
pub fn draw(marks: &[Mark], now: Timestamp, width: usize, unicode: bool) -> Vec<String> {
    let signs = if unicode { &UNICODE } else { &ASCII };
    let mut ticks = ticks(marks, now);
    let least = 2 * ticks.len() - 1;
    // Labels are to the right of their ticks, so the line leaves room for them.
    let mut length = width.saturating_sub(1).max(least);
    place(&mut ticks, length);
    while length > least && ticks.iter().any(|tick| tick.column + 2 + tick.label.width() > width) {
        length -= 1;
        place(&mut ticks, length);
    }
    let mut lines = vec![axis(&ticks, now, signs)];
    for (index, tick) in ticks.iter().enumerate().rev() {
        let mut line = String::new();
        let mut column = 0;
        for earlier in &ticks[..index] {
            line.push_str(&" ".repeat(earlier.column - column));
            line.push(signs.stem);
            column = earlier.column + 1;
        }
        line.push_str(&" ".repeat(tick.column - column));
        line.push_str(signs.corner);
        line.push_str(&tick.label);
        lines.push(line);
    }
    lines
}

/// One tick for each moment there is, in order, the present among them.
fn ticks(marks: &[Mark], now: Timestamp) -> Vec<Tick> {
    let mut marks: Vec<Mark> = marks.iter().filter(|mark| mark.name != "now").copied().collect();
    marks.push(Mark { at: now, name: "now" });
    marks.sort_by_key(|mark| mark.at);
    marks
        .chunk_by(|a, b| a.at == b.at)
        .map(|same| {
            let names: Vec<_> = same.iter().map(|mark| mark.name).collect();
            let names = names.join(", ");
            let at = same[0].at;
            let label = if at == now { names } else { format!("{names} {}", age(at, now)) };
            Tick { at, label, column: 0 }
        })
        .collect()
}

/// Puts the ticks to scale on `length` columns, then apart where they are too close.
fn place(ticks: &mut [Tick], length: usize) {
    let (Some(first), Some(last)) = (ticks.first().map(|t| t.at.unix()), ticks.last().map(|t| t.at.unix()))
    else {
        return;
    };
    let span = u128::try_from(last - first).unwrap_or(0).max(1);
    let reach = length.saturating_sub(1);
    let mut least = 0;
    for tick in ticks.iter_mut() {
        let since = u128::try_from(tick.at.unix() - first).unwrap_or(0);
        let scaled = (since * reach as u128 + span / 2) / span;
        tick.column = usize::try_from(scaled).unwrap_or(reach).max(least);
        least = tick.column + 2;
    }
    let mut most = reach;
    for tick in ticks.iter_mut().rev() {
        tick.column = tick.column.min(most);
        most = tick.column.saturating_sub(2);
    }
}

fn axis(ticks: &[Tick], now: Timestamp, signs: &Signs) -> String {
    let mut line = String::new();
    let mut column = 0;
    for tick in ticks {
        let stroke = if tick.at <= now { signs.past } else { signs.future };
        line.extend(std::iter::repeat_n(stroke, tick.column - column));
        line.push(if tick.at == now { signs.now } else { signs.tick });
        column = tick.column + 1;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::capture::NOW;

    fn mark(name: &'static str, minutes: i64) -> Mark {
        Mark { at: Timestamp::from_unix(NOW + minutes * 60), name }
    }

    fn drawn(marks: &[Mark], width: usize, unicode: bool) -> Vec<String> {
        let lines = draw(marks, Timestamp::from_unix(NOW), width, unicode);
        for line in &lines {
            assert!(line.width() <= width, "{line}");
        }
        lines
    }

    const LIFE: [(&str, i64); 4] =
        [("issued", -240), ("seen", -60), ("deadline", 120), ("absolute end", 240)];

    fn life() -> Vec<Mark> {
        LIFE.map(|(name, minutes)| mark(name, minutes)).to_vec()
    }

    #[test]
    fn draw_fills_eighty_columns() {
        let expected = "\
┿━━━━━━━━━━━━━━━━━━━━━━┿━━━━━━●┄┄┄┄┄┄┄┄┄┄┄┄┄┄┿┄┄┄┄┄┄┄┄┄┄┄┄┄┄┿
│                      │      │              │              └ absolute end in 4h
│                      │      │              └ deadline in 2h
│                      │      └ now
│                      └ seen 1h ago
└ issued 4h ago";
        assert_eq!(drawn(&life(), 80, true).join("\n"), expected);
    }

    #[test]
    fn draw_fits_sixty_columns_of_ascii() {
        let expected = "\
+==============+====o---------+---------+
|              |    |         |         ` absolute end in 4h
|              |    |         ` deadline in 2h
|              |    ` now
|              ` seen 1h ago
` issued 4h ago";
        assert_eq!(drawn(&life(), 60, false).join("\n"), expected);
    }

    #[test]
    fn draw_fills_a_hundred_and_twenty_columns() {
        let lines = drawn(&life(), 120, true);
        assert_eq!(lines[1].width(), 120);
        assert!(lines[1].ends_with("└ absolute end in 4h"), "{}", lines[1]);
    }

    #[test]
    fn draw_separates_close_moments_and_joins_equal_ones() {
        let marks = [mark("issued", -1), mark("seen", 0), mark("deadline", 30), mark("absolute end", 43_200)];
        let expected = "\
┿━●┄┿┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┿
│ │ │                                  └ absolute end in 30d
│ │ └ deadline in 30m
│ └ seen, now
└ issued 1m ago";
        assert_eq!(drawn(&marks, 60, true).join("\n"), expected);
        assert_eq!(drawn(&[mark("issued", 0)], 60, true), ["●", "└ issued, now"]);
        assert_eq!(drawn(&[], 60, false), ["o", "` now"]);
    }

    #[test]
    fn draw_shows_an_ended_session_as_past() {
        let marks = [mark("issued", -500), mark("ended", -300), mark("absolute end", -10)];
        let expected = "\
┿━━━━━━━━━━━━━━━┿━━━━━━━━━━━━━━━━━━━━━┿━●
│               │                     │ └ now
│               │                     └ absolute end 10m ago
│               └ ended 5h ago
└ issued 8h 20m ago";
        assert_eq!(drawn(&marks, 60, true).join("\n"), expected);
    }

    #[test]
    fn draw_accepts_any_width() {
        for width in 0..30 {
            let lines = draw(&life(), Timestamp::from_unix(NOW), width, true);
            assert_eq!(lines.len(), 6, "{width}");
        }
    }
}
