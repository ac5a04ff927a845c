//! The output and exit codes of `verify`, on a store in memory.

use super::*;
use crate::commands::testing::Scene;
use sessionctl_core::model::session::{Kind, State};

fn answer(scene: Scene, token: &str, line: &[&str]) -> (u8, String) {
    let mut scene = scene.stdin(&format!("{token}\n"));
    let before = scene.out().len();
    let line: Vec<_> = line.iter().copied().chain(["-"]).collect();
    let code = scene.run(&line, run).unwrap();
    (code, scene.out()[before..].trim().to_owned())
}

#[test]
fn verify_prints_the_word_of_its_exit_code() {
    for (wait, token, line, code, word) in [
        (0, None, &[][..], 0, "active"),
        (0, None, &["--app", "shop"], 0, "active"),
        (0, None, &["--app", "bank"], 7, "insufficient"),
        (0, None, &["--scope", "write"], 7, "insufficient"),
        (61, None, &["--max-auth-age", "1m"], 7, "insufficient"),
        (30 * 60, None, &[], 4, "expired"),
        (0, Some("no token"), &[], 2, ""),
        (0, Some("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), &[], 3, "unknown"),
    ] {
        let mut scene = Scene::new();
        let handed = scene.session(Kind::Web, Some("bob"));
        scene.later(wait);
        assert_eq!(answer(scene, token.unwrap_or(handed.as_str()), line), (code, word.to_owned()));
    }
}

#[test]
fn verify_extends_the_session_unless_no_touch() {
    for (line, state) in [(&[][..], State::Active), (&["--no-touch"], State::Expired)] {
        let mut scene = Scene::new();
        let handed = scene.session(Kind::Web, Some("bob"));
        scene.later(20 * 60);
        let mut scene = scene.env_token(handed.as_str());
        assert_eq!(scene.run(line, run).unwrap(), 0);
        scene.later(20 * 60);
        assert_eq!(scene.state(handed.id), state);
    }
}

#[test]
fn verify_at_an_overridden_time_writes_nothing() {
    let mut scene = Scene::new();
    let handed = scene.session(Kind::Web, Some("bob"));
    scene.later(20 * 60);
    scene.override_clock();
    let mut scene = scene.env_token(handed.as_str());
    assert_eq!(scene.run(&[], run).unwrap(), 0);
    scene.later(20 * 60);
    assert_eq!(scene.state(handed.id), State::Expired);
}

#[test]
fn verify_batch_answers_every_line() {
    let mut scene = Scene::new().format(Format::Jsonl);
    let handed = scene.session(Kind::Web, Some("bob"));
    let mut scene = scene.stdin(&format!("{}\n\nnonsense\n", handed.as_str()));
    assert_eq!(scene.run(&["--batch"], run).unwrap(), 0);
    let out = scene.out();
    let answers: Vec<serde_json::Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let words: Vec<_> = answers.iter().map(|answer| answer["result"].as_str().unwrap()).collect();
    assert_eq!(words, ["active", "unknown", "unknown"]);
    assert_eq!(answers[0]["session"]["id"], handed.id.get());
    assert!(scene.run(&["--batch", "-"], run).is_err());
    assert!(!out.contains(handed.as_str()));
}

#[test]
fn verify_without_token_or_database_fails() {
    assert_eq!(Scene::new().run(&[], run).unwrap(), 2);
    let mut scene = Scene::without_database().stdin(&format!("{}\n", "0".repeat(64)));
    assert_eq!(scene.run(&["-"], run).unwrap(), 1);
    assert!(!scene.has_database());
}
