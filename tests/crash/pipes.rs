//! Closed pipes and full devices.

use crate::harness::TestEnv;

#[test]
fn closed_pipe_is_no_error() {
    let env = TestEnv::new();
    env.generate_many(5000);
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
        let output = env.bash(&script).run().ok();
        assert!(["0", "141"].contains(&output.stdout().as_str()), "{command}: {output:?}");
        assert_eq!(std::fs::read_to_string(env.path("err")).unwrap(), "", "{command} printed an error");
        assert_ne!(std::fs::read_to_string(env.path("first")).unwrap(), "", "{command} wrote nothing");
    }
}

#[test]
fn full_output_device_exits_with_1() {
    let env = TestEnv::new();
    env.generate_many(100);
    for args in [
        &["list", "--all"][..],
        &["list", "--all", "--format", "json"],
        &["list", "--all", "--format", "csv"],
        &["list", "--format", "count"],
        &["completions", "bash"],
        &["generate", "--no-store"],
        &["--version"],
    ] {
        let output = env.cmd(args).stdout_to("/dev/full").run_with_redirected_stdout().code(1);
        assert!(output.stderr().contains("error:"), "{output:?}");
    }
}

/// Without standard streams, the next file that is opened, the database, would get their numbers.
#[test]
fn closed_standard_streams_do_not_damage_the_database() {
    let env = TestEnv::new();
    env.generate_many(3);
    env.bash("sessionctl -v revoke 1 2 3 --yes <&- >&- 2>&-").run();
    env.run(&["db", "check"]).ok();
    assert_eq!(env.ids(&["--state", "revoked"]).len(), 3);
}

#[test]
fn bulk_revoke_into_a_closed_pipe_keeps_acknowledged_work() {
    let env = TestEnv::new();
    env.generate_many(3000);
    let script = "set +eo pipefail; sessionctl revoke --all --yes --format jsonl 2> err | head -1 > first";
    env.bash(script).run().ok();
    let first: serde_json::Value =
        serde_json::from_str(std::fs::read_to_string(env.path("first")).unwrap().trim()).unwrap();
    assert_eq!(env.field(&first["id"].to_string(), "state"), "revoked");
    env.run(&["db", "check"]).ok();
}
