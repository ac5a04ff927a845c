//! Files that the program writes: never through a link, never under a name that means something else.

use std::fs;
use std::os::unix::fs::symlink;

use crate::harness::TestEnv;

#[test]
fn man_does_not_write_through_a_symbolic_link() {
    for page in ["sessionctl.1", "sessionctl-verify.1"] {
        let env = TestEnv::empty();
        fs::create_dir(env.path("m")).unwrap();
        env.write_file("victim", "precious");
        symlink(env.path("victim"), env.path("m").join(page)).unwrap();
        env.run(&["man", "m"]).code(1);
        assert_eq!(fs::read(env.path("victim")).unwrap(), b"precious", "{page} was written through");
    }
}

#[test]
fn man_writes_into_no_file_of_another_name_and_waits_for_no_pipe() {
    let env = TestEnv::empty();
    fs::create_dir(env.path("m")).unwrap();
    env.write_file("victim", "precious");
    fs::hard_link(env.path("victim"), env.path("m/sessionctl.1")).unwrap();
    env.run(&["man", "m"]).fails_with(1);
    assert_eq!(fs::read(env.path("victim")).unwrap(), b"precious");
    fs::remove_file(env.path("m/sessionctl.1")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(env.path("m/sessionctl.1")).status().unwrap().success());
    env.run(&["man", "m"]).fails_with(1);
    fs::remove_file(env.path("m/sessionctl.1")).unwrap();
    env.write_file("m/sessionctl.1", "an older page");
    env.run(&["man", "m"]).ok();
    assert!(fs::read(env.path("m/sessionctl.1")).unwrap().starts_with(b"."));
}

#[test]
fn man_does_not_create_the_target_of_a_dangling_link() {
    let env = TestEnv::empty();
    fs::create_dir(env.path("m")).unwrap();
    symlink(env.path("nowhere"), env.path("m/sessionctl.1")).unwrap();
    env.run(&["man", "m"]).code(1);
    assert!(!env.path("nowhere").exists(), "a file was created through a link");
}

#[test]
fn backup_does_not_write_through_a_symbolic_link() {
    let env = TestEnv::new();
    env.write_file("victim", "precious");
    symlink(env.path("victim"), env.path("copy.db")).unwrap();
    symlink(env.path("nowhere"), env.path("dangling.db")).unwrap();
    env.run(&["db", "backup", "copy.db"]).fails_with(1);
    env.run(&["db", "backup", "dangling.db"]).fails_with(1);
    assert_eq!(fs::read(env.path("victim")).unwrap(), b"precious");
    assert!(!env.path("nowhere").exists());
}

#[test]
fn backup_to_a_dash_creates_no_file_of_that_name() {
    let env = TestEnv::new();
    env.cmd(&["db", "backup", "-"]).stdout_to("/dev/null").run_with_redirected_stdout().code_in(&[0, 2]);
    assert!(!env.path("-").exists(), "a file named - was created");
}
