//! What a stranger tries on the running front: bad input of each kind, requests that are two, forms of other sites, slow
//! bodies, and redirects that lead away. Each has one answer, and the front answers the next request as ever.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::front::{Front, PASSWORD};
use crate::http::{Request, get};
use crate::process::PATIENCE;

const LOGIN: &str = "/_session/login?rd=/cart";
const FORM: &str = "application/x-www-form-urlencoded";

/// Sends bytes as they are, and returns all that comes back until the connection closes or is silent.
fn raw(front: &Front, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(front.address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(2))).expect("a timeout");
    stream.write_all(bytes).expect("it is sent");
    let (mut answer, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = stream.read(&mut chunk) {
        answer.extend_from_slice(&chunk[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn form(front: &Front, body: &str) -> Request {
    get(front.address, LOGIN).form(body)
}

#[test]
fn bad_forms_have_a_status_each_and_nothing_is_echoed() {
    let front = Front::start(&[]);
    let right = format!("name=alice&password={}", PASSWORD.replace(' ', "+"));
    let post = || get(front.address, LOGIN).method("POST").navigation();
    let own = || post().with("Sec-Fetch-Site", "same-origin");
    for (what, request, status) in [
        ("no field", form(&front, ""), 400),
        ("no password", form(&front, "name=alice"), 400),
        ("two passwords", form(&front, &format!("{right}&password=x")), 400),
        ("not UTF-8", form(&front, "name=%ff&password=x"), 400),
        ("JSON", own().with("Content-Type", "application/json").body("{}"), 415),
        ("no type", own().body(&right), 415),
        ("a part", own().with("Content-Type", "multipart/form-data; boundary=x").body(&right), 415),
        ("too long", form(&front, &format!("{right}&x={}", "y".repeat(9_000))), 413),
        (
            "another site",
            post().with("Sec-Fetch-Site", "cross-site").with("Content-Type", FORM).body(&right),
            403,
        ),
        (
            "a sister site",
            post().with("Sec-Fetch-Site", "same-site").with("Content-Type", FORM).body(&right),
            403,
        ),
        (
            "a typed address",
            post().with("Sec-Fetch-Site", "none").with("Content-Type", FORM).body(&right),
            403,
        ),
        ("no origin at all", post().with("Content-Type", FORM).body(&right), 403),
        ("an opaque origin", post().with("Origin", "null").with("Content-Type", FORM).body(&right), 403),
        (
            "another origin",
            post().with("Origin", "http://evil.example").with("Content-Type", FORM).body(&right),
            403,
        ),
        ("a script", form(&front, &right).replace("Sec-Fetch-Mode: navigate", "Sec-Fetch-Mode: cors"), 403),
        ("a frame", form(&front, &right).replace("Sec-Fetch-Dest: document", "Sec-Fetch-Dest: iframe"), 403),
        ("another host", form(&front, &right).host("evil.example"), 421),
        ("33 kB of cookies", get(front.address, LOGIN).with("Cookie", &"a=b; ".repeat(6_600)), 431),
    ] {
        let answer = request.send();
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        assert!(answer.header("set-cookie").is_none(), "{what}");
        assert!(!answer.body.contains(PASSWORD), "{what}");
    }
    assert_eq!(front.run(&["list", "--format", "ids"]).trim(), "");
    assert_eq!(form(&front, &right).send().status, 303);
}

#[test]
fn name_or_password_that_nobody_can_have_is_refused_like_a_wrong_one() {
    let front = Front::start(&[]);
    front.run(&["db", "policy", "throttle.free", "100"]);
    front.add_user("bob");
    let words = "The user name or the password is wrong.";
    let time = |name: &str, password: &str| {
        let began = Instant::now();
        let answer = front.login_answer(front.address, name, password);
        assert!(answer.status == 401 && answer.body.contains(words), "{name:.9}: {}", answer.body);
        began.elapsed()
    };
    for (name, password) in [
        ("nobody", PASSWORD.to_owned()),
        (&*"n".repeat(257), PASSWORD.to_owned()),
        ("carol", "a".repeat(1_025)),
        ("dave", "+".repeat(20)),
    ] {
        // The shortest time of each is that without other work on the machine: more rounds only bring them together.
        let began = Instant::now();
        let (mut known, mut other) = (Duration::MAX, Duration::MAX);
        for round in 0.. {
            // Failures are counted, also of names that nobody has.
            front.run(&["user", "unlock", "bob"]);
            known = known.min(time("bob", "wrong password 123"));
            other = other.min(time(&format!("{name}{round}"), &password));
            if other * 3 > known && round >= 2 {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "{name:.9}: {other:?}, and a wrong password takes {known:?}");
        }
    }
}

#[test]
fn redirects_stay_on_the_site() {
    let front = Front::start(&[]);
    let cookie = front.log_in_at(front.address);
    for rd in [
        "//evil.example",
        "/%5cevil.example",
        "https:evil.example",
        "https://evil.example/",
        "/%0d%0aSet-Cookie:%20x=y",
        "/%09/evil.example",
        "%2f%2fevil.example",
        "/_session/logout",
        "/x/..%2f_session/logout",
        "/%2e%2e/_session/logout",
        "@evil.example",
        "javascript:alert(1)",
    ] {
        for page in ["login", "welcome", "start"] {
            let path = format!("/_session/{page}?rd={rd}");
            let answer = get(front.address, &path).navigation().with("Cookie", &cookie).send();
            assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{path}");
        }
    }
    let long = format!("/_session/login?rd=/{}", "a".repeat(5_000));
    let answer = get(front.address, &long).navigation().with("Cookie", &cookie).send();
    assert_eq!(answer.header("location"), Some("/"));
    // What a client says about itself moves no address of ours.
    let gate = get(front.address, "/_session/forward/shop").navigation();
    for (name, value) in [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Uri", "//evil.example/"),
        ("X-Forwarded-Proto", "gopher"),
        ("Forwarded", "host=evil.example"),
        ("X-Original-URL", "/_session/auth/shop/anonymous"),
    ] {
        let answer = gate.clone().with(name, value).send();
        let login = format!("http://localhost:{}/_session/login?rd=/", front.address.port());
        assert_eq!((answer.status, answer.header("location")), (303, Some(&*login)), "{name}");
    }
}

#[test]
fn request_that_hides_another_one_is_answered_once() {
    let front = Front::start(&[]);
    let host = format!("Host: localhost:{}", front.address.port());
    let hidden = format!("GET /healthz HTTP/1.1\r\n{host}\r\n\r\n");
    let shapes = [
        format!(
            "POST /_session/login HTTP/1.1\r\n{host}\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\n{hidden}"
        ),
        format!("POST /_session/login HTTP/1.1\r\n{host}\r\nContent-Length: +5\r\n\r\nabcde{hidden}"),
        format!("POST /_session/login HTTP/1.1\r\n{host}\r\nContent-Length: 0, 0\r\n\r\n{hidden}"),
        format!(
            "POST /_session/login HTTP/1.1\r\n{host}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}"
        ),
        format!(
            "POST /_session/login HTTP/1.1\r\n{host}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"
        ),
        format!(
            "GET /_session/auth/shop HTTP/1.1\r\n{host}\r\nX: y\r\n Content-Length: 3\r\n\r\nabc{hidden}"
        ),
        format!("GET /_session/auth/shop HTTP/1.1\r\n{host}\r\nContent-Length : 3\r\n\r\nabc{hidden}"),
        format!("GET /_session/auth/shop HTTP/1.1\n{host}\nX: \0\n\n{hidden}"),
        format!(
            "POST /_session/login HTTP/1.1\r\n{host}\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n{hidden}"
        ),
        format!(
            "POST /_session/login HTTP/1.1\r\n{host}\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{hidden}"
        ),
    ];
    for shape in shapes {
        let answer = raw(&front, shape.as_bytes());
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{shape:?}: {answer}");
        assert!(!answer.contains("HTTP/1.1 200"), "{shape:?}: {answer}");
    }
    // Content-Length beside Transfer-Encoding: the chunks count, and what follows them is a request of its own.
    let both = format!(
        "POST /_session/login HTTP/1.1\r\n{host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    );
    assert!(raw(&front, both.as_bytes()).matches("HTTP/1.1 ").count() <= 1);
    assert_eq!(get(front.address, "/healthz").send().status, 200);
}

#[test]
fn slow_bodies_get_408_and_hold_nobody_up() {
    let front = Front::start(&[]);
    let head = format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: localhost:{}\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\n\
         Content-Type: {FORM}\r\n",
        front.address.port()
    );
    let endless = format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\nname=\r\n");
    let dripping = format!("{head}Content-Length: 200\r\n\r\n");
    let slow: Vec<_> = [(endless, false), (dripping, true)]
        .into_iter()
        .map(|(bytes, drips)| {
            let mut stream = TcpStream::connect(front.address).expect("a connection");
            stream.write_all(bytes.as_bytes()).expect("it is sent");
            std::thread::spawn(move || {
                let began = Instant::now();
                while drips && began.elapsed() < Duration::from_secs(12) && stream.write_all(b"x").is_ok() {
                    sleep(Duration::from_secs(1));
                }
                let mut answer = String::new();
                stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
                let mut chunk = [0; 4096];
                if let Ok(read) = stream.read(&mut chunk) {
                    answer.push_str(&String::from_utf8_lossy(&chunk[..read]));
                }
                answer
            })
        })
        .collect();
    assert_eq!(front.login_answer(front.address, "alice", PASSWORD).status, 303);
    for thread in slow {
        let answer = thread.join().expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
}

#[test]
fn visitors_of_one_address_start_a_limited_number_of_sessions() {
    let front = Front::start(&[]);
    front.run(&["db", "policy", "serve.logins_per_address", "1"]);
    let start = |address: &str| {
        get(front.address, "/_session/start?rd=/").navigation().with("X-Forwarded-For", address).send().status
    };
    let (began, mut started) = (Instant::now(), 0);
    let refused = loop {
        match start("203.0.113.7") {
            303 => started += 1,
            status => break status,
        }
        assert!(began.elapsed() < PATIENCE, "{started} sessions of one address");
    };
    // One more in two seconds, while the first ones are started.
    let most = 31 + began.elapsed().as_secs() / 2;
    assert!(refused == 429 && (30..=most).contains(&started), "{refused} after {started}, {most} at most");
    assert_eq!(start("203.0.113.8"), 303);
    // Whoever only looks at what is there starts nothing.
    let before = front.run(&["list", "--format", "ids"]).lines().count();
    let head = get(front.address, "/_session/start?rd=/").method("HEAD").navigation().send();
    assert_eq!((head.status, head.header("allow")), (405, Some("GET")));
    assert_eq!(front.run(&["list", "--format", "ids"]).lines().count(), before);
}
