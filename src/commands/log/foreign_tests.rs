//! `log` on another program's database, on a store in memory.

use super::*;
use crate::commands::log::LogArgs;
use crate::commands::log::on_foreign::run;
use crate::commands::testing::Scene;
use crate::output::Format;
use sessionctl_core::model::event::{Action, Event};

#[test]
fn several_values_are_shown_in_part() {
    let all: Vec<String> = (1..=7).map(|number| number.to_string()).collect();
    assert_eq!(some_of(&all[..0], 5, " "), None);
    assert_eq!(some_of(&all[..2], 5, " ").as_deref(), Some("1 2"));
    assert_eq!(some_of(&all, 5, " ").as_deref(), Some("1 2 3 4 5 and 2 more"));
}

const PLACE: &str = "/nowhere/app.db: grafana in file 1:2: ";

fn scope() -> Scope {
    Scope(Place::of(Path::new("/nowhere/app.db"), "1:2".to_owned()))
}

/// Records these events, oldest first.
fn scene(events: &[(Action, String)]) -> Scene {
    let scene = Scene::new().format(Format::Csv);
    let mut store = scene.context.host.open_to_write().unwrap();
    for (action, detail) in events {
        store.record(Event::new(*action, "tester").detail(detail.clone())).unwrap();
    }
    scene
}

/// What is printed.
fn shown(scene: &mut Scene, arguments: &[&str]) -> String {
    let before = scene.out().len();
    let code = scene.run(arguments, |args: &LogArgs, context| run(args, &scope(), context)).unwrap();
    assert_eq!(code, 0);
    scene.out().split_off(before)
}

fn log(scene: &mut Scene, arguments: &[&str]) -> Vec<String> {
    let out = shown(scene, arguments);
    out.lines().skip(1).map(|line| line.split(',').nth(2).unwrap().to_owned()).collect()
}

#[test]
fn intent_without_outcome_is_shown_as_interrupted() {
    let detail =
        |act: &str| format!("{PLACE}1 session; users: {{\"1\": \"alice\"}}; ids: [\"8\"]; act {act}");
    let events = [
        (Action::ForeignRevoking, detail("a")),
        (Action::ForeignRevoked, detail("a")),
        (Action::ForeignPruning, detail("b")),
    ];
    let mut scene = scene(&events).format(Format::Table);
    let out = shown(&mut scene, &[]);
    let interrupted: Vec<&str> = out.lines().filter(|line| line.contains("interrupted")).collect();
    assert_eq!((interrupted.len(), interrupted[0].contains("foreign.pruning")), (1, true), "{out}");
    assert!(!shown(&mut scene, &["--action", "foreign.revoking"]).contains("interrupted"));
}

#[test]
fn events_of_earlier_versions_are_found_by_selection_and_ids() {
    let detail = format!("{PLACE}2 sessions; selected by --user alice; ids: 8 10; act a");
    let outcome = format!("{PLACE}2 sessions; selected by --user alice; 2 ended, 0 already gone; act a");
    let other = "/nowhere/b.db: grafana in file 1:2: 1 session; selected by --user alice; ids: 8; act b";
    let mut scene = scene(&[
        (Action::ForeignRevoking, detail.clone()),
        (Action::ForeignRevoked, outcome),
        (Action::ForeignRevoking, other.to_owned()),
        // A reason that somebody wrote.
        (Action::SessionRevoked, detail),
    ]);
    let both = ["foreign.revoked", "foreign.revoking"];
    for arguments in
        [&[][..], &["--user", "ALICE"], &["--session", "10"], &["--user", "alice", "--session", "8"]]
    {
        assert_eq!(log(&mut scene, arguments), both, "{arguments:?}");
    }
    for arguments in [&["--user", "bob"][..], &["--session", "1"], &["--user", "alice", "--session", "9"]] {
        assert!(log(&mut scene, arguments).is_empty(), "{arguments:?}");
    }
}
