//! The API as `docs/serve-api.md` describes it: each call is there, with the members that it names.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::front::{Front, free_address};
use crate::http::{Answer, get};

const DOC: &str = include_str!("../../docs/serve-api.md");

/// A call of the document: its method, its path, and what its body may hold.
struct Described {
    method: String,
    path: String,
    members: Vec<String>,
}

/// The words in code spans.
fn spans(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn described() -> Vec<Described> {
    let rows = DOC.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let calls = rows.filter_map(|(call, rest)| {
        let (method, path) = call.split_once(" /")?;
        let body = if rest.starts_with('|') { "" } else { rest.split(" | ").next().unwrap_or_default() };
        let members = spans(body).into_iter().filter(|word| !word.ends_with('='));
        Some(Described { method: method.to_owned(), path: format!("/{path}"), members: members.collect() })
    });
    calls.collect()
}

fn value_of(member: &str, token: &str) -> Value {
    match member {
        "token" | "upgrade" | "parent" => json!(token),
        "selector" => json!({"id": 999}),
        "remember" | "sso" | "touch" | "dry_run" => json!(false),
        "expect" => json!(0),
        "under" => json!(999),
        "scopes" => json!([]),
        "max_auth_age" | "grace" | "ttl" | "idle" | "in" => json!("10s"),
        "kind" => json!("anonymous"),
        "merge" => json!("keep"),
        _ => json!("x"),
    }
}

#[test]
fn every_call_of_the_document_is_answered_as_it_says() {
    let api = free_address();
    let front = Front::start(&["--log", "off", "--api", &api.to_string()]);
    let caller = front.run(&["generate", "--kind", "api", "--user", "alice", "--scope", "sessionctl:admin"]);
    let own = front.run(&["generate", "--kind", "web", "--user", "alice"]);
    let send = |call: &Described, body: Option<&Value>| -> Answer {
        let path = call.path.replace("ID", "999").replace("KEY", "cart");
        let request = get(api, &path).method(&call.method).with("Session-Token", own.trim());
        let request = request.with("Authorization", &format!("Bearer {}", caller.trim()));
        match body {
            Some(body) => request.with("Content-Type", "application/json").body(&body.to_string()).send(),
            None => request.send(),
        }
    };
    let calls = described();
    assert_eq!(calls.len(), 22, "a row is not read, or a call is not described");
    let mut words = BTreeSet::new();
    for call in &calls {
        let what = format!("{} {}", call.method, call.path);
        let bare = send(call, None);
        let word = serde_json::from_str::<Value>(&bare.body).unwrap_or_default()["error"].take();
        assert!(bare.status != 405 && !bare.body.contains("no such call"), "{what}: {bare:?}");
        words.extend(word.as_str().map(str::to_owned));
        // One member after the other: whatever comes of it, it is known, and another one is not.
        for member in &call.members {
            let of = |name: &str| {
                let mut body = Map::new();
                for required in ["token", "name", "password", "selector"].map(str::to_owned) {
                    if call.members.contains(&required) {
                        body.insert(required.clone(), value_of(&required, "x"));
                    }
                }
                body.insert(name.to_owned(), value_of(member, "x"));
                send(call, Some(&Value::Object(body)))
            };
            let unknown = "a member is missing, unknown or of the wrong type";
            assert!(!of(member).body.contains(unknown), "{what} does not know {member}");
            assert!(of("unheard_of").body.contains(unknown), "{what} takes anything");
        }
    }
    for word in words {
        assert!(DOC.contains(&format!("`{word}`")), "the error {word} is not described");
    }
}
