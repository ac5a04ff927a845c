//! Checks a layout against a database, for whoever writes one: the table is found, the rows prove it, and some
//! records are read.

use std::ops::ControlFlow;
use std::sync::Arc;

use sessionctl_core::model::time::Timestamp;

use crate::detect::{Choice, DetectError, Detected, detect};
use crate::filter::Filter;
use crate::layout::Layout;
use crate::ops::{self, By, Context, Group, ListRequest, OpsError, Order};
use crate::plan::Finding;
use crate::record::Record;
use crate::source::SourceFactory;

/// Records that a check reads.
const CHECKED_RECORDS: usize = 3;

/// What a check found.
#[derive(Debug)]
pub struct Checked {
    /// The layout bound to its table, and what its rows prove.
    pub detected: Detected,
    /// Some records; secrets in them are fingerprints.
    pub records: Vec<Record>,
    /// Sessions by kind, with each state.
    pub kinds: Vec<Group>,
    /// What the layout says and the database does not show.
    pub findings: Vec<Finding>,
}

/// Checks a layout.
///
/// # Errors
/// [`DetectError`] where the table is not found or has other columns.
pub fn check(
    factory: &dyn SourceFactory,
    layout: &Arc<Layout>,
    choice: &Choice,
    now: Timestamp,
) -> Result<Checked, DetectError> {
    let source = factory.reader()?;
    let tables = source.tables()?;
    let detected = detect(source.as_ref(), &tables, &[Arc::clone(layout)], choice)?;
    let findings = detected.plan.findings(&tables, source.as_ref())?;
    source.finish()?;
    let mut records = Vec::new();
    let cx = &mut Context { factory, detected: &detected, now, secrets: &[], trace: &mut |_| {} };
    let filter = Filter { all: true, ..Filter::default() };
    let request = ListRequest { filter, order: Order::Page, limit: Some(CHECKED_RECORDS), after: None };
    let listed = ops::list(cx, &request, &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    });
    let counted = ops::stats(cx, &Filter::default(), &[By::Kind]);
    match listed.and(counted) {
        Ok(stats) => Ok(Checked {
            detected,
            records,
            kinds: stats.groups.into_iter().flat_map(|(_, groups)| groups).collect(),
            findings,
        }),
        Err(OpsError::Source(error)) => Err(error.into()),
        // A list without selectors and secrets fails only where the database does.
        Err(_) => Ok(Checked { detected, records, kinds: Vec::new(), findings }),
    }
}
