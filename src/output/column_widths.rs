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
/// An IPv6 address is cut behind its network: `2001:db8:1234:5678:…`.
const NETWORK_COLUMNS: usize = 21;
/// What an age may take: `9y 364d ago`.
const AGE_COLUMNS: usize = 11;
/// What a local time takes: `2026-11-24 01:02:45`.
const CLOCK_COLUMNS: usize = 19;
/// How far these times are from the present matters more than when they are.
const RELATIVE_FIELDS: [&str; 2] = ["last_seen_at", "expires_at"];
/// A table of sessions without these times keeps `created_at`, so that a person can distinguish the sessions.
const LATER_TIMES: [&str; 2] = ["last_seen_at", "ended_at"];
/// Left out where the table still lacks the width, one after the other.
const SPARE: [&str; 4] = ["result", "last_ip", "created_at", "app"];
/// Left out only where wrapping does not help, one after the other: blocks show everything, but few records a screen.
const LAST_SPARE: [&str; 3] = ["label", "authenticates", "kind"];
/// Left out where long words need the width, one after the other.
const SPARE_FOR_WORDS: [&str; 4] = ["expires_at", "ended_by", "last_seen_at", "before"];
/// Words are cut to no less than this as long as leaving columns out helps.
const LONG_WORD_COLUMNS: usize = 32;
/// A narrower screen holds too few columns to tell records apart: blocks show everything.
const MIN_CUT_TABLE_COLUMNS: usize = 60;

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
    /// Whether words that are wider than the column are cut.
    pub(super) cuts: bool,
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
    /// The first of these that fits the width: all columns; fewer; wrapped text; ages in place of times; long words cut; blocks.
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
        self.cut(narrow, width).map_or(Layout::Blocks, Layout::Columns)
    }

    /// Long words cut, or else fewer columns with whole words, or else both, where nobody asked for all of them.
    fn cut(&self, fields: &[Field], width: usize) -> Option<Vec<TableColumn>> {
        if self.requested || width < MIN_CUT_TABLE_COLUMNS {
            return None;
        }
        let cut = |fields: &[Field], least| {
            let columns = self.measure(fields, Times::Ages, false).into_iter();
            shrink(columns.map(|column| cutting(column, least)).collect(), width, 0)
        };
        let mut fields: Vec<Field> =
            fields.iter().copied().filter(|field| !LAST_SPARE.contains(&field.name)).collect();
        if let Some(columns) = cut(&fields, LONG_WORD_COLUMNS) {
            return Some(columns);
        }
        for spare in SPARE_FOR_WORDS {
            let has = |name: &str| fields.iter().any(|field| field.name == name);
            // Of the times of an active session one stays until both are in the way.
            let is_last_time = spare == "expires_at" && (!has("last_seen_at") || has("new_expires_at"));
            if !has(spare) || is_last_time {
                continue;
            }
            fields.retain(|field| field.name != spare);
            let whole = shrink(self.measure(&fields, Times::Ages, false), width, READABLE_COLUMNS);
            if let Some(columns) = whole.or_else(|| cut(&fields, READABLE_COLUMNS)) {
                return Some(columns);
            }
        }
        cut(&fields, READABLE_COLUMNS)
    }

    /// The fields that are not among these columns.
    pub(super) fn hidden(&self, columns: &[TableColumn]) -> Vec<Field> {
        let is_shown = |field: &Field| columns.iter().any(|column| column.field.name == field.name);
        self.fields.iter().copied().filter(|field| !is_shown(field)).collect()
    }

    /// Whether it is the time by which these fields tell sessions apart.
    fn is_only_time(&self, field: &Field, fields: &[Field]) -> bool {
        let is_session = self.fields.iter().any(|field| field.name == "kind");
        let is_later = |field: &Field| LATER_TIMES.contains(&field.name);
        field.name == "created_at" && is_session && !fields.iter().any(is_later)
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
        // Beside the state, it is what a dry run would do to each of them: the same for all.
        let is_done = !fields.iter().any(|field| field.name == "state");
        let is_only_time = fields.iter().any(|field| self.is_only_time(field, &fields));
        let is_needed = |spare: &str| match spare {
            "created_at" => is_span || is_only_time,
            "last_ip" => is_about_addresses,
            "result" => is_done,
            _ => false,
        };
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
            let is_relative = RELATIVE_FIELDS.contains(&field.name) || self.is_only_time(field, fields);
            let relative = is_relative && !self.requested && !is_compared;
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
            cuts: false,
        }
    }
}

fn total(columns: &[TableColumn]) -> usize {
    columns.iter().map(|column| column.place.width + GAP).sum::<usize>().saturating_sub(GAP)
}

/// Lets long words of a column be cut, where the beginning of a value still says something: not of one that names the record.
fn cutting(mut column: TableColumn, least: usize) -> TableColumn {
    let least = match column.field.name {
        "id" | "state" | "before" | "result" => return column,
        // An address is not cut as long as leaving columns out helps.
        "ip" | "last_ip" if least == LONG_WORD_COLUMNS => return column,
        "ip" | "last_ip" => NETWORK_COLUMNS,
        _ => least,
    };
    let least = least.max(column.heading.len());
    column.cuts = column.place.kind == Kind::Text && column.place.min_width > least;
    if column.cuts {
        column.place.min_width = least;
    }
    column
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
