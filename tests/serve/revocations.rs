//! A revocation that returned counts for the next answer of every front, whoever revoked.

use std::thread;

use crate::api::Api;
use crate::front::{Front, Second, free_address};
use crate::http::get;
use crate::long::{count, report};

/// Who revokes.
const WAYS: usize = 4;

/// Ends the session of a token in one of the ways, and returns once that is acknowledged.
fn revoke(way: usize, front: &Front, other: &Second, api: &Api, token: &str) {
    match way {
        0 => {
            let output = front.try_run(&["revoke", "--stdin", "--yes", "-q"], token);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        1 => {
            let logout =
                get(other.address, "/_session/logout").host(&format!("localhost:{}", front.site.port()));
            let cookie = format!("__Host-Http-session={token}");
            assert_eq!(logout.with("Cookie", &cookie).form("").send().status, 303);
        }
        2 => assert!(api.revoke(token)),
        _ => {
            let output = front.try_run(&["logout", "-"], token);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// Two processes with a front each, the command line, the page and the API: two revoke at once.
#[test]
fn revocation_that_returned_counts_for_the_next_answer() {
    let address = free_address();
    let front = Front::start(&["--log", "off", "--api", &address.to_string()]);
    let (other, api) = (front.second(), Api::new(&front, address));
    let all = count(10_000, 80);
    let number = all.to_string();
    let tokens = front.run(&["generate", "--kind", "web", "--app", "shop", "--user", "alice", "-n", &number]);
    let tokens: Vec<&str> = tokens.lines().collect();
    assert_eq!(tokens.len(), all);
    thread::scope(|scope| {
        for half in tokens.chunks(all.div_ceil(2)) {
            let (front, other, api) = (&front, &other, &api);
            scope.spawn(move || {
                for (round, token) in half.iter().enumerate() {
                    let cookie = format!("__Host-Http-session={token}");
                    assert_eq!([front.gate(&cookie), other.gate(&cookie)], [200, 200], "round {round}");
                    revoke(round % WAYS, front, other, api, token);
                    assert_eq!([front.gate(&cookie), other.gate(&cookie)], [401, 401], "round {round}");
                }
            });
        }
    });
    front.run(&["db", "check"]);
    report("revocations, by two processes and four ways: the next answer of both fronts is 401", all, "");
}
