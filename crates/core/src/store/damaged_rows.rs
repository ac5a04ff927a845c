//! Rows of a list that cannot be read. They must not hide the sound rows, so a store goes on with the list, and fails
//! at its end. What makes a row damaged is the store's to say.

use super::StoreError;

/// An engine's error, of which a store knows whether it is about one damaged row.
pub trait RowError: From<StoreError> {
    /// The text of [`StoreError::Corrupt`]; any other error unchanged.
    ///
    /// # Errors
    /// The error itself, where it is of another kind.
    fn into_corrupt(self) -> Result<String, Self>;
}

/// The damaged rows of one list.
#[derive(Debug, Default)]
pub struct DamagedRows {
    first: Option<String>,
    further: u64,
}

impl DamagedRows {
    /// The value of a row, or none where the row is damaged. `name` names the row in the error.
    ///
    /// # Errors
    /// Any error that is not about this row alone.
    pub fn read<T, E: RowError>(
        &mut self,
        value: Result<T, E>,
        name: impl FnOnce() -> String,
    ) -> Result<Option<T>, E> {
        let error = match value {
            Ok(value) => return Ok(Some(value)),
            Err(error) => error,
        };
        let why = error.into_corrupt()?;
        match self.first {
            None => self.first = Some(format!("{}: {why}", name())),
            Some(_) => self.further += 1,
        }
        Ok(None)
    }

    /// Ends a list.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], where rows of it are damaged.
    pub fn finish<E: RowError>(self) -> Result<(), E> {
        match (self.first, self.further) {
            (None, _) => Ok(()),
            (Some(first), 0) => Err(StoreError::Corrupt(first).into()),
            (Some(first), further) => {
                Err(StoreError::Corrupt(format!("{first} (and {further} more)")).into())
            }
        }
    }
}
