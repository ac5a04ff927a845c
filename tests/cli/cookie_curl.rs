//! `cookie parse` on what the real curl prints for redirects, challenges, proxies and interim responses. The server's
//! bodies look like messages with cookies.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use crate::harness::TestEnv;

const BODY: &str = "HTTP/1.1 200 OK\r\nSet-Cookie: evil=1\r\n\r\n<p>\r\nSet-Cookie: evil=2\r\n\r\n\
    GET / HTTP/1.1\r\nCookie: evil=3\r\n< HTTP/1.1 200 OK\r\n< Set-Cookie: evil=4\r\n";

/// Answers requests until the test ends. Returns the address.
fn serve() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || while answer(&connection).is_some() {});
        }
    });
    address
}

/// Answers one request. `None` at the end of the connection.
fn answer(mut connection: &TcpStream) -> Option<()> {
    let mut lines = BufReader::new(connection);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        (lines.read_line(&mut head).ok()? > 0).then_some(())?;
    }
    if head.contains("Expect: 100-continue") {
        connection.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    if head.starts_with("POST") {
        lines.read_exact(&mut [0; 3]).ok()?;
    }
    let page = |status: &str, fields: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\n{fields}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    let is_anonymous = !head.contains("\r\nAuthorization: Digest");
    let response = match head.split(' ').nth(1)? {
        _ if head.starts_with("CONNECT") => "HTTP/1.1 200 Connection established\r\n\r\n".to_owned(),
        "/moved" => page("302 Found", "Location: /page\r\nSet-Cookie: moved=1", "Set-Cookie: evil=5\r\n"),
        "/secret" if is_anonymous => page(
            "401 Unauthorized",
            "WWW-Authenticate: Digest realm=x, nonce=y\r\nSet-Cookie: asked=1",
            "no\r\n",
        ),
        _ => page("200 OK", "Set-Cookie: page=1; Path=/", BODY),
    };
    connection.write_all(response.as_bytes()).ok()
}

#[test]
fn parse_reads_the_heads_that_curl_prints_and_no_body() {
    let env = TestEnv::empty();
    let address = serve();
    for (options, path, expected) in [
        ("-i", "/page", "page"),
        ("-i", "/moved", "moved"),
        ("-i -L", "/moved", "moved page"),
        ("-v", "/page", "page"),
        ("-v -L", "/moved", "moved page"),
        ("-v -i -L", "/moved", "moved page"),
        ("-I -L", "/moved", "moved page"),
        ("-i --digest -u a:b", "/secret", "asked page"),
        ("-v --digest -u a:b", "/secret", "asked page"),
        ("-i -H 'Expect: 100-continue' -d abc", "/page", "page"),
        ("-v -H 'Expect: 100-continue' -d abc", "/page", "page"),
        (&format!("-i -p -x {address}"), "/page", "page"),
        (&format!("-v -L -p -x {address}"), "/moved", "moved page"),
    ] {
        let script = format!("curl -sS --noproxy '' --max-time 180 {options} {address}{path} > printed 2>&1");
        env.bash(&script).run().ok();
        let names =
            env.run(&["cookie", "parse", "@printed", "--format", "csv", "--fields", "name"]).ok().stdout();
        let names: Vec<&str> = names.lines().skip(1).collect();
        let printed = std::fs::read_to_string(env.path("printed")).unwrap();
        assert_eq!(names.join(" "), expected, "curl {options} {path} printed\n{printed}");
    }
}
