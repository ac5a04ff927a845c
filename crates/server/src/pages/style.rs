//! The style of the pages, under a name that changes with its content, so that browsers keep it for long.

use std::sync::LazyLock;

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};

use crate::routes::Reply;

const STYLE: &str = include_str!("style.css");
/// Of the digest in the name.
const HASH_BYTES: usize = 8;

static NAME: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::digest(STYLE);
    format!("style.{}.css", hex::encode(&digest[..HASH_BYTES]))
});

/// The name, which is beside every page.
pub(crate) fn style_name() -> &'static str {
    NAME.as_str()
}

/// The style, where it is at this path below the prefix. A page that is deeper names it relative to itself.
pub(crate) fn style(below: &str) -> Option<Reply> {
    if below.rsplit('/').next() != Some(style_name()) {
        return None;
    }
    let mut reply = Reply::empty("style", StatusCode::OK).body("text/css; charset=utf-8", STYLE);
    reply.headers().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Some(reply.with(HeaderName::from_static("x-content-type-options"), "nosniff"))
}
