//! Where a database may be: not in a folder that others can write, not in memory, not in a home that does not exist.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::harness::TestEnv;

fn make_folder(env: &TestEnv, name: &str, mode: u32) {
    fs::create_dir(env.path(name)).unwrap();
    fs::set_permissions(env.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn database_in_a_folder_that_others_can_write_is_refused() {
    for mode in [0o777, 0o775, 0o770, 0o722, 0o702] {
        let env = TestEnv::empty();
        make_folder(&env, "d", 0o700);
        env.run(&["--db", "d/s.db", "db", "init"]).ok();
        fs::set_permissions(env.path("d"), fs::Permissions::from_mode(mode)).unwrap();
        for args in
            [&["list"][..], &["generate", "--kind", "anonymous"], &["db", "check"], &["db", "backup", "b.db"]]
        {
            let output = env.run(&[&["--db", "d/s.db"], args].concat());
            assert_eq!(output.exit_code(), 1, "{mode:o}: {output:?}");
        }
    }
}

#[test]
fn database_below_a_folder_that_others_can_write_is_refused() {
    let env = TestEnv::empty();
    make_folder(&env, "outer", 0o777);
    make_folder(&env, "outer/inner", 0o700);
    env.run(&["--db", "outer/inner/s.db", "db", "init"]).fails_with(1);
}

/// Whoever owns a folder can replace what is in it, whatever its mode. Only root can give a folder away.
#[test]
fn database_below_a_folder_of_another_user_is_refused() {
    let is_root = rustix::process::geteuid().is_root();
    let is_mapped = fs::read_to_string("/proc/self/uid_map").is_ok_and(|map| map.contains("4294967295"));
    for (user, mode) in [(1_234, 0o755), (65_534, 0o755), (65_534, 0o1777)] {
        let env = TestEnv::empty();
        make_folder(&env, "outer", 0o755);
        make_folder(&env, "outer/inner", 0o700);
        env.run(&["--db", "outer/inner/s.db", "db", "init"]).ok();
        if is_root && is_mapped {
            std::os::unix::fs::chown(env.path("outer"), Some(user), None).unwrap();
            fs::set_permissions(env.path("outer"), fs::Permissions::from_mode(mode)).unwrap();
            for args in [&["list"][..], &["generate", "--kind", "anonymous"]] {
                env.run(&[&["--db", "outer/inner/s.db"], args].concat()).fails_with(1);
            }
        }
    }
}

#[test]
fn database_in_a_sticky_folder_is_accepted() {
    let env = TestEnv::empty();
    make_folder(&env, "sticky", 0o1777);
    env.run(&["--db", "sticky/s.db", "db", "init"]).ok();
    env.run(&["--db", "sticky/s.db", "list"]).ok();
}

/// Runs a command in a mount namespace in which the folder `arch` is read-only.
fn run_read_only(env: &TestEnv, args: &[&str]) -> Option<std::process::Output> {
    let script = "mount --bind arch arch && mount -o remount,ro,bind arch && shift 0 && exec \"$@\"";
    let run = |program: &str, args: &[&str]| {
        Command::new("unshare")
            .args(["-m", "sh", "-c", script, "sh", program])
            .args(args)
            .current_dir(env.path(""))
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .env("HOME", env.path(""))
            .env("SESSIONCTL_DB", "arch/b.db")
            .output()
    };
    run("true", &[]).ok().filter(|output| output.status.success())?;
    run(crate::harness::PROGRAM, args).ok()
}

#[test]
fn database_on_a_read_only_medium_can_be_read() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    make_folder(&env, "arch", 0o700);
    env.run(&["db", "backup", "arch/b.db"]).ok();
    env.write_file("token", token);
    // As a reader leaves them, and `cp -a` takes them along.
    for left in [&[][..], &["-wal"], &["-wal", "-shm"]] {
        for suffix in left {
            env.write_file(&format!("arch/b.db{suffix}"), "");
        }
        read_everything(&env);
    }
    let output = run_read_only(&env, &["revoke", "1", "--yes"]).expect("it could be mounted");
    assert_eq!(output.status.code(), Some(1));
    // What a WAL holds belongs to the database, and cannot be read without its index.
    fs::remove_file(env.path("arch/b.db-shm")).unwrap();
    env.write_file("arch/b.db-wal", "a change");
    let output = run_read_only(&env, &["verify", "@token"]).expect("it could be mounted");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
}

fn read_everything(env: &TestEnv) {
    for args in [
        &["list"][..],
        &["inspect", "1"],
        &["verify", "@token"],
        &["stats"],
        &["db", "info"],
        &["db", "check"],
        &["log", "verify"],
        &["user", "list"],
    ] {
        let Some(output) = run_read_only(env, args) else { return };
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {stderr}");
    }
}

#[test]
fn special_database_names_are_refused_and_create_no_file() {
    for name in [":memory:", "file:x?mode=ro", "file:x", "file:/tmp/x?cache=shared"] {
        let env = TestEnv::empty();
        env.run(&["--db", name, "generate", "--kind", "anonymous"]).code_in(&[1, 2]);
        assert_eq!(fs::read_dir(env.path("")).unwrap().count(), 0, "{name} became a file");
    }
}

#[test]
fn missing_home_folder_is_not_created() {
    let env = TestEnv::empty();
    let home = env.path("no-home");
    let generate = ["generate", "--kind", "anonymous"];
    env.cmd(&generate).without("SESSIONCTL_DB").env("HOME", &home).run().code_in(&[1, 2]);
    assert!(!home.exists(), "a home folder was created");
    env.cmd(&generate).without("SESSIONCTL_DB").env("HOME", "relative").run().code_in(&[1, 2]);
    assert!(!env.path("relative").exists(), "a relative home folder was created");
}
