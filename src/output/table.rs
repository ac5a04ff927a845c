//! Aligned columns for a person. The first rows fix the widths; later ones are laid out with the same, so that
//! a table of any length takes little memory. On a terminal it fits the width: times are told more briefly, then
//! wide text is wrapped, and what still does not fit is printed a block a record. Elsewhere nothing is cut.

use comfy_table::{ColumnConstraint, ContentArrangement, ContentLineStyle, TableStyle, Width};
use unicode_width::UnicodeWidthStr;

use super::cells::{Present, TimeDetail};
use super::paint;
use super::record::{Record, Value};
use super::view::Field;
use super::writer::RecordWriter;

/// Rows looked at before the widths are fixed.
const WINDOW: usize = 200;
/// Columns between two columns.
const GAP: usize = 2;
/// Text narrower than this is not wrapped as long as anything else helps.
const READABLE: usize = 16;
/// Text is never wrapped to less than this.
const NARROWEST: usize = 8;
/// Off a terminal, text wider than this does not widen its whole column.
const WIDEST: usize = 100;
/// What an age may take: `9y 364d ago`.
const AGE: usize = 11;

/// What a table is drawn for.
#[derive(Clone, Copy)]
pub(super) struct Look {
    /// Columns of the terminal, if there is one.
    pub(super) width: Option<usize>,
    pub(super) color: bool,
    pub(super) present: Present,
}

/// A table of many records.
pub(super) struct Table {
    fields: Vec<Field>,
    look: Look,
    window: Vec<Record>,
    layout: Option<Layout>,
}

enum Layout {
    Columns(Vec<Column>, TimeDetail),
    Blocks { first: bool },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Time,
}

#[derive(Clone, Copy)]
struct Column {
    width: usize,
    least: usize,
    kind: Kind,
}

impl Table {
    pub(super) fn new(fields: Vec<Field>, look: Look) -> Self {
        Table { fields, look, window: Vec::new(), layout: None }
    }

    /// Fixes the layout by the rows gathered so far and writes them.
    fn open(&mut self, out: &mut Vec<u8>, more: bool) {
        let window = std::mem::take(&mut self.window);
        let layout = self.arrange(&window, more);
        if let Layout::Columns(columns, _) = &layout {
            let names: Vec<_> = self.fields.iter().map(|field| field.name.to_owned()).collect();
            let styles = vec![Some(paint::BOLD); names.len()];
            write_row(out, &names, columns, &styles, self.look);
        }
        self.layout = Some(layout);
        for record in &window {
            self.write(out, record);
        }
    }

    fn write(&mut self, out: &mut Vec<u8>, record: &Record) {
        match &mut self.layout {
            Some(Layout::Columns(columns, room)) => {
                let values = self.fields.iter().map(|field| record.at(field.place, field.name));
                let cells: Vec<_> = values.map(|value| self.look.present.cell(value, *room)).collect();
                let styles: Vec<_> = std::iter::zip(&self.fields, &cells)
                    .map(|(field, cell)| paint::of_state(field.name, cell))
                    .collect();
                write_row(out, &cells, columns, &styles, self.look);
            }
            Some(Layout::Blocks { first }) => {
                if !std::mem::take(first) {
                    out.push(b'\n');
                }
                write_block(out, &self.fields, record, self.look);
            }
            None => {}
        }
    }

    fn arrange(&self, window: &[Record], more: bool) -> Layout {
        let Some(width) = self.look.width else {
            return Layout::Columns(self.measure(window, more, TimeDetail::Full, true), TimeDetail::Full);
        };
        let room = width.saturating_sub(GAP * self.fields.len().saturating_sub(1));
        for (moment, floor, spare) in [
            (TimeDetail::Full, READABLE, true),
            (TimeDetail::Short, READABLE, true),
            (TimeDetail::Age, READABLE, true),
            (TimeDetail::Age, READABLE, false),
            (TimeDetail::Age, NARROWEST, false),
        ] {
            let mut columns = self.measure(window, more, moment, spare);
            if shrink(&mut columns, room, floor) {
                return Layout::Columns(columns, moment);
            }
        }
        Layout::Blocks { first: true }
    }

    /// The widths these rows need; if more rows may follow, times get what any of them may need, and the others, where
    /// there is space to spare, what is usual for their kind.
    fn measure(&self, window: &[Record], more: bool, room: TimeDetail, spare: bool) -> Vec<Column> {
        let column = |field: &Field| {
            let header = field.name.len();
            let mut column = Column { width: header, least: header, kind: Kind::Text };
            for record in window {
                let value = record.at(field.place, field.name);
                column.kind = match value {
                    Value::Null => column.kind,
                    Value::Time(_) => Kind::Time,
                    Value::Integer(_) | Value::Bool(_) | Value::Span(_) => Kind::Number,
                    Value::Word(_) | Value::Text(_) | Value::List(_) | Value::Json(_) => Kind::Text,
                };
                let cell = self.look.present.cell(value, room).width();
                let cut = self.look.width.is_none() && column.kind == Kind::Text;
                column.width = column.width.max(if cut { cell.min(WIDEST) } else { cell });
            }
            if more {
                column.width = column.width.max(match (column.kind, room) {
                    (Kind::Text | Kind::Number, _) if !spare => 0,
                    (Kind::Text, _) => "anonymous".len(),
                    (Kind::Number, _) => "1000000".len(),
                    (Kind::Time, TimeDetail::Full) => AGE + " · 2026-11-24 01:02".width(),
                    (Kind::Time, TimeDetail::Short) => AGE + " · 11-24".width(),
                    (Kind::Time, TimeDetail::Age) => AGE,
                });
            }
            column
        };
        self.fields.iter().map(column).collect()
    }
}

impl RecordWriter for Table {
    fn row(&mut self, out: &mut Vec<u8>, record: Record) {
        if self.layout.is_some() {
            self.write(out, &record);
            return;
        }
        self.window.push(record);
        if self.window.len() == WINDOW {
            self.open(out, true);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>, _next: Option<&str>) {
        if self.layout.is_none() && !self.window.is_empty() {
            self.open(out, false);
        }
    }
}

/// Takes from the widest text column, again and again, until the sum is at most `room`. No text column becomes
/// narrower than its header or `floor`. Tells whether it fits.
fn shrink(columns: &mut [Column], room: usize, floor: usize) -> bool {
    let mut sum: usize = columns.iter().map(|column| column.width).sum();
    while sum > room {
        let widest = columns
            .iter_mut()
            .filter(|column| column.kind == Kind::Text && column.width > column.least.max(floor))
            .max_by_key(|column| column.width);
        let Some(column) = widest else { return false };
        column.width -= 1;
        sum -= 1;
    }
    true
}

/// Writes one row. Where a cell is too wide, text is wrapped on a terminal; anything else runs over.
fn write_row(out: &mut Vec<u8>, cells: &[String], columns: &[Column], styles: &[Option<&str>], look: Look) {
    let wraps = |(cell, column): (&String, &Column)| column.kind == Kind::Text && cell.width() > column.width;
    if look.width.is_none() || !std::iter::zip(cells, columns).any(wraps) {
        let widths = columns.iter().map(|column| column.width);
        write_line(out, std::iter::zip(cells, widths).zip(styles.iter().copied()), look.color);
        return;
    }
    let widths: Vec<usize> = std::iter::zip(cells, columns)
        .map(|(cell, column)| match column.kind {
            Kind::Text => column.width,
            _ => column.width.max(cell.width()),
        })
        .collect();
    for line in wrapped(cells, &widths) {
        let widths = widths.iter().copied();
        write_line(out, std::iter::zip(&line, widths).zip(styles.iter().copied()), look.color);
    }
}

/// Writes the cells of one line, each filled up to its width; nothing follows the last that has text.
fn write_line<'a>(
    out: &mut Vec<u8>,
    cells: impl Iterator<Item = ((&'a String, usize), Option<&'a str>)>,
    color: bool,
) {
    let mut owed = 0;
    for ((cell, width), style) in cells {
        if !cell.is_empty() {
            out.extend(std::iter::repeat_n(b' ', owed));
            owed = 0;
            let style = style.filter(|_| color);
            out.extend_from_slice(style.unwrap_or_default().as_bytes());
            out.extend_from_slice(cell.as_bytes());
            out.extend_from_slice(style.map_or("", |_| paint::PLAIN).as_bytes());
        }
        owed += width.saturating_sub(cell.width()) + GAP;
    }
    out.push(b'\n');
}

/// Stands between the cells of a line; escaped text never holds it.
const SEPARATOR: char = '\x1f';

/// The lines of a row whose cells are wrapped at these widths, each line as its cells.
fn wrapped(cells: &[String], widths: &[usize]) -> Vec<Vec<String>> {
    let mut table = comfy_table::Table::new();
    let style = TableStyle::new().content_lines(ContentLineStyle::none().junction(SEPARATOR));
    table.load_style(style).set_content_arrangement(ContentArrangement::Dynamic).add_row(cells);
    for (column, width) in std::iter::zip(table.column_iter_mut(), widths) {
        let width = u16::try_from(*width).unwrap_or(u16::MAX);
        column.set_padding((0, 0)).set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
    let cells = |line: String| line.split(SEPARATOR).map(|cell| cell.trim_end().to_owned()).collect();
    table.lines().map(cells).collect()
}

/// Writes one record as names beside values; on a terminal values are wrapped beside their names.
pub(super) fn write_block(out: &mut Vec<u8>, fields: &[Field], record: &Record, look: Look) {
    let names = fields.iter().map(|field| field.name.len()).max().unwrap_or(0);
    let values = look.width.map_or(0, |width| width.saturating_sub(names + GAP).max(READABLE));
    let columns = [names, values].map(|width| Column { width, least: width, kind: Kind::Text });
    for field in fields {
        let cell = look.present.cell(record.at(field.place, field.name), TimeDetail::Full);
        let styles = [Some(paint::BOLD), paint::of_state(field.name, &cell)];
        write_row(out, &[field.name.to_owned(), cell], &columns, &styles, look);
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
