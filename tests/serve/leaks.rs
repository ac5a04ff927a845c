//! No secret of a run is where others can read it: each token, code and password is searched for in the log, the database
//! and its side files, the metrics, and a core file.

use std::fs;
use std::time::Duration;

use serde_json::json;

use crate::api::Api;
use crate::front::{Front, PASSWORD, free_address};
use crate::http::{Answer, Request, get};

const WRONG: &str = "a password that is not hers";

/// What a browser and a program get to know in a run.
struct Secrets(Vec<String>);

impl Secrets {
    fn add(&mut self, secret: &str) {
        assert!(secret.len() >= 16, "{secret:?} is no secret");
        self.0.push(secret.to_owned());
    }

    /// The value of the first cookie that an answer sets.
    fn cookie(&mut self, answer: &Answer) -> String {
        let cookie = answer.cookie().unwrap_or_else(|| panic!("no cookie in {answer:?}"));
        let value = cookie.split_once('=').expect("a pair").1;
        self.add(value.split('.').next().expect("a part"));
        cookie
    }

    /// Nothing of it is in these bytes: as text, or as the bytes that the text stands for.
    fn search(&self, place: &str, bytes: &[u8]) {
        for secret in &self.0 {
            let raw = decode(secret);
            for form in [Some(secret.as_bytes()), raw.as_deref()].into_iter().flatten() {
                let found = bytes.windows(form.len()).any(|part| part == form);
                assert!(!found, "{secret} is in {place}");
            }
        }
    }
}

/// The bytes of a text in hexadecimal.
fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix("sctl_").unwrap_or(text).as_bytes();
    let pairs = text.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    pairs.collect::<Option<Vec<u8>>>().filter(|bytes| bytes.len() >= 16)
}

/// A front with a login host, at the same address as its site.
struct World {
    front: Front,
    login: String,
}

impl World {
    fn at_login(&self, request: Request) -> Request {
        request.host(&self.login)
    }

    fn get(&self, path: &str) -> Request {
        get(self.front.address, path).navigation()
    }

    /// A login at the login host, and the return to the site with its code.
    fn single_sign_on(&self, secrets: &mut Secrets) {
        let begun = self.get("/_session/login?rd=/cart").send();
        let state = secrets.cookie(&begun);
        let to = begun.header("location").expect("the login host").to_owned();
        let path = &to[to.find("/_session").expect("a page")..];
        let form = |password: &str| format!("name=alice&password={}", password.replace(' ', "+"));
        let wrong = self.at_login(get(self.front.address, path)).form(&form(WRONG)).send();
        assert_eq!(wrong.status, 401);
        let entered = self.at_login(get(self.front.address, path)).form(&form(PASSWORD)).send();
        secrets.cookie(&entered);
        let to = entered.header("location").expect("the site").to_owned();
        let query = to.split_once("code=").unwrap_or_else(|| panic!("no code in {to}")).1;
        secrets.add(query.split('&').next().expect("a code"));
        let callback = &to[to.find("/_session").expect("a page")..];
        let entered = self.get(callback).with("Cookie", &state).send();
        let cookie = secrets.cookie(&entered);
        assert_eq!(self.front.gate(&cookie), 200);
        // Again: refused, and the session ended.
        assert_eq!(self.get(callback).with("Cookie", &state).send().status, 400);
        assert_eq!(self.front.gate(&cookie), 401);
    }

    fn programs(&self, api: &Api, secrets: &mut Secrets) {
        let login = api.post("/v1/login", &json!({"name": "alice", "password": PASSWORD, "app": "shop"}));
        let login = login.expect("an answer");
        let body: serde_json::Value = serde_json::from_str(&login.body).expect("JSON");
        let token = body["token"].as_str().unwrap_or_else(|| panic!("{login:?}"));
        secrets.add(token);
        let rotated = api.rotate(token).expect("a new token");
        secrets.add(&rotated);
        // The old one is presented again, and its session ends.
        assert_eq!(self.front.gate(&format!("__Host-Http-session={token}")), 401);
        let refused = api.post("/v1/login", &json!({"name": "alice", "password": WRONG}));
        assert_eq!(refused.map(|answer| answer.status), Some(401));
        secrets.add(&api.anonymous().expect("a token"));
    }
}

#[test]
fn run_leaves_no_secret_where_others_can_read() {
    let (api_address, site) = (free_address(), free_address());
    let login = format!("login.localhost:{}", site.port());
    let origin = format!("http://{login}");
    let api_flag = api_address.to_string();
    let flags = ["--log", "json", "--login", origin.as_str(), "--api", api_flag.as_str()];
    let mut world = World { front: Front::start_behind(site, site, &flags), login };
    let mut secrets = Secrets(vec![
        PASSWORD.to_owned(),
        PASSWORD.replace(' ', "+"),
        WRONG.to_owned(),
        WRONG.replace(' ', "+"),
    ]);
    let api = Api::new(&world.front, api_address);
    secrets.add(api.token());
    world.single_sign_on(&mut secrets);
    world.programs(&api, &mut secrets);
    // What was typed in the wrong place, and what a thief may try.
    world.get(&format!("/_session/login?rd=/{}", secrets.0[6])).send();
    world.get(&format!("/_session/auth/shop?token={}", secrets.0[6])).send();
    std::thread::sleep(Duration::from_millis(1_200));

    let metrics = get(api_address, "/metrics").send();
    assert!(metrics.body.contains("sessionctl_gate_answers"), "{metrics:?}");
    secrets.search("/metrics", metrics.body.as_bytes());
    world.core_file(&secrets);
    for name in ["sessions.db", "sessions.db-wal", "sessions.db-shm", "serve.log"] {
        // The side files are gone where they were written back.
        let bytes = fs::read(world.front.path(name)).unwrap_or_default();
        assert!(!bytes.is_empty() || name.contains('-'), "{name}");
        secrets.search(name, &bytes);
    }
    for words in [&["log", "--format", "jsonl"][..], &["list", "--all", "--format", "jsonl"], &["db", "info"]]
    {
        secrets.search(&words.join(" "), world.front.run(words).as_bytes());
    }
    crate::long::report(
        "secrets of a run searched for",
        secrets.0.len(),
        "log, database, side files, /metrics, core",
    );
}

impl World {
    /// A front that is killed with all of this in its memory leaves no core file.
    fn core_file(&mut self, secrets: &Secrets) {
        let limits =
            fs::read_to_string(format!("/proc/{}/limits", self.front.process_id())).expect("it runs");
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
        assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "{core}");
        self.front.signal("-ABRT");
        self.front.kill();
        for entry in fs::read_dir(self.front.path("")).expect("a folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(!name.starts_with("core"), "{name}");
            secrets.search(&name, &fs::read(entry.path()).unwrap_or_default());
        }
    }
}
