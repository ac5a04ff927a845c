//! What the audit log records about the database itself: its policy, whether its time can be set, and the floor of its
//! event times.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::event::{Action, LoggedEvent};
use crate::model::policy::{Key, Policy, SETTINGS};

/// What the audit log records about the database itself.
#[derive(Clone, Debug)]
pub struct ReplayedDatabase {
    /// When it was created, in Unix seconds.
    pub created_at: i64,
    /// Whether its time can be set.
    pub is_sandbox: bool,
    /// The floor of event times, where there is one; none where the store keeps none.
    pub time_floor: Option<Option<i64>>,
    /// Its policy; none where it cannot be read, which the check itself reports.
    pub policy: Option<Policy>,
}

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
    /// The time of the latest event so far, of those that count.
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

    /// A migration and a copy set the floor to the latest event, an accepted clock to its time, and a restore raises it
    /// to its own, unless there was no database to replace.
    fn raise_floor(&mut self, event: &LoggedEvent) {
        let at = event.at.unix();
        if event.action == Action::DatabaseMigrated.as_str() {
            self.floors = BTreeSet::from([self.latest]);
        } else if event.action == Action::DatabaseCopied.as_str() {
            self.floors = self.floors.iter().map(|floor| (*floor).max(self.latest)).collect();
        } else if event.action == Action::ClockAccepted.as_str() {
            self.floors = BTreeSet::from([Some(at)]);
            // The events of the false future no longer count.
            self.latest = None;
        } else if event.action == Action::DatabaseRestored.as_str() {
            let raised: Vec<Option<i64>> = self.floors.iter().map(|floor| (*floor).max(Some(at))).collect();
            self.floors.extend(raised);
        }
        self.latest = self.latest.max(Some(at));
    }

    /// What contradicts the log.
    pub(super) fn compare(&self, row: &ReplayedDatabase) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some((logged_at, logged_sandbox)) = self.created {
            if logged_sandbox != row.is_sandbox {
                problems.push("whether the database is a sandbox differs from the audit log".to_owned());
            }
            if logged_at != row.created_at {
                problems
                    .push("the database was created at another time than the audit log records".to_owned());
            }
        }
        if row.time_floor.is_some_and(|floor| !self.floors.contains(&floor)) {
            problems.push("event times begin at another time than the audit log records".to_owned());
        }
        let Some(policy) = &row.policy else { return problems };
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
