//! Damaged rows in what a command lists: a store reads past them and names them at the end. Repair does not belong here.

use sessionctl_core::store::StoreError;

/// Separates the error about damaged rows, which the command returns once the sound rows are printed, from the errors
/// that end the list at once.
///
/// # Errors
/// Any other error of the store.
pub(crate) fn after_sound_rows(read: Result<(), StoreError>) -> Result<Result<(), StoreError>, StoreError> {
    match read {
        Err(error @ StoreError::Corrupt(_)) => Ok(Err(error)),
        other => other.map(Ok),
    }
}
