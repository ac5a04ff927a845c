//! What the audit log records about the keys that sign JWTs, compared with their rows. The secrets are in no event, so
//! another secret under the same name is not found.

use std::collections::BTreeMap;

use crate::model::event::{Action, LoggedEvent};

/// What of a signing key's row the audit log records. Times are Unix seconds.
#[derive(Clone, Debug)]
pub struct ReplayedKey {
    /// Its id.
    pub kid: String,
    /// The algorithm with which it signs.
    pub algorithm: String,
    /// When it was created.
    pub created_at: i64,
    /// When it was retired.
    pub retired_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// Whether its secret is there.
    pub has_secret: bool,
}

/// A key, as the log records it.
#[derive(Clone, Default)]
struct Key {
    algorithm: String,
    created_at: i64,
    retired_at: Option<i64>,
    revoked_at: Option<i64>,
}

/// The keys of the audit log.
#[derive(Default)]
pub(super) struct KeyReplay(BTreeMap<String, Key>);

impl KeyReplay {
    /// Takes the next event of the log.
    pub(super) fn apply(&mut self, event: &LoggedEvent) {
        let (at, is) = (event.at.unix(), |action: Action| event.action == action.as_str());
        if is(Action::KeysLeftOut) {
            // This copy has none of the keys so far.
            self.0.clear();
            return;
        }
        let Some(kid) = event.detail.as_deref() else { return };
        if is(Action::JwtKeyCreated) {
            // "EdDSA", and the name.
            let (algorithm, kid) = kid.rsplit_once(' ').unwrap_or(("", kid));
            let algorithm = algorithm.to_owned();
            self.0.insert(kid.to_owned(), Key { algorithm, created_at: at, ..Key::default() });
        } else if let Some(key) = self.0.get_mut(kid) {
            if is(Action::JwtKeyRetired) {
                key.retired_at = Some(at);
            } else if is(Action::JwtKeyRevoked) {
                key.revoked_at = Some(at);
            }
        }
    }

    /// The rows that contradict the log.
    pub(super) fn compare(mut self, rows: &[ReplayedKey]) -> Vec<String> {
        let mut problems = Vec::new();
        for ReplayedKey { kid, algorithm, created_at, retired_at, revoked_at, has_secret } in rows {
            let Some(key) = self.0.remove(kid) else {
                problems.push(format!("signing key {kid} is not recorded in the audit log"));
                continue;
            };
            // A clock that is behind keeps an earlier time than the event's, never a later one.
            let is_late =
                |row: Option<i64>, logged: Option<i64>| row.zip(logged).is_some_and(|(row, at)| row > at);
            let what = match (key.revoked_at, key.retired_at) {
                (Some(_), _) if revoked_at.is_none() || retired_at.is_none() || *has_secret => {
                    "was revoked according to the audit log, but its row is not"
                }
                (None, _) if revoked_at.is_some() => "is revoked, but the audit log does not record it",
                (None, Some(_)) if retired_at.is_none() => {
                    "was retired according to the audit log, but its row is not"
                }
                (None, None) if retired_at.is_some() => "is retired, but the audit log does not record it",
                _ if is_late(*revoked_at, key.revoked_at)
                    || is_late(*retired_at, key.retired_at.or(key.revoked_at)) =>
                {
                    "ended at a later time than the audit log records"
                }
                _ if !key.algorithm.is_empty() && *algorithm != key.algorithm => {
                    "signs with another algorithm than the audit log records"
                }
                _ if *created_at != key.created_at => {
                    "was created at another time than the audit log records"
                }
                _ => continue,
            };
            problems.push(format!("signing key {kid} {what}"));
        }
        problems.extend(
            self.0
                .keys()
                .map(|kid| format!("signing key {kid} is missing: the audit log records its creation")),
        );
        problems
    }
}
