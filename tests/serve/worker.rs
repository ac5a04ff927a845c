//! A service worker that the application's origin registers over the pages, in a real Chromium: what it can read, and what
//! not. SECURITY.md and `serve --help` say the same.

use std::fs;
use std::process::Command;

use crate::browser::{Browser, ENTER, TAB};
use crate::front::{Front, PASSWORD, Process, free_address};
use crate::http::get;
use crate::programs::NGINX;

/// Keeps what it sees of our pages. With `?pass` it asks for them itself; without, it leaves them to the browser.
const WORKER: &str = "
const passes = location.search === '?pass', seen = [];
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil(clients.claim()));
self.addEventListener('fetch', event => {
  if (!event.request.url.includes('/_session/')) return;
  const sent = event.request.method === 'POST' ? event.request.clone().text() : Promise.resolve('');
  event.waitUntil(sent.then(text => seen.push('sent ' + text)));
  if (passes) event.respondWith(fetch(event.request).then(async answer => {
    seen.push(answer.status + ' ' + await answer.clone().text());
    return answer;
  }));
});
self.addEventListener('message', event => event.ports[0].postMessage(seen));
";

/// Registers the worker, and waits until it controls the page.
fn register(browser: &Browser, site: &str, query: &str) {
    browser.open(&format!("{site}/app.html"));
    let script = format!(
        "for (const old of await navigator.serviceWorker.getRegistrations()) await old.unregister();
         await navigator.serviceWorker.register('/worker.js{query}', {{scope: '/'}});
         await navigator.serviceWorker.ready; return true"
    );
    assert_eq!(browser.run(&script), true);
    browser.open(&format!("{site}/app.html"));
    browser.arrives("the worker controls the page", |browser| {
        browser.run("return navigator.serviceWorker.controller !== null") == true
    });
}

/// What the worker has seen.
fn seen(browser: &Browser, site: &str) -> String {
    browser.open(&format!("{site}/app.html"));
    let script = "const channel = new MessageChannel();
        const seen = new Promise(done => channel.port1.onmessage = event => done(event.data.join('\\n')));
        navigator.serviceWorker.controller.postMessage('', [channel.port2]); return await seen";
    browser.run(script).as_str().unwrap_or_default().to_owned()
}

/// The site's own files, and our pages below its prefix.
fn site(front: &Front, nginx: &std::path::Path) -> Process {
    let folder = front.path("").display().to_string();
    fs::create_dir(front.path("www")).expect("a folder");
    fs::write(front.path("www/worker.js"), WORKER).expect("a file");
    fs::write(front.path("www/app.html"), "<!doctype html><title>app</title><h1>app</h1>").expect("a file");
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("{kind}_temp_path {folder}/{kind};"))
        .collect();
    let text = format!(
        "worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log; daemon off; master_process off; events {{}}\n\
         http {{ access_log off; {paths} types {{ text/html html; text/javascript js; }}\n\
         server {{ listen {}; root {folder}/www;\n\
         location /_session/ {{ proxy_pass http://{}; proxy_set_header Host $http_host; }} }} }}\n",
        front.site, front.address
    );
    fs::write(front.path("site.conf"), text).expect("a file");
    let mut command = Command::new(nginx);
    command.arg("-c").arg(front.path("site.conf"));
    Process::start(&mut command).wait_for(front.site)
}

#[test]
fn service_worker_of_the_application_reads_no_page_but_what_is_typed_at_its_origin() {
    let Some(nginx) = NGINX.find_or_leave_out() else { return };
    let Some(browser) = Browser::start() else { return };
    let front = Front::start_behind(free_address(), free_address(), &[]);
    let _nginx = site(&front, &nginx);
    let origin = format!("http://localhost:{}", front.site.port());

    // It leaves the pages to the browser: they work, and it reads what the form sends.
    register(&browser, &origin, "");
    browser.open(&format!("{origin}/_session/login?rd=/app.html"));
    browser.type_keys(&format!("alice{TAB}{PASSWORD}{ENTER}"));
    browser.arrives("the page behind the login", |browser| browser.address() == format!("{origin}/app.html"));
    browser.open(&format!("{origin}/_session/sessions"));
    assert!(browser.text().contains("this device"), "{}", browser.text());
    let quiet = seen(&browser, &origin);
    assert!(quiet.contains("name=alice"), "a worker sees what is posted: {quiet}");
    assert!(!quiet.contains("this device") && !quiet.contains("<h1"), "{quiet}");

    // It asks for the pages itself: they are refused, to it and to the user.
    register(&browser, &origin, "?pass");
    for page in ["sessions", "login", "logout", "reauth"] {
        browser.open(&format!("{origin}/_session/{page}"));
    }
    let passed = seen(&browser, &origin);
    assert!(!passed.contains("this device"), "{passed}");
    assert!(!passed.contains("type=\"password\""), "{passed}");
    assert!(passed.contains("403 "), "{passed}");
    assert_eq!(get(front.address, "/healthz").send().status, 200);
}
