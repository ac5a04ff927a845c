//! How a command reaches its reader: results in one of six formats on standard output, messages on standard error.
//! Nothing here knows a command, a database or a clock; the present and the properties of the terminal are handed in.

pub mod bars;
pub mod checks;
pub mod escape;
pub mod format;
pub mod list;
mod local_time;
pub mod messages;
pub mod options;
pub mod record;
pub mod results;
pub mod session_record;
pub mod shorten;
pub mod steps;
pub mod timeline;
pub mod ui;
pub mod view;
pub mod wrap;

mod cells;
mod column_widths;
mod csv;
mod json;
mod lines;
mod paint;
mod record_doc;
mod result_words;
mod row;
mod stdout;
mod suggested_commands;
mod table;
mod writer;

#[cfg(test)]
pub(crate) mod capture;

pub use cells::age;
pub use csv::unguarded;
pub use format::Format;
pub use list::{List, Unprinted};
pub use messages::Messages;
pub use options::UiOptions;
pub use record::{Record, Value};
pub use record_doc::{DRY_RUN_ON_FOREIGN, ON_FOREIGN, RecordDoc};
pub use result_words::{ResultWord, ResultWords};
pub use results::Results;
pub use session_record::{Moment, SESSION, UNKNOWN, session_marks, session_record};
pub use suggested_commands::on_database;
pub use ui::Ui;
pub use view::{FieldError, View};
