//! Tables that are kept current: the event streams, the table alone, and who may have them.

use std::time::{Duration, Instant};

use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::ops::logout;

use crate::admin::{at_login, with_login_host};
use crate::scene::{Ask, PASSWORD, Scene, get, post};

/// For a report, or the end of a stream, on a machine that has other work.
const TIMEOUT: Duration = Duration::from_secs(180);
/// The shortest time between two reports.
const REPORT_INTERVAL: Duration = Duration::from_secs(2);

/// As a page of the same origin asks.
fn fetched(path: &str) -> Ask {
    get(path).fetch().with("sec-fetch-site", "same-origin")
}

fn log_in(scene: &Scene, name: &str) -> String {
    let form = format!("name={name}&password={}", PASSWORD.replace(' ', "+"));
    scene.send(at_login(post("/_session/login", &form))).token().expect("a token")
}

#[test]
fn stream_reports_each_newer_event_and_ends_with_its_session() {
    let mut scene = Scene::new();
    let alice = scene.session(Kind::Web, Some("alice"));
    let began = Instant::now();
    let (answer, mut body) = scene.open(fetched("/_session/sessions/events").cookie(alice.as_str()));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let newest = scene.fixture.events().last().expect("an event").id;
    let first = scene.next_part(&mut body, TIMEOUT).expect("a report");
    assert!(first.ends_with(&format!("id: {newest}\ndata: {newest}\n\n")), "{first}");
    let bob = scene.session(Kind::Web, Some("bob"));
    let next = scene.next_part(&mut body, TIMEOUT).expect("a report");
    let newest = scene.fixture.events().last().expect("an event").id;
    assert!(next.contains(&format!("id: {newest}\n")), "{next}");
    assert!(began.elapsed() >= REPORT_INTERVAL, "{:?} after the beginning", began.elapsed());
    scene.fixture.run(|cx| logout::logout(cx, &bob.token())).expect("a logout");
    assert!(scene.next_part(&mut body, TIMEOUT).is_some());
    scene.fixture.run(|cx| logout::logout(cx, &alice.token())).expect("a logout");
    while scene.next_part(&mut body, TIMEOUT).is_some() {}
    let after = scene.send(fetched("/_session/sessions/events").cookie(alice.as_str()));
    assert_eq!((after.status, after.header("location")), (401, None));
}

#[test]
fn streams_of_one_user_are_limited() {
    let mut scene = Scene::new();
    let alice = scene.session(Kind::Web, Some("alice"));
    let bob = scene.session(Kind::Web, Some("bob"));
    let open = |scene: &Scene, token: &str| scene.open(fetched("/_session/sessions/events").cookie(token));
    let mut held: Vec<_> = (0..32).map(|_| open(&scene, alice.as_str())).collect();
    assert!(held.iter().all(|(answer, _)| answer.status == 200));
    assert_eq!(open(&scene, alice.as_str()).0.status, 429);
    assert_eq!(open(&scene, bob.as_str()).0.status, 200);
    held.truncate(31);
    let began = Instant::now();
    while open(&scene, alice.as_str()).0.status == 429 {
        assert!(began.elapsed() < TIMEOUT, "a closed stream is still counted");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn stream_is_no_use_of_its_session() {
    let mut scene = Scene::new();
    let alice = scene.session(Kind::Web, Some("alice"));
    let (_, mut body) = scene.open(fetched("/_session/sessions/events").cookie(alice.as_str()));
    assert!(scene.next_part(&mut body, TIMEOUT).is_some());
    scene.fixture.later(31 * 60);
    assert_eq!(scene.state(alice.id), State::Expired);
    assert_eq!(scene.next_part(&mut body, TIMEOUT), None);
}

#[test]
fn table_alone_is_at_the_login_host_and_for_its_own_pages_only() {
    let mut scene = with_login_host();
    let (alice, root) = (log_in(&scene, "alice"), log_in(&scene, "root"));
    let id = scene.session(Kind::Web, Some("alice")).id;
    let table = scene.send(at_login(fetched("/_session/sessions/table")).cookie(&alice));
    assert_eq!(table.status, 200);
    assert!(table.body.contains(&format!("id=\"session-{id}\"")) && table.body.contains("2 active"));
    assert!(!table.body.contains("<html"), "{}", table.body);
    for (path, token, status) in [
        ("/_session/admin/table?user=alice", &root, 200),
        ("/_session/admin/table?user=alice", &alice, 403),
        ("/_session/admin/events", &alice, 403),
    ] {
        let answer = scene.open(at_login(fetched(path)).cookie(token)).0;
        assert_eq!(answer.status, status, "{path}");
    }
    for site in ["cross-site", "same-site", "none"] {
        for path in ["/_session/sessions/table", "/_session/sessions/events", "/_session/admin/table"] {
            let ask = at_login(get(path)).fetch().with("sec-fetch-site", site).cookie(&root);
            assert_eq!(scene.open(ask).0.status, 403, "{path} {site}");
        }
    }
    // Nothing of it is on the origin of an application, whose scripts could read it.
    let mut scene = Scene::new();
    let alice = scene.session(Kind::Web, Some("alice"));
    assert_eq!(scene.send(fetched("/_session/sessions/table").cookie(alice.as_str())).status, 404);
    let page = scene.send(get("/_session/sessions").navigation().cookie(alice.as_str()));
    assert!(page.body.contains("data-events=") && !page.body.contains("data-table="), "{}", page.body);
}

#[test]
fn stream_of_an_administrator_ends_where_the_login_is_too_old() {
    let mut scene = with_login_host();
    let root = log_in(&scene, "root");
    let (answer, mut body) = scene.open(at_login(fetched("/_session/admin/events")).cookie(&root));
    assert_eq!(answer.status, 200);
    assert!(scene.next_part(&mut body, TIMEOUT).is_some());
    scene.fixture.later(601);
    assert_eq!(scene.next_part(&mut body, TIMEOUT), None);
}

#[test]
fn script_is_the_only_one_and_bound_to_its_content() {
    let mut scene = Scene::new();
    let alice = scene.session(Kind::Web, Some("alice"));
    let page = scene.send(get("/_session/sessions").navigation().cookie(alice.as_str())).body;
    assert_eq!(page.matches("<script").count(), 1, "{page}");
    assert_eq!(page.matches("integrity=\"sha256-").count(), 2, "{page}");
    let name = page.split_once("<script src=\"").expect("a script").1.split('"').next().expect("a name");
    assert!(name.starts_with("live.") && name.ends_with(".js"), "{name}");
    let script = scene.send(get(format!("/_session/{name}")).with("sec-fetch-dest", "script"));
    assert_eq!((script.status, script.body.len() < 3_000), (200, true));
    assert_eq!(script.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    let login = scene.send(get("/_session/login").navigation()).body;
    assert!(!login.contains("<script"), "{login}");
}
