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
use sessionctl_core::model::selector::{Cursor, Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Session, SessionId, State};
use sessionctl_core::store::{Page, Store};
use sessionctl_foreign::sqlite::{FileKind, identify};

/// Reading stops after this time: a person waits for the answer.
const READING_TIME: Duration = Duration::from_millis(25);
/// Records that are read even after that time: on a busy machine the first one alone may take longer.
const MIN_RECORDS: usize = 200;
/// A longer list of values is of no use.
const MAX_VALUES: usize = 200;
const MAX_SESSIONS: usize = 50;
const NEWEST: Page = Page { sort: Sort::Newest, after: None, limit: None };
/// Of the ids that begin with some digits and have one length, this number of the newest is looked at.
const SAMPLED_IDS: u64 = 500;
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

    /// Whether it is another program's.
    pub(super) fn is_foreign(&self) -> bool {
        let location = self.path.as_deref().map(|path| Location::find(Some(path)));
        matches!(location, Some(Ok(at)) if at.server().is_none() && matches!(identify(at.path()), Ok(FileKind::Foreign)))
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

    /// Sessions whose id begins with `prefix`, newest first: the active ones, or all of them if none of those was found.
    pub(super) fn sessions(&self, prefix: &str) -> Vec<CompletionCandidate> {
        let now = HostClock::system().now();
        let found = if prefix.is_empty() { self.newest_sessions() } else { self.sessions_by_id(prefix) };
        let is_active = |session: &Session| session.state(now) == State::Active;
        let any_is_active = found.iter().any(is_active);
        let shown = found.iter().filter(|session| !any_is_active || is_active(session)).take(MAX_SESSIONS);
        let candidate = |session: &Session| {
            let (id, line) = (session.id.to_string(), describe(session, now));
            let help = line.strip_prefix(&id).unwrap_or(&line).trim_start().to_owned();
            CompletionCandidate::new(id).help(Some(help.into()))
        };
        in_order(shown.map(candidate).collect())
    }

    fn newest_sessions(&self) -> Vec<Session> {
        let mut found = Vec::new();
        for state in [StateFilter::Only(State::Active), StateFilter::Any] {
            if found.is_empty() {
                self.select(state, NEWEST, &mut |session| {
                    found.push(session.clone());
                    found.len() < MAX_SESSIONS
                });
            }
        }
        found
    }

    /// The newest of each range of ids that begin with the digits.
    fn sessions_by_id(&self, prefix: &str) -> Vec<Session> {
        let (mut found, mut newest) = (Vec::new(), None);
        self.select(StateFilter::Any, Page { limit: Some(1), ..NEWEST }, &mut |session| {
            newest = Some(Cursor::of(session));
            false
        });
        let Some(newest) = newest else { return found };
        for (first, last) in
            id_ranges(prefix).into_iter().rev().filter(|(first, _)| *first <= newest.id.get())
        {
            let behind = SessionId::new(last.saturating_add(1)).map(|id| Cursor { id, ..newest });
            let page = Page { after: behind, limit: Some(SAMPLED_IDS), ..NEWEST };
            self.select(StateFilter::Any, page, &mut |session| {
                let is_in_range = session.id.get() >= first;
                if is_in_range {
                    found.push(session.clone());
                }
                is_in_range
            });
        }
        found
    }

    /// Applications, labels or scopes of the newest sessions that begin with `prefix`, with how many sessions have them.
    pub(super) fn texts(&self, text: Text, prefix: &str) -> Vec<CompletionCandidate> {
        let mut counts = BTreeMap::<String, u64>::new();
        let page = Page { limit: Some(SAMPLED_SESSIONS), ..NEWEST };
        self.select(StateFilter::Any, page, &mut |session| {
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

    fn select(&self, state: StateFilter, page: Page, each: &mut dyn FnMut(&Session) -> bool) {
        let Some(store) = self.open() else { return };
        let mut time = ReadingTime::start();
        let selector = Selector { state: Some(state), ..Selector::default() };
        let _ = store.select(&selector, page, HostClock::system().now(), &mut |session| {
            go_on(each(&session) && time.is_left())
        });
    }
}

/// The ranges of ids that begin with these digits, the lowest first: 12, 120 to 129, 1200 to 1299, and so on.
fn id_ranges(digits: &str) -> Vec<(i64, i64)> {
    let is_number = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    let Some(number) = digits.parse::<i64>().ok().filter(|_| is_number) else { return Vec::new() };
    let mut ranges = Vec::new();
    let mut next = Some((number, number));
    while let Some((first, last)) = next {
        ranges.push((first, last));
        let last = last.checked_mul(10).and_then(|last| last.checked_add(9));
        next = first.checked_mul(10).zip(last);
    }
    ranges
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
    fn ids_with_a_prefix_are_a_range_of_each_length() {
        assert_eq!(id_ranges("12")[..3], [(12, 12), (120, 129), (1_200, 1_299)]);
        assert_eq!(id_ranges("9223372036854775807"), [(i64::MAX, i64::MAX)]);
        for none in ["", "0", "012", "-1", "+1", "1a", "99999999999999999999"] {
            assert!(id_ranges(none).is_empty(), "{none}");
        }
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
