//! Rows of a list that cannot be read. They must not hide the sound rows, so the list goes on, and fails at its end.

use sessionctl_core::store::StoreError;

use crate::error::PostgresError;

/// The damaged rows of one list.
#[derive(Default)]
pub(crate) struct DamagedRows {
    first: Option<String>,
    further: u64,
}

impl DamagedRows {
    /// The value of a row, or none where the row is damaged. `name` names the row in the error.
    pub(crate) fn read<T>(
        &mut self,
        value: Result<T, PostgresError>,
        name: impl FnOnce() -> String,
    ) -> Result<Option<T>, PostgresError> {
        match value {
            Ok(value) => Ok(Some(value)),
            Err(PostgresError { error: StoreError::Corrupt(why), .. }) => {
                match self.first {
                    None => self.first = Some(format!("{}: {why}", name())),
                    Some(_) => self.further += 1,
                }
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// The error of a list with damaged rows.
    pub(crate) fn finish(self) -> Result<(), PostgresError> {
        match (self.first, self.further) {
            (None, _) => Ok(()),
            (Some(first), 0) => Err(StoreError::Corrupt(first).into()),
            (Some(first), further) => {
                Err(StoreError::Corrupt(format!("{first} (and {further} more)")).into())
            }
        }
    }
}
