//! A screen that obeys what the editing of a line needs of a terminal.

/// A screen without an end.
pub(crate) struct Screen {
    rows: Vec<Vec<char>>,
    row: usize,
    column: usize,
    columns: usize,
}

impl Screen {
    /// The lines of a screen of this width after a text.
    pub(crate) fn showing(text: &str, columns: u16) -> Vec<String> {
        let mut screen = Screen { rows: vec![Vec::new()], row: 0, column: 0, columns: columns.into() };
        screen.show(text);
        screen.rows.iter().map(|row| row.iter().collect()).collect()
    }

    fn show(&mut self, text: &str) {
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            rest = &rest[next.len_utf8()..];
            match next {
                '\r' => self.column = 0,
                '\n' => self.row += 1,
                '\u{1b}' if rest.starts_with('[') => {
                    let end = rest.find(|c: char| c.is_ascii_alphabetic()).expect("a whole sequence");
                    let number = rest[1..end].parse().unwrap_or(1);
                    self.obey(rest.as_bytes()[end], number);
                    rest = &rest[end + 1..];
                }
                next if !next.is_control() => self.put(next),
                _ => {}
            }
            self.rows.resize_with(self.rows.len().max(self.row + 1), Vec::new);
        }
    }

    fn obey(&mut self, letter: u8, number: usize) {
        match letter {
            b'A' => self.row = self.row.saturating_sub(number),
            b'B' => self.row += number,
            b'C' => self.column += number,
            b'D' => self.column = self.column.saturating_sub(number),
            b'J' => {
                self.rows.truncate(self.row + 1);
                self.rows[self.row].truncate(self.column);
            }
            b'K' => self.rows[self.row].truncate(self.column),
            _ => {}
        }
    }

    fn put(&mut self, next: char) {
        // The cursor waits behind the last column until something follows.
        if self.column == self.columns {
            (self.row, self.column) = (self.row + 1, 0);
            self.rows.resize_with(self.rows.len().max(self.row + 1), Vec::new);
        }
        let row = &mut self.rows[self.row];
        row.resize(row.len().max(self.column + 1), ' ');
        row[self.column] = next;
        self.column += 1;
    }
}
