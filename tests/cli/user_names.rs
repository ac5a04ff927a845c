//! The names of users in answers and hints: as they are stored, and as those of accounts that were removed.

use crate::harness::{CommandOutput, TestEnv};

#[test]
fn changes_of_a_user_return_the_name_as_it_is_stored() {
    let env = TestEnv::with_users(&["Max"]);
    for line in [
        "user disable mAX --dry-run",
        "user disable mAX --yes",
        "user enable mAX",
        "user unlock mAX",
        "user add mAX --no-password --if-missing",
        "user remove mAX --yes",
    ] {
        let args: Vec<&str> = line.split(' ').chain(["--format", "json"]).collect();
        let output = env.run(&args).ok();
        assert_eq!(output.json()["name"], "Max", "{line}");
        assert!(!output.stderr().contains("mAX"), "{line}: {output:?}");
    }
    env.run(&["user", "add", "Zoe", "--no-password"]).ok();
    let line = r#"{"name":"zOE","password":"a quite long passphrase"}"#;
    let rows =
        env.run_with_stdin(&["user", "import", "--if-missing", "--format", "jsonl"], line).ok().jsonl();
    assert_eq!((rows[0]["name"].as_str(), rows[0]["result"].as_str()), (Some("Zoe"), Some("exists")));
}

fn hint(output: CommandOutput) -> String {
    output
        .fails_with(3)
        .stderr()
        .lines()
        .find(|line| line.starts_with("hint: "))
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn hint_about_a_removed_account_is_what_the_command_accepts() {
    let env = TestEnv::with_users(&["Zoe"]);
    env.run(&["user", "rename", "zoe", "ZOE"]).ok();
    env.run(&["user", "remove", "zoe", "--yes"]).ok();
    let shown = hint(env.run(&["user", "show", "zoe"]));
    let name = shown.split('\'').nth(1).unwrap_or_else(|| panic!("{shown}"));
    assert!(name.starts_with("ZOE (removed "), "{shown}");
    let record = env.run(&["user", "show", name, "--format", "json"]).ok().json();
    assert_eq!(record["name"], name);
    for line in ["user enable zoe", "user unlock zoe", "user rename zoe x", "generate --user zoe"] {
        let args: Vec<&str> = line.split(' ').collect();
        let hint = hint(env.run(&args));
        assert!(hint.contains("was removed on ") && !hint.contains("write "), "{line}: {hint}");
        assert!(hint.contains("`sessionctl user add zoe`"), "{line}: {hint}");
    }
    // Another spelling of the text that selects it is the same account.
    let other = name.to_lowercase();
    env.run(&["user", "show", &other]).ok().stderr_contains(name);
}

#[test]
fn list_and_log_without_a_match_name_the_earlier_account() {
    let env = TestEnv::with_users(&["gone"]);
    env.run(&["user", "remove", "gone", "--yes"]).ok();
    env.run(&["user", "add", "gone", "--no-password"]).ok();
    for line in
        ["list --user gone --all", "list --user gone --all --format count", "log --user gone --action login"]
    {
        let args: Vec<&str> = line.split(' ').collect();
        let stderr = env.run(&args).ok().stderr();
        assert!(stderr.contains("hint: an earlier account of that name: --user 'gone (removed "), "{stderr}");
    }
    let token = env.generate(&["--user", "gone"]);
    let listed = env.run(&["list", "--user", "gone"]).ok();
    assert!(!listed.stderr().contains("earlier account"), "{listed:?} of {}", env.id_of(&token));
}

#[test]
fn name_with_a_comma_is_explained_by_what_the_option_takes() {
    let env = TestEnv::with_users(&["O,Brien", "bob", "carol"]);
    for line in ["log --user bob,carol", "user show bob,carol", "generate --user bob,carol"] {
        let args: Vec<&str> = line.split(' ').collect();
        assert!(hint(env.run(&args)).contains("one name is expected"), "{line}");
    }
    assert!(hint(env.run(&["list", "--user", "O,Brien"])).contains(r"write --user 'O\,Brien'"));
    env.run(&["list", "--user", r"O\,Brien"]).ok();
    env.run(&["list", "--user", "bob,carol"]).ok();
}

#[test]
fn word_in_the_place_of_a_session_is_reported_as_the_user_or_the_id_that_it_is() {
    let env = TestEnv::with_users(&["alice"]);
    for command in ["inspect", "logout", "rotate", "list"] {
        let stderr = env.run(&[command, "alice"]).fails_with(2).stderr();
        assert!(stderr.contains("`sessionctl user show alice`"), "{command}: {stderr}");
        let stderr = env.run(&[command, "nobody"]).fails_with(2).stderr();
        assert!(!stderr.contains("that is a user"), "{command}: {stderr}");
    }
    // A client sends what verify reads, and must not learn who is a user.
    let stderr = env.run(&["verify", "alice"]).fails_with(2).stderr();
    assert!(!stderr.contains("user show"), "{stderr}");
    for command in ["logout", "rotate"] {
        let stderr = env.run(&[command, "3525"]).fails_with(2).stderr();
        assert!(stderr.contains("needs the session's token") && stderr.contains("`sessionctl revoke 3525`"));
    }
}

#[test]
fn import_refuses_a_user_who_is_disabled_elsewhere() {
    let env = TestEnv::new();
    let password = "a quite long passphrase";
    for (header, value) in
        [("disabled", "true"), ("Disabled", "1"), ("disabled_at", "2026-11-26"), ("active", "no")]
    {
        let csv = format!("name,password,{header}\nann,{password},{value}\nbob,{password},\n");
        let refused = env.run_with_stdin(&["user", "import"], &csv).code(2);
        assert!(refused.stderr().contains("line 2 (ann): the user is disabled"), "{refused:?}");
        assert!(!refused.stderr().contains("ignored"), "{refused:?}");
    }
    for member in [r#""disabled":true"#, r#""is_active":false"#, r#""disabled_at":1795700000"#] {
        let line = format!("{{\"name\":\"ann\",\"password\":\"{password}\",{member}}}");
        env.run_with_stdin(&["user", "import"], &line).code(2).stderr_contains("user disable NAME");
    }
    env.run(&["user", "show", "ann"]).fails_with(3);
    let lines = format!(
        "{{\"name\":\"ann\",\"password\":\"{password}\",\"disabled\":false,\"disabled_at\":null}}\n\
         {{\"name\":\"bob\",\"password\":\"{password}\",\"active\":true}}"
    );
    let added = env.run_with_stdin(&["user", "import"], &lines).ok();
    assert!(!added.stderr().contains("ignored"), "{added:?}");
    env.run_with_stdin(&["user", "import"], "name,password\nc d,\n")
        .code(2)
        .stderr_contains("`sessionctl user add 'c d' --no-password`");
}
