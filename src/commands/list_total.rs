//! The line that ends a list of sessions: how many there are, and where the rest is. Which sessions are listed does not belong
//! here.

use super::Context;
use crate::output::{Format, Unprinted};
use sessionctl_core::counted;
use sessionctl_core::model::time::Timestamp;

/// The end of a line below a table: the columns that the width has no room for, and those whose values were cut.
pub(super) fn no_room(unprinted: &Unprinted) -> String {
    let mut text = match unprinted.left_out.as_slice() {
        [] => String::new(),
        columns => format!("; a wider terminal also shows {}", columns.join(", ")),
    };
    match unprinted.cut.as_slice() {
        [] => {}
        [column] => text.push_str(&format!("; {column} is cut")),
        columns => text.push_str(&format!("; {} are cut", columns.join(" and "))),
    }
    text
}

/// How many sessions a list shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) shown: u64,
    /// How many match.
    pub(super) total: u64,
    /// How many of those that are shown have no address, where an address is excluded.
    pub(super) without_address: u64,
}

/// Ends a list that a person reads with its total and the columns that do not fit, and any list with the cursor that its
/// format could not hold.
pub(super) fn report_total(
    Shown { shown, total, without_address }: Shown,
    active_at: Option<Timestamp>,
    unprinted: Unprinted,
    context: &mut Context,
) {
    let mut total = match (context.ui.options().format, shown) {
        (_, 0) | (Format::Json | Format::Jsonl | Format::Csv | Format::Ids | Format::Count, _) => {
            String::new()
        }
        (Format::Table, _) if total > shown => {
            format!("{shown} of {}", counted(total, "session", "sessions"))
        }
        (Format::Table, number) => counted(number, "session", "sessions"),
    };
    if !total.is_empty() && without_address > 0 {
        total.push_str(&format!(", {without_address} without an address"));
    }
    // The time was written in local time, or as an age: what it was taken for is shown.
    if let Some(at) = active_at.filter(|_| !total.is_empty()) {
        total.push_str(&format!(", active at {}", context.ui.options().local_time_with_zone(at)));
    }
    if !total.is_empty() {
        total.push_str(&no_room(&unprinted));
    }
    let line = match unprinted.next {
        Some(cursor) if total.is_empty() => format!("more follow: add --after {cursor}"),
        Some(cursor) => format!("{total}; more follow: add --after {cursor}"),
        None => total,
    };
    if !line.is_empty() {
        context.ui.status(&line);
    }
}
