//! Every argument that takes free text, with text that strangers and mistakes produce. It is accepted or refused in one
//! clear line, it cannot drive a terminal or write lines of its own, no secret is repeated, and the machine formats give
//! back what was stored.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use crate::harness::{CommandOutput, PASSWORD, TestEnv};

const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

/// Argument lists in which `@@` stands for the text.
const LINES: [&str; 46] = [
    "generate --kind anonymous --label @@",
    "generate --kind anonymous --app @@",
    "generate --kind anonymous --user-agent @@",
    "generate --kind anonymous --ip @@",
    "generate --user ann --kind api --scope @@",
    "login ann --password-stdin --label @@",
    "login ann --password-stdin --user-agent @@",
    "login @@ --password-stdin",
    "revoke 1 --yes --reason @@",
    "user add --no-password @@",
    "user show @@",
    "user rename ann @@",
    "user disable @@ --yes",
    "data set 2 @@ 1",
    "data set 2 key @@",
    "data get 2 @@",
    "list @@",
    "list --user @@",
    "list --label @@",
    "list --not-app @@",
    "list --user-agent @@",
    "list --scope @@",
    "list --ip @@",
    "list --created-after @@",
    "list --fields @@",
    "list --after @@",
    "list --no-such-option=@@",
    "stats --by @@",
    "log --user @@",
    "log --actor @@",
    "log --action @@",
    "jwt issue 2 --audience @@",
    "jwt decode @@",
    "verify @@",
    "verify --app @@ @token",
    "verify --scope @@ @token",
    "verify --ip @@ @token",
    "inspect @@",
    "cookie format @token --cookie-name @@",
    "cookie format @token --path @@",
    "db policy @@",
    "db policy idle.web @@",
    "list --format @@",
    "list --now @@",
    "help @@",
    "@@",
];

fn env_with_sessions() -> TestEnv {
    let env = TestEnv::with_users(&["ann"]);
    env.run(&["jwt", "keys", "new"]).ok();
    env.generate(&["--kind", "anonymous"]);
    let token = env.generate(&["--user", "ann"]);
    env.write_file("token", token);
    env.write_file("password", PASSWORD);
    env
}

fn run(env: &TestEnv, line: &str, text: &[u8]) -> CommandOutput {
    let word = |word: &str| match word.split_once("@@") {
        Some((before, after)) => OsString::from_vec([before.as_bytes(), text, after.as_bytes()].concat()),
        None => OsString::from(word),
    };
    let args: Vec<OsString> = line.split(' ').map(word).collect();
    env.cmd(&args).stdin(PASSWORD).run()
}

#[test]
fn odd_text_is_accepted_or_refused_in_one_line_that_it_cannot_forge() {
    let env = env_with_sessions();
    let hidden = "a\u{202e}b\u{2066}\u{200b}\u{2028}\u{feff}\u{85}\u{9b}31m";
    let long = "x".repeat(10_000);
    for text in [
        b"a\nerror: forged\nhint: forged".as_slice(),
        b"a\r\nb\x1b[31m\x07\x7f",
        hidden.as_bytes(),
        "\u{301}\u{301}".as_bytes(),
        long.as_bytes(),
        b"a\xff\xfeb\xed\xa0\x80",
        b"=1+2",
        b"-Mozilla",
        b"@",
        b"",
        b"a,b\\,c",
        b"[*?",
    ] {
        for line in LINES {
            let output = run(&env, line, text);
            let (code, messages) = (output.exit_code(), output.stderr());
            let written = String::from_utf8_lossy(text);
            assert!((0..=7).contains(&code), "{line} '{written}': {output:?}");
            let is_control = |c: char| c != '\n' && c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c);
            assert!(!messages.contains(is_control), "{line}: {output:?}");
            assert!(!messages.lines().any(|line| line.starts_with("error: forged")), "{line}: {output:?}");
            assert!(messages.len() < 3_000, "{line}: {} bytes of messages", messages.len());
            if code == 2 {
                assert_eq!(
                    messages.matches("error: ").count(),
                    1 + messages.matches("error: forged").count(),
                    "{line}: {output:?}"
                );
            }
        }
    }
}

#[test]
fn token_in_place_of_any_text_is_not_repeated() {
    let env = env_with_sessions();
    for text in [
        TOKEN.to_owned(),
        format!("sctl_{TOKEN}"),
        format!("a {TOKEN}"),
        format!("{TOKEN}{}", " x".repeat(5_000)),
    ] {
        for line in LINES {
            // The name and the path of a cookie are the user's to choose, and the answer is the line with them.
            if line.starts_with("cookie") {
                continue;
            }
            let output = run(&env, line, text.as_bytes());
            let shown = output.stdout_and_stderr();
            let is_audience = line.starts_with("jwt issue");
            assert!(is_audience || !shown.contains(&TOKEN[..24]), "{line}: {output:?}");
        }
    }
    let stored = env.stored();
    assert!(
        !stored.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes()),
        "the token is in the database"
    );
}

#[test]
fn stored_text_comes_back_byte_for_byte() {
    let env = env_with_sessions();
    for text in [
        "a\nb",
        "a\r\nb\rc\td",
        "a\u{1b}[31mb\u{7}\u{7f}",
        "a\u{202e}b\u{2066}c\u{2028}d\u{200b}\u{feff}",
        "\u{301}a",
        "=1+2",
        "+1",
        "-1",
        "@x",
        "'=1",
        "''",
        "\u{ff1d}1",
        "a\\x1b",
        "a\"b,c;d",
        " a ",
        "null",
        "👩\u{200d}👩",
    ] {
        let token = env.cmd(&[
            "generate",
            "--kind",
            "anonymous",
            "--label",
            text,
            "--app",
            text,
            "--user-agent",
            text,
        ]);
        let id = env.id_of(&token.run().ok().stdout());
        env.run(&["revoke", &id, "--yes", &format!("--reason={text}")]).ok();
        let fields = ["label", "app", "user_agent", "end_reason"];
        let json = env.run(&["list", &id, "--format", "json"]).ok().json();
        let csv = env.run(&["list", &id, "--format", "csv", "--fields", &fields.join(",")]).ok().stdout();
        let row = csv::Reader::from_reader(csv.as_bytes()).records().next().expect("a row").expect("CSV");
        for (at, field) in fields.iter().enumerate() {
            assert_eq!(json["sessions"][0][field], text, "{field}");
            // A spreadsheet would compute it (README).
            let guarded = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\u{ff1d}']);
            let is_doubled =
                text.strip_prefix('\'').is_some_and(|rest| rest.starts_with(['=', '+', '-', '@', '\'']));
            let expected = if guarded || is_doubled { format!("'{text}") } else { text.to_owned() };
            assert_eq!(&row[at], expected, "{field} in CSV");
            let bare = env.run(&["inspect", &id, "--fields", field]).ok();
            assert_eq!(bare.stdout(), text.trim_end_matches('\n'), "the bare {field}");
        }
    }
}

#[test]
fn message_is_ascii_where_the_locale_is() {
    let env = env_with_sessions();
    for line in [&["generate", "--label"][..], &["list", "--sort"], &["list", "--user"], &["user", "show"]] {
        for text in ["山田", &"é".repeat(300)] {
            let output = env.cmd(&[line, &[text]].concat()).env("LC_ALL", "C").run();
            assert!(output.stderr().is_ascii(), "{output:?}");
        }
    }
}
