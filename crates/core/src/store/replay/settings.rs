//! What the audit log records about the database itself: its policy, whether its time can be set, and the floor of its
//! event times.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::event::{Action, LoggedEvent};
use crate::model::policy::{Key, Policy, SETTINGS};

/// The detail of the first event of a database whose time can be set.
const SANDBOX: &str = "sandbox";

/// The settings of the audit log.
pub(super) struct SettingReplay {
    /// When the database was created, and whether as a sandbox.
    created: Option<(i64, bool)>,
    /// The value of each setting that was changed, as it is shown.
    values: BTreeMap<String, String>,
    /// Whether an event cannot be read: an older program may have used other words.
    is_unknown: bool,
    /// The floors of event times that the log allows.
    floors: BTreeSet<Option<i64>>,
    /// The time of the latest event so far.
    latest: Option<i64>,
}

impl Default for SettingReplay {
    fn default() -> Self {
        SettingReplay {
            created: None,
            values: BTreeMap::new(),
            is_unknown: false,
            floors: BTreeSet::from([None]),
            latest: None,
        }
    }
}

impl SettingReplay {
    /// Takes the next event of the log.
    pub(super) fn apply(&mut self, event: &LoggedEvent) {
        let detail = event.detail.as_deref();
        if event.action == Action::DatabaseCreated.as_str() {
            self.created.get_or_insert((event.at.unix(), detail == Some(SANDBOX)));
        } else if event.action == Action::PolicyChanged.as_str() {
            // "web.idle from 30m to 15m"
            let read = detail.and_then(|detail| detail.split_once(" from "));
            match read.and_then(|(name, values)| Some((name, values.rsplit_once(" to ")?.1))) {
                Some((name, value)) => drop(self.values.insert(name.to_owned(), value.to_owned())),
                None => self.is_unknown = true,
            }
        }
        self.raise_floor(event);
    }

    /// A migration sets the floor to the latest event, an accepted clock to its time, and a restore raises it to its own,
    /// unless there was no database to replace.
    fn raise_floor(&mut self, event: &LoggedEvent) {
        let at = event.at.unix();
        if event.action == Action::DatabaseMigrated.as_str() {
            self.floors = BTreeSet::from([self.latest]);
        } else if event.action == Action::ClockAccepted.as_str() {
            self.floors = BTreeSet::from([Some(at)]);
        } else if event.action == Action::DatabaseRestored.as_str() {
            let raised: Vec<Option<i64>> = self.floors.iter().map(|floor| (*floor).max(Some(at))).collect();
            self.floors.extend(raised);
        }
        self.latest = self.latest.max(Some(at));
    }

    /// What contradicts the log: when the database was created, whether it is a sandbox, and its policy, if that can be read.
    pub(super) fn compare(&self, created_at: i64, sandbox: bool, policy: Option<&Policy>) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some((logged_at, logged_sandbox)) = self.created {
            if logged_sandbox != sandbox {
                problems.push("whether the database is a sandbox differs from the audit log".to_owned());
            }
            if logged_at != created_at {
                problems
                    .push("the database was created at another time than the audit log records".to_owned());
            }
        }
        let floor: Option<i64> =
            conn.query_row("SELECT time_floor FROM meta WHERE id = 1", [], |row| row.get(0))?;
        if !self.floors.contains(&floor) {
            problems.push("event times begin at another time than the audit log records".to_owned());
        }
        // A policy that cannot be read is reported by the check itself.
        let Some(policy) = policy else { return problems };
        for setting in SETTINGS.iter().filter(|_| !self.is_unknown) {
            let Ok(key) = Key::named(setting.name) else { continue };
            let value = setting.show(policy.get(key));
            let is_logged = match self.values.get(setting.name) {
                Some(logged) => *logged == value,
                None => value == setting.show(setting.default),
            };
            if !is_logged {
                problems.push(format!("the setting {} differs from the audit log", setting.name));
            }
        }
        problems
    }
}
