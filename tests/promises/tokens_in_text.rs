//! `revoke --stdin` finds a token in any text, whatever is directly before or after it, and obeys the rules of all
//! bulk work.

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};

use crate::harness::{CommandOutput, TestEnv};

/// How a text writes a token.
type Form<'a> = &'a dyn Fn(&str) -> String;

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

/// The digits themselves are escaped, encoded or broken.
#[test]
fn revoke_stdin_finds_a_token_whose_digits_are_escaped() {
    let env = TestEnv::new();
    let each = |token: &str, escape: &dyn Fn(u8) -> String| token.bytes().map(escape).collect::<String>();
    let forms: [Form<'_>; 38] = [
        &|t| each(t, &|b| format!("%u{b:04X}")),
        &|t| each(t, &|b| format!("\\u{{{b:x}}}")),
        &|t| each(t, &|b| format!("&#0000{b};")),
        &|t| t.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect(),
        &|t| each(t, &|b| format!("%{b:02x}")),
        &|t| each(t, &|b| format!("%25{b:02X}")),
        &|t| each(t, &|b| format!("%2525{b:02x}")),
        &|t| each(t, &|b| format!("\\u{b:04x}")),
        &|t| each(t, &|b| format!("\\x{b:02x}")),
        &|t| each(t, &|b| format!("\\{b:03o}")),
        &|t| each(t, &|b| format!("&#{b};")),
        &|t| each(t, &|b| format!("&#x{b:X};")),
        &|t| each(t, &|b| format!("={b:02X}")),
        &|t| format!("{}%{:02x}{}", &t[..9], t.as_bytes()[9], &t[10..]),
        &|t| t.to_uppercase(),
        &|t| format!("{}\u{1b}[01;31m\u{1b}[K{}", &t[..20], &t[20..]),
        &|t| hex::encode(t),
        &|t| format!("token=3D{}=\r\n{}", &t[..40], &t[40..]),
        &|t| format!("{}\n{}", &t[..1], &t[1..]),
        &|t| format!("> {}\r\n> {}\r\n> {}", &t[..20], &t[20..41], &t[41..]),
        &|t| format!("  {}\\\n  {}", &t[..63], &t[63..]),
        &|t| each(t, &|b| format!("\\\\u{b:04x}")),
        &|t| each(t, &|b| format!("\\x{{{b:x}}}")),
        &|t| each(t, &|b| format!("\\0{b:o}")),
        &|t| each(t, &|b| format!("&amp;#x{b:x};")),
        &|t| each(t, &|b| format!("&#{b:012};")),
        &|t| each(t, &|b| format!("=3D{b:02X}")),
        &|t| t.chars().map(|c| format!("_\u{8}{c}")).collect(),
        &|t| format!("{}\u{1b}]8;;http://a.example\u{7}{}", &t[..9], &t[9..]),
        &|t| format!("{}\\u001b[1;31m{}\\u001b[0m{}", &t[..9], &t[9..20], &t[20..]),
        &|t| format!("{}^[[31m{}", &t[..9], &t[9..]),
        &|t| format!("{}\\r\\n{}", &t[..43], &t[43..]),
        &|t| format!("{}%0D%0A{}", &t[..43], &t[43..]),
        &|t| format!("// {}\n// {}", &t[..43], &t[43..]),
        &|t| {
            let wide: Vec<u8> = t.encode_utf16().flat_map(u16::to_le_bytes).collect();
            Base64::encode_string(&wide)
        },
        &|t| Base64::encode_string(format!("user:{t}").as_bytes()),
        &|t| Base64UrlUnpadded::encode_string(format!("Bearer {t}").as_bytes()),
        &|t| {
            let text = Base64::encode_string(format!("{{\"a\":1,\"session\":\"{t}\"}}").as_bytes());
            format!("{}\n{}", &text[..76], &text[76..])
        },
    ];
    for form in forms {
        let token = env.generate(&["--kind", "anonymous"]);
        let text = form(&token);
        let output = revoke(&env, format!("GET /?x=1 Authorization: Basic {text}\nnext line\n"));
        assert_eq!(env.verdict(&token), "revoked", "{text}: {output:?}");
        assert!(!output.stdout().contains("unchanged"), "{text}: {output:?}");
        let revoked = output.stdout().matches("\"result\":\"revoked\"").count();
        assert_eq!(revoked, 1, "{text}: {output:?}");
    }
}

/// A digit of a wrapped token on a line of its own is not the id of another session.
#[test]
fn revoke_stdin_takes_no_digit_of_a_wrapped_token_for_an_id() {
    let env = TestEnv::new();
    env.generate_many(9);
    let token = (0..200).map(|_| env.generate(&["--kind", "anonymous"]));
    let token = token.into_iter().find(|token| matches!(token.as_bytes()[63], b'1'..=b'9')).unwrap();
    revoke(&env, format!("{}\n{}\n", &token[..63], &token[63..])).code(0);
    assert_eq!(env.verdict(&token), "revoked");
    assert_eq!(env.ids(&["--state", "revoked"]).len(), 1);
}

/// A line that is too long to be searched whole is searched in parts, none of which is a line of its own.
#[test]
fn revoke_stdin_takes_no_part_of_a_long_line_for_an_id() {
    let env = TestEnv::new();
    env.generate_many(9);
    for line in ["7, ".repeat(400_000) + "7", "%20 7".repeat(300_000), "0000007\n\u{0}00\n".to_owned()] {
        let output = revoke(&env, line).code(3);
        assert!(!output.stdout().contains("revoked"), "{output:?}");
    }
    assert_eq!(env.ids(&[]).len(), 9);
    revoke(&env, "7\n").ok();
    assert_eq!(env.ids(&[]).len(), 8);
}

#[test]
fn revoke_stdin_finds_a_token_across_the_parts_of_a_long_line() {
    let env = TestEnv::new();
    let percent = |token: &str| token.bytes().map(|digit| format!("%{digit:02x}")).collect::<String>();
    let forms: [(Form<'_>, &str); 4] = [
        (&|token| token.to_uppercase(), " X"),
        (&percent, "%20"),
        (&|token| Base64::encode_string(format!("xx{token}x").as_bytes()), "eHh4"),
        (&|token| token.to_owned(), "xyz/"),
    ];
    for (form, filler) in forms {
        for back in [10, 40] {
            let token = env.generate(&["--kind", "anonymous"]);
            let before = ((1 << 20) - back) / filler.len();
            let text = format!("{}{}{}", filler.repeat(before), form(&token), filler.repeat(4_000));
            let output = revoke(&env, text);
            assert_eq!(env.verdict(&token), "revoked", "'{filler}': {output:?}");
            assert_eq!(output.stdout().matches("\"result\":\"revoked\"").count(), 1, "{output:?}");
        }
    }
}

/// Big input in which nothing is a token is searched in time that grows with it.
#[test]
fn revoke_stdin_searches_wrapped_digits_in_bounded_time() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    let dump = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab\n".repeat(4_000);
    // Of the processor's time, because what else the machine does is no fault of the search.
    let limited = env.bash("ulimit -t 180; exec sessionctl revoke --stdin --yes");
    limited.stdin(format!("{dump}{}\n{}\n{dump}", &token[..30], &token[30..])).run().ok();
    assert_eq!(env.verdict(&token), "revoked");
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
