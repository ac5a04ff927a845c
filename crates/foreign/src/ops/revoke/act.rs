//! One transaction of a revocation. Each row is read again first; the DELETE itself names the key only, because
//! times and payloads change with every request of exactly the sessions that are to end.

use super::super::OpsError;
use std::borrow::Cow;
use std::collections::HashSet;

use super::also::row_in;
use super::backup::Backup;
use super::preview::{Preview, Target};
use crate::plan::Plan;
use crate::record::Owner;
use crate::source::{Decision, SourceError, Target as Writer, Transaction};
use crate::value::{Key, Row, Value};

/// The most sessions that replaced one another and are ended with the first.
const MAX_CHAIN: usize = 100;

/// What one transaction changed.
#[derive(Clone, Debug, Default)]
pub(in crate::ops) struct Changed {
    pub(in crate::ops) ended: u64,
    pub(in crate::ops) already_gone: u64,
    pub(in crate::ops) chained: u64,
    pub(in crate::ops) changed_since: Vec<String>,
    pub(in crate::ops) also: Vec<(String, u64, String)>,
}

/// Ends the rows of these sessions in one transaction.
pub(in crate::ops) fn end_rows(
    plan: &Plan,
    writer: &mut dyn Writer,
    targets: &[Target],
    preview: &Preview,
    backup: &mut Option<Backup>,
) -> Result<Changed, OpsError> {
    let mut changed = Changed::default();
    let mut backup_error = None;
    let done = writer.transaction(&mut |transaction| {
        changed = Changed::default();
        let mut act = Act {
            plan,
            preview,
            transaction,
            changed: &mut changed,
            values: Vec::new(),
            seen: HashSet::new(),
        };
        let rows = act.rows(targets)?;
        if let Some(backup) = backup.as_mut()
            && let Err(error) = act.back_up(&rows, backup)
        {
            backup_error = Some(error);
            return Ok(Decision::RollBack);
        }
        act.end(&rows)?;
        act.also()?;
        Ok(Decision::Commit)
    });
    match (backup_error, done) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => Ok(changed),
    }
}

struct Act<'a> {
    plan: &'a Plan,
    preview: &'a Preview,
    transaction: &'a dyn Transaction,
    changed: &'a mut Changed,
    /// For each change in another table the values that it is made for.
    values: Vec<(usize, Value)>,
    seen: HashSet<(usize, String)>,
}

impl Act<'_> {
    /// The rows that are still those of the same user, with those that replaced them.
    fn rows(&mut self, targets: &[Target]) -> Result<Vec<Row>, SourceError> {
        let mut rows = Vec::new();
        for target in targets {
            let Some(row) = row_in(self.plan, self.transaction, &target.key)? else {
                self.changed.already_gone += 1;
                continue;
            };
            if self.plan.owner(&row) != target.owner {
                self.changed.changed_since.push(target.id.clone());
                continue;
            }
            self.collect_values(&row, &target.owner);
            self.follow(&row, &target.owner, targets, &mut rows)?;
            rows.push(row);
        }
        Ok(rows)
    }

    fn collect_values(&mut self, row: &Row, owner: &Owner) {
        for (index, also) in self.preview.also.iter().enumerate() {
            if let Some(value) = also.value_of(self.plan, row, owner) {
                let shown = value.shown().map(Cow::into_owned).unwrap_or_default();
                if self.seen.insert((index, shown)) {
                    self.values.push((index, value));
                }
            }
        }
    }

    /// Follows the sessions that replaced this one, as long as they belong to the same user.
    fn follow(
        &mut self,
        row: &Row,
        owner: &Owner,
        targets: &[Target],
        rows: &mut Vec<Row>,
    ) -> Result<(), SourceError> {
        let Some(next) = &self.plan.layout.revoke.chain else { return Ok(()) };
        let mut row = row.clone();
        for _ in 0..MAX_CHAIN {
            let key = match self.plan.extra(&row, next) {
                None | Some(Value::Null) => return Ok(()),
                Some(value) => Key(vec![value.clone()]),
            };
            let known = |key: &Key| targets.iter().any(|target| target.key == *key);
            let taken = |key: &Key| rows.iter().any(|row| self.plan.key_of(row) == *key);
            if known(&key) || taken(&key) {
                return Ok(());
            }
            match row_in(self.plan, self.transaction, &key)? {
                Some(found) if self.plan.owner(&found) == *owner => {
                    self.changed.chained += 1;
                    rows.push(found.clone());
                    row = found;
                }
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    fn back_up(&self, rows: &[Row], backup: &mut Backup) -> Result<(), OpsError> {
        for row in rows {
            backup.session(self.plan, self.preview, self.transaction, row)?;
        }
        for (index, value) in &self.values {
            let also = &self.preview.also[*index];
            for row in also.rows(self.transaction, value)? {
                backup.also(also, &row)?;
            }
        }
        backup.sync()
    }

    fn end(&mut self, rows: &[Row]) -> Result<(), SourceError> {
        let (table, set) = (&self.plan.query.table, &self.plan.layout.revoke.set);
        for row in rows {
            let equal = self.plan.equalities(&self.plan.key_of(row));
            let count = if set.is_empty() {
                self.transaction.delete(table, &equal)?
            } else {
                self.transaction.update(table, set, &equal)?
            };
            if count > 1 {
                // A key that names two rows is no key; the layout was changed under a running command.
                return Err(SourceError::Refused("the key names several rows".to_owned()));
            }
            self.changed.ended += count as u64;
        }
        self.changed.ended = self.changed.ended.saturating_sub(self.changed.chained);
        Ok(())
    }

    fn also(&mut self) -> Result<(), SourceError> {
        for (index, also) in self.preview.also.iter().enumerate() {
            let mut count = 0;
            for (_, value) in self.values.iter().filter(|(of, _)| *of == index) {
                if also.rows(self.transaction, value)?.is_empty() {
                    continue;
                }
                let equal = [(also.column.clone(), value.clone())];
                count += if also.set.is_empty() {
                    self.transaction.delete(&also.query.table, &equal)?
                } else {
                    self.transaction.update(&also.query.table, &also.set, &equal)?
                };
            }
            if count > 0 {
                self.changed.also.push((also.query.table.clone(), count as u64, also.because.clone()));
            }
        }
        Ok(())
    }
}
