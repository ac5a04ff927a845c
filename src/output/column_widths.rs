//! The layout of a table: which columns it has, how wide they are and how times are shown, so that the rows fit the
//! width. Writing the rows does not belong here.

use unicode_width::UnicodeWidthStr;

use super::cells::TimeStyle;
use super::record::{Record, Value};
use super::row::{Column, GAP, Kind, Look};
use super::view::Field;

/// Without a limit, text wider than this does not widen its whole column.
const MAX_UNLIMITED_COLUMNS: usize = 100;
/// Text narrower than this is not wrapped as long as anything else helps.
const READABLE_COLUMNS: usize = 16;
/// What an age may take: `9y 364d ago`.
const AGE_COLUMNS: usize = 11;
/// What a local time takes: `2026-11-24 01:02:45`.
const CLOCK_COLUMNS: usize = 19;
/// How far these times are from the present matters more than when they are.
const RELATIVE_FIELDS: [&str; 2] = ["last_seen_at", "expires_at"];
/// Left out where the table still lacks the width, one after the other.
const SPARE: [&str; 3] = ["last_ip", "created_at", "app"];
/// Left out only where wrapping does not help, one after the other: blocks show everything, but few records a screen.
const LAST_SPARE: [&str; 3] = ["label", "authenticates", "kind"];

/// A table's layout.
pub(super) enum Layout {
    /// Aligned columns.
    Columns(Vec<TableColumn>),
    /// A block for each record, because columns do not fit.
    Blocks,
}

/// How the times of a table are shown.
#[derive(Clone, Copy)]
enum Times {
    /// As local times.
    Clock,
    /// As local times, with the age beside those whose distance from the present matters more.
    Both,
    /// As local times, and those as ages.
    Usual,
    /// As ages.
    Ages,
}

/// A column with what it shows.
#[derive(Clone)]
pub(super) struct TableColumn {
    pub(super) field: Field,
    pub(super) heading: String,
    pub(super) style: TimeStyle,
    pub(super) place: Column,
}

/// The rows that a layout is made for.
pub(super) struct Sample<'a> {
    pub(super) fields: &'a [Field],
    pub(super) records: &'a [Record],
    /// Whether more rows follow that were not measured.
    pub(super) more: bool,
    /// Whether the fields were asked for, so that none may be left out.
    pub(super) requested: bool,
    pub(super) look: Look,
}

impl Sample<'_> {
    /// The first of these that fits the width: all columns; fewer; wrapped text; ages in place of times; blocks.
    pub(super) fn layout(&self) -> Layout {
        let Some(width) = self.look.width else {
            // It is read later, as a file for instance: an age would be wrong then.
            return Layout::Columns(self.measure(self.fields, Times::Clock, true));
        };
        let candidates = self.candidates();
        let with_both = self.measure(self.fields, Times::Both, true);
        if total(&with_both) <= width {
            return Layout::Columns(with_both);
        }
        for fields in &candidates {
            for reserve in [true, false] {
                let columns = self.measure(fields, Times::Usual, reserve);
                if total(&columns) <= width {
                    return Layout::Columns(columns);
                }
            }
        }
        let narrow = candidates.last().map_or(self.fields, Vec::as_slice);
        if let Some(columns) = shrink(self.measure(narrow, Times::Usual, false), width, READABLE_COLUMNS) {
            return Layout::Columns(columns);
        }
        for left_out in 1..=LAST_SPARE.len() {
            let is_spare = |field: &Field| !self.requested && LAST_SPARE[..left_out].contains(&field.name);
            let narrowest: Vec<Field> = narrow.iter().copied().filter(|field| !is_spare(field)).collect();
            let ways = [(Times::Usual, READABLE_COLUMNS), (Times::Ages, READABLE_COLUMNS), (Times::Ages, 0)];
            for (times, min_width) in ways {
                if let Some(columns) = shrink(self.measure(&narrowest, times, false), width, min_width) {
                    return Layout::Columns(columns);
                }
            }
        }
        Layout::Blocks
    }

    /// The fields that are not among these columns.
    pub(super) fn hidden(&self, columns: &[TableColumn]) -> Vec<Field> {
        let is_shown = |field: &Field| columns.iter().any(|column| column.field.name == field.name);
        self.fields.iter().copied().filter(|field| !is_shown(field)).collect()
    }

    /// Whether no record has a value there.
    fn is_null(&self, field: &Field) -> bool {
        self.records.iter().all(|record| *record.at(field.place, field.name) == Value::Null)
    }

    /// The sets of columns to choose from, the widest first.
    fn candidates(&self) -> Vec<Vec<Field>> {
        let mut fields = self.fields.to_vec();
        let mut candidates = vec![fields.clone()];
        if self.requested {
            return candidates;
        }
        // The first one names the record.
        let identity = fields.first().map(|field| field.place);
        fields.retain(|field| Some(field.place) == identity || !self.is_null(field));
        candidates.push(fields.clone());
        // Where both are shown, they are a span of time.
        let is_span = fields.iter().any(|field| field.name == "ended_at");
        // Without an app there, the sessions were asked for by their last address.
        let is_about_addresses = !self.fields.iter().any(|field| field.name == "app");
        let is_needed =
            |spare: &str| is_span && spare == "created_at" || is_about_addresses && spare == "last_ip";
        for spare in SPARE.into_iter().filter(|spare| !is_needed(spare)) {
            fields.retain(|field| field.name != spare);
            candidates.push(fields.clone());
        }
        candidates
    }

    /// The widths that these records need. If more rows follow, times get what any of them may need, and with `reserve`
    /// the other columns what is usual for their kind.
    fn measure(&self, fields: &[Field], times: Times, reserve: bool) -> Vec<TableColumn> {
        let mut zone_shown = false;
        let style = |field: &Field| {
            // Beside its new value, both are read as times, so that they can be compared.
            let is_compared = fields.iter().any(|other| other.name.strip_prefix("new_") == Some(field.name));
            let relative = RELATIVE_FIELDS.contains(&field.name) && !self.requested && !is_compared;
            match (times, relative) {
                (Times::Ages, _) | (Times::Usual, true) => TimeStyle::Age,
                (Times::Both, true) => TimeStyle::ClockAndAge,
                (Times::Clock, _) | (Times::Both | Times::Usual, false) => TimeStyle::Clock,
            }
        };
        fields.iter().map(|field| self.column(*field, style(field), reserve, &mut zone_shown)).collect()
    }

    fn column(&self, field: Field, style: TimeStyle, reserve: bool, zone_shown: &mut bool) -> TableColumn {
        let mut kind = Kind::Text;
        let (mut width, mut min_width) = (0, 0);
        for record in self.records {
            let value = record.at(field.place, field.name);
            kind = match value {
                Value::Null => kind,
                Value::Time(_) => Kind::Time,
                Value::Integer(_) | Value::Bool(_) | Value::Span(_) => Kind::Number,
                Value::Word(_) | Value::Text(_) | Value::List(_) | Value::Json(_) => Kind::Text,
            };
            let cell = self.look.present.cell(value, style);
            let columns = cell.width();
            let capped = self.look.width.is_none() && kind == Kind::Text;
            width = width.max(if capped { columns.min(MAX_UNLIMITED_COLUMNS) } else { columns });
            if kind == Kind::Text {
                min_width = min_width.max(cell.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0));
            }
        }
        let mut heading = field.heading().to_owned();
        if kind == Kind::Time && style != TimeStyle::Age && !std::mem::replace(zone_shown, true) {
            heading = format!("{heading} {}", self.look.present.zone_text());
        }
        if self.more {
            width = width.max(match (kind, style) {
                (Kind::Text | Kind::Number, _) if !reserve => 0,
                (Kind::Text, _) => "anonymous".len(),
                (Kind::Number, _) => "1000000".len(),
                (Kind::Time, TimeStyle::Age) => AGE_COLUMNS,
                (Kind::Time, TimeStyle::Clock) => CLOCK_COLUMNS,
                (Kind::Time, TimeStyle::ClockAndAge) => CLOCK_COLUMNS + " ()".len() + AGE_COLUMNS,
            });
        }
        let min_width = min_width.max(heading.len());
        TableColumn {
            field,
            style,
            place: Column { width: width.max(heading.len()), min_width, kind },
            heading,
        }
    }
}

fn total(columns: &[TableColumn]) -> usize {
    columns.iter().map(|column| column.place.width + GAP).sum::<usize>().saturating_sub(GAP)
}

/// Takes from the widest text column, again and again, until the columns fit; `None` where they cannot. No text column
/// becomes narrower than its longest word or `min_width`.
fn shrink(mut columns: Vec<TableColumn>, width: usize, min_width: usize) -> Option<Vec<TableColumn>> {
    let mut excess = total(&columns).saturating_sub(width);
    while excess > 0 {
        let widest = columns
            .iter_mut()
            .map(|column| &mut column.place)
            .filter(|place| place.kind == Kind::Text && place.width > place.min_width.max(min_width))
            .max_by_key(|place| place.width)?;
        widest.width -= 1;
        excess -= 1;
    }
    Some(columns)
}
