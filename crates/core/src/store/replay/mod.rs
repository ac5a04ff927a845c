//! The audit log, compared with the rows. A row can be changed by whoever reaches the storage; the log is a chain of
//! hashes, and records what was created, changed and ended. A store verifies its log, hands each event to a [`Replay`],
//! and then each row. Each concern has a file beside this one.

mod accounts;
mod keys;
mod session_log;
mod sessions;
mod settings;

use std::ops::ControlFlow;

use super::StoreError;
use crate::model::event::LoggedEvent;

pub use accounts::ReplayedAccount;
pub use keys::ReplayedKey;
pub use sessions::{ReplacedTokens, ReplayedSession};
pub use settings::ReplayedDatabase;

/// Gets each row of a table.
pub type OnRow<'a, T> = &'a mut dyn FnMut(T) -> ControlFlow<()>;

/// The rows of a store of which the log was replayed, all of one moment.
pub trait ReplayRows {
    /// The error of reading.
    type Error: From<StoreError>;

    /// The highest ids that were ever assigned, of sessions and of accounts.
    ///
    /// # Errors
    /// Those of reading, as for every method.
    fn assigned(&self) -> Result<(i64, i64), Self::Error>;

    /// The sessions with ids up to `newest`, in their order.
    ///
    /// # Errors
    /// Those of reading.
    fn sessions(&self, newest: i64, each: OnRow<'_, ReplayedSession>) -> Result<(), Self::Error>;

    /// The replaced tokens of each session with an id up to `newest`.
    ///
    /// # Errors
    /// Those of reading.
    fn replaced_tokens(&self, newest: i64, each: OnRow<'_, ReplacedTokens>) -> Result<(), Self::Error>;

    /// Which of these sessions exist.
    ///
    /// # Errors
    /// Those of reading.
    fn existing(&self, sessions: &[i64]) -> Result<Vec<i64>, Self::Error>;

    /// All accounts, in the order of ids.
    ///
    /// # Errors
    /// Those of reading.
    fn accounts(&self) -> Result<Vec<ReplayedAccount>, Self::Error>;

    /// All signing keys, in the order of their names.
    ///
    /// # Errors
    /// Those of reading.
    fn keys(&self) -> Result<Vec<ReplayedKey>, Self::Error>;

    /// The database itself.
    ///
    /// # Errors
    /// Those of reading.
    fn database(&self) -> Result<ReplayedDatabase, Self::Error>;
}

/// What the log records.
pub struct Replay {
    sessions: session_log::SessionLog,
    accounts: accounts::AccountReplay,
    keys: keys::KeyReplay,
    settings: settings::SettingReplay,
}

impl Replay {
    /// An empty log of a database that has assigned ids of sessions up to `newest`.
    #[must_use]
    pub fn new(newest: i64) -> Self {
        Replay {
            sessions: session_log::SessionLog::new(newest),
            accounts: accounts::AccountReplay::default(),
            keys: keys::KeyReplay::default(),
            settings: settings::SettingReplay::default(),
        }
    }

    /// Takes the next event of the log, in the order of their numbers.
    pub fn apply(&mut self, event: &LoggedEvent) {
        self.sessions.apply(event);
        self.accounts.apply(event);
        self.keys.apply(event);
        self.settings.apply(event);
    }

    /// Reports what rows contradict the log: at most `max_problems` lines of each concern.
    ///
    /// # Errors
    /// Those of reading.
    pub fn contradictions<R: ReplayRows>(
        self,
        rows: &R,
        max_problems: usize,
    ) -> Result<Vec<String>, R::Error> {
        let (sessions, accounts) = rows.assigned()?;
        let newest = self.sessions.newest;
        let mut compared = sessions::Comparison::of(&self.sessions, max_problems);
        let mut stopped = false;
        rows.sessions(newest, &mut |row| {
            let flow = compared.row(&row);
            stopped |= flow.is_break();
            flow
        })?;
        let mut problems = compared.finish();
        if !stopped {
            let mut tokens = sessions::TokenComparison::of(&self.sessions);
            rows.replaced_tokens(newest, &mut |row| {
                tokens.row(row);
                ControlFlow::Continue(())
            })?;
            for session in rows.existing(&tokens.left())? {
                tokens.existing(session);
            }
            problems.extend(tokens.problems);
        }
        problems.extend(self.sessions.compare_assigned(sessions));
        problems.truncate(max_problems);
        problems.extend(self.accounts.compare(&rows.accounts()?, accounts, max_problems));
        problems.extend(self.keys.compare(&rows.keys()?));
        problems.extend(self.settings.compare(&rows.database()?));
        Ok(problems)
    }
}
