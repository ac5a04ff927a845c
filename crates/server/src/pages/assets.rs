//! The style and the script of the pages, each under a name that changes with its content, so that browsers keep it for
//! long. Pages name them with their digest (Subresource Integrity): a service worker of the application, which may
//! answer what a page loads, can put nothing of its own in their place.

use std::sync::LazyLock;

use base64ct::{Base64, Encoding as _};
use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};

use crate::reply::Reply;

/// Of the digest in the name.
const HASH_BYTES: usize = 8;

/// A file that pages load.
pub(crate) struct Asset {
    /// The name, which is beside every page.
    pub(crate) name: String,
    /// The digest, as the attribute `integrity` has it.
    pub(crate) integrity: String,
    kind: &'static str,
    content: &'static str,
}

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("style", "css", "text/css; charset=utf-8", include_str!("style.css")));
static LIVE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("live", "js", "text/javascript; charset=utf-8", include_str!("live.js")));

/// The style of every page.
pub(crate) fn style() -> &'static Asset {
    &STYLE
}

/// The script that keeps a table current.
pub(crate) fn live() -> &'static Asset {
    &LIVE
}

impl Asset {
    fn new(stem: &str, ending: &str, kind: &'static str, content: &'static str) -> Self {
        let digest = Sha256::digest(content);
        Asset {
            name: format!("{stem}.{}.{ending}", hex::encode(&digest[..HASH_BYTES])),
            integrity: format!("sha256-{}", Base64::encode_string(&digest)),
            kind,
            content,
        }
    }
}

/// The file at this path below the prefix. A page that is deeper names it relative to itself.
pub(crate) fn asset(below: &str) -> Option<Reply> {
    let name = below.rsplit('/').next();
    let asset = [style(), live()].into_iter().find(|asset| name == Some(asset.name.as_str()))?;
    let mut reply = Reply::empty("asset", StatusCode::OK).body(asset.kind, asset.content);
    reply.headers().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Some(reply.with(HeaderName::from_static("x-content-type-options"), "nosniff"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_is_small() {
        assert!(live().content.len() < 3_000, "{} bytes", live().content.len());
    }
}
