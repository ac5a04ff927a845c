//! Work on the database as a whole: its WAL, its integrity, copies of it, and facts about it. No file here knows
//! what a session may do.

pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod clock;
pub(crate) mod copy_rows;
pub(crate) mod copy_source;
pub(crate) mod copy_target;
pub(crate) mod info;
pub(crate) mod moving;
pub(crate) mod replay;
pub(crate) mod restore;
mod row_count;
pub(crate) mod wal;
