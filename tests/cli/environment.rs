//! The environment: what names the database, and variables that are empty or wrong.

use crate::harness::{PASSWORD, TestEnv};

#[test]
fn empty_variable_counts_as_not_set() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    env.cmd(&["list"]).env("SESSIONCTL_FORMAT", "").run().ok();
    env.cmd(&["verify"])
        .env("SESSIONCTL_TOKEN", "")
        .run()
        .fails_with(2)
        .stderr_contains("no token was given");
    let data = env.path("data");
    let output = env.cmd(&["list"]).env("SESSIONCTL_DB", "").env("XDG_DATA_HOME", &data).run();
    output.fails_with(1).stderr_contains("data/sessionctl/sessions.db");
    assert_eq!(env.verdict(&token), "active");
}

#[test]
fn error_names_the_variable_that_caused_it() {
    let env = TestEnv::new();
    let output = env.cmd(&["list"]).env("SESSIONCTL_FORMAT", "yaml").run();
    output.fails_with(2).stderr_contains("'yaml' for the environment variable SESSIONCTL_FORMAT");
    env.cmd(&["list", "--format", "ids"]).env("SESSIONCTL_FORMAT", "yaml").run().ok();
    for args in [&["verify"][..], &["logout"], &["inspect"]] {
        let output = env.cmd(args).env("SESSIONCTL_TOKEN", "garbage").run();
        output.fails_with(2).stderr_contains("error: SESSIONCTL_TOKEN: ");
    }
    for (database, code) in [(":memory:", 2), ("file:a.db", 2), ("none.db", 1)] {
        let output = env.cmd(&["list"]).env("SESSIONCTL_DB", database).run();
        output.fails_with(code).stderr_contains("(from SESSIONCTL_DB)");
    }
}

#[test]
fn database_that_is_no_path_is_refused_and_nothing_is_created() {
    let env = TestEnv::empty();
    for name in [":memory:", "file:a.db?mode=memory", "postgres://ann:s3cret@db/app"] {
        for args in [&["list"][..], &["db", "init"], &["generate", "--kind", "anonymous"]] {
            let output = env.run(&[&["--db", name], args].concat()).fails_with(2);
            assert!(!output.stderr().contains("s3cret"), "{output:?}");
        }
    }
    assert_eq!(std::fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
fn home_that_is_missing_or_relative_is_never_created() {
    let env = TestEnv::empty();
    let write = |home: &str, args: &[&str]| {
        let args = [args, &["generate", "--kind", "anonymous"]].concat();
        let cmd = env.cmd(&args).env("SESSIONCTL_DB", "").env("XDG_DATA_HOME", "").env("HOME", home);
        cmd.run().fails_with(2)
    };
    let gone = env.path("gone");
    let gone = gone.to_str().unwrap();
    write(gone, &[]).stderr_contains("does not exist");
    write(gone, &["--db", "~/x.db"]).stderr_contains("does not exist");
    write("relative", &[]).stderr_contains("HOME is not an absolute path");
    assert_eq!(std::fs::read_dir(env.path("")).unwrap().count(), 0);
    std::fs::create_dir(gone).unwrap();
    env.cmd(&["--db", "~/x.db", "db", "init"]).env("HOME", gone).run().ok();
    assert!(env.path("gone/x.db").exists());
}

#[test]
fn format_of_the_environment_leaves_tokens_bare() {
    let env = TestEnv::with_users(&["alice"]);
    for format in ["json", "csv", "ids", "count"] {
        let preset = |args: &[&str], stdin: &str| {
            env.cmd(args).env("SESSIONCTL_FORMAT", format).stdin(stdin).run().ok().stdout()
        };
        let token = preset(&["login", "alice", "--password-stdin"], PASSWORD);
        assert_eq!(env.verdict(&token), "active", "{format}");
        let rotated = preset(&["rotate", "-"], &token);
        assert_eq!(env.verdict(&rotated), "active", "{format}");
        let made = preset(&["generate", "--kind", "anonymous", "-n", "2"], "");
        assert!(made.lines().count() == 2 && made.lines().all(|line| line.len() == 64), "{format}: {made}");
        assert_eq!(preset(&["generate", "--no-store"], "").len(), 64);
        let jwt = preset(&["jwt", "issue", "-", "--audience", "a"], &rotated);
        assert!(jwt.starts_with("ey"), "{format}: {jwt}");
    }
    let record = env
        .cmd(&["generate", "--kind", "anonymous", "--format", "json"])
        .env("SESSIONCTL_FORMAT", "csv")
        .run();
    assert_eq!(record.ok().json()["kind"], "anonymous");
    let list = env.cmd(&["list"]).env("SESSIONCTL_FORMAT", "count").run().ok().stdout();
    assert!(list.parse::<u64>().is_ok(), "{list}");
}

#[test]
fn differences_of_a_server_are_in_the_readme_that_they_change() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    for (file, _) in crate::harness::differences::README_ON_A_SERVER {
        assert_eq!(readme.matches(file).count(), 1, "{file}");
    }
}

#[test]
fn zone_that_is_not_known_is_warned_about_and_never_acted_on() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    let berln = |args: &[&str]| env.cmd(args).env("TZ", "Europe/Berln").run();
    let list = berln(&["list", "--active-at", "00:00"]).ok();
    let warning = "warning: TZ=Europe/Berln is not known: times are UTC\n";
    assert_eq!(list.stderr().matches(warning).count(), 1, "{list:?}");
    for args in [
        &["revoke", "--created-before", "2030-01-01", "--yes"][..],
        &["revoke", "--created-after", "yesterday", "--dry-run"],
        &["expire", "1", "--at", "23:59", "--yes"],
        &["prune", "--ended-before", "tomorrow 00:00", "--yes"],
        &["revoke", "--active-at", "00:00", "--yes"],
    ] {
        let output = berln(args).fails_with(2);
        assert!(output.stderr().contains("the time zone that TZ names is not known"), "{output:?}");
    }
    assert_eq!(env.ids(&[]), ["1"]);
    let sandbox = TestEnv::sandbox();
    for now in ["tomorrow 00:00", "23:59", "2030-01-01"] {
        let berln =
            |args: &[&str]| sandbox.cmd(&[&["--now", now], args].concat()).env("TZ", "Europe/Berln").run();
        let output = berln(&["generate", "--kind", "anonymous"]).fails_with(2);
        assert!(output.stderr().contains("the time zone that TZ names is not known"), "{output:?}");
        berln(&["list"]).ok();
    }
    let now = ["--now", "+1h", "generate", "--kind", "anonymous"];
    sandbox.cmd(&now).env("TZ", "Europe/Berln").run().ok();
    berln(&["expire", "1", "--in", "5m", "--yes"]).ok();
    berln(&["revoke", "--created-before", "2030-01-01T00:00Z", "--yes"]).ok();
}

#[test]
fn zone_by_the_rules_of_posix_is_used() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    for (zone, heading) in [("<+0330>-3:30", "+03:30"), ("EST5", "-05:00"), ("XYZ-2", "+02:00")] {
        let output = env.cmd(&["list"]).env("TZ", zone).run().ok();
        assert!(output.stdout().contains(&format!("created_at {heading}")), "{zone}: {output:?}");
        assert_eq!(output.stderr().matches("is not known").count(), 0, "{zone}: {output:?}");
    }
    let output = env.cmd(&["list"]).env("TZ", "CET-1CEST").run().ok().stdout();
    assert!(output.contains("created_at +01:00") || output.contains("created_at +02:00"), "{output}");
}
