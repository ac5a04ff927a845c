//! The number of the event of a change, drawn where it is first needed. What the event contains does not belong here.

use std::cell::Cell;

use crate::error::PostgresError;
use crate::link::Answer;
use crate::transaction::WriteTx;
use crate::value::Value;

/// The number of a batch's event, drawn when it is first needed: a batch that changes nothing draws none.
pub(crate) struct EventNumber<'a>(&'a WriteTx<'a>, Cell<Option<i64>>);

impl<'a> EventNumber<'a> {
    /// A number that was not drawn yet.
    pub(super) fn new(tx: &'a WriteTx<'a>) -> Self {
        EventNumber(tx, Cell::new(None))
    }

    /// The number.
    pub(crate) fn get(&self) -> Result<i64, PostgresError> {
        match self.1.get() {
            Some(number) => Ok(number),
            None => {
                let number = self.0.draw_event()?;
                self.1.set(Some(number));
                Ok(number)
            }
        }
    }

    /// The number, where it was drawn.
    pub(crate) fn drawn(&self) -> Option<i64> {
        self.1.get()
    }

    /// Draws it in one round trip with statements behind it, to which it is
    /// [`DRAWN_EVENT`](crate::transaction::DRAWN_EVENT).
    pub(crate) fn draw_for(&self, statements: &[(&str, &[Value])]) -> Result<Vec<Answer>, PostgresError> {
        let (number, answers) = self.0.draw_event_for(statements)?;
        self.1.set(Some(number));
        Ok(answers)
    }
}
