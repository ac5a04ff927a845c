//! A line that is edited as in a shell: the cursor moves, earlier lines come back, and what is longer than the terminal
//! goes on below. What the line is for does not belong here.
//!
//! Written by hand over the terminal that the picker uses. dialoguer's `Input` repeats a line that is wider than the
//! terminal and loses the place of the cursor in it; a whole readline would be the only user of its dependencies.

use std::io;

use console::{Key, Term};
use rustix::termios::OptionalActions;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::keys::read_key;
use super::reflow;
use super::terminal_line::read_by_key;

const CTRL_D: char = '\u{4}';
const CTRL_K: char = '\u{b}';
const CTRL_L: char = '\u{c}';
const CTRL_U: char = '\u{15}';
const CTRL_W: char = '\u{17}';
/// More than anybody types; further characters are dropped.
const MAX_CHARACTERS: usize = 4096;

/// Reads lines, and remembers them.
#[derive(Debug, Default)]
pub(super) struct CommandLine {
    earlier: Vec<String>,
}

impl CommandLine {
    /// Reads a line behind a prompt, which has no escape sequences.
    ///
    /// # Errors
    /// [`io::ErrorKind::Interrupted`] after Ctrl-C or Ctrl-D on an empty line, after an interrupt signal, and where the terminal fails.
    pub(super) fn read(&mut self, prompt: &str) -> io::Result<String> {
        // Between two keys the terminal would take Ctrl-D for the end of a line.
        let _restore = read_by_key(OptionalActions::Now)?;
        let term = Term::buffered_stderr();
        let mut line = Line::new(&self.earlier);
        let mut drawn = Drawn::default();
        let ended = loop {
            drawn = draw(&term, prompt, &line, &drawn)?;
            match read_key().map(|key| line.press(key)) {
                Ok(Pressed::Goes) => {}
                // Ctrl-C is a key here, as in a shell; the signal of another process is an error.
                Ok(Pressed::Discards) => {
                    line.at = line.text.len();
                    draw(&term, prompt, &line, &drawn)?;
                    term.write_line("^C")?;
                    line = Line::new(&self.earlier);
                    drawn = Drawn::default();
                }
                Ok(Pressed::Clears) => {
                    term.clear_screen()?;
                    drawn = Drawn::default();
                }
                Ok(Pressed::Ends) => break Ok(()),
                Ok(Pressed::Cancels) => break Err(io::ErrorKind::Interrupted.into()),
                Err(error) => break Err(error),
            }
        };
        // What follows begins below the line, wherever the cursor is in it.
        line.at = line.text.len();
        draw(&term, prompt, &line, &drawn)?;
        term.write_line("")?;
        term.flush()?;
        let text: String = line.text.iter().collect();
        ended?;
        if !text.trim().is_empty() && self.earlier.last() != Some(&text) {
            self.earlier.push(text.clone());
        }
        Ok(text)
    }
}

enum Pressed {
    Goes,
    /// The line goes on at the top of an empty screen.
    Clears,
    Ends,
    /// The line is forgotten, and an empty one follows.
    Discards,
    Cancels,
}

/// A line while it is typed.
struct Line<'a> {
    text: Vec<char>,
    /// The character before which the cursor is.
    at: usize,
    earlier: &'a [String],
    /// Which of the earlier lines is shown; behind the last, the one that is typed.
    shown: usize,
}

impl<'a> Line<'a> {
    fn new(earlier: &'a [String]) -> Self {
        Line { text: Vec::new(), at: 0, earlier, shown: earlier.len() }
    }

    fn press(&mut self, key: Key) -> Pressed {
        match key {
            // A long command is shown, and so copied, in several lines: the line goes on behind the sign of that.
            Key::Enter if self.continues() => {
                self.text.pop();
                self.at = self.text.len();
            }
            Key::Enter => return Pressed::Ends,
            Key::CtrlC if self.text.is_empty() => return Pressed::Cancels,
            Key::CtrlC => return Pressed::Discards,
            Key::Char(CTRL_D) if self.text.is_empty() => return Pressed::Cancels,
            Key::Char(CTRL_D) | Key::Del if self.at < self.text.len() => drop(self.text.remove(self.at)),
            Key::Backspace if self.at > 0 => {
                self.at -= 1;
                self.text.remove(self.at);
            }
            Key::ArrowLeft => self.at = self.at.saturating_sub(1),
            Key::ArrowRight => self.at = (self.at + 1).min(self.text.len()),
            Key::Home => self.at = 0,
            Key::End => self.at = self.text.len(),
            Key::ArrowUp => self.show(self.shown.saturating_sub(1)),
            Key::ArrowDown => self.show((self.shown + 1).min(self.earlier.len())),
            Key::Char(CTRL_K) => self.text.truncate(self.at),
            Key::Char(CTRL_L) => return Pressed::Clears,
            Key::Char(CTRL_U) => self.remove_back_to(0),
            Key::Char(CTRL_W) => {
                let before = &self.text[..self.at];
                let word = before.iter().rposition(|letter| *letter != ' ').unwrap_or(0);
                let space = before[..word].iter().rposition(|letter| *letter == ' ');
                self.remove_back_to(space.map_or(0, |space| space + 1));
            }
            Key::Char(typed) if !typed.is_control() && self.text.len() < MAX_CHARACTERS => {
                self.text.insert(self.at, typed);
                self.at += 1;
            }
            _ => {}
        }
        Pressed::Goes
    }

    /// Whether the line ends with a backslash that no other one quotes.
    fn continues(&self) -> bool {
        self.text.iter().rev().take_while(|letter| **letter == '\\').count() % 2 == 1
    }

    fn remove_back_to(&mut self, start: usize) {
        self.text.drain(start..self.at);
        self.at = start;
    }

    fn show(&mut self, place: usize) {
        if place != self.shown {
            self.shown = place;
            self.text = self.earlier.get(place).map(|line| line.chars().collect()).unwrap_or_default();
            self.at = self.text.len();
        }
    }
}

/// A place on the screen, below and right of where the prompt begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Position {
    row: usize,
    column: usize,
}

/// What is on the screen of a line.
#[derive(Debug, Default)]
struct Drawn {
    /// The columns that each row takes.
    widths: Vec<usize>,
    cursor: Position,
}

impl Drawn {
    /// How far the cursor is below the first row, on a terminal that has `columns` columns now.
    fn rows_above_cursor(&self, columns: usize) -> usize {
        let above = self.widths.iter().take(self.cursor.row).copied();
        reflow::rows(above.chain([self.cursor.column + 1]), columns) - 1
    }
}

/// Draws the prompt and the line in place of what was drawn before, and returns what is drawn.
fn draw(term: &Term, prompt: &str, line: &Line<'_>, before: &Drawn) -> io::Result<Drawn> {
    let columns = usize::from(term.size().1).max(2);
    let (rows, cursor) = lay_out(prompt, line, columns);
    term.move_cursor_up(before.rows_above_cursor(columns))?;
    term.write_str("\r")?;
    term.clear_to_end_of_screen()?;
    term.write_str(&rows.join("\r\n"))?;
    term.move_cursor_up(rows.len() - 1 - cursor.row)?;
    term.write_str("\r")?;
    term.move_cursor_right(cursor.column)?;
    term.flush()?;
    Ok(Drawn { widths: rows.iter().map(|row| row.width()).collect(), cursor })
}

/// The rows of a prompt and a line, and the place of the cursor.
fn lay_out(prompt: &str, line: &Line<'_>, columns: usize) -> (Vec<String>, Position) {
    let mut rows = vec![String::new()];
    let (mut column, mut cursor) = (0, Position::default());
    let prompt_length = prompt.chars().count();
    // A cursor behind the last character has a place as well.
    let characters = prompt.chars().chain(line.text.iter().copied()).map(Some).chain([None]);
    for (index, character) in characters.enumerate() {
        let width = character.map_or(1, |character| character.width().unwrap_or(0));
        if column + width > columns {
            rows.push(String::new());
            column = 0;
        }
        if index == prompt_length + line.at {
            cursor = Position { row: rows.len() - 1, column };
        }
        if let (Some(character), Some(row)) = (character, rows.last_mut()) {
            row.push(character);
            column += width;
        }
    }
    (rows, cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Vec<Key> {
        text.chars().map(Key::Char).collect()
    }

    fn line_after(earlier: &[String], keys: Vec<Key>) -> (String, usize) {
        let mut line = Line::new(earlier);
        for key in keys {
            assert!(matches!(line.press(key), Pressed::Goes));
        }
        (line.text.iter().collect(), line.at)
    }

    #[test]
    fn keys_edit_the_line_where_the_cursor_is() {
        let edited = |keys: Vec<Vec<Key>>| line_after(&[], keys.concat());
        let moved = vec![typed("ac"), vec![Key::ArrowLeft], typed("b"), vec![Key::End], typed("d")];
        assert_eq!(edited(moved), ("abcd".to_owned(), 4));
        let removed = vec![typed("abc"), vec![Key::Home, Key::Del, Key::ArrowRight, Key::Backspace]];
        assert_eq!(edited(removed), ("c".to_owned(), 0));
        assert_eq!(edited(vec![typed("one two  \u{17}")]), ("one ".to_owned(), 4));
        assert_eq!(edited(vec![typed("one\u{17}\u{17}")]), (String::new(), 0));
        assert_eq!(edited(vec![typed("ab"), vec![Key::ArrowLeft], typed("\u{15}")]), ("b".to_owned(), 0));
        assert_eq!(edited(vec![typed("ab"), vec![Key::ArrowLeft], typed("\u{b}")]), ("a".to_owned(), 1));
        assert!(matches!(Line::new(&[]).press(Key::Char(CTRL_D)), Pressed::Cancels));
    }

    #[test]
    fn enter_behind_a_backslash_continues_the_line() {
        let lines = [typed("echo one \\"), vec![Key::Enter], typed("  two\\\\")];
        let keys = lines.concat();
        assert_eq!(line_after(&[], keys), ("echo one   two\\\\".to_owned(), 16));
        let earlier = [];
        let mut line = Line::new(&earlier);
        for key in typed("two\\\\") {
            line.press(key);
        }
        assert!(matches!(line.press(Key::Enter), Pressed::Ends));
    }

    #[test]
    fn ctrl_c_discards_what_was_typed_and_cancels_an_empty_line() {
        let earlier = [];
        let mut line = Line::new(&earlier);
        assert!(matches!(line.press(Key::CtrlC), Pressed::Cancels));
        line.press(Key::Char('a'));
        assert!(matches!(line.press(Key::CtrlC), Pressed::Discards));
    }

    #[test]
    fn ctrl_l_clears_the_screen_and_keeps_the_line() {
        let earlier = [];
        let mut line = Line::new(&earlier);
        for key in typed("ab") {
            line.press(key);
        }
        assert!(matches!(line.press(Key::Char(CTRL_L)), Pressed::Clears));
        assert_eq!(line.text, ['a', 'b']);
    }

    #[test]
    fn line_is_drawn_again_where_it_is_after_a_resize() {
        let drawn = Drawn { widths: vec![80, 40], cursor: Position { row: 1, column: 39 } };
        assert_eq!(drawn.rows_above_cursor(80), 1);
        assert_eq!(drawn.rows_above_cursor(120), 1);
        assert_eq!(drawn.rows_above_cursor(40), 2);
        assert_eq!(drawn.rows_above_cursor(20), 5);
        assert_eq!(Drawn::default().rows_above_cursor(80), 0);
    }

    #[test]
    fn arrows_recall_earlier_lines() {
        let earlier = ["first".to_owned(), "second".to_owned()];
        let up = Key::ArrowUp;
        assert_eq!(line_after(&earlier, vec![up.clone(), up.clone(), up.clone()]).0, "first");
        assert_eq!(line_after(&earlier, vec![up.clone(), up.clone(), Key::ArrowDown]).0, "second");
        assert_eq!(line_after(&earlier, vec![up, Key::ArrowDown]).0, "");
    }

    #[test]
    fn line_wider_than_the_terminal_goes_on_below() {
        let mut line = Line::new(&[]);
        line.text = "abcdef".chars().collect();
        line.at = 6;
        let at = |row, column| Position { row, column };
        assert_eq!(
            lay_out("$ ", &line, 4),
            (vec!["$ ab".to_owned(), "cdef".to_owned(), String::new()], at(2, 0))
        );
        line.at = 1;
        assert_eq!(lay_out("$ ", &line, 5), (vec!["$ abc".to_owned(), "def".to_owned()], at(0, 3)));
        // A wide character is not cut.
        line.text = "a東".chars().collect();
        assert_eq!(lay_out("$ ", &line, 4), (vec!["$ a".to_owned(), "東".to_owned()], at(1, 0)));
    }
}
