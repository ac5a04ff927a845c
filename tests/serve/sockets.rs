//! The API on a Unix socket of a running front: who may connect, and what is streamed.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::front::Front;

/// Sends a request, and returns all of the answer.
fn ask(socket: &Path, line: &str, fields: &str) -> String {
    let mut stream = UnixStream::connect(socket).expect("somebody listens");
    let request = format!("{line} HTTP/1.1\r\nHost: api\r\nConnection: close\r\n{fields}\r\n");
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn socket_of_the_api_has_the_permissions_that_were_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (open, closed) = (folder.path().join("open.sock"), folder.path().join("closed.sock"));
    let words = [format!("unix:{}", open.display()), format!("unix:{},mode=0600", closed.display())];
    let front = Front::start(&["--api", &words[0], "--api", &words[1]]);
    for (path, mode) in [(&open, 0o660), (&closed, 0o600)] {
        let permissions = std::fs::metadata(path).expect("a socket").permissions();
        assert_eq!(permissions.mode() & 0o777, mode, "{}", path.display());
        assert!(ask(path, "GET /v1/admin/stats", "").starts_with("HTTP/1.1 200"));
    }
    // More rows than are read at once.
    front.run(&["generate", "--kind", "anonymous", "-n", "1203"]);
    let list = ask(&closed, "GET /v1/admin/sessions", "Accept: application/jsonl\r\n");
    let (head, body) = list.split_once("\r\n\r\n").expect("a head");
    assert!(head.to_ascii_lowercase().contains("transfer-encoding: chunked"), "{head}");
    assert_eq!(body.lines().filter(|line| line.starts_with('{')).count(), 1_203);
    assert!(body.ends_with("\r\n0\r\n\r\n"), "the stream is whole");
    let missing = ask(&closed, "POST /v1/verify", "Content-Type: application/json\r\n");
    assert!(missing.starts_with("HTTP/1.1 411"), "{missing}");
}
