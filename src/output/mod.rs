//! How a result reaches its reader: records in one of six formats to standard output, words to standard error.
//! Nothing here knows a command, a database or a clock; the present and the look of the terminal are handed in.

pub mod bars;
pub mod checks;
pub mod escape;
pub mod format;
pub mod list;
pub mod options;
pub mod record;
pub mod session;
pub mod steps;
pub mod timeline;
pub mod ui;
pub mod view;

mod buffered_stdout;
mod cells;
mod csv;
mod json;
mod lines;
mod paint;
mod table;
mod writer;

#[cfg(test)]
pub(crate) mod capture;

pub use format::Format;
pub use list::List;
pub use options::UiOptions;
pub use record::{Record, Value};
pub use session::{SESSION, session_marks, session_record};
pub use ui::Ui;
pub use view::{UnknownField, View};
