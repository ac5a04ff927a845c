//! One row of a table, or one record as a block: cells filled up to their widths, text wrapped between words. Which
//! widths a table has does not belong here.

use comfy_table::{ColumnConstraint, ContentArrangement, ContentLineStyle, TableStyle, Width};
use unicode_width::UnicodeWidthStr;

use super::cells::{Present, TimeStyle};
use super::paint;
use super::record::{Record, Value};
use super::view::Field;
use super::wrap::wrap;

/// Between two cells while a row is laid out. No cell holds it: control characters are escaped.
const SEPARATOR: char = '\u{1f}';
/// Columns between two columns.
pub(super) const GAP: usize = 2;
/// A value beside its name is not wrapped to less than this.
const MIN_VALUE_COLUMNS: usize = 16;

/// What a table is drawn for.
#[derive(Clone, Copy)]
pub(super) struct Look {
    /// Columns that are available, if they have a limit.
    pub(super) width: Option<usize>,
    pub(super) color: bool,
    pub(super) present: Present,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Time,
}

/// The place of a cell.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) width: usize,
    /// The width of its longest word: it is never narrower.
    pub(super) min_width: usize,
    pub(super) kind: Kind,
}

/// Writes one row. Where a cell is too wide, text is wrapped if the width has a limit; anything else runs over.
pub(super) fn write_row(
    out: &mut Vec<u8>,
    cells: &[String],
    columns: &[Column],
    styles: &[Option<&str>],
    look: Look,
) {
    let wraps = |(cell, column): (&String, &Column)| column.kind == Kind::Text && cell.width() > column.width;
    if look.width.is_none() || !std::iter::zip(cells, columns).any(wraps) {
        write_line(out, cells, columns, styles, look.color);
        return;
    }
    for line in wrapped(cells, columns) {
        write_line(out, &line, columns, styles, look.color);
    }
}

/// The cells of each line of a row, with text wrapped to the widths. It is wrapped before comfy-table lays the row out,
/// which would break inside words.
fn wrapped(cells: &[String], columns: &[Column]) -> Vec<Vec<String>> {
    let wrapped: Vec<Vec<String>> = std::iter::zip(cells, columns)
        .map(|(cell, column)| match column.kind {
            Kind::Text => wrap(cell, column.width),
            Kind::Number | Kind::Time => vec![cell.clone()],
        })
        .collect();
    let mut table = comfy_table::Table::new();
    let style = TableStyle::new().content_lines(ContentLineStyle::none().junction(SEPARATOR));
    table.load_style(style).set_content_arrangement(ContentArrangement::Dynamic);
    table.add_row(wrapped.iter().map(|lines| lines.join("\n")));
    for (column, lines) in table.column_iter_mut().zip(&wrapped) {
        // A word that is wider than its column runs over.
        let width = lines.iter().map(|line| line.width()).max().unwrap_or(0).max(1);
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        column.set_padding((0, 0)).set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
    let cells = |line: String| line.split(SEPARATOR).map(|cell| cell.trim_end().to_owned()).collect();
    table.lines().map(cells).collect()
}

/// Writes the cells of one line, each filled up to its width; nothing follows the last that has text.
fn write_line(out: &mut Vec<u8>, cells: &[String], columns: &[Column], styles: &[Option<&str>], color: bool) {
    let mut missing = 0;
    for ((cell, column), style) in std::iter::zip(cells, columns).zip(styles) {
        if !cell.is_empty() {
            out.extend(std::iter::repeat_n(b' ', missing));
            missing = 0;
            let style = style.filter(|_| color);
            out.extend_from_slice(style.unwrap_or_default().as_bytes());
            out.extend_from_slice(cell.as_bytes());
            out.extend_from_slice(style.map_or("", |_| paint::PLAIN).as_bytes());
        }
        missing += column.width.saturating_sub(cell.width()) + GAP;
    }
    out.push(b'\n');
}

/// Writes one record as names beside values, which are wrapped beside their names. The first time has its zone, unless
/// `zone_shown` is set, which is set then.
pub(super) fn write_block(
    out: &mut Vec<u8>,
    fields: &[Field],
    record: &Record,
    look: Look,
    zone_shown: &mut bool,
) {
    let names = fields.iter().map(|field| field.heading().len()).max().unwrap_or(0);
    let values = look.width.map_or(0, |width| width.saturating_sub(names + GAP).max(MIN_VALUE_COLUMNS));
    let columns = [names, values].map(|width| Column { width, min_width: 0, kind: Kind::Text });
    let has_ended = matches!(record.get("ended_at"), Some(Value::Time(at)) if *at <= look.present.now);
    for field in fields {
        let value = record.at(field.place, field.name);
        // A limit that an ended session never reached is no time to wait for.
        let style = match value {
            Value::Time(at) if has_ended && *at > look.present.now => TimeStyle::Clock,
            _ => TimeStyle::ClockAndAge,
        };
        let mut cell = look.present.cell(value, style);
        if let Value::Time(moment) = value
            && !std::mem::replace(zone_shown, true)
        {
            let clock = look.present.clock(*moment).len();
            cell.replace_range(..clock, &look.present.clock_with_zone(*moment));
        }
        let styles = [Some(paint::BOLD), paint::of_state(field.name, &cell)];
        write_row(out, &[field.heading().to_owned(), cell], &columns, &styles, look);
    }
}
