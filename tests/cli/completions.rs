//! `completions`: the scripts, in the shells themselves where they are installed, and what they are offered from the
//! live database.

use std::process::Command;

use crate::harness::{PROGRAM, TestEnv};
use crate::terminal::Session;

fn env_with_sessions() -> TestEnv {
    let env = TestEnv::with_users(&["alice", "albert", "bob", "smith, john"]);
    env.generate(&["--user", "alice", "--app", "shop", "--label", "my laptop"]);
    env.generate(&["--user", "bob", "--kind", "api", "--scope", "orders:read", "--label", "backup"]);
    env.run(&["data", "set", "1", "cart", "[]"]).ok();
    env
}

/// What is offered for the last word of a command line.
fn offered(env: &TestEnv, line: &[&str]) -> String {
    let index = line.len().to_string();
    let args = [&["__complete", &index, "--", "sessionctl"], line].concat();
    env.run(&args).ok().stdout()
}

#[test]
fn completion_offers_what_the_live_database_holds() {
    let env = env_with_sessions();
    for (line, expected) in [
        (&["list", "--user", "al"][..], "albert\nalice"),
        (&["user", "disable", "b"], "bob"),
        (&["list", "--label=my"], "--label=my laptop"),
        (&["verify", "--app", ""], "shop"),
        (&["list", "--scope", "orders:"], "orders:read"),
        (&["user", "list", "--fields", "name,failed"], "name,failed_logins\tfailed logins in a row"),
        (
            &["log", "--fields", "act"],
            "action\twhat was done, such as session.revoked\nactor\tthe account of the operating system that did it",
        ),
        (&["data", "get", "1", "c"], "cart"),
        (&["list", "--user", "nobody"], ""),
        // In a list a comma would begin another name.
        (&["list", "--user", "smith"], r"smith\, john"),
        (&["revoke", "--not-user", r"smith\, j"], r"smith\, john"),
        (&["generate", "--user", "smith"], "smith, john"),
    ] {
        assert_eq!(offered(&env, line), expected, "{line:?}");
    }
    let sessions = offered(&env, &["revoke", ""]);
    let lines: Vec<&str> = sessions.lines().collect();
    assert!(
        lines[0].starts_with("2\tapi bob backup") && lines[1].starts_with("1\tweb alice shop my laptop"),
        "{sessions}"
    );
    std::fs::write(env.path("token-file"), "x").unwrap();
    assert_eq!(offered(&env, &["logout", "@tok"]), "@token-file");
}

#[test]
fn completion_without_a_database_offers_words_and_creates_nothing() {
    let env = TestEnv::empty();
    assert_eq!(offered(&env, &["list", "--user", ""]), "");
    assert_eq!(offered(&env, &["insp"]).split('\t').next(), Some("inspect"));
    assert!(!env.db().exists());
}

#[test]
fn completion_shows_no_control_character_and_no_token() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.generate(&["--user", "alice", "--label", "\u{1b}[2Jred", "--app", "two\nlines"]);
    let shown = [&["revoke", ""][..], &["list", "--label", ""], &["list", "--app", ""]]
        .map(|line| offered(&env, line));
    assert!(!shown.iter().any(|text| text.contains('\u{1b}') || text.contains(&token)), "{shown:?}");
    assert_eq!(shown[2], "");
}

#[test]
fn completed_label_of_a_selector_matches_that_label_alone() {
    let env = TestEnv::with_users(&["alice"]);
    for label in ["L [br]", "L b", "a*b?", "axbyc", "plain"] {
        env.generate(&["--user", "alice", "--label", label]);
    }
    for (typed, pattern, label) in [
        ("L [", "L [[]br]", "L [br]"),
        ("L [[]b", "L [[]br]", "L [br]"),
        ("a*", "a[*]b[?]", "a*b?"),
        ("p", "plain", "plain"),
    ] {
        assert_eq!(offered(&env, &["list", "--label", typed]), pattern);
        let found = env.run(&["list", "--label", pattern, "--format", "jsonl"]).ok().stdout();
        assert_eq!(found.lines().count(), 1, "{found}");
        assert!(found.contains(&format!("\"label\":\"{label}\"")), "{found}");
    }
    // A new session takes the label itself.
    assert_eq!(offered(&env, &["generate", "--label", "L ["]), "L [br]");
}

/// Runs a script in a shell with the program in its path, if the shell is installed.
fn in_shell(env: &TestEnv, shell: &[&str], script: &str) -> Option<String> {
    let folder = std::path::Path::new(PROGRAM).parent().expect("the program's directory");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).arg(script).env("PATH", path).env("SESSIONCTL_DB", env.place());
    let output = command.env("HOME", env.path("")).current_dir(env.path("")).output().ok()?;
    assert!(output.status.success(), "{shell:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn bash_completes_words_that_it_splits_itself() {
    let env = env_with_sessions();
    let complete = |line: &str, words: &str, current: &str| {
        let script = format!(
            "source <(sessionctl completions bash)
             COMP_LINE='{line}' COMP_POINT=${{#COMP_LINE}} COMP_TYPE=9 COMP_WORDS=({words})
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
             _sessionctl sessionctl '{current}' ''
             printf '%s|' \"${{COMPREPLY[@]}}\""
        );
        in_shell(&env, &["bash", "--norc", "-c"], &script).expect("bash")
    };
    assert_eq!(complete("sessionctl list --user al", "sessionctl list --user al", "al"), "albert|alice|");
    assert_eq!(complete("sessionctl list --user=al", "sessionctl list --user = al", "al"), "albert|alice|");
    assert_eq!(
        complete("sessionctl list --scope orders:r", "sessionctl list --scope orders : r", "r"),
        "read|"
    );
    assert_eq!(complete("sessionctl list --label my", "sessionctl list --label my", "my"), "my\\ laptop|");
    // What was typed is the beginning of all, though one of them needs escapes.
    assert_eq!(
        complete("sessionctl list --user bob,", "sessionctl list --user bob,", "bob,"),
        r"bob,albert|bob,alice|bob,bob|bob,smith\\,\ john|"
    );
}

#[test]
fn names_that_need_quotes_are_completed_in_every_quote() {
    let env = TestEnv::new();
    for name in ["Zoë O'Brien", r"DOMAIN\bob", "dollar$x", "q\"uote", "x:y", "#hash", "山田太郎"] {
        env.run(&["user", "add", "--no-password", name]).ok();
    }
    for (shell, load) in SHELLS {
        let needs = load.split(' ').nth(1).filter(|file| file.starts_with('/'));
        let is_there = needs.is_none_or(|file| std::path::Path::new(file).exists());
        if !is_installed("setsid") || !is_installed(shell[0]) || !is_there {
            continue;
        }
        let mut session = Session::shell(&env, shell).expect("a shell");
        session.run_line(load);
        for (typed, name) in [
            ("Zo", "Zoë O'Brien"),
            ("'Zo", "Zoë O'Brien"),
            ("\"Zo", "Zoë O'Brien"),
            (r"Zoë\ O\'", "Zoë O'Brien"),
            ("DOM", r"DOMAIN\\bob"),
            (r"DOMAIN\\b", r"DOMAIN\\bob"),
            (r"'DOMAIN\b", r"DOMAIN\\bob"),
            ("\"doll", "dollar$x"),
            ("'q", "q\\\"uote"),
            ("\"q", "q\\\"uote"),
            ("x:", "x:y"),
            ("\"#", "#hash"),
            ("山", "山田太郎"),
        ] {
            // The output, in JSON, shows which name the shell read.
            let output = format!("{{\"name\":\"{name}\"}}");
            session.shows(&format!("sessionctl user show {typed}\t --format jsonl --fields name\r"), &output);
        }
        session.kill();
    }
}

#[test]
fn fish_shows_values_with_descriptions() {
    let env = env_with_sessions();
    let script = "sessionctl completions fish | source; complete -C 'sessionctl revoke '";
    if let Some(shown) = in_shell(&env, &["fish", "--private", "--no-config", "-c"], script) {
        assert!(shown.starts_with("2\tapi bob backup"), "{shown}");
    }
}

/// Whether a program is installed.
fn is_installed(program: &str) -> bool {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':').any(|folder| std::path::Path::new(folder).join(program).is_file())
}

#[test]
fn tab_completes_in_real_shells() {
    let env = env_with_sessions();
    env.write_file("token-of-alice", "x");
    env.generate(&["--kind", "anonymous", "--app", "web:1"]);
    for (shell, load) in SHELLS {
        let (program, needs) = (shell[0], load.split(' ').nth(1).filter(|file| file.starts_with('/')));
        let is_there = needs.is_none_or(|file| std::path::Path::new(file).exists());
        if !is_installed("setsid") || !is_installed(program) || !is_there {
            continue;
        }
        let mut session = Session::shell(&env, shell).expect("a shell");
        session.run_line(load);
        // The rest of the only word is typed by the shell.
        session.shows("sessionctl user show alb\t", "show albert");
        session.shows("sessionctl list --user=alb\t", "--user=albert");
        session.shows("sessionctl list --fields id,user_a\t", "id,user_agent");
        session.shows("sessionctl verify @token-of\t", "@token-of-alice");
        session.shows("sessionctl list --label my\t", "laptop");
        session.shows("sessionctl list --app web:\t", "web:1");
        session.shows("sessionctl list --not-scope orders:\t", "orders:read");
        session.kill();
    }
}

/// Shells that edit lines, and what loads the completion in each; a file in it may be missing.
const SHELLS: [(&[&str], &str); 4] = [
    (&["bash", "--norc", "--noprofile", "-i"], "source <(sessionctl completions bash)"),
    // With the functions of the package, which have their own idea of words with colons.
    (
        &["bash", "--norc", "--noprofile", "-i"],
        "source /usr/share/bash-completion/bash_completion && source <(sessionctl completions bash)",
    ),
    (&["zsh", "-f", "-i"], "autoload -U compinit && compinit -u && source <(sessionctl completions zsh)"),
    // Without suggestions, which fish shows before Tab is pressed.
    (
        &["fish", "--private", "--no-config", "--interactive"],
        "set -g fish_autosuggestion_enabled 0; sessionctl completions fish | source",
    ),
];

#[test]
fn tab_completes_in_real_elvish() {
    if !is_installed("setsid") || !is_installed("elvish") {
        return;
    }
    let env = env_with_sessions();
    env.write_file("token-of-alice", "x");
    env.generate(&["--kind", "anonymous", "--app", "web:1"]);
    let mut session = Session::shell(&env, &["elvish", "-norc"]).expect("a shell");
    session.run_line("eval (sessionctl completions elvish | slurp)");
    // It draws a letter at a time, so what is completed is run, and its output shows it whole.
    for (keys, output) in [
        ("sessionctl user show alb\t --fields name\r", "albert"),
        ("sessionctl list --format csv --fields id,user_a\t\r", "id,user_agent"),
        ("sessionctl list --format csv --fields label --label my\t\r", "my laptop"),
        ("sessionctl list --format csv --fields app --app web:\t\r", "web:1"),
        ("sessionctl verify @token-of\t\r", "does not look like a token"),
    ] {
        session.shows(keys, output);
    }
    session.kill();
}

#[test]
fn scripts_are_small_and_static() {
    let env = TestEnv::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = env.run(&["completions", shell]).ok().stdout();
        assert!(script.contains("__complete") && script.len() < 4096, "{shell}: {} bytes", script.len());
    }
}
