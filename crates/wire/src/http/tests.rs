//! What clients print, and bodies that look like it.

use super::*;

/// What begins a message that must not be taken for one.
const EVIL: &str = "HTTP/1.1 200 OK\r\nSet-Cookie: evil=1\r\n\r\n<p>\r\nSet-Cookie: evil=2\r\n\r\n\
    GET / HTTP/1.1\r\nCookie: evil=3\r\n\r\n  HTTP/1.1 200 OK\r\n  Set-Cookie: evil=4\r\n< HTTP/1.1 200 OK\r\n\
    < Set-Cookie: evil=5\r\n> GET / HTTP/1.1\r\n> Cookie: evil=6\r\n\
    * x\r\n> GET / HTTP/1.1\r\n> Cookie: evil=7\r\n> \r\n* x\r\n< HTTP/1.1 200 OK\r\n< Set-Cookie: evil=8\r\n< \r\n\
    HTTP request sent, awaiting response... \r\n  HTTP/1.1 200 OK\r\n  Set-Cookie: evil=9\r\n";

/// The lines with "ookie" that are no body.
fn cookies(text: &str) -> Vec<&str> {
    let is_cookie = |line: &str| line.to_ascii_lowercase().contains("cookie:");
    let shown = parts(text).filter(|(_, part, line)| *part != Part::Body && is_cookie(line));
    shown.map(|(_, _, line)| line.trim_start_matches(['<', '>', ' '])).collect()
}

#[test]
fn message_behind_one_without_a_body_is_read() {
    let last = format!("HTTP/1.1 200 OK\r\nSet-Cookie: b=2\r\nContent-Length: 300\r\n\r\n{EVIL}");
    for first in [
        "",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 99\r\n\r\n",
        "HTTP/2 303 \r\nlocation: /\r\n\r\n",
        "HTTP/1.1 200 Connection established\r\n\r\n",
        "HTTP/1.0 200 Connection Established\r\nProxy-agent: x\r\n\r\n",
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\nHTTP/1.1 200 Connection established\r\n\r\n",
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=x\r\nContent-Length: 3\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n\r\n",
        "$ curl -i https://a.example/\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\":1}\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\r\n    \"a\": 1\r\n}\r\n\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\na=1&b=2\r\n",
    ] {
        assert_eq!(cookies(&format!("{first}{last}")), ["Set-Cookie: b=2"], "{first}");
        assert_eq!(cookies(&format!("{first}{last}").replace("\r\n", "\n")), ["Set-Cookie: b=2"], "{first}");
    }
}

#[test]
fn message_in_a_body_is_not_read() {
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
        "HTTP/2 404 \r\n\r\n",
        "HTTP/1.1 401 Unauthorized\r\n\r\n",
        "HTTP/1.1 302 Found\r\n\r\nmoved\r\n",
        "HTTP/1.1 302 Found\r\n\r\n<p>\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 999\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\na=1&b=2&c=3\r\nx\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{\r\n  \"a\": 1\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 900\r\n\r\n{\r\n  \"a\": 1\r\n}\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\nx\r\n",
        "< HTTP/1.1 200 OK\r\n< \r\n",
        "> GET / HTTP/1.1\r\n> \r\n< HTTP/1.1 200 OK\r\n<\r\n{ [9 bytes data]\r\n",
        "> GET / HTTP/1.1\r\n>\r\n< HTTP/1.1 302 Found\r\n<\r\nmoved\r\n",
        "  HTTP/1.1 200 OK\r\n  A: b\r\n",
        "HTTP/1.1 200 OK\r\n\r\n* Connection #0 to host a left intact\r\n",
    ] {
        assert_eq!(cookies(&format!("{head}{EVIL}")), [""; 0], "{head}");
        assert_eq!(cookies(&format!("{head}\r\n{EVIL}")), [""; 0], "{head}");
    }
}

#[test]
fn remarks_in_a_body_begin_no_message() {
    let forged = "* Connection #0 to host a left intact\n> GET / HTTP/1.1\n> Cookie: evil=1\n> \n* x\n\
        < HTTP/1.1 200 OK\n< Set-Cookie: evil=2\n";
    for head in [
        "> GET / HTTP/1.1\n> \n< HTTP/1.1 200 OK\n< \n",
        "> GET / HTTP/1.1\n> \n< HTTP/1.1 200 OK\n< \n{ [9 bytes data]\n",
        "> GET / HTTP/1.1\n> \n< HTTP/1.1 302 Found\n< \nmoved\n",
        "> GET / HTTP/1.1\n> \n< HTTP/1.1 302 Found\n< \n\n",
        "  HTTP/1.1 200 OK\n  A: b\nLength: 9\nHTTP request sent, awaiting response... \n",
    ] {
        assert_eq!(cookies(&format!("{head}{forged}")), [""; 0], "{head}");
        assert_eq!(cookies(&format!("{head}{{ [9 bytes data]\n{forged}")), [""; 0], "{head}");
    }
}

#[test]
fn redirect_behind_a_meter_is_read() {
    let trace = "< HTTP/1.1 302 Found\n< Set-Cookie: a=1\n< \n* Ignoring the response-body\n{ [28 bytes data]\n\
        \r100    28  100    28    0     0   1.4k      0 --:--:-- --:--:-- --:--:--  1473\n\
        * Connection #0 to host a left intact\n> GET /p HTTP/1.1\n> Cookie: b=2\n> \n";
    assert_eq!(cookies(trace), ["Set-Cookie: a=1", "Cookie: b=2"]);
}

#[test]
fn trace_is_read_by_its_marks() {
    let trace = "*   Trying 127.0.0.1:80...\n> GET /r HTTP/1.1\n> Cookie: a=1\n> \n< HTTP/1.1 302 Found\n\
        * Added cookie a=\"1\"\nSet-Cookie: evil=1\n< Set-Cookie: b=2\n< Content-Length: 28\n< \n\
        * Ignoring the response-body\n{ [28 bytes data]\n* Re-using existing connection #0\n> GET /p HTTP/1.1\n\
        > Cookie: c=3\n> \n< HTTP/1.1 100 Continue\n} [3 bytes data]\n* We are completely uploaded and fine\n\
        < HTTP/1.1 200 OK\n< Set-Cookie: d=4\n< \n{ [105 bytes data]\n";
    let expected = ["Cookie: a=1", "Set-Cookie: b=2", "Cookie: c=3", "Set-Cookie: d=4"];
    assert_eq!(cookies(&format!("{trace}{EVIL}")), expected);
    let meter = "\r  0     0    0 --:--:--  0:00:01 --:--:--     0\r  0     0    0 --:--:--  0:00:02 --:--:--     0< HTTP/1.1 200";
    assert_eq!(
        cookies(&format!("{}{EVIL}", trace.replace("< HTTP/1.1 200", meter))),
        expected,
        "a slow answer"
    );
    let received: String =
        trace.lines().filter(|line| line.starts_with('<')).map(|l| format!("{l}\n")).collect();
    assert_eq!(cookies(&received), [expected[1], expected[3]], "filtered by a user");
    let wget = "--2026-11-26--  http://a/r\nHTTP request sent, awaiting response... \n  HTTP/1.1 302 Found\n\
        \x20 Set-Cookie: a=1\nLocation: /page [following]\nHTTP request sent, awaiting response... \n\
        \x20 HTTP/1.1 200 OK\n  Set-Cookie: b=2\nLength: 105 [text/plain]\n";
    assert_eq!(
        cookies(&format!("{wget}{}", EVIL.replace("  HTTP", "\n  HTTP"))),
        ["Set-Cookie: a=1", "Set-Cookie: b=2"]
    );
    let quiet = "  HTTP/1.1 302 Found\n  Set-Cookie: a=1\n  HTTP/1.1 200 OK\n  Set-Cookie: b=2\n";
    assert_eq!(cookies(&format!("{quiet}{EVIL}")), ["Set-Cookie: a=1", "Set-Cookie: b=2"]);
    let indented =
        "    HTTP/1.1 302 Found\n    Set-Cookie: a=1\n\n    HTTP/1.1 200 OK\n    Set-Cookie: b=2\n\n    ";
    assert_eq!(
        cookies(&format!("{indented}{}", EVIL.replace("\r\n", "\n    "))),
        ["Set-Cookie: a=1", "Set-Cookie: b=2"]
    );
}

#[test]
fn text_without_a_message_has_no_body() {
    for text in [
        "Set-Cookie: a=1\n\nSet-Cookie: b=2\n",
        "1.2.3.4 \"GET / HTTP/1.1\" 200\n\nCookie: a=1\nCookie: b=2\n",
    ] {
        assert_eq!(cookies(text).len(), 2, "{text}");
        assert!(parts(text).all(|(_, part, _)| part == Part::Outside), "{text}");
    }
}
