//! The pictures in README, taken of the demo in a real Chromium. They are written by an explicit run only:
//! `cargo test --test serve -- --ignored pictures`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};

use crate::browser::{Browser, ENTER, TAB};
use crate::demo::start_demo_with;
use crate::front::PASSWORD;

/// A picture of what is shown: its name, width and height in CSS pixels, and whether in dark colours.
type Picture = (&'static str, u32, u32, bool);

fn take(browser: &Browser, (name, width, height, dark): Picture) {
    let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
    browser.cdp("Emulation.setDeviceMetricsOverride", &size);
    let scheme = if dark { "dark" } else { "light" };
    let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
    browser.cdp("Emulation.setEmulatedMedia", &media);
    let png = browser.send("GET", "/screenshot", &Value::Null);
    let png = Base64::decode_vec(png.as_str().expect("a picture")).expect("base64");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(format!("{name}.png")), png).expect("it is written");
    browser.cdp("Emulation.clearDeviceMetricsOverride", &json!({}));
    browser.cdp("Emulation.setEmulatedMedia", &json!({"features": []}));
}

#[test]
#[ignore = "it writes the pictures of README"]
fn pictures_of_the_demo_are_taken() {
    let browser = Browser::start().expect("chromium and chromedriver");
    // Its commands are shown as whoever installed the program types them.
    let folder = tempfile::tempdir().expect("a folder");
    symlink(env!("CARGO_BIN_EXE_sessionctl"), folder.path().join("sessionctl")).expect("an own folder");
    let (address, _demo) = start_demo_with(|command| {
        command.env("PATH", folder.path());
    });
    let port = address.port();
    let shop = format!("http://shop.localhost:{port}");
    browser.open(&shop);
    browser.press("laptop");
    browser.arrives("the cart", |browser| browser.title().starts_with("Your cart"));
    take(&browser, ("demo-cart", 1280, 760, false));
    browser.open(&format!("{shop}/orders"));
    browser.type_keys(&format!("alice{TAB}{PASSWORD}{ENTER}"));
    browser.arrives("the orders", |browser| browser.address() == format!("{shop}/orders"));
    take(&browser, ("demo-orders", 1280, 760, true));
    browser.open(&shop);
    browser.press("A thief copies");
    browser.arrives("the thief", |browser| browser.text().contains("takes the thief for alice"));
    take(&browser, ("demo-thief", 320, 760, true));
}
