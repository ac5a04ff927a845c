//! Describes a foreign database: which layout fits and what was examined.

use std::time::Duration;

use super::{Context, OpsError};
use crate::source::StorageFacts;

/// What is known of a foreign database.
#[derive(Clone, Debug)]
pub struct Info {
    /// The layout's name.
    pub layout: String,
    /// What it describes.
    pub title: String,
    /// The version that it was checked with.
    pub verified: String,
    /// The session table.
    pub table: String,
    /// The table of users, where there is one.
    pub users: Option<String>,
    /// Rows that were examined and fit.
    pub rows_proved: usize,
    /// Rows that were examined and do not fit.
    pub rows_misfit: usize,
    /// Whether the key names at most one row.
    pub key_is_unique: bool,
    /// The settings with their values.
    pub settings: Vec<(String, Duration)>,
    /// Indexes with their columns.
    pub indexes: Vec<(String, Vec<String>)>,
    /// Triggers on the table.
    pub triggers: Vec<String>,
    /// How and by whom the file is kept.
    pub storage: StorageFacts,
    /// What a revocation would do.
    pub revoke: Vec<String>,
    /// How the database was read.
    pub notes: Vec<String>,
}

/// Describes the database.
///
/// # Errors
/// [`OpsError`].
pub fn info(cx: &mut Context<'_>) -> Result<Info, OpsError> {
    let (details, storage, notes) = cx.read(&mut |source| {
        Ok((source.details(&cx.plan().query.table)?, source.storage(), source.notes()))
    })?;
    let plan = cx.plan();
    Ok(Info {
        layout: plan.layout.name.clone(),
        title: plan.layout.title.clone(),
        verified: plan.layout.verified.clone(),
        table: plan.query.table.clone(),
        users: plan.users.as_ref().map(|users| users.table().to_owned()),
        rows_proved: cx.detected.rows_proved,
        rows_misfit: cx.detected.rows_misfit,
        key_is_unique: plan.key_is_unique,
        settings: plan.settings.iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        indexes: details.indexes,
        triggers: details.triggers,
        storage,
        revoke: super::inspect::consequences(plan),
        notes,
    })
}
