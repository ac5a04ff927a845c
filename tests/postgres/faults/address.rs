//! Addresses that cannot be one, and servers that are not there or do not answer.

use std::time::{Duration, Instant};

use super::assert_fault;
use super::fake::listen;
use crate::program::Program;

const TOKEN: &str = "sctl_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// Two hosts' time to connect, each tried twice, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

fn at(url: &str) -> Program {
    Program { url: url.to_owned() }
}

#[test]
fn address_that_cannot_be_one_is_refused_by_the_part_that_is_wrong() {
    for (url, part) in [
        ("mysql://ann:s3cret@127.0.0.1/app", "mysql"),
        ("postgres://ann:s3cret@127.0.0.1:0/app", "port"),
        ("postgres://ann:s3cret@127.0.0.1:65536/app", "port"),
        ("postgres://ann:s3cret@127.0.0.1/app?unknown=1", "unknown"),
        ("postgres://ann:s3cret@127.0.0.1/app?sslmode=prefer", "sslmode"),
        ("postgres://ann:s3cret@127.0.0.1/app?connect_timeout=0", "connect_timeout"),
        ("postgres://ann:s3cret@a,b,c/app?port=1,2", "3 hosts and 2 ports"),
        ("postgres://ann:%zz@127.0.0.1/app", "password"),
    ] {
        for args in [&["verify", TOKEN][..], &["db", "init"], &["revoke", "--all", "--yes"]] {
            let output = at(url).run(args);
            assert_fault(&output, 2, &[part]);
            assert!(!String::from_utf8_lossy(&output.stderr).contains("s3cret"), "{url}");
        }
    }
    let twice = at("").run(&["--db", "postgres://a/x", "--db", "postgres://b/y", "list"]);
    assert_fault(&twice, 2, &["--db"]);
}

#[test]
fn server_that_is_not_there_or_does_not_answer_is_reported_with_its_address() {
    let silent = listen(|stream| {
        std::thread::sleep(PATIENCE * 2);
        drop(stream);
    });
    let closing = listen(drop);
    for (program, words) in [
        (at("postgres://ann@127.0.0.1:1/app"), &["127.0.0.1:1", "refused"][..]),
        (at("postgres://ann@no-such-host.invalid:6000/app?sslmode=disable"), &["no-such-host.invalid:6000"]),
        (at("postgres://ann@%2Fno%2Fsuch%2Ffolder/app"), &["folder"]),
        (Program { url: silent.url.clone() }, &["127.0.0.1:"]),
        (closing, &["127.0.0.1:"]),
    ] {
        for args in [&["verify", TOKEN][..], &["revoke", "--all", "--yes"]] {
            let begun = Instant::now();
            let output = program.run(args);
            assert_fault(&output, 1, &["cannot reach", "check the address"]);
            assert_fault(&output, 1, words);
            assert!(begun.elapsed() < PATIENCE, "{}: {:?}", program.url, begun.elapsed());
        }
    }
}
