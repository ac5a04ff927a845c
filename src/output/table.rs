//! A table of many records for a person. The first rows fix the layout and later ones follow it, so that a table of any
//! length takes little memory. Which layout fits does not belong here.

use std::borrow::Cow;

use super::column_widths::{Layout, Sample};
use super::paint;
use super::record::{Record, Value};
use super::row::{Column, Look, write_block, write_row};
use super::view::Field;
use super::wrap::cut_words;
use super::writer::RecordWriter;

/// Rows that are measured before the layout is fixed.
const WINDOW_ROWS: usize = 200;

/// A table of many records.
pub(super) struct Table {
    fields: Vec<Field>,
    /// Whether the fields were asked for, so that none may be left out.
    requested: bool,
    look: Look,
    window: Vec<Record>,
    layout: Option<Layout>,
    /// The places of the columns, where there are columns.
    places: Vec<Column>,
    /// The fields that the width has no room for and that no record so far has a value in.
    hidden: Vec<Field>,
    /// The columns with values that the width has no room for.
    left_out: Vec<&'static str>,
    /// The columns in which a word was cut.
    cut: Vec<&'static str>,
    blocks: u64,
    zone_shown: bool,
}

impl Table {
    pub(super) fn new(fields: Vec<Field>, requested: bool, look: Look) -> Self {
        Table {
            fields,
            requested,
            look,
            window: Vec::new(),
            layout: None,
            places: Vec::new(),
            hidden: Vec::new(),
            left_out: Vec::new(),
            cut: Vec::new(),
            blocks: 0,
            zone_shown: false,
        }
    }

    /// Fixes the layout by the rows gathered so far and writes them.
    fn open(&mut self, out: &mut Vec<u8>, more: bool) {
        let window = std::mem::take(&mut self.window);
        let sample = Sample {
            fields: &self.fields,
            records: &window,
            more,
            requested: self.requested,
            look: self.look,
        };
        let layout = sample.layout();
        if let Layout::Columns(columns) = &layout {
            self.hidden = sample.hidden(columns);
            self.places = columns.iter().map(|column| column.place).collect();
            let headings: Vec<_> = columns.iter().map(|column| column.heading.clone()).collect();
            write_row(out, &headings, &self.places, &vec![Some(paint::BOLD); headings.len()], self.look);
        }
        self.layout = Some(layout);
        for record in &window {
            self.write(out, record);
        }
    }

    fn write(&mut self, out: &mut Vec<u8>, record: &Record) {
        match &self.layout {
            Some(Layout::Columns(columns)) => {
                let cell =
                    |field: Field, style| self.look.present.cell(record.at(field.place, field.name), style);
                let mut cells: Vec<_> =
                    columns.iter().map(|column| cell(column.field, column.style)).collect();
                for (column, cell) in std::iter::zip(columns, &mut cells).filter(|(column, _)| column.cuts) {
                    if let Cow::Owned(short) = cut_words(cell, column.place.width, self.look.present.unicode)
                    {
                        *cell = short;
                        if !self.cut.contains(&column.field.name) {
                            self.cut.push(column.field.name);
                        }
                    }
                }
                let styles: Vec<_> = std::iter::zip(columns, &cells)
                    .map(|(column, cell)| paint::of_state(column.field.name, cell))
                    .collect();
                write_row(out, &cells, &self.places, &styles, self.look);
                let left_out = &mut self.left_out;
                self.hidden.retain(|field| {
                    let is_empty = *record.at(field.place, field.name) == Value::Null;
                    if !is_empty {
                        left_out.push(field.name);
                    }
                    is_empty
                });
            }
            Some(Layout::Blocks) => {
                if self.blocks > 0 {
                    out.push(b'\n');
                }
                self.blocks += 1;
                // A block has its names beside it, so that what has no value can be left out.
                let has_value =
                    |field: &Field| self.requested || *record.at(field.place, field.name) != Value::Null;
                let fields: Vec<Field> = self.fields.iter().copied().filter(has_value).collect();
                write_block(out, &fields, record, self.look, &mut self.zone_shown);
            }
            None => {}
        }
    }
}

impl RecordWriter for Table {
    fn row(&mut self, out: &mut Vec<u8>, record: Record) {
        if self.layout.is_some() {
            self.write(out, &record);
            return;
        }
        self.window.push(record);
        if self.window.len() == WINDOW_ROWS {
            self.open(out, true);
        }
    }

    fn catch_up(&mut self, out: &mut Vec<u8>) {
        if !self.window.is_empty() {
            self.open(out, true);
        }
    }

    fn left_out(&self) -> &[&'static str] {
        &self.left_out
    }

    fn cut(&self) -> &[&'static str] {
        &self.cut
    }

    fn end(&mut self, out: &mut Vec<u8>, _next: Option<&str>) {
        if self.layout.is_none() && !self.window.is_empty() {
            self.open(out, false);
        }
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
