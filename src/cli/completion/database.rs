//! What the live database offers: users, sessions, labels, applications, scopes, keys. A database that is missing
//! or cannot be read offers nothing, and a large one only what is found in a moment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap_complete::engine::CompletionCandidate;

use crate::cli::environment::Environment;
use crate::commands::bulk::selection::describe;
use crate::host::clock::HostClock;
use crate::host::{Host as _, Location, SystemHost};
use sessionctl_core::model::selector::{Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Session, SessionId, State};
use sessionctl_core::store::{Page, Store};

/// Reading stops after this time: a person waits for the answer.
const READING_TIME: Duration = Duration::from_millis(25);
/// Records that are read even after that time: on a busy machine the first one alone may take longer.
const MIN_RECORDS: usize = 200;
/// A longer list of values is of no use.
const MAX_VALUES: usize = 200;
const MAX_SESSIONS: usize = 50;
/// Labels, applications and scopes are taken from this number of newest sessions.
const SAMPLED_SESSIONS: u64 = 2_000;

/// The database that the words on the command line name.
#[derive(Clone, Debug)]
pub(super) struct Database {
    path: Option<PathBuf>,
    /// The session whose values `data` is about.
    data_session: Option<SessionId>,
}

/// A text of a session that is offered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Text {
    App,
    Label,
    Scope,
}

impl Database {
    /// The database of `--db` among these words, or of the environment.
    pub(super) fn of_words(words: &[OsString]) -> Self {
        let given = words.iter().enumerate().find_map(|(at, word)| match word.to_str()? {
            "--db" => words.get(at + 1).cloned(),
            word => word.strip_prefix("--db=").map(OsString::from),
        });
        let behind_data = words.iter().skip_while(|word| *word != "data").filter_map(|word| word.to_str());
        let data_session = behind_data.filter_map(|word| word.parse().ok()).find_map(SessionId::new);
        Database { path: given.map(PathBuf::from).or_else(|| Environment::read().db), data_session }
    }

    fn open(&self) -> Option<Box<dyn Store>> {
        let location = Location::find(self.path.as_deref());
        SystemHost::new(location, HostClock::system(), String::new()).open_to_read().ok()
    }

    /// Users whose name begins with `prefix`.
    pub(super) fn users(&self, prefix: &str) -> Vec<CompletionCandidate> {
        let mut found = Vec::new();
        let Some(store) = self.open() else { return found };
        let mut time = ReadingTime::start();
        // What was found before an error is offered all the same, here and below.
        let _ = store.users(&mut |user| {
            let name = user.name.as_str();
            if name.starts_with(prefix) {
                found.push(CompletionCandidate::new(name));
            }
            go_on(found.len() < MAX_VALUES && time.is_left())
        });
        found
    }

    /// Sessions whose id begins with `prefix`, newest first: the active ones, or all of them if none of those fits.
    pub(super) fn sessions(&self, prefix: &str) -> Vec<CompletionCandidate> {
        if !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return Vec::new();
        }
        let active = self.sessions_in(StateFilter::Only(State::Active), prefix);
        if active.is_empty() { self.sessions_in(StateFilter::Any, prefix) } else { active }
    }

    fn sessions_in(&self, state: StateFilter, prefix: &str) -> Vec<CompletionCandidate> {
        let now = HostClock::system().now();
        let mut found = Vec::new();
        self.select(state, None, &mut |session| {
            let id = session.id.to_string();
            if id.starts_with(prefix) {
                let line = describe(session, now);
                let help = line.strip_prefix(&id).unwrap_or(&line).trim_start().to_owned();
                found.push(CompletionCandidate::new(id).help(Some(help.into())));
            }
            found.len() < MAX_SESSIONS
        });
        in_order(found)
    }

    /// Applications, labels or scopes of the newest sessions that begin with `prefix`, with how many sessions have them.
    pub(super) fn texts(&self, text: Text, prefix: &str) -> Vec<CompletionCandidate> {
        let mut counts = BTreeMap::<String, u64>::new();
        self.select(StateFilter::Any, Some(SAMPLED_SESSIONS), &mut |session| {
            let mut count = |value: &str| {
                if value.starts_with(prefix) {
                    *counts.entry(value.to_owned()).or_default() += 1;
                }
            };
            match text {
                Text::App => session.client.app.as_deref().into_iter().for_each(&mut count),
                Text::Label => session.client.label.as_deref().into_iter().for_each(&mut count),
                Text::Scope => session.scopes.iter().for_each(|scope| count(scope)),
            }
            true
        });
        counts.into_keys().take(MAX_VALUES).map(CompletionCandidate::new).collect()
    }

    /// Names of the values kept with the session that `data` is about.
    pub(super) fn data_keys(&self, prefix: &str) -> Vec<CompletionCandidate> {
        let Some((session, store)) = self.data_session.zip(self.open()) else { return Vec::new() };
        let entries = store.data(session).unwrap_or_default();
        let keys = entries.into_iter().map(|entry| entry.key).filter(|key| key.starts_with(prefix));
        keys.take(MAX_VALUES).map(CompletionCandidate::new).collect()
    }

    /// Names of signing keys.
    pub(super) fn signing_keys(&self, prefix: &str) -> Vec<CompletionCandidate> {
        let Some(store) = self.open() else { return Vec::new() };
        let keys = store.keys().unwrap_or_default();
        let candidate = |key: sessionctl_core::store::StoredKey| {
            let state = match (key.revoked_at, key.retired_at) {
                (Some(_), _) => ", revoked",
                (None, Some(_)) => ", retired",
                (None, None) => "",
            };
            let help = format!("{}{state}", key.algorithm);
            key.kid
                .starts_with(prefix)
                .then(|| CompletionCandidate::new(key.kid.clone()).help(Some(help.into())))
        };
        in_order(keys.into_iter().filter_map(candidate).collect())
    }

    fn select(&self, state: StateFilter, limit: Option<u64>, each: &mut dyn FnMut(&Session) -> bool) {
        let Some(store) = self.open() else { return };
        let mut time = ReadingTime::start();
        let selector = Selector { state: Some(state), ..Selector::default() };
        let page = Page { sort: Sort::Newest, after: None, limit };
        let _ = store.select(&selector, page, HostClock::system().now(), &mut |session| {
            go_on(each(&session) && time.is_left())
        });
    }
}

/// The time that reading may take.
struct ReadingTime {
    until: Instant,
    records: usize,
}

impl ReadingTime {
    fn start() -> Self {
        ReadingTime { until: Instant::now() + READING_TIME, records: 0 }
    }

    /// Counts a record; whether another may be read.
    fn is_left(&mut self) -> bool {
        self.records += 1;
        self.records < MIN_RECORDS || Instant::now() < self.until
    }
}

fn go_on(more: bool) -> ControlFlow<()> {
    if more { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}

/// Keeps the order of candidates, which are otherwise sorted by text.
fn in_order(found: Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    found.into_iter().enumerate().map(|(at, candidate)| candidate.display_order(Some(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn database_is_the_one_that_the_words_name() {
        let of = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            Database::of_words(&words).path
        };
        assert_eq!(of("sessionctl --db a.db list"), Some(PathBuf::from("a.db")));
        assert_eq!(of("sessionctl list --db=~/b.db "), Some(PathBuf::from("~/b.db")));
        let words = ["sessionctl", "--db", "7", "data", "get", "42", "x"].map(OsString::from);
        assert_eq!(Database::of_words(&words).data_session, SessionId::new(42));
    }

    #[test]
    fn missing_database_offers_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none.db");
        let database = Database { path: Some(path.clone()), data_session: SessionId::new(1) };
        assert!(database.users("").is_empty() && database.sessions("").is_empty());
        assert!(database.texts(Text::Label, "").is_empty() && database.signing_keys("").is_empty());
        assert!(database.data_keys("").is_empty());
        assert!(!path.exists());
    }
}
