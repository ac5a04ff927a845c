//! The answers of a database about tokens, its sessions and itself. The library answers a hundred times as
//! fast as the program.

use std::ops::ControlFlow;
use std::path::Path;

use sessionctl_core::model::hash_limit::Unlimited;
use sessionctl_core::model::random::{Randomness, RandomnessError};
use sessionctl_core::model::selector::{Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::ops::{NoTrace, OpContext, verify};
use sessionctl_core::store::{Maintenance as _, Page, SessionStore as _, StoreError};
use std::sync::Arc;

use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::token::Token;
use sessionctl_core::store::Access;
use sessionctl_store_sqlite::{SqliteFactory, SqliteStore};

use crate::deadline;
use crate::harness::TestEnv;

/// The answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// For each token; none where it could not be determined.
    pub(crate) words: Vec<Option<String>>,
    /// For each session what can be known; none where the sessions could not be listed.
    pub(crate) sessions: Option<Vec<String>>,
    /// Whether `db check` finds nothing.
    pub(crate) sound: bool,
}

struct NoChance;

impl Randomness for NoChance {
    fn fill(&mut self, _: &mut [u8]) -> Result<(), RandomnessError> {
        unreachable!("nothing is created")
    }
}

/// Reads the answers with the library.
pub(crate) fn ask_library(db: &Path, tokens: &[String], now: i64) -> Answer {
    let now = Timestamp::from_unix(now);
    let clock = Arc::new(FixedClock::new(now));
    let factory = SqliteFactory::new(db, Arc::clone(&clock) as Arc<dyn Clock>);
    let Ok(mut store) = factory.open_sqlite(Access::Read) else {
        return Answer { words: vec![None; tokens.len()], sessions: None, sound: false };
    };
    let mut words = Vec::new();
    for token in tokens {
        let mut cx = OpContext {
            store: &mut store,
            clock: clock.as_ref(),
            random: &mut NoChance,
            hashing: &Unlimited,
            actor: "tester",
            tracer: &mut NoTrace,
        };
        let printed = verify::verify(
            &mut cx,
            &Token::parse(token.as_bytes()).unwrap(),
            &verify::Requirements::default(),
        );
        words.push(printed.ok().map(|printed| printed.verdict.word().to_owned()));
    }
    let sound = store.check().is_ok_and(|problems| problems.is_empty());
    Answer { words, sessions: list(&store, now).ok(), sound }
}

fn list(store: &SqliteStore, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let all = Selector { state: Some(StateFilter::Any), ..Selector::default() };
    let mut sessions = Vec::new();
    store.select(&all, Page::whole(Sort::Newest), now, &mut |session| {
        sessions.push(known(&session, now));
        ControlFlow::Continue(())
    })?;
    Ok(sessions)
}

/// What is known about a session twice, so that damage shows: in an index, another column or the audit log.
/// Other values (apps, browsers, addresses, labels, scopes, reasons, limits that decide nothing) may be read
/// wrong without a sign; SECURITY.md lists them.
fn known(session: &Session, now: Timestamp) -> String {
    let user = session.user.as_ref().map(|name| name.key().to_owned());
    let Session { id, kind, parent, created_at, deadline, revoked_at, .. } = session;
    let state = session.state(now).as_str();
    let parent = parent.map(SessionId::get);
    format!("{id} {} {user:?} {parent:?} {created_at} {deadline} {revoked_at:?} {state}", kind.as_str())
}

/// Reads the answers with the program, which must end in time and without a panic.
pub(crate) fn ask_program(env: &TestEnv, db: &Path, tokens: &[String], now: i64, what: &str) -> Answer {
    let now = now.to_string();
    let run = |args: &[&str], stdin: &str| {
        // Under `--now` nothing is written; the clock shows the same time, because it must not be in the past.
        let call = env.cmd(&[args, &["--now", &now]].concat()).env("SESSIONCTL_DB", db).stdin(stdin);
        let call = crate::inject::clock(call, "CLOCK_AT", &now);
        let output = deadline::run(call, what);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        let code = output.status.code().unwrap_or_else(|| panic!("{args:?} was killed: {what}\n{err}"));
        assert!(!err.contains("panicked"), "{args:?}: {what}\n{err}");
        assert!(code != 1 || err.contains("error:"), "{args:?} reports nothing: {what}\n{err}");
        (code, out)
    };
    let mut words = Vec::new();
    for token in tokens {
        let (code, word) = run(&["verify", "-", "--no-touch"], token);
        let word = word.trim_end();
        let agrees = match word {
            "active" => code == 0,
            "expired" => code == 4,
            "revoked" => code == 5,
            "unknown" => code == 3,
            _ => code == 1 && word.is_empty(),
        };
        assert!(agrees, "code {code} and '{word}': {what}");
        words.push((code != 1).then(|| word.to_owned()));
    }
    let (code, out) = run(&["list", "--state", "any", "--format", "jsonl"], "");
    assert!([0, 1].contains(&code), "list ended with {code}: {what}");
    let sessions = (code == 0).then(|| out.lines().map(known_line).collect());
    let (code, _) = run(&["db", "check"], "");
    assert!([0, 1].contains(&code), "db check ended with {code}: {what}");
    Answer { words, sessions, sound: code == 0 }
}

/// The same as [`known`] for a line of `list`.
fn known_line(line: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    let user = record["user"].as_str().map(str::to_lowercase);
    let keys = ["id", "kind", "parent", "created_at", "expires_at", "ended_at", "state"];
    format!("{user:?} {:?}", keys.map(|key| record[key].to_string()))
}
