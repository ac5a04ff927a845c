//! Reads a whole table, page by page.

use std::ops::ControlFlow;

use super::OpsError;
use crate::plan::{Plan, Reading};
use crate::record::Record;
use crate::source::{Place, Source};
use crate::value::Row;

/// What is done with a row; a break ends the reading.
pub(super) type EachRow<'a> = dyn FnMut(Row, Record) -> Result<ControlFlow<()>, OpsError> + 'a;

/// Reads every row that is there when reading begins; how many were read.
pub(super) fn scan(
    source: &dyn Source,
    plan: &Plan,
    reading: &mut Reading<'_>,
    each: &mut EachRow<'_>,
) -> Result<u64, OpsError> {
    let (mut place, mut count) = (Place::Start, 0);
    loop {
        let page = source.page(&plan.query, &place)?;
        for row in page.rows {
            count += 1;
            let record = plan.record(&row, reading)?;
            if each(row, record)?.is_break() {
                return Ok(count);
            }
        }
        match page.next {
            Some(next) => place = next,
            None => return Ok(count),
        }
    }
}
