//! What the demo shows of a token beside what SQLite holds of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::demo::{Demo, commands};

/// What replaces a digest where the browser's token is not the session's.
const REPLACED: &str = "<dt>digest</dt><dd>that of the token that replaced this one</dd>";

/// The digests of a page, the latest exchange first, as they are shown.
fn shown(page: &str) -> Vec<String> {
    let parts = page.split("<dt>digest</dt><dd><code>").skip(1);
    parts.filter_map(|part| part.split('<').next()).map(str::to_owned).collect()
}

/// The database that the commands of a page name.
fn database(page: &str) -> PathBuf {
    let command = commands(page).into_iter().find(|command| command.contains(" --db ")).expect("a command");
    let path = command.split(" --db ").nth(1).and_then(|rest| rest.split(' ').next());
    PathBuf::from(path.expect("a path"))
}

fn stored(database: &Path, id: i64) -> String {
    let open = rusqlite::Connection::open(database).expect("the sandbox");
    let bytes: Vec<u8> = open
        .query_row("SELECT token_digest FROM session WHERE id = ?1", [id], |row| row.get(0))
        .expect("the row");
    hex::encode(bytes)
}

fn token(demo: &Demo) -> String {
    demo.cookie.split_once('=').expect("a cookie").1.to_owned()
}

#[test]
fn digest_beside_the_cookie_is_that_of_the_row() {
    let mut demo = Demo::start_alone();
    demo.open("/_session/start?rd=/");
    let page = demo.open("/cart").body;
    let (path, token) = (database(&page), token(&demo));
    let stored = stored(&path, 1);
    assert_eq!(stored, hex::encode(Sha256::digest(&token)));
    let digests = shown(&page);
    assert!(digests.iter().all(|digest| *digest == stored), "{digests:?}");
    // The start and the cart: each shows the row behind it.
    assert_eq!(digests.len(), 2, "{page}");
    assert!(page.contains("the token cannot be computed from the digest"), "{page}");
    let commands = commands(&page);
    let compute = commands.iter().find(|command| command.ends_with("sha256sum")).expect("a command");
    let output = Command::new("sh").args(["-c", compute]).output().expect("a shell");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(&stored), "{compute}: {output:?}");
    // The cookie's value is nowhere in the files, as text or as bytes; the digest is.
    let files: Vec<u8> = ["", "-wal"]
        .into_iter()
        .filter_map(|end| fs::read(format!("{}{end}", path.display())).ok())
        .flatten()
        .collect();
    let holds = |bytes: &[u8]| files.windows(bytes.len()).any(|window| window == bytes);
    assert!(!holds(token.as_bytes()) && !holds(&hex::decode(&token).expect("hexadecimal digits")));
    assert!(holds(&hex::decode(&stored).expect("hexadecimal digits")));
}

#[test]
fn digest_changes_with_the_token_and_is_not_shown_for_a_replaced_one() {
    let mut demo = Demo::start_alone();
    demo.open("/_session/start?rd=/");
    demo.log_in();
    demo.press("/demo/steal", "");
    let copied = token(&demo);
    demo.press("/demo/rotate", "");
    let page = demo.open("/cart").body;
    let path = database(&page);
    let current = stored(&path, 2);
    let rotation = page.split("/demo/rotate</code>").nth(1).expect("the rotation");
    let digests = shown(rotation.split("</details>").next().expect("an exchange"));
    let [before, after] = &digests[..] else { panic!("{digests:?}: {rotation}") };
    assert!(hex::encode(Sha256::digest(&copied)) == *before, "{rotation}");
    assert!(current == *after && before != after, "{rotation}");
    let page = demo.open("/thief").body;
    let thief = page.split("Thief: GET").nth(1).and_then(|rest| rest.split("</details>").next());
    let thief = thief.expect("an exchange");
    assert!(thief.contains(REPLACED) && shown(thief).is_empty(), "{thief}");
    assert!(!thief.contains("sha256sum"), "{thief}");
}
