//! The subcommands together: what one writes, the others read.

use super::*;
use crate::commands::testing::Scene;
use crate::output::Format;

const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

#[test]
fn parse_and_lint_read_what_format_writes() {
    // That a Cookie line has no attributes is a note.
    for (form, notes) in [("set-cookie", 0), ("cookie", 1), ("curl", 1), ("jar", 0)] {
        let mut scene = Scene::new().stdin(&format!("{TOKEN}\n"));
        assert_eq!(scene.run(&["format", "-", "--as", form], run).unwrap(), 0);
        let text = scene.out();
        let mut scene = Scene::new().format(Format::Csv).stdin(&text);
        assert_eq!(scene.run(&["lint"], run).unwrap(), 0, "{form}: {}", scene.out());
        assert_eq!(scene.out().lines().count(), 1 + notes, "{form}: no problems: {}", scene.out());
        let mut scene = Scene::new().format(Format::Csv).stdin(&text);
        assert_eq!(scene.run(&["parse"], run).unwrap(), 0);
        assert_eq!(scene.out().lines().count(), 2, "{form}: one cookie: {}", scene.out());
        assert!(scene.out().contains("__Host-session,a token") && !scene.out().contains(TOKEN), "{form}");
    }
}

#[test]
fn lint_fails_for_a_prefix_without_its_attributes() {
    let mut scene = Scene::new().stdin(&format!("Set-Cookie: __Host-session={TOKEN}; Path=/\n"));
    assert_eq!(scene.run(&["lint"], run).unwrap(), 7);
}

#[test]
fn text_without_a_cookie_is_not_found() {
    for command in ["parse", "lint"] {
        let mut scene = Scene::new().stdin("HTTP/1.1 200 OK\r\nServer: x=y\r\n\r\nhello\r\n");
        assert_eq!(scene.run(&[command], run).unwrap(), 3);
        assert!(scene.err().contains("no cookie in 2 lines"), "{}", scene.err());
    }
}

#[test]
fn usage_errors_repeat_no_secret() {
    for line in [
        &["parse", TOKEN][..],
        &["lint", "-"],
        &["format", "--max-age", "401d", TOKEN],
        &["format", "x"],
        &["format", "--bare", "--as", "jar", TOKEN],
        &["format", "--delete", "--as", "curl"],
    ] {
        let mut scene = Scene::new();
        assert_eq!(scene.run(line, run).unwrap(), 2, "{line:?}");
        assert!(!scene.err().contains(TOKEN));
    }
}
