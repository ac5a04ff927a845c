//! What an author of scripts builds on: the shape of JSON, the environment, the end of a pipe, the codes of counts. What
//! each format looks like belongs to `formats`.

use crate::harness::{PASSWORD, TestEnv};

#[test]
fn json_of_generate_is_a_list_where_a_number_was_given() {
    let env = TestEnv::new();
    let json = |args: &[&str]| env.run(&[&["generate", "--kind", "anonymous"], args].concat()).ok().json();
    for args in [&["--format", "json"][..], &["--as", "json"]] {
        assert!(json(args)["token"].is_string());
        for number in [1, 2] {
            let n = number.to_string();
            let list = json(&[args, &["-n", &n]].concat());
            assert_eq!(list["sessions"].as_array().map(Vec::len), Some(number), "{list}");
        }
    }
    let bare = env.run(&["generate", "--kind", "anonymous", "-n", "1"]).ok().stdout();
    assert_eq!(bare.len(), 64);
    let field = env.run(&["generate", "--kind", "anonymous", "-n", "1", "--fields", "token"]).ok().stdout();
    assert_eq!(field.len(), 64);
}

#[test]
fn json_of_inspect_is_a_list_for_several_sessions() {
    let env = TestEnv::new();
    env.generate_many(2);
    let json = |ids: &[&str]| env.run(&[&["inspect", "--format", "json"], ids].concat()).ok().json();
    assert_eq!(json(&["1"])["id"], 1);
    assert_eq!(json(&["1", "2"])["sessions"].as_array().map(Vec::len), Some(2));
    for page in
        [env.run(&["inspect", "--help"]).ok().stdout(), env.run(&["generate", "--help"]).ok().stdout()]
    {
        assert!(page.contains("{\"sessions\":[…]}"), "{page}");
    }
}

#[test]
fn two_forms_of_a_token_are_a_usage_error_and_create_nothing() {
    let env = TestEnv::with_users(&["ann"]);
    for (form, format) in [
        ("cookie", "--format=json"),
        ("set-cookie", "--format=csv"),
        ("json", "--format=csv"),
        ("json", "--format=ids"),
        ("curl", "--fields=token"),
    ] {
        let shown = if format == "--fields=token" { "--fields".to_owned() } else { format.replace('=', " ") };
        let message = format!("--as {form} and {shown} exclude each other");
        env.run(&["generate", "--as", form, format]).fails_with(2).stderr_contains(&message);
        let login = ["login", "ann", "--password-stdin", "--as", form, format];
        env.run_with_stdin(&login, PASSWORD).fails_with(2).stderr_contains(&message);
    }
    assert_eq!(env.run(&["list", "--all", "--format", "count"]).ok().stdout(), "0");
    env.run(&["generate", "--as", "json", "--format", "json"]).ok();
    env.cmd(&["generate", "--as", "cookie"]).env("SESSIONCTL_FORMAT", "json").run().ok();
}

#[test]
fn suggested_commands_name_the_database_that_the_command_line_named() {
    let env = TestEnv::empty();
    let other = env.path("an other.db");
    let other = other.to_str().expect("UTF-8");
    let run = |args: &[&str]| env.cmd(&[&["--db", other], args].concat()).run();
    run(&["list"]).stderr_contains(&format!("`sessionctl --db '{other}' db init` creates one"));
    run(&["user", "add", "zed", "--no-password"]).ok();
    run(&["generate", "--user", "zed", "-n", "30"])
        .stderr_contains(&format!("`sessionctl --db '{other}' db policy user.sessions_max N`"));
    let show = run(&["user", "show", "zed", "--fields", "why"]).ok().stdout();
    assert_eq!(show, format!("no password is set: `sessionctl --db '{other}' user passwd zed`"));
    run(&["kick", "1"]).stderr_contains(&format!("`sessionctl --db '{other}' revoke ID`"));
    let record = run(&["user", "show", "zed", "--format", "json"]).ok().json();
    assert_eq!(
        record["why"], "no password is set: `sessionctl user passwd zed`",
        "a value is the same for all"
    );
    // Where the environment names it, the suggested command finds it there.
    let named = env.cmd(&["user", "show", "zed", "--fields", "why"]).env("SESSIONCTL_DB", other).run().ok();
    assert_eq!(named.stdout(), "no password is set: `sessionctl user passwd zed`");
}

#[test]
fn format_of_the_environment_never_fails_a_command_without_it() {
    let env = TestEnv::with_users(&["ann"]);
    let token = env.login("ann");
    env.write_file("token", &token);
    for format in ["json", "jsonl", "csv", "ids", "count"] {
        let cmd = |args: &[&str]| env.cmd(args).env("SESSIONCTL_FORMAT", format);
        let login = cmd(&["login", "ann", "--password-stdin"]).stdin(PASSWORD).run().ok().stdout();
        assert_eq!(login.len(), 64, "{format}: {login}");
        assert_eq!(cmd(&["generate", "--user", "ann"]).run().ok().stdout().len(), 64);
        assert_eq!(cmd(&["rotate", "-"]).stdin(&login).run().ok().stdout().len(), 64);
        let jwt = cmd(&["jwt", "issue", "@token", "--audience", "shop"]).run().ok().stdout();
        assert_eq!(jwt.split('.').count(), 3, "{format}: {jwt}");
        cmd(&["verify", "@token"]).run().ok();
        cmd(&["verify", "--batch"]).stdin(&token).run().ok();
    }
    let verify = env.cmd(&["verify", "@token"]).env("SESSIONCTL_FORMAT", "count").run().ok();
    assert_eq!(verify.stdout(), "active");
    env.run(&["verify", "@token", "--format", "count"]).fails_with(2);
}

#[test]
fn fields_of_an_answer_are_the_same_in_each_format() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    for format in ["table", "json", "jsonl", "csv", "ids"] {
        for command in [&["verify", "-"][..], &["verify", "--batch"]] {
            for fields in ["result,user", "result,id,reason", "result,session"] {
                let args = [command, &["--format", format, "--fields", fields]].concat();
                env.run_with_stdin(&args, &token).ok();
            }
        }
    }
    let line =
        env.run_with_stdin(&["verify", "-", "--format", "jsonl", "--fields", "result,id"], &token).ok();
    assert_eq!(line.stdout(), "{\"result\":\"active\",\"id\":1}");
}

#[test]
fn text_over_the_limit_is_text_without_a_token() {
    let env = TestEnv::with_users(&["ann"]);
    let long = "x".repeat(64 * 1024 + 1);
    env.write_file("long", &long);
    for args in [
        &["verify", "-"][..],
        &["verify", "@long"],
        &["inspect", "-"],
        &["rotate", "-"],
        &["logout", "@long"],
        &["list", "-"],
        &["data", "list", "-"],
        &["jwt", "issue", "-", "--audience", "shop"],
        &["jwt", "verify", "-", "--audience", "shop"],
        &["jwt", "decode", "-"],
        &["cookie", "format", "-"],
        &["revoke", "-", "--yes"],
        &["login", "ann", "--password-stdin", "--upgrade", "@long"],
        &["login", "ann", "--password-stdin", "--upgrade", "-"],
    ] {
        env.run_with_stdin(args, &long).fails_with(2);
    }
}

#[test]
fn expected_nothing_is_a_success() {
    let env = TestEnv::with_users(&["ann"]);
    for verb in ["revoke", "expire", "prune"] {
        for more in ["--yes", "--dry-run"] {
            env.run(&[verb, "--user", "ann", "--expect", "0", more]).ok();
            env.run(&[verb, "--user", "ann", "--expect", "1", more]).fails_with(6);
        }
    }
    env.run(&["revoke", "--user", "ann", "--yes"]).code(3);
    env.run(&["revoke", "99", "--expect", "0", "--yes"]).code(3);
    env.run(&["revoke", "--stdin", "--expect", "0", "--yes"]).ok();
    env.bash("n=$(sessionctl revoke --user ann --dry-run --format count) || test $? -eq 3; test \"$n\" = 0")
        .run()
        .ok();
}

#[test]
fn empty_description_of_a_client_counts_as_not_given() {
    let env = TestEnv::with_users(&["ann"]);
    let empty = ["--label", "", "--app", "", "--user-agent", "", "--ip", ""];
    for output in [
        env.run(&[&["generate", "--user", "ann"], &empty[..]].concat()).ok(),
        env.run_with_stdin(&[&["login", "ann", "--password-stdin"], &empty[..]].concat(), PASSWORD).ok(),
    ] {
        assert!(!output.stderr().contains("warning"), "{output:?}");
    }
    for id in ["1", "2"] {
        for field in ["label", "app", "user_agent", "ip"] {
            assert_eq!(env.field(id, field), "", "{field}");
        }
        let record = env.run(&["list", id, "--format", "json"]).ok().json();
        assert_eq!(record["sessions"][0]["user_agent"], serde_json::Value::Null);
    }
}

#[test]
fn login_names_the_user_as_it_is_stored() {
    let env = TestEnv::with_users(&["Alice"]);
    let output = env.run_with_stdin(&["login", " ALICE", "--password-stdin"], PASSWORD).ok();
    output.stderr_contains("started session 1 for Alice\n");
}

#[test]
fn undelivered_tokens_are_counted_in_the_message() {
    let env = TestEnv::new();
    let line = ["generate", "--kind", "anonymous", "-n", "3"];
    let output = env.cmd(&line).stdout_to("/dev/full").run_with_redirected_stdout().code(1);
    assert!(output.stderr().contains("delivering 3 tokens failed"), "{output:?}");
    assert!(output.stderr().contains("so all 3 sessions were revoked"), "{output:?}");
    assert_eq!(env.run(&["list", "--format", "count"]).ok().stdout(), "0");
}

/// The exit code of the command, whose reader has gone after its first line; the test gives up after a minute.
#[test]
fn follower_ends_when_its_reader_has_gone() {
    let env = TestEnv::with_users(&["ann"]);
    env.login("ann");
    for command in [
        "log --follow --since 1d --format jsonl",
        "log --follow --since 1d",
        "log --follow --since 1d --format csv",
        "list --watch=3600 --format jsonl",
        "list --watch=3600 --format count",
        "list --watch=3600",
    ] {
        let script =
            format!("timeout 300 sessionctl {command} | head -1 >/dev/null; echo ${{PIPESTATUS[0]}}");
        let output = env.bash(&format!("set +eo pipefail; {script}")).run().ok();
        assert_eq!(output.stdout(), "0", "{command}: {output:?}");
    }
}
