//! `revoke --stdin` finds a token in any text, whatever is directly before or after it, and obeys the rules of all
//! bulk work.

use crate::harness::{CommandOutput, TestEnv};

fn revoke(env: &TestEnv, text: impl AsRef<[u8]>) -> CommandOutput {
    env.cmd(&["revoke", "--stdin", "--yes", "--format", "jsonl"]).stdin(text).run()
}

#[test]
fn revoke_stdin_finds_a_token_behind_any_escape() {
    let env = TestEnv::new();
    let frames: [(&str, &str); 22] = [
        ("GET /?session%3d", " HTTP/1.1"),
        ("GET /?session%3D", "%26next=1"),
        ("GET /?session%253d", "%2526"),
        ("\\x22", "\\x22"),
        ("\\u003d", "\\u0022"),
        ("\\075", "\\040"),
        ("&#x3d;", "&quot;"),
        ("&#61;", "&#38;"),
        ("$'\\x3d", "\\n'"),
        ("{\"token\":\"", "\"}"),
        ("<a href='?t=", "'>"),
        ("token:", ";"),
        ("0x", ""),
        ("a", "f"),
        ("sctl_", ""),
        ("__Host-session=", "; Path=/"),
        ("=3D", "="),
        ("Bearer ", "\r"),
        ("deadbeef", "cafe"),
        ("(", ")"),
        ("\u{feff}", "\u{200b}"),
        ("id=42&session_", "_end"),
    ];
    for (before, after) in frames {
        let token = env.generate(&["--kind", "anonymous"]);
        let output = revoke(&env, format!("noise {before}{token}{after} noise\n"));
        assert_eq!(env.verdict(&token), "revoked", "{before}…{after}: {output:?}");
        assert!(!output.stdout_and_stderr().contains(&token));
    }
}

#[test]
fn revoke_stdin_finds_two_tokens_that_touch() {
    let env = TestEnv::new();
    for separator in ["", "0", "%3d", "\\x2c"] {
        let (one, two) = (env.generate(&["--kind", "anonymous"]), env.generate(&["--kind", "anonymous"]));
        revoke(&env, format!("{one}{separator}{two}\n"));
        assert_eq!(
            (env.verdict(&one), env.verdict(&two)),
            ("revoked".into(), "revoked".into()),
            "'{separator}'"
        );
    }
}

#[test]
fn revoke_stdin_finds_tokens_in_utf_16() {
    let env = TestEnv::new();
    let encode = |text: &str, big: bool| -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    for big in [false, true] {
        let token = env.generate(&["--kind", "anonymous"]);
        revoke(&env, encode(&format!("GET /?session={token} 200\r\n"), big));
        assert_eq!(env.verdict(&token), "revoked", "big endian: {big}");
    }
}

#[test]
fn revoke_stdin_without_any_session_exits_with_3() {
    let env = TestEnv::new();
    env.generate_many(3);
    let csv = env.run(&["list", "--format", "csv", "--fields", "state,kind"]).ok().stdout();
    let unknown = "0123456789abcdef".repeat(4);
    for text in ["", "\n", "no tokens here\n", csv.as_str(), unknown.as_str(), "999\n"] {
        for extra in [&[][..], &["-q"], &["--format", "json"], &["--format", "count"]] {
            let args = [&["revoke", "--stdin", "--yes"], extra].concat();
            env.run_with_stdin(&args, text).code(3);
        }
    }
    assert_eq!(env.ids(&[]).len(), 3);
}

#[test]
fn revoke_stdin_needs_yes_off_a_terminal() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    env.run_with_stdin(&["revoke", "--stdin"], &token).fails_with(2);
    env.run_with_stdin(&["revoke", "--stdin", "--no-input"], &token).fails_with(2);
    assert_eq!(env.verdict(&token), "active");
}

#[test]
fn revoke_stdin_dry_run_and_expect_change_nothing() {
    let env = TestEnv::new();
    let tokens = env.generate_many(2);
    let text = tokens.join("\n");
    let dry = env.run_with_stdin(&["revoke", "--stdin", "--dry-run", "--format", "ids"], &text).ok();
    let mut ids: Vec<String> = dry.stdout().lines().map(str::to_owned).collect();
    ids.sort();
    assert_eq!(ids, ["1", "2"]);
    env.run_with_stdin(&["revoke", "--stdin", "--yes", "--expect", "3"], &text).code(6);
    assert_eq!(env.ids(&[]).len(), 2);
    env.run_with_stdin(&["revoke", "--stdin", "--yes", "--expect", "2"], &text).ok();
    assert_eq!(env.ids(&[]).len(), 0);
}
