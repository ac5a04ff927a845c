//! Usage errors as they are printed: what is named, what is suggested, and what is hidden.

use super::*;

const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

fn refused(line: &[&str]) -> String {
    let line: Vec<OsString> = std::iter::once(&"sessionctl").chain(line).map(OsString::from).collect();
    let mut error = crate::cli::command().try_get_matches_from(&line).unwrap_err();
    improve(&mut error, &named_commands(&line), &line);
    words(error)
}

#[test]
fn usage_error_never_repeats_a_secret() {
    for line in [
        &[TOKEN][..],
        &["--format", TOKEN],
        &["--now", TOKEN],
        &["db", "info", TOKEN],
        &["db", TOKEN],
        &["completions", TOKEN],
        &["db", &format!("--{TOKEN}")],
        &["db", &format!("--now=sctl_{TOKEN}")],
        &["db", "init", "--sandbox=correct-horse"],
        &["db", "init", "correct-horse"],
        &["db", "init", "--", "correct-horse"],
    ] {
        let shown = refused(line);
        assert!(!shown.contains(TOKEN) && !shown.contains("horse"), "{shown}");
        assert!(shown.starts_with("error: "), "{shown}");
    }
    let surplus = refused(&["db", "init", "correct-horse"]);
    assert!(surplus.contains("one argument more than the command takes: '[hidden]'"), "{surplus}");
}

#[test]
fn usage_error_cannot_drive_the_terminal() {
    let shown = refused(&["--format", "\x1b[2J\u{202e}"]);
    assert!(!shown.contains(['\x1b', '\u{202e}']) && shown.contains("\\u{202e}"), "{shown:?}");
}

#[test]
fn color_is_found_in_arguments_that_do_not_parse() {
    let find = |line: &[&str]| color_of(&line.iter().map(OsString::from).collect::<Vec<_>>());
    assert_eq!(find(&["x", "--color", "always"]), ColorChoice::Always);
    assert_eq!(find(&["x", "--color=never", "--bad"]), ColorChoice::Never);
    assert_eq!(find(&["x", "--color"]), ColorChoice::Auto);
    assert_eq!(find(&["x", "--color=odd"]), ColorChoice::Auto);
}

#[test]
fn words_of_other_tools_get_a_hint_and_no_guess() {
    for (line, hint) in [
        (&["restore"][..], "a revocation is permanent"),
        (&["list", "--columns", "id"], "--fields"),
        (&["whoami"], "sessionctl inspect"),
        (&["list", "--expired"], "--state expired"),
        (&["lookup", "x"], "sessionctl inspect"),
        (&["list", "--follow"], "`sessionctl list --watch` repeats a list"),
        (&["log", "--watch"], "`sessionctl log --follow` waits"),
        (&["user", "add", "-dash"], "after --"),
        (&["user", "delete", "alice"], "sessionctl user remove NAME"),
        (&["user", "create", "alice"], "sessionctl user add NAME"),
        (&["db", "dump"], "sessionctl db backup FILE"),
        (&["jwt", "keys", "rotate"], "sessionctl jwt keys new"),
        (&["data", "rm", "1", "x"], "sessionctl data unset"),
        (&["logout", "--all"], "sessionctl revoke --user NAME"),
        (&["login", "alice", "secret"], "--password-stdin"),
        (&["list", "--limit", "x"], "not a whole number"),
        (&["list", "--watch=abc"], "--watch=5"),
    ] {
        let shown = refused(line);
        assert!(shown.contains(hint) && !shown.contains("similar"), "{shown}");
    }
    assert!(refused(&["revok"]).contains("a similar subcommand exists: 'revoke'"));
    assert!(refused(&["list", "--useragent", "x"]).contains("'--user-agent'"));
    assert!(refused(&["list", "--exipring-within", "1h"]).contains("'--expiring-within'"));
    for part in ["revoked", "revoke"] {
        assert!(refused(&["log", "--action", part]).contains("'session.revoked'"));
    }
}

#[test]
fn word_that_is_no_slip_gets_no_guess() {
    for line in [
        &["user", "restor3", "x"][..],
        &["list", "--nickname", "bob"],
        &["list", "-l"],
        &["verify", "-V"],
        &["completions", "tcsh"],
        &["revoke", "--unsure", "1"],
        &["tree", "--state", "any"],
        &["list", "--not-web"],
    ] {
        let shown = refused(line);
        assert!(!shown.contains("similar") && !shown.contains("as a value"), "{shown}");
    }
    for (line, hint) in [
        (&["list", "-n", "5"][..], "--limit N"),
        (&["log", "--tail", "5"], "--limit N"),
        (&["list", "--since", "1d"], "--created-after"),
        (&["revoke", "--undo", "1"], "permanent"),
        (&["user", "restore", "x"], "sessionctl user enable NAME"),
        (&["list", "--id", "5"], "write 42"),
        (&["stats", "--group-by", "user"], "--by user"),
        (&["expire", "--ttl", "4h", "1"], "--in D"),
        (&["restore"], "sessionctl db restore FILE"),
        (&["log", "--reverse"], "| tac"),
        (&["log", "--app", "shop"], "grep"),
        (&["log", "--by", "root"], "--actor NAME"),
        (&["log", "--failed"], "--action login.failed"),
        (&["user", "list", "--locked"], "user list --format jsonl"),
        (&["user", "rename", "u", "-u"], "after --"),
        (&["list", "--user", "-dash"], "as --user=VALUE"),
        (&["generate", "--scope", "-x"], "as --scope=VALUE"),
        (&["list", "--by", "user"], "sessionctl stats --by"),
        (&["list", "--ua", "x"], "--user-agent"),
        (&["list", "--sort", "user"], "sort"),
        (&["stats", "--by", "ip"], "--by network"),
        (&["stats", "--by", "browser"], "--by user-agent"),
        (&["list", "--ip", "198.51.100.*"], "198.51.100.0/24"),
        (&["list", "--not-ip", "10.*"], "10.0.0.0/8"),
        (&["list", "--created-after", "yesterday 3am"], "03:00"),
        (&["log", "--since", "26.11.2026"], "2026-11-26"),
        (&["db", "policy", "web.idle=15m"], "web.idle 15m"),
        (&["db", "upgrade"], "sessionctl db migrate"),
    ] {
        let shown = refused(line);
        assert!(shown.contains(hint) && !shown.contains("similar"), "{shown}");
    }
}

#[test]
fn usage_line_never_shows_an_option_that_was_given() {
    for line in [
        &["--db", "x", "list", "--no-such"][..],
        &["list", "--db", "x", "--user", "bob", "--no-such"],
        &["login", "--db", "x"],
    ] {
        let shown = refused(line);
        let usage = shown.lines().find(|line| line.starts_with("Usage: ")).unwrap();
        assert!(usage.contains(" [OPTIONS]") && !usage.contains("--"), "{shown}");
    }
}

#[test]
fn named_commands_are_found_past_options_and_errors() {
    let find = |line: &[&str]| {
        let line: Vec<OsString> = std::iter::once(&"sessionctl").chain(line).map(OsString::from).collect();
        named_commands(&line).join(" ")
    };
    assert_eq!(find(&["--db", "list", "verify", "--help"]), "verify");
    assert_eq!(find(&["-q", "verify", "-h", "x"]), "verify");
    assert_eq!(find(&["user", "add", "--no-such"]), "user add");
    assert_eq!(find(&["--format", "yaml", "jwt", "keys", "list", "--help"]), "jwt keys list");
    assert_eq!(find(&["nothing"]), "");
}

#[test]
fn hint_names_no_option_that_the_command_lacks() {
    for line in
        [&["log", "--order", "x"][..], &["user", "list", "--state", "x"], &["jwt", "decode", "--ip", "x"]]
    {
        let shown = refused(line);
        for lacking in ["--sort newest", "--state any", "--label"] {
            assert!(!shown.contains(lacking), "{shown}");
        }
    }
}

#[test]
fn long_list_of_values_is_left_out_where_one_is_similar() {
    let similar = refused(&["db", "policy", "web.idel", "3m"]);
    assert!(similar.contains("'web.idle'") && !similar.contains("possible values"), "{similar}");
    assert!(refused(&["db", "policy", "zzzz", "3m"]).contains("possible values"));
    assert!(refused(&["stats", "--by", "kinds"]).contains("possible values"));
}

#[test]
fn argument_without_utf8_is_named() {
    use std::os::unix::ffi::OsStringExt as _;
    let bytes = |text: &[u8]| OsString::from_vec(text.to_vec());
    let named = |words: &[&[u8]]| {
        let line: Vec<OsString> = words.iter().map(|word| bytes(word)).collect();
        let text = "error: invalid UTF-8 was detected in one or more arguments";
        name_argument_without_utf8(text, &["list".to_owned()], &line)
    };
    assert_eq!(named(&[b"x", b"list", b"--app", b"Caf\xe9"]), "error: the value of --app is not UTF-8");
    assert_eq!(named(&[b"x", b"list", b"--label=Caf\xe9"]), "error: the value of --label is not UTF-8");
    assert!(named(&[b"x", b"list", b"--all", b"\xe9"]).starts_with("error: argument 3"));
}
