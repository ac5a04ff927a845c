//! The README's examples, run as they stand: each block behind `<!-- tested -->`, in order, in one home that is
//! made for it. A small server on this machine stands in for the site.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// The blocks of shell behind the marker, in order.
fn examples(readme: &str) -> Vec<String> {
    let fence = "```";
    readme
        .split("<!-- tested -->\n")
        .skip(1)
        .map(|rest| {
            let body = rest.strip_prefix("```sh\n").expect("a tested block is a block of sh");
            body.split(fence).next().expect("a block ends").to_owned()
        })
        .collect()
}

/// A site that answers every request with 200 and says whether a cookie came along.
fn site() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let mut cookie = false;
            while let Some(Ok(line)) = lines.next() {
                cookie |= line.to_lowercase().starts_with("cookie: __host-session=");
                if line.is_empty() {
                    break;
                }
            }
            let body = if cookie { "orders of the one with the cookie\n" } else { "who are you?\n" };
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
        }
    });
    format!("http://{address}")
}

fn run(script: &str, home: &Path, site: &str) -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_sessionctl")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(home)
        .env_clear()
        .envs([("PATH", path.as_str()), ("SITE", site), ("LC_ALL", "C.UTF-8")])
        .env("HOME", home)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}\nended with {}\n{stdout}\n{stderr}", output.status);
    stdout.into_owned()
}

#[test]
fn every_example_of_the_readme_runs() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let home = tempfile::tempdir().unwrap();
    let site = site();
    // What someone pasted: a line with a token that no database knows.
    fs::write(
        home.path().join("access.log"),
        format!("GET /?session={} 200\n", "0123456789abcdef".repeat(4)),
    )
    .unwrap();
    let outputs: Vec<String> =
        examples(&readme).iter().map(|script| run(script, home.path(), &site)).collect();
    assert_eq!(outputs.len(), 4, "a block was added or lost its marker");
    assert!(outputs[0].contains("active\n") && outputs[0].ends_with("revoked\n"), "{}", outputs[0]);
    assert!(
        outputs[2].contains("orders of the one with the cookie"),
        "curl brought no cookie: {}",
        outputs[2]
    );
    assert!(outputs[2].contains("exit code 7"), "{}", outputs[2]);
    assert!(outputs[3].contains("[\"laptop\"]"), "the cart did not survive the login: {}", outputs[3]);
    assert!(outputs[3].contains("the old token is dead: 5"), "{}", outputs[3]);
    assert!(outputs[3].contains("idle for half an hour: 4"), "{}", outputs[3]);
    assert!(outputs[3].contains("unless the database is asked: 5"), "{}", outputs[3]);
}
