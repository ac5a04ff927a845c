//! One transaction of a revocation. Each row is read again first; the DELETE itself names the key only, because
//! times and payloads change with every request of exactly the sessions that are to end.

use std::collections::HashSet;

use super::super::OpsError;
use super::super::locate::{Finder, Located, locate};
use super::backup::Backup;
use super::outcome::TargetOutcome;
use super::preview::{Preview, Target};
use crate::plan::Plan;
use crate::record::Owner;
use crate::source::{Decision, SourceError, Target as Writer, Transaction};
use crate::value::{Key, Value};

/// The most sessions that replaced one another and are ended with the first: a longer chain is damaged.
const MAX_CHAIN: usize = 100_000;

/// What one transaction changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Changed {
    /// What became of each session, in their order.
    pub(super) outcomes: Vec<TargetOutcome>,
    /// Sessions that replaced one of them.
    pub(super) chained: u64,
    /// Rows of other tables: the table, how many, why.
    pub(super) also: Vec<(String, u64, String)>,
    /// Tables that have no row of a user, with the user's id.
    pub(super) without_user: Vec<(String, String)>,
}

/// Ends the rows of these sessions in one transaction.
pub(super) fn end_rows(
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
            taken: HashSet::new(),
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

/// A row that ends: that of a session that was named, by its position, or one that replaced such a session.
struct Ending {
    located: Located,
    target: Option<usize>,
}

struct Act<'a> {
    plan: &'a Plan,
    preview: &'a Preview,
    transaction: &'a dyn Transaction,
    changed: &'a mut Changed,
    /// For each change in another table the values that it is made for.
    values: Vec<(usize, Value)>,
    seen: HashSet<(usize, String)>,
    /// Keys of the rows that replaced others.
    taken: HashSet<Vec<u8>>,
}

impl Act<'_> {
    fn locate(&self, key: &Key, rowid: Option<i64>) -> Result<Option<Located>, SourceError> {
        locate(self.plan, key, rowid, &Finder::Transaction(self.transaction))
    }

    /// The rows that are still those of the same user, with those that replaced them.
    fn rows(&mut self, targets: &[Target]) -> Result<Vec<Ending>, SourceError> {
        let mut rows = Vec::new();
        for (index, target) in targets.iter().enumerate() {
            let Some(located) = self.locate(&target.session.key, target.rowid)? else {
                self.changed.outcomes.push(TargetOutcome::AlreadyGone);
                continue;
            };
            let (owner, users) = self.plan.owners(&located.row);
            if owner != target.session.owner {
                self.changed.outcomes.push(TargetOutcome::ChangedSince);
                continue;
            }
            self.changed.outcomes.push(TargetOutcome::Ended);
            self.collect_values(&located, &users)?;
            self.follow(&located, &owner, &mut rows)?;
            rows.push(Ending { located, target: Some(index) });
        }
        Ok(rows)
    }

    fn collect_values(&mut self, located: &Located, users: &[String]) -> Result<(), SourceError> {
        for (index, also) in self.preview.also.iter().enumerate() {
            for wanted in also.wanted(self.plan, &located.row, users) {
                if !self.seen.insert((index, wanted.shown())) {
                    continue;
                }
                match also.stored(self.transaction, &wanted)? {
                    Some(value) => self.values.push((index, value)),
                    None if also.deletes() => {}
                    None => {
                        self.changed.without_user.push((also.query.table.clone(), wanted.shown()));
                    }
                }
            }
        }
        Ok(())
    }

    /// Follows the sessions that replaced this one, as long as they belong to the same user.
    fn follow(
        &mut self,
        located: &Located,
        owner: &Owner,
        rows: &mut Vec<Ending>,
    ) -> Result<(), SourceError> {
        let Some(next) = &self.plan.layout.revoke.chain else { return Ok(()) };
        let mut row = located.row.clone();
        for _ in 0..MAX_CHAIN {
            let key = match self.plan.extra(&row, next) {
                None | Some(Value::Null) => return Ok(()),
                Some(value) => Key(vec![value.clone()]),
            };
            // A session that was named ends by itself.
            if self.preview.names(&key) || !self.taken.insert(key.identity()) {
                return Ok(());
            }
            match self.locate(&key, None)? {
                Some(found) if self.plan.owner(&found.row) == *owner => {
                    self.changed.chained += 1;
                    row = found.row.clone();
                    rows.push(Ending { located: found, target: None });
                }
                _ => return Ok(()),
            }
        }
        Err(SourceError::Refused(format!("more than {MAX_CHAIN} sessions replaced one another")))
    }

    fn back_up(&self, rows: &[Ending], backup: &mut Backup) -> Result<(), OpsError> {
        backup.begin()?;
        for row in rows {
            backup.session(self.plan, self.preview, self.transaction, &row.located)?;
        }
        for (index, value) in &self.values {
            let also = &self.preview.also[*index];
            for row in also.rows(self.transaction, value)? {
                backup.also(also, &row)?;
            }
        }
        backup.commit()
    }

    fn end(&mut self, rows: &[Ending]) -> Result<(), SourceError> {
        let (table, set) = (&self.plan.query.table, &self.plan.layout.revoke.set);
        for row in rows {
            let count = if set.is_empty() {
                self.transaction.delete(table, &row.located.which)?
            } else {
                self.transaction.update(table, set, &row.located.which)?
            };
            match (count, row.target) {
                (1, _) => {}
                // A trigger can decline a change without an error.
                (0, Some(index)) => self.changed.outcomes[index] = TargetOutcome::CameBack,
                (0, None) => self.changed.chained -= 1,
                // A key that names two rows is no key; the layout was changed under a running command.
                _ => return Err(SourceError::Refused("the key names several rows".to_owned())),
            }
        }
        Ok(())
    }

    fn also(&mut self) -> Result<(), SourceError> {
        for (index, also) in self.preview.also.iter().enumerate() {
            let mut count = 0;
            for (_, value) in self.values.iter().filter(|(of, _)| *of == index) {
                let which = also.which(value);
                count += if also.deletes() {
                    self.transaction.delete(&also.query.table, &which)?
                } else {
                    self.transaction.update(&also.query.table, &also.set, &which)?
                };
            }
            if count > 0 {
                self.changed.also.push((also.query.table.clone(), count as u64, also.because.clone()));
            }
        }
        Ok(())
    }
}
