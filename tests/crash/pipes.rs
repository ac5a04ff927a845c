//! Readers that go away, and devices that are full.

use crate::harness::TestEnv;

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = TestEnv::new();
    place.generate_many(5000);
    for command in [
        "list --all",
        "list --all --format json",
        "list --all --format jsonl",
        "list --all --format csv",
        "list --all --format ids",
        "inspect $(seq 1 2000)",
        "generate --no-store -n 10000",
    ] {
        let script = format!(
            "set +eo pipefail; sessionctl {command} 2> err | head -1 > first; echo ${{PIPESTATUS[0]}}"
        );
        let ran = place.bash(&script).run().ok();
        assert!(["0", "141"].contains(&ran.out().as_str()), "{command}: {ran:?}");
        assert_eq!(std::fs::read_to_string(place.path("err")).unwrap(), "", "{command} complained");
        assert_ne!(std::fs::read_to_string(place.path("first")).unwrap(), "", "{command} wrote nothing");
    }
}

#[test]
fn a_full_device_is_told_and_is_code_1() {
    let place = TestEnv::new();
    place.generate_many(100);
    for args in [
        &["list", "--all"][..],
        &["list", "--all", "--format", "json"],
        &["list", "--all", "--format", "csv"],
        &["list", "--format", "count"],
        &["completions", "bash"],
        &["generate", "--no-store"],
        &["--version"],
    ] {
        let ran = place.call(args).stdout_to("/dev/full").run_unheard().code(1);
        assert!(ran.err().contains("error:"), "{ran:?}");
    }
}

/// Without standard streams the next file that is opened, the database, would take their numbers.
#[test]
fn no_message_is_written_into_the_database() {
    let place = TestEnv::new();
    place.generate_many(3);
    place.bash("sessionctl -v revoke 1 2 3 --yes <&- >&- 2>&-").run();
    place.run(&["db", "check"]).ok();
    assert_eq!(place.ids(&["--state", "revoked"]).len(), 3);
}

#[test]
fn what_bulk_work_did_before_nobody_listened_is_kept() {
    let place = TestEnv::new();
    place.generate_many(3000);
    let script = "set +eo pipefail; sessionctl revoke --all --yes --format jsonl 2> err | head -1 > first";
    place.bash(script).run().ok();
    let first: serde_json::Value =
        serde_json::from_str(std::fs::read_to_string(place.path("first")).unwrap().trim()).unwrap();
    assert_eq!(place.field(&first["id"].to_string(), "state"), "revoked");
    place.run(&["db", "check"]).ok();
}
