//! The audit log, compared with the rows. SQLite has no checksums, so a row can contain anything; the log is a chain of
//! hashes, and records what was created, changed and ended. Each concern has a file beside this one.

use rusqlite::Connection;
use sessionctl_core::model::event::LoggedEvent;
use sessionctl_core::store::LogVerdict;

use super::account_replay::AccountReplay;
use super::chain;
use super::key_replay::KeyReplay;
use super::session_log::SessionLog;
use super::setting_replay::SettingReplay;
use crate::error::SqliteError;

/// Verifies the chain of the log and, where it is consistent, reports what rows contradict it: at most `max_problems`
/// lines of each concern.
pub(crate) fn contradictions(conn: &Connection, max_problems: usize) -> Result<Vec<String>, SqliteError> {
    let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'session'";
    let mut sessions = SessionLog::new(conn.query_row(sql, [], |row| row.get(0))?);
    let mut accounts = AccountReplay::default();
    let mut keys = KeyReplay::default();
    let mut settings = SettingReplay::default();
    let mut apply = |event: &LoggedEvent| {
        sessions.apply(event);
        accounts.apply(event);
        keys.apply(event);
        settings.apply(event);
    };
    if let LogVerdict::Broken { at, why } = chain::walk(conn, &mut apply)? {
        return Ok(vec![format!("the audit log is inconsistent at event {at}: {why}")]);
    }
    let mut problems = sessions.compare(conn, max_problems)?;
    problems.extend(accounts.compare(conn, max_problems)?);
    problems.extend(keys.compare(conn)?);
    problems.extend(settings.compare(conn)?);
    Ok(problems)
}
