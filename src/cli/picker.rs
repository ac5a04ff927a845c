//! Items of which a person takes one or some: typing filters, and a screen of them is shown. What an item means is the
//! command's matter.
//!
//! Written by hand over the matcher of dialoguer, whose `FuzzySelect` ignores Ctrl-D, marks one item only,
//! forgets the filter after each, and draws over itself where its question is wider than the terminal.

use std::{io, iter};

use console::{Key, Term, measure_text_width, truncate_str};
use fuzzy_matcher::FuzzyMatcher as _;
use fuzzy_matcher::skim::SkimMatcherV2;
use rustix::termios::OptionalActions;
use unicode_width::UnicodeWidthChar as _;

use super::keys::read_key;
use super::reflow;
use super::terminal_line::read_by_key;
use crate::output::wrap::wrap;

/// Lines around the items: the question, the filter, and the keys.
const FRAME_ROWS: usize = 3;
/// Items are shown on the smallest terminal, at least.
const MIN_ITEM_ROWS: usize = 3;
/// Columns before an answer: the mark and its letter.
const LETTER_COLUMNS: usize = 5;
/// Up to this many items are shown without a line for the filter.
const FEW_ITEMS: usize = 4;
const CTRL_D: char = '\u{4}';
const CTRL_U: char = '\u{15}';

/// How many items may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    One,
    Some,
    /// One of a few, by its letter, which moves the mark: an Enter behind it must not answer the next question. None is
    /// marked at first, and Enter alone is no answer.
    Lettered,
}

/// Lets the person pick; `None` where Escape or Ctrl-D ended it. Returns the places of the items, rising.
///
/// # Errors
/// [`io::ErrorKind::Interrupted`] after Ctrl-C, and where the terminal fails.
pub(super) fn pick(question: &str, items: &[String], take: Take) -> io::Result<Option<Vec<usize>>> {
    // For as long as it is shown: between two keys the terminal would take Ctrl-D for the end of a line.
    let _restore = read_by_key(OptionalActions::Now)?;
    let term = Term::buffered_stderr();
    let mut picker = Picker::new(question, items, take);
    let mut drawn: Vec<String> = Vec::new();
    let clear = |drawn: &[String]| {
        let widths = drawn.iter().map(|line| measure_text_width(line));
        term.clear_last_lines(reflow::rows(widths, usize::from(term.size().1)))
    };
    term.hide_cursor()?;
    let taken = loop {
        let (rows, columns) = term.size();
        clear(&drawn)?;
        drawn = picker.lines(usize::from(rows), usize::from(columns));
        for line in &drawn {
            term.write_line(line)?;
        }
        term.flush()?;
        let key = read_key()?;
        if key == Key::CtrlC {
            return Err(io::ErrorKind::Interrupted.into());
        }
        match picker.press(&key) {
            Pressed::Goes => {}
            Pressed::Ends(taken) => break taken,
        }
    };
    clear(&drawn)?;
    term.flush()?;
    Ok(taken)
}

enum Pressed {
    Goes,
    Ends(Option<Vec<usize>>),
}

/// What is marked, filtered and shown.
struct Picker<'a> {
    question: &'a str,
    items: &'a [String],
    take: Take,
    matcher: SkimMatcherV2,
    filter: String,
    /// The places of the items that match the filter, the best match first.
    shown: Vec<usize>,
    marked: Vec<bool>,
    /// The position in `shown` on which the keys act.
    at: usize,
    /// Whether there is such a position yet.
    points: bool,
    /// Whether Enter was pressed before there was: out of habit, which is no answer.
    wants_mark: bool,
    /// The first position on the screen.
    top: usize,
    /// Items on the screen.
    rows: usize,
}

impl<'a> Picker<'a> {
    fn new(question: &'a str, items: &'a [String], take: Take) -> Self {
        Picker {
            question,
            items,
            take,
            matcher: SkimMatcherV2::default().ignore_case(),
            filter: String::new(),
            shown: (0..items.len()).collect(),
            marked: vec![false; items.len()],
            at: 0,
            points: take != Take::Lettered,
            wants_mark: false,
            top: 0,
            rows: MIN_ITEM_ROWS,
        }
    }

    fn press(&mut self, key: &Key) -> Pressed {
        match key {
            Key::Escape | Key::Char(CTRL_D) => return Pressed::Ends(None),
            Key::Enter if !self.points => self.wants_mark = true,
            Key::Enter => {
                let taken = self.taken();
                if !taken.is_empty() {
                    return Pressed::Ends(Some(taken));
                }
            }
            Key::Tab if self.take == Take::Some => {
                if let Some(place) = self.shown.get(self.at) {
                    self.marked[*place] = !self.marked[*place];
                    self.go(1);
                }
            }
            Key::Char(letter) if self.take == Take::Lettered => {
                if let Some(place) =
                    (0..self.items.len()).find(|place| self::letter(*place) == letter.to_ascii_lowercase())
                {
                    (self.at, self.points) = (place, true);
                }
            }
            Key::Backspace if self.take == Take::Lettered => {}
            Key::ArrowDown | Key::Tab => self.go(1),
            Key::ArrowUp | Key::BackTab => self.go(-1),
            Key::PageDown => self.go(self.rows as isize),
            Key::PageUp => self.go(-(self.rows as isize)),
            Key::Backspace => {
                self.filter.pop();
                self.search();
            }
            Key::Char(CTRL_U) => {
                self.filter.clear();
                self.search();
            }
            Key::Char(typed) if !typed.is_control() => {
                self.filter.push(*typed);
                self.search();
            }
            _ => {}
        }
        Pressed::Goes
    }

    /// What is marked, or where nothing is, the item on which the keys act.
    fn taken(&self) -> Vec<usize> {
        let marked: Vec<usize> = (0..self.items.len()).filter(|place| self.marked[*place]).collect();
        if marked.is_empty() { self.shown.get(self.at).copied().into_iter().collect() } else { marked }
    }

    fn go(&mut self, by: isize) {
        if !std::mem::replace(&mut self.points, true) {
            return;
        }
        let last = self.shown.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    /// Shows what contains each word of the filter; where nothing does, what has its letters in their order: a name that
    /// was mistyped is found, and scattered letters of a long text do not show a session among those of a user.
    fn search(&mut self) {
        (self.at, self.top) = (0, 0);
        let lowercase = self.filter.to_lowercase();
        let words: Vec<&str> = lowercase.split_whitespace().collect();
        let items = || self.items.iter().enumerate();
        let contains = |item: &str| {
            let item = item.to_lowercase();
            words.iter().all(|word| item.contains(word))
        };
        self.shown = items().filter(|(_, item)| contains(item)).map(|(place, _)| place).collect();
        if !self.shown.is_empty() {
            return;
        }
        let score =
            |item: &str| words.iter().map(|word| self.matcher.fuzzy_match(item, word)).sum::<Option<i64>>();
        let mut found: Vec<(usize, i64)> =
            items().filter_map(|(place, item)| Some((place, score(item)?))).collect();
        found.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
        self.shown = found.into_iter().map(|(place, _)| place).collect();
    }

    /// The lines that fill a screen at most, none of them wider.
    fn lines(&mut self, rows: usize, columns: usize) -> Vec<String> {
        self.rows = rows.saturating_sub(FRAME_ROWS + 1).max(MIN_ITEM_ROWS);
        let marked = self.marked.iter().filter(|marked| **marked).count();
        let counted = if marked > 0 { format!(" ({marked} marked)") } else { String::new() };
        let mut lines = vec![format!("{}{counted}", self.question)];
        // A few items are seen at a glance.
        let filters =
            self.take != Take::Lettered && (self.items.len() > FEW_ITEMS || !self.filter.is_empty());
        if filters {
            lines.push(format!("Filter: {}_", self.filter));
        }
        let keys = self.keys(filters, columns);
        let room = match self.take {
            // The cursor is below the last line.
            Take::Lettered => rows.saturating_sub(lines.len() + keys.len() + 1).max(1),
            Take::One | Take::Some => self.rows,
        };
        self.scroll(room, columns);
        let mut left = room;
        for position in self.top..self.shown.len() {
            let item = self.item_lines(position, columns);
            if left == 0 || item.len() > left && position > self.at {
                break;
            }
            lines.extend(item.into_iter().take(left).inspect(|_| left -= 1));
        }
        lines.extend(keys);
        lines.iter().map(|line| fit(line, columns.saturating_sub(1))).collect()
    }

    /// Moves the first item that is shown as far as it must for the item at the mark to be shown.
    fn scroll(&mut self, room: usize, columns: usize) {
        // Each item has one line at least.
        self.top = self.top.clamp((self.at + 1).saturating_sub(room), self.at);
        let height = |position| self.item_lines(position, columns).len();
        let mut used: usize = (self.top..=self.at).map(height).sum();
        let mut top = self.top;
        while used > room && top < self.at {
            used -= height(top);
            top += 1;
        }
        self.top = top;
    }

    /// The lines of the item that is shown at a position: one, or of an answer as many as it is wide.
    fn item_lines(&self, position: usize, columns: usize) -> Vec<String> {
        let Some(&place) = self.shown.get(position) else { return Vec::new() };
        let pointer = if self.points && position == self.at { '>' } else { ' ' };
        let item = &self.items[place];
        match (self.take, self.marked[place]) {
            (Take::One, _) => vec![format!("{pointer} {item}")],
            (Take::Some, true) => vec![format!("{pointer} [x] {item}")],
            (Take::Some, false) => vec![format!("{pointer} [ ] {item}")],
            (Take::Lettered, _) => {
                let parts = wrap(item, columns.saturating_sub(LETTER_COLUMNS + 1));
                let mark = [format!("{pointer} {}) ", letter(place))];
                let marks = mark.into_iter().chain(iter::repeat(" ".repeat(LETTER_COLUMNS)));
                marks.zip(parts).map(|(mark, part)| format!("{mark}{part}")).collect()
            }
        }
    }

    /// What the keys do, below the items.
    fn keys(&self, filters: bool, columns: usize) -> Vec<String> {
        let marks = if self.take == Take::Some { ", Tab marks" } else { "" };
        let (found, all) = (self.shown.len(), self.items.len());
        if self.take == Take::Lettered {
            let last = letter(all.saturating_sub(1));
            let keys = if self.wants_mark && !self.points {
                format!("First mark an answer with a to {last}, Up or Down; Escape shows the answer")
            } else {
                format!("a to {last}, Up and Down move the mark; Enter answers, Escape shows the answer")
            };
            wrap(&keys, columns.saturating_sub(1))
        } else if filters {
            vec![format!("{found} of {all}. Type to filter{marks}, Enter takes, Escape ends")]
        } else {
            vec![format!("Up and Down move{marks}, Enter takes, Escape ends; typing filters")]
        }
    }
}

/// The letter of an item by its place.
fn letter(place: usize) -> char {
    ('a'..='z').nth(place).unwrap_or('z')
}

/// A line without its middle where it is wider than the screen: a session begins with its id and user, and a user agent
/// ends with the browser.
fn fit(line: &str, columns: usize) -> String {
    if measure_text_width(line) <= columns {
        return line.to_owned();
    }
    let head = truncate_str(line, columns * 3 / 5, "…");
    let room = columns.saturating_sub(measure_text_width(&head));
    let (mut start, mut width) = (line.len(), 0);
    for (place, character) in line.char_indices().rev() {
        width += character.width().unwrap_or(0);
        if width > room {
            break;
        }
        start = place;
    }
    format!("{head}{}", &line[start..])
}

#[cfg(test)]
mod tests;
