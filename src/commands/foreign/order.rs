//! In which order sessions of another program's table are shown: by `list`, and by what an act shows before and after.

use super::args::ListArgs;
use crate::output::Format;
use sessionctl_foreign::ops::Order;

/// The order of sessions where none is asked for: a person sees the newest first, and machine formats stream in the
/// order of the table.
pub(super) fn usual_order(format: Format) -> Order {
    match format {
        Format::Table => Order::Newest,
        Format::Json | Format::Jsonl | Format::Csv | Format::Ids | Format::Count => Order::Page,
    }
}

/// The order that `list` is asked for.
pub(super) fn order(args: &ListArgs, format: Format) -> Order {
    match args.sort.as_deref() {
        Some("oldest") => Order::Oldest,
        Some("expiring") => Order::Expiring,
        Some("last-seen") => Order::LastSeen,
        Some(_) => Order::Newest,
        None if args.limit.is_some() || args.after.is_some() => Order::Newest,
        None => usual_order(format),
    }
}
