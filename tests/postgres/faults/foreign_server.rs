//! Other products, older releases and hostile servers: refused before any statement that creates something, with bounded
//! lengths and without control characters.

use std::io::Write as _;
use std::time::{Duration, Instant};

use super::assert_fault;
use super::fake::{about, error, listen, message, server};

/// Any token: the server is refused before it is looked up.
const TOKEN: &str = "sctl_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn server_that_is_too_old_is_refused_before_any_table_is_created() {
    for (number, release) in [("140010", "PostgreSQL 14"), ("80002", "PostgreSQL 8")] {
        let program = server(about(&format!("{release}.2 on x86_64"), number));
        assert_fault(&program.run(&["verify", TOKEN]), 1, &[release, "older", "PostgreSQL 15"]);
        assert_fault(&program.run(&["db", "init"]), 1, &[release, "older"]);
    }
}

#[test]
fn other_product_that_speaks_the_protocol_is_no_supported_server() {
    for (code, text) in [
        ("42883", "unknown function name: current_setting(STRING)"),
        ("00000", "there is no matching function `current_setting`"),
        ("42704", "unrecognized configuration parameter \"server_version_num\""),
    ] {
        let program = server(error(code, text));
        for args in [&["verify", TOKEN][..], &["db", "init"]] {
            assert_fault(&program.run(args), 1, &["not a supported server"]);
        }
    }
    for (version, number) in [("Redshift 1.0", "160000"), ("PostgreSQL 16 on x", "sixteen")] {
        let program = server(about(version, number));
        assert_fault(&program.run(&["db", "init"]), 1, &["not a supported server"]);
    }
}

#[test]
fn text_of_a_server_reaches_the_terminal_without_control_characters_and_bounded() {
    let long = format!("\x1b]0;owned\x07\x1b[2J\r\u{202e}{}", "x".repeat(100_000));
    let output = server(error("28000", &long)).run(&["verify", TOKEN]);
    assert_fault(&output, 1, &["refused access"]);
    assert!(output.stderr.len() < 2_000, "{} bytes", output.stderr.len());
}

#[test]
fn lengths_that_a_server_claims_are_not_believed() {
    let ready = b"Z\0\0\0\x05I".to_vec();
    let start = [message(b'1', b""), message(b'2', b"")].concat();
    for claimed in [
        // A message of 2 GB, or of less than its own length.
        b"D\x7f\xff\xff\xff\0\x02".to_vec(),
        b"D\0\0\0\x01".to_vec(),
        // More columns and bytes than there are.
        message(b'T', b"\x7f\xff"),
        message(b'D', b"\0\x01\x7f\xff\xff\xff"),
        message(b'D', b"\xff\xff\xff\xff\xff\xfe"),
        // Messages that belong nowhere.
        message(b'G', b"\0\0\0"),
        message(b'?', b"what"),
    ] {
        let answer = [start.clone(), claimed.clone(), ready.clone()].concat();
        let program = listen(move |mut stream| {
            let authenticated = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
            let _ = stream.write_all(authenticated).and_then(|()| stream.write_all(&answer));
            // The client's words are not read: it has to notice by itself.
            std::thread::sleep(Duration::from_millis(500));
        });
        let begun = Instant::now();
        let output = program.run(&["verify", TOKEN]);
        assert_fault(&output, 1, &[]);
        assert!(begun.elapsed() < Duration::from_secs(180), "{claimed:?}");
    }
}
