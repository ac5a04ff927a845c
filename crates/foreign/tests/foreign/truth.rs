//! The truth of databases that the real frameworks made: a folder a framework, with its file and a `truth.json`.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use sessionctl_core::model::time::{Timestamp, When, Zone};
use sessionctl_foreign::detect::{Choice, Detected, detect};
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{self, Context, ListRequest, Order, Resolved};
use sessionctl_foreign::record::{Record, State};
use sessionctl_foreign::registry::Registry;
use sessionctl_foreign::source::SourceFactory;
use sessionctl_foreign::sqlite::SqliteFile;
use sessionctl_foreign::value::{Key, Value};
use zeroize::Zeroizing;

/// The frameworks whose databases are in the repository.
const FRAMEWORKS: usize = 9;

/// The folders that hold a database and its truth: those of the repository, and those of a further folder.
fn folders() -> Vec<PathBuf> {
    let own = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"));
    let further = std::env::var_os("SESSIONCTL_FOREIGN_FIXTURES").map(PathBuf::from);
    let entries =
        [Some(own), further].into_iter().flatten().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    entries.map(|entry| entry.unwrap().path()).filter(|folder| folder.join("truth.json").exists()).collect()
}

fn moment(text: &str) -> Timestamp {
    text.parse::<When>().unwrap().resolve(Timestamp::from_unix(0), Zone::UTC)
}

fn database(folder: &Path) -> PathBuf {
    let is_database = |path: &PathBuf| {
        path.extension().is_some_and(|e| ["sqlite", "sqlite3", "db"].iter().any(|known| e == *known))
    };
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find(is_database).unwrap()
}

fn examine(factory: &dyn SourceFactory, set: &[(String, String)]) -> Detected {
    let source = factory.reader().unwrap();
    let layouts = Registry::built_in().unwrap().layouts();
    let choice = Choice { set: set.to_vec(), ..Choice::default() };
    let detected = detect(source.as_ref(), &source.tables().unwrap(), &layouts, &choice).unwrap();
    source.finish().unwrap();
    detected
}

fn records(cx: &mut Context<'_>) -> Vec<Record> {
    let filter = Filter { all: true, ..Filter::default() };
    let request = ListRequest { filter, order: Order::Page, limit: None, after: None };
    let mut all = Vec::new();
    ops::list(cx, &request, &mut |record| {
        all.push(record);
        ControlFlow::Continue(())
    })
    .unwrap();
    all
}

fn text(json: &Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn key_of(json: &Json) -> Key {
    Key(vec![json.as_i64().map_or_else(|| Value::text(json.as_str().unwrap()), Value::Integer)])
}

#[test]
fn every_framework_gives_exactly_its_truth() {
    let folders = folders();
    assert!(folders.len() >= FRAMEWORKS);
    folders.iter().for_each(|folder| check_folder(folder));
}

fn check_folder(folder: &Path) {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let truth: Json = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
    let lifetime = truth["session_lifetime_minutes"].as_i64();
    let set: Vec<_> = lifetime.map(|m| ("lifetime".to_owned(), format!("{m}m"))).into_iter().collect();
    let factory = SqliteFile::new(&database(folder));
    let detected = examine(&factory, &set);
    assert!(detected.is_proved(), "{name}: {:?}", detected.misfit_column);
    let secret =
        ["secret", "secret_key", "app_key", "secret_key_base"].iter().find_map(|k| truth[*k].as_str());
    let secrets: Vec<_> = secret.map(|secret| Zeroizing::new(secret.to_owned())).into_iter().collect();
    let now = moment(truth["as_of"].as_str().unwrap());
    let cx =
        &mut Context { factory: &factory, detected: &detected, now, secrets: &secrets, trace: &mut |_| {} };
    cx.check_secret().unwrap();
    let all = records(cx);
    let sessions = truth["sessions"].as_array().unwrap();
    let existing = sessions.iter().filter(|session| session["row_exists"] != Json::Bool(false));
    assert_eq!(all.len(), existing.count(), "{name}");
    for session in sessions {
        check_session(cx, &name, &all, session);
    }
}

fn check_session(cx: &mut Context<'_>, name: &str, all: &[Record], session: &Json) {
    let label = format!("{name} {}", session["label"]);
    let found = all.iter().find(|record| record.key == key_of(&session["row_key"]));
    let token = session["client_token"].as_str();
    let cookie = session["client_cookie"].as_str();
    if session["row_exists"] == Json::Bool(false) {
        assert!(found.is_none(), "{label}");
    }
    for token in [token, cookie].into_iter().flatten() {
        let row = match ops::resolve(cx, token).unwrap_or_else(|error| panic!("{label}: {error}")) {
            Resolved::Token(hit) => Some(cx.detected.plan.key_of(&hit.row)),
            Resolved::Id(_) => panic!("{label}: a token is no id"),
            Resolved::Unknown => None,
        };
        assert_eq!(row.as_ref(), found.map(|record| &record.key), "{label} {token}");
    }
    let Some(record) = found else { return };
    assert_eq!(record.state == State::Active, session["active"].as_bool().unwrap(), "{label}");
    assert_eq!(record.user_id().map(str::to_owned), text(&session["user_id"]), "{label} {:?}", record.why);
    let expires = session["expires_at"].as_str().map(moment);
    let difference = record.expires_at.zip(expires).map(|(a, b)| (a.unix() - b.unix()).abs());
    assert!(difference.is_none_or(|seconds| seconds <= 1), "{label}");
    assert_eq!(record.expires_at.is_some(), expires.is_some(), "{label}");
}
