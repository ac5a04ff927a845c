//! A database as a whole: `info` describes it, `check` looks for damage and for what was planted, `clock` corrects a
//! false future, `copy` fills it from another store, `roles` writes the grants of its users.

pub(crate) mod check;
pub(crate) mod clock;
pub(crate) mod copy_rows;
pub(crate) mod copy_source;
pub(crate) mod copy_target;
pub(crate) mod info;
pub(crate) mod replay;
pub(crate) mod roles;
