//! `tour`: what it shows elsewhere than at a terminal, where it begins, and what it leaves behind.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::harness::TestEnv;

/// The heading of a chapter by number.
fn heading(text: &str, number: u32) -> Option<&str> {
    text.lines().find(|line| line.starts_with(&format!("{number}/16  ")))
}

#[test]
fn tour_shows_each_claim_by_a_command() {
    let env = TestEnv::empty();
    let text = env.run(&["tour"]).ok().stdout();
    for shown in [
        // Random tokens, and how many there are.
        "6277101735386680763835789423207666416102355444464034512896 tokens",
        // The proof that no token is stored, which fails for a careless shop.
        "$ grep -c \"$CART\" dump\n  0\n  (exit code 1)",
        "$ grep -c \"$DIGEST\" dump\n  1\n",
        "cat careless.db | grep -c \"$CART\"\n  1\n",
        "wrong name or password\n  (exit code 6)",
        // The absolute limit, reached by a busy session.
        "expired after 493 minutes",
        "--fields end_reason\n  absolute\n",
        // A JWT that was changed, and one that does not know of the logout.
        "the JWT's signature is wrong",
        "links and GET forms still carry it",
        // The order of a terminal: reasons before the answer.
        "the answer is active\n  active\n",
        // The timeline.
        "└ absolute limit in",
        "the JWT is signed with a key that was revoked",
    ] {
        assert!(text.contains(shown), "{shown} is missing:\n{text}");
    }
    assert!(!env.path(".local/state/sessionctl").exists(), "progress was kept off a terminal");
}

#[test]
fn tour_gives_a_task_in_each_chapter_and_a_reason_for_each_answer() {
    let env = TestEnv::empty();
    let text = env.run(&["tour"]).ok().stdout();
    let chapters: Vec<&str> = text.split("\n────").skip(1).collect();
    assert_eq!(chapters.len(), 16);
    for chapter in chapters {
        assert!(chapter.contains("\nYour turn: "), "{chapter}");
        let questions = chapter.matches("\nQuestion: ").count();
        assert_eq!(chapter.matches(" is right. ").count(), questions, "{chapter}");
    }
    assert!(text.matches("\nQuestion: ").count() >= 7);
}

#[test]
fn tour_lines_fit_the_width_unless_a_word_does_not() {
    let env = TestEnv::empty();
    let text = env.cmd(&["tour"]).env("COLUMNS", "80").run().ok().stdout();
    for line in text.lines() {
        let longest = line.split(' ').map(|word| word.chars().count()).max().unwrap_or(0);
        assert!(line.chars().count() <= 80 || longest > 60, "{line}");
    }
}

#[test]
fn from_begins_with_a_chapter_by_number_or_name() {
    let env = TestEnv::empty();
    for from in ["16", "bottom-line"] {
        let text = env.run(&["tour", "--from", from]).ok().stdout();
        assert!(heading(&text, 15).is_none() && heading(&text, 16).is_some(), "{text}");
    }
    let only = env.run(&["tour", "--only", "cart"]).ok().stdout();
    assert!(heading(&only, 1).is_some() && heading(&only, 2).is_none());
    for wrong in ["0", "17", "nonsense"] {
        env.run(&["tour", "--from", wrong]).fails_with(2).stderr_contains("no such chapter");
        env.run(&["tour", "--from", wrong])
            .fails_with(2)
            .stderr_contains(&format!("invalid value '{wrong}' for '--from <CHAPTER>'"));
    }
}

#[test]
fn keep_leaves_a_database_to_play_on() {
    let env = TestEnv::empty();
    env.run(&["tour", "--only", "cart", "--keep", "play"]).ok();
    let database = env.path("play/shop.db");
    let list = ["--db", database.to_str().unwrap(), "list", "--format", "ids", "--now", "+1m"];
    assert_eq!(env.run(&list).ok().stdout(), "1");
    let refused = env.run(&["tour", "--keep", "play"]).fails_with(2);
    refused.stderr_contains("not empty").stderr_contains("play-2");
}

#[test]
fn kept_folder_is_private_and_its_password_logs_in() {
    let env = TestEnv::empty();
    fs::create_dir(env.path("play")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(env.path("play"), fs::Permissions::from_mode(0o755)).unwrap();
    // Where the program is not installed, the folder has it.
    let tour = env.cmd(&["tour", "--keep", "play"]).env("PATH", "/usr/bin:/bin").run().ok();
    let text = tour.stdout().replace('\n', " ");
    assert!(text.contains("No session there is active") && !text.contains("tour --keep DIR"), "{text}");
    assert!(text.contains("sessionctl login alice --password-stdin < pw"), "{text}");
    let how = text.split("To continue experimenting: ").nth(1).expect("a way to play on");
    let how = how.split_once("shop.db").expect("the database").0;
    assert!(how.contains("export PATH=\"$PWD/bin:$PATH\""), "{how}");
    let line = format!("{how}shop.db; sessionctl user list --format count");
    let played = Command::new("sh").args(["-c", &line]).env("PATH", "/usr/bin:/bin").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&played.stdout).trim(), "1", "{line}: {played:?}");
    assert_eq!(mode(&env.path("play")), 0o700);
    let entries = fs::read_dir(env.path("play")).unwrap().map(|entry| entry.unwrap().path());
    for path in entries.filter(|path| path.is_file()) {
        assert_eq!(mode(&path), 0o600, "{path:?}");
    }
    let database = env.path("play/shop.db");
    let login = ["--db", database.to_str().unwrap(), "login", "alice", "--password-stdin"];
    env.run_with_stdin(&login, &fs::read_to_string(env.path("play/pw")).unwrap()).ok();
}
