//! `user`: who may log in.

use crate::harness::{PASSWORD, TestEnv};

const NEW: &str = "a quite different passphrase";

#[test]
fn user_is_added_shown_listed_and_removed() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    let users = env.run(&["user", "list", "--format", "jsonl"]).ok().jsonl();
    let names: Vec<_> = users.iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"alice".to_owned()) && names.contains(&"bob".to_owned()));
    let alice = env.run(&["user", "show", "alice", "--format", "json"]).ok();
    assert_eq!(alice.json()["name"], "alice");
    assert!(!alice.stdout_and_stderr().contains("argon2"), "a hash is shown: {alice:?}");

    let token = env.login("alice");
    env.run(&["user", "remove", "alice", "--yes"]).ok();
    assert_ne!(env.verdict(&token), "active");
    env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).fails_with(6);
    env.run(&["user", "show", "alice"]).fails_with(3);
    env.run(&["user", "show", "bob"]).ok();
}

#[test]
fn user_name_is_compared_case_folded() {
    let env = TestEnv::with_users(&["alice"]);
    let twice = env.run_with_stdin(&["user", "add", "ALICE", "--password-stdin"], PASSWORD);
    assert_ne!(twice.stdout(), "alice");
    twice.code_in(&[1, 2, 6]);
    let token = env.login("Alice");
    assert_eq!(env.ids(&["--user", " aLiCe "]), [env.id_of(&token)]);
}

#[test]
fn passwd_ends_sessions_unless_kept() {
    let env = TestEnv::with_users(&["alice"]);
    let first = env.login("alice");
    env.run_with_stdin(&["user", "passwd", "alice", "--password-stdin"], NEW).ok();
    assert_eq!(env.verdict(&first), "revoked");
    env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).fails_with(6);

    let login = env.run_with_stdin(&["login", "alice", "--password-stdin"], NEW).ok().stdout();
    env.run_with_stdin(&["user", "passwd", "alice", "--password-stdin", "--keep-sessions"], PASSWORD).ok();
    assert_eq!(env.verdict(&login), "active");
    env.login("alice");
}

#[test]
fn disable_ends_sessions_and_enable_revives_none() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    let (alice, bob) = (env.login("alice"), env.login("bob"));
    env.run(&["user", "disable", "alice", "--yes"]).ok();
    assert_eq!(env.verdict(&alice), "revoked");
    assert_eq!(env.verdict(&bob), "active");
    env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).fails_with(6);
    env.run(&["user", "enable", "alice"]).ok();
    assert_eq!(env.verdict(&alice), "revoked", "an ended session came back");
    env.login("alice");
}

#[test]
fn weak_password_is_refused_and_not_echoed() {
    let env = TestEnv::new();
    for weak in ["short-pass", "password1234", "fourteen-bytes"] {
        let output = env.run_with_stdin(&["user", "add", "carol", "--password-stdin"], weak);
        assert!(!output.stdout_and_stderr().contains(weak), "{output:?}");
        output.code_in(&[2, 6]);
    }
    env.run(&["user", "show", "carol"]).code(3);
    for long in [15, 1024] {
        let name = format!("user{long}");
        let words: String = (0..200).map(|number| format!("{} ", number * number * 7_919)).collect();
        env.run_with_stdin(&["user", "add", &name, "--password-stdin"], &words[..long]).ok();
    }
    let output = env.run_with_stdin(&["user", "add", "dora", "--password-stdin"], &"x".repeat(1025));
    output.code_in(&[2, 6]);
}

#[test]
fn unknown_user_exits_with_3() {
    let env = TestEnv::with_users(&["alice"]);
    for verb in ["show", "disable", "enable", "remove"] {
        env.run(&["user", verb, "nobody", "--yes"]).fails_with(3);
    }
    env.run_with_stdin(&["user", "passwd", "nobody", "--password-stdin"], NEW).fails_with(3);
    assert_eq!(env.run(&["user", "list", "--format", "count"]).ok().stdout(), "1");
}

#[test]
fn user_add_without_password_source_is_a_usage_error() {
    let env = TestEnv::new();
    env.run_with_stdin(&["user", "add", "alice", "--no-input"], PASSWORD).fails_with(2);
    env.run_with_stdin(&["user", "add", "alice"], PASSWORD).fails_with(2);
    env.run(&["user", "show", "alice"]).code(3);
}

#[test]
fn renamed_user_keeps_sessions_password_and_history() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    let token = env.login("alice");
    let id = env.id_of(&token);
    env.run(&["user", "rename", "alice", "BOB"]).fails_with(6);
    env.run(&["user", "rename", "nobody", "carol"]).fails_with(3);
    env.run(&["user", "rename", "alice", "eve (removed 2026-11-25)"]).fails_with(2);
    let result = env.run(&["user", "rename", "ALICE", "alice.smith", "--format", "json"]).ok().json();
    assert_eq!((&result["name"], &result["result"]), (&"alice.smith".into(), &"renamed".into()));
    assert_eq!(env.verdict(&token), "active");
    assert_eq!(env.ids(&["--user", "alice.smith"]), std::slice::from_ref(&id));
    assert_eq!(env.field(&id, "user"), "alice.smith");
    // The old name leads to the new one, in other spellings too.
    let commands: [&[&str]; 5] = [
        &["list", "--user", "Alice"],
        &["revoke", "--user", "alice", "--yes"],
        &["user", "show", "alice"],
        &["user", "disable", "alice", "--yes"],
        &["generate", "--user", "alice"],
    ];
    for args in commands {
        let hint = env.run(args).code(3).stderr();
        assert!(hint.contains("the user was renamed: write alice.smith"), "{args:?}: {hint}");
    }
    env.login("alice.smith");
    env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).fails_with(6);
    let events = env.run(&["log", "--user", "alice.smith", "--format", "jsonl"]).ok().jsonl();
    let actions: Vec<_> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["login.succeeded", "user.renamed", "login.succeeded", "user.added"]);
    assert_eq!(events[1]["detail"], "from alice");
    let by_old_name = env.run(&["log", "--user", "ALICE", "--format", "jsonl"]).ok();
    assert!(by_old_name.stderr().contains("these are the events of 'alice.smith'"), "{by_old_name:?}");
    assert_eq!(by_old_name.jsonl(), events);
    // The old name is free, and its next user has nothing of the first.
    env.add_user("alice");
    assert!(env.ids(&["--user", "alice"]).is_empty());
    env.run(&["user", "rename", "bob", "Bob"]).ok();
    assert!(env.run(&["user", "list", "--format", "ids"]).ok().stdout().contains("Bob"));
    env.run(&["db", "check"]).ok();
}

#[test]
fn import_adds_all_users_of_a_file_or_none() {
    let env = TestEnv::with_users(&["alice"]);
    let phc =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$0ZUFqXH8JFXGwqCyT7Ht2Em7cJdXKmLXQzyKvkN0pGk";
    let line =
        |name: &str, key: &str, value: &str| format!("{{\"name\":\"{name}\",\"{key}\":\"{value}\"}}\n");
    let good = [line("bob", "password", PASSWORD), line("carol", "password_hash", phc)].concat();
    let bad = [
        &good,
        "{\"name\":\"x\"}\n",
        &line("dora", "password", "too short"),
        &line("Alice", "password", NEW),
    ]
    .concat();
    let refused = env.run_with_stdin(&["user", "import"], &bad).code(2);
    for line in ["line 3", "line 4 (dora)", "line 5 (Alice)", "3 lines are faulty; nobody was added"] {
        assert!(refused.stderr().contains(line), "{refused:?}");
    }
    assert!(!refused.stderr().contains("too short\"") && !refused.stderr().contains(NEW), "{refused:?}");
    env.run_with_stdin(&["user", "import"], &line("ALICE", "password", NEW)).code(6);
    let rows = env.run_with_stdin(&["user", "import", "--dry-run", "--format", "csv"], &good).ok();
    assert_eq!(rows.stdout(), "line,name,result,reason\n1,bob,valid,\n2,carol,valid,");
    assert_eq!(env.run(&["user", "list", "--format", "count"]).ok().stdout(), "1");
    let all = [&good, &line("Alice", "password", NEW)[..]].concat();
    let document =
        env.run_with_stdin(&["user", "import", "-", "--if-missing", "--format", "json"], &all).ok().json();
    let results: Vec<_> = document["users"].as_array().unwrap().iter().map(|user| &user["result"]).collect();
    assert_eq!(results, ["added", "added", "exists"]);
    env.login("bob");
    env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).ok();
    assert_eq!(env.run(&["user", "list", "--format", "ids"]).ok().stdout(), "alice\nbob\ncarol");
    env.run(&["user", "import"]).fails_with(3);
    env.run(&["user", "import", "no-such-file"]).fails_with(1);
    env.run(&["db", "check"]).ok();
}

#[test]
fn import_reads_csv_and_creates_the_database() {
    let env = TestEnv::empty();
    if env.is_on_server() {
        env.run(&["db", "init"]).ok();
    }
    env.write_file(
        "users.csv",
        format!("email,password,name\r\na@b,\"{PASSWORD}, and more\",alice\r\nx,short,bob\r\n"),
    );
    env.run(&["user", "import", "users.csv"]).code(2).stderr_contains("line 3 (bob)");
    env.run(&["user", "import", "users.csv", "--dry-run"]).code(2);
    assert!(!env.db().exists());
    env.write_file("users.csv", format!("email,password,name\na@b,\"{PASSWORD}, and more\",alice\n"));
    env.run(&["user", "import", "users.csv"]).ok().stderr_contains("ignored: email");
    env.run_with_stdin(&["login", "alice", "--password-stdin"], &format!("{PASSWORD}, and more")).ok();
    env.write_file("users.csv", "mail,secret\na,b\n");
    env.run(&["user", "import", "users.csv"]).fails_with(2);
}

#[test]
fn import_reports_a_quote_that_would_swallow_users() {
    let env = TestEnv::empty();
    for (input, fault) in [
        (
            "name,password\nalice,\"a long enough password\nbob,a long enough password\n",
            "line 2: a quote is opened and never closed",
        ),
        ("name,password\n\"alice,a long enough password\n", "line 2: a quote is opened and never closed"),
        ("name,password\nalice,\"a long\"enough password\n", "line 2: text follows the closing quote"),
        ("name,password\nalice,\"a long\nenough password\"\n", "line 2 (alice): a password is one line"),
        (
            "{\"name\":\"alice\",\"password\":\"a long\\nenough password\"}\n",
            "line 1 (alice): a password is one line",
        ),
        (
            "{\"name\":\"alice\",\"password\":\"a long enough password\",\"password\":\"another long password\"}",
            "line 1: password is there twice",
        ),
        ("name,password,password\nalice,a,b\n", "line 1: the column password is there twice"),
        ("name,password\nalice\n", "line 2: 1 field, where the header has 2"),
        (
            "name,password_hash\nalice,$2y$05$abcdefghijklmnopqrstuu\n",
            "line 2 (alice): bcrypt and other hashes of htpasswd or crypt cannot be imported",
        ),
    ] {
        let output = env.run_with_stdin(&["user", "import"], input).code(2);
        assert!(output.stderr().contains(&format!("error: {fault}\n")), "{output:?}");
    }
    assert!(!env.db().exists(), "a refused import has created the database");
}

#[test]
fn import_counts_and_names_the_users_that_were_added() {
    let env = TestEnv::with_users(&["ann", "bob"]);
    let import = |more: &[&str], input: &str| {
        env.run_with_stdin(&[&["user", "import", "--if-missing"], more].concat(), input).ok().stdout()
    };
    let old = "name,password\nann,a long enough password\nbob,a long enough password\n";
    assert_eq!(import(&["--format", "count"], old), "0");
    assert_eq!(import(&["--format", "ids"], old), "");
    let new = "name,password\nann,a long enough password\n'-yan,a long enough password\n";
    assert_eq!(import(&["--format", "ids", "--dry-run"], new), "-yan");
    assert_eq!(import(&["--format", "count"], new), "1");
    let refused = env.run_with_stdin(&["user", "import"], old).code(6);
    refused.stderr_contains("2 users exist already; nobody was added");
    assert_eq!(
        env.run(&["user", "list", "--fields", "name", "--format", "csv"]).ok().stdout(),
        "name\n'-yan\nann\nbob"
    );
}

#[test]
fn list_shows_why_a_password_is_not_accepted() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    env.run(&["user", "disable", "bob", "--yes"]).ok();
    let users = env.run(&["user", "list", "--format", "jsonl"]).ok().jsonl();
    assert_eq!((&users[0]["password_accepted"], &users[0]["why"]), (&true.into(), &serde_json::Value::Null));
    assert!(users[1]["why"].as_str().unwrap().contains("disabled"), "{users:?}");
}

#[test]
fn dry_run_names_what_would_end_with_a_user() {
    let env = TestEnv::with_users(&["alice"]);
    env.login("alice");
    env.run(&["generate", "--kind", "api", "--user", "alice", "--scope", "x", "--label", "backup-job"]).ok();
    for command in ["disable", "remove", "passwd"] {
        let output = env.run(&["user", command, "alice", "--dry-run", "--format", "json"]).ok();
        assert_eq!(
            (&output.json()["result"], &output.json()["ended_sessions"]),
            (&"planned".into(), &2.into())
        );
        assert!(output.stderr().contains("API tokens: 2 backup-job"), "{output:?}");
        env.run(&["user", command, "nobody", "--dry-run"]).fails_with(3);
    }
    assert_eq!(env.ids(&["--user", "alice"]).len(), 2, "a dry run changed something");
    let output = env.run_with_stdin(&["user", "passwd", "alice", "--password-stdin"], NEW).ok();
    assert!(output.stderr().contains("backup-job"), "{output:?}");
}

/// A removed account is named as it is shown: it has no password to log in with, and its record and sessions remain.
#[test]
fn user_commands_report_a_removed_account_as_removed() {
    let env = TestEnv::with_users(&["bob"]);
    env.login("bob");
    env.run(&["user", "remove", "bob", "--yes"]).ok();
    let removed = env.field("1", "user");
    assert!(removed.starts_with("bob (removed "), "{removed}");
    let shown = env.run(&["user", "show", &removed, "--format", "json"]).ok().json();
    assert_eq!((&shown["name"], &shown["can_log_in"]), (&removed.as_str().into(), &false.into()));
    assert_eq!((&shown["sessions"], &shown["active_sessions"]), (&1.into(), &0.into()));
    assert!(shown["removed_at"].is_string() && shown["why"].is_string(), "{shown}");
    for command in [
        &["generate", "--user", removed.as_str()][..],
        &["user", "rename", &removed, "eve"],
        &["user", "remove", &removed, "--yes"],
        &["user", "disable", &removed, "--yes"],
        &["user", "enable", &removed],
        &["user", "unlock", &removed],
    ] {
        let output = env.run(command).code(3);
        assert!(output.stderr().contains(&format!("the account '{removed}' was removed")), "{output:?}");
        assert!(output.stderr().contains("sessionctl list --state any --user"), "{output:?}");
        assert!(!output.stderr().contains("user add"), "{output:?}");
    }
    let unknown = "eve (removed 2026-01-31)";
    let output = env.run(&["user", "show", unknown]).code(3);
    assert!(output.stderr().contains("no user") && !output.stderr().contains("user list"), "{output:?}");
    env.add_user("bob");
    let shown = env.run(&["user", "show", "bob", "--format", "json"]).ok().json();
    assert!(shown["removed_at"].is_null(), "{shown}");
}
