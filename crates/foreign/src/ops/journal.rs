//! What is recorded of a change in a foreign table: the intent before anything is changed, the outcome after. The
//! audit log is sessionctl's own; it is never in the foreign file.

use std::collections::BTreeMap;

use sessionctl_core::counted;
use sessionctl_core::model::redact::redact_tokens;
use sessionctl_core::model::time::Timestamp;

/// The most ids in one entry; an act on more has several.
pub(super) const MAX_ENTRY_IDS: usize = 1_000;

/// What is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sessions are about to be revoked.
    Revoking,
    /// A revocation has ended.
    Revoked,
    /// Rows are about to be pruned.
    Pruning,
    /// Pruning has ended.
    Pruned,
}

impl Action {
    /// The name, as the log shows it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Revoking => "foreign.revoking",
            Action::Revoked => "foreign.revoked",
            Action::Pruning => "foreign.pruning",
            Action::Pruned => "foreign.pruned",
        }
    }
}

/// One entry. It holds no key and no token; an id is a fingerprint, or a key that is no secret.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What.
    pub action: Action,
    /// Device and inode of the file.
    pub file: String,
    /// The layout.
    pub layout: String,
    /// How the sessions were selected.
    pub selection: String,
    /// Why.
    pub reason: Option<String>,
    /// The users of these sessions: their ids, and their names where the program's table has them.
    pub users: BTreeMap<String, Option<String>>,
    /// The ids: before the act those of the sessions that are to end, after it those that ended. At most
    /// `MAX_ENTRY_IDS`; of a larger act the outcome has none.
    pub ids: Vec<String>,
    /// How many sessions the whole act is about, or how many it ended.
    pub count: u64,
    /// What came of it, where the act has ended.
    pub outcome: Option<String>,
    /// The number of the act, the same in all its entries.
    pub act: String,
}

/// What precedes the number of the act, at the end of an entry; and before it the users and the ids. Both are JSON, so that
/// no name that somebody chose in another program can be taken for what comes behind it.
pub(super) const ACT: &str = "; act ";
pub(super) const USERS: &str = "; users: ";
pub(super) const IDS: &str = "; ids: ";
/// The most characters of a name.
const MAX_NAME_CHARACTERS: usize = 128;

/// The number of the act in the text of an entry.
#[must_use]
pub fn act_of(detail: &str) -> Option<&str> {
    detail.rsplit_once(ACT).map(|(_, act)| act)
}

impl Entry {
    /// The entry as one line of text.
    #[must_use]
    pub fn detail(&self) -> String {
        let sessions = counted(self.count, "session", "sessions");
        let mut text = format!("{} in file {}: {sessions}", self.layout, self.file);
        let parts = [
            (!self.selection.is_empty()).then(|| format!("selected by {}", self.selection)),
            self.reason.as_ref().map(|reason| format!("reason: {reason}")),
            self.outcome.clone(),
        ];
        for part in parts.into_iter().flatten() {
            text.push_str("; ");
            text.push_str(&part);
        }
        let users = self.users.iter().map(|(id, name)| {
            format!("{}: {}", json(id), name.as_deref().map_or_else(|| "null".to_owned(), json))
        });
        let ids = self.ids.iter().map(|id| json(id));
        text.push_str(&format!("{USERS}{{{}}}", users.collect::<Vec<_>>().join(", ")));
        text.push_str(&format!("{IDS}[{}]", ids.collect::<Vec<_>>().join(", ")));
        text.push_str(ACT);
        text.push_str(&self.act);
        text
    }
}

/// A text as JSON. A token in it is replaced here, where the quotes around it stay.
fn json(text: &str) -> String {
    let short: String = text.chars().take(MAX_NAME_CHARACTERS).collect();
    serde_json::Value::from(redact_tokens(&short)).to_string()
}

/// Where entries are kept.
pub trait Journal {
    /// Keeps an entry; it is durable when this returns.
    ///
    /// # Errors
    /// A text for a person: then nothing is changed.
    fn record(&mut self, entry: &Entry) -> Result<(), String>;
}

/// Keeps nothing: the user declined the audit log.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn record(&mut self, _entry: &Entry) -> Result<(), String> {
        Ok(())
    }
}

/// The time until which a set of sessions is live, for the first line of a backup.
pub(super) fn latest(times: impl Iterator<Item = Option<Timestamp>>) -> Option<Timestamp> {
    times.flatten().max()
}
