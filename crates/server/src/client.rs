//! Who sent a request: the peer of the connection, the client behind a trusted proxy, and whether the request is a
//! browser on its way to a page.

use std::net::{IpAddr, SocketAddr};

use hyper::header::{ACCEPT, HOST, HeaderName, UPGRADE, USER_AGENT};
use hyper::http::uri::Authority;
use hyper::{HeaderMap, Uri};
use sessionctl_core::model::address::Cidr;

/// The longest user agent that is kept, in bytes.
const MAX_USER_AGENT_BYTES: usize = 256;

/// The other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A TCP address.
    Tcp(SocketAddr),
    /// A process on this machine, of the account with this number where the kernel knows it.
    Unix(Option<u32>),
}

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");
static FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
static FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

impl Peer {
    fn address(self) -> Option<IpAddr> {
        match self {
            Peer::Tcp(address) => Some(address.ip().to_canonical()),
            Peer::Unix(_) => None,
        }
    }
}

/// Whether the `X-Forwarded-` fields of this peer count.
pub(crate) fn is_trusted(peer: Peer, trusted: &[Cidr]) -> bool {
    peer.address().is_none_or(|address| is_trusted_address(address, trusted))
}

fn is_trusted_address(address: IpAddr, trusted: &[Cidr]) -> bool {
    address.is_loopback() || trusted.iter().any(|block| block.contains(address))
}

/// The address of the client. `X-Forwarded-For` is read from the right, because a client can write what is on the left;
/// the first address that is no trusted proxy's is the client's. What cannot be read ends the search.
pub(crate) fn client_address(headers: &HeaderMap, peer: Peer, trusted: &[Cidr]) -> Option<IpAddr> {
    let mut client = peer.address();
    if !is_trusted(peer, trusted) {
        return client;
    }
    let fields: Vec<&str> =
        headers.get_all(&FORWARDED_FOR).iter().map(|value| value.to_str().unwrap_or("?")).collect();
    for text in fields.iter().rev().flat_map(|field| field.rsplit(',')) {
        let Some(address) = read_address(text.trim()) else { break };
        client = Some(address);
        if !is_trusted_address(address, trusted) {
            break;
        }
    }
    client
}

/// An address with or without a port, brackets or a zone.
pub(crate) fn read_address(text: &str) -> Option<IpAddr> {
    let host = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None if text.matches(':').count() == 1 => text.split_once(':')?.0,
        None => text,
    };
    let address: IpAddr = host.split('%').next()?.parse().ok()?;
    Some(address.to_canonical())
}

/// A request that names two hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TwoHosts;

/// The host that a request names: that of its target where the target is a whole address, else that of `Host` (RFC 9112
/// §3.2.2). Whoever wrote two different ones wants two servers to see different requests.
///
/// # Errors
/// [`TwoHosts`].
pub(crate) fn named_host<'a>(target: &'a Uri, headers: &'a HeaderMap) -> Result<Option<&'a str>, TwoHosts> {
    let mut fields = headers.get_all(HOST).iter();
    let field = fields.next().map(|value| value.to_str().map_err(|_| TwoHosts)).transpose()?;
    if fields.next().is_some() {
        return Err(TwoHosts);
    }
    let Some(authority) = target.authority().map(Authority::as_str) else { return Ok(field) };
    let port = if target.scheme_str() == Some("https") { ":443" } else { ":80" };
    let without_port = |host: &'a str| host.strip_suffix(port).unwrap_or(host);
    let is_same = field.is_none_or(|field| without_port(field).eq_ignore_ascii_case(without_port(authority)));
    if is_same && !authority.contains('@') { Ok(Some(authority)) } else { Err(TwoHosts) }
}

/// The host that the browser asked: that of a trusted proxy's `X-Forwarded-Host`, or the one that the request names.
///
/// # Errors
/// [`TwoHosts`].
pub(crate) fn host<'a>(
    target: &'a Uri,
    headers: &'a HeaderMap,
    peer_is_trusted: bool,
) -> Result<Option<&'a str>, TwoHosts> {
    let named = named_host(target, headers)?;
    let forwarded = peer_is_trusted.then(|| single(headers, &FORWARDED_HOST)).flatten();
    Ok(forwarded.or(named))
}

/// The value of a field that is there exactly once, as text.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    value.to_str().ok()
}

/// The user agent, cut at a character where it is long.
pub(crate) fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = String::from_utf8_lossy(headers.get(USER_AGENT)?.as_bytes()).into_owned();
    Some(cut(&text).to_owned())
}

/// The beginning of a user agent that is kept.
pub(crate) fn cut(text: &str) -> &str {
    let longest = text.len().min(MAX_USER_AGENT_BYTES);
    let end = (0..=longest).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

/// Whether a request is a browser on its way to a page, so that it can be sent to the login. Fetch Metadata decides;
/// where it is missing (plain-HTTP sites, old browsers), the request must accept HTML and come from no script. A
/// service worker of the application that passes a navigation on has the destination `empty`. The user agent never
/// decides.
pub(crate) fn is_navigation(headers: &HeaderMap) -> bool {
    match (headers.get(&FETCH_MODE), headers.get(&FETCH_DEST)) {
        (Some(mode), dest) => {
            mode == "navigate" && dest.is_none_or(|dest| dest == "document" || dest == "empty")
        }
        (None, Some(dest)) => dest == "document",
        (None, None) => {
            let accepts_html = headers
                .get_all(ACCEPT)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .any(|value| value.to_ascii_lowercase().contains("text/html"));
            accepts_html && !headers.contains_key(&REQUESTED_WITH) && !headers.contains_key(UPGRADE)
        }
    }
}

/// Whether a page may be shown: not to a script, an image or a frame; and not to a service worker of the application,
/// which could read it, and has the destination `empty`. Where the browser does not send Fetch Metadata, the answer's
/// own headers must do.
pub(crate) fn may_show_page(headers: &HeaderMap) -> bool {
    headers.get(&FETCH_MODE).is_none_or(|mode| mode == "navigate")
        && headers.get(&FETCH_DEST).is_none_or(|dest| dest == "document")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, hyper::header::HeaderValue::from_static(value));
        }
        headers
    }

    fn peer(address: &str) -> Peer {
        Peer::Tcp(SocketAddr::new(address.parse().unwrap(), 1))
    }

    #[test]
    fn client_address_is_the_first_untrusted_one_from_the_right() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        for (from, fields, expected) in [
            ("127.0.0.1", &["203.0.113.7"][..], "203.0.113.7"),
            ("127.0.0.1", &["6.6.6.6, 203.0.113.7, 10.0.0.1"], "203.0.113.7"),
            ("127.0.0.1", &["6.6.6.6", "203.0.113.7"], "203.0.113.7"),
            ("10.1.1.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("127.0.0.1", &["203.0.113.7:4000"], "203.0.113.7"),
            ("127.0.0.1", &["203.0.113.7, garbage"], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.7, garbage, 10.0.0.1"], "10.0.0.1"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("198.51.100.1", &["203.0.113.7"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["203.0.113.7"], "203.0.113.7"),
        ] {
            let fields: Vec<_> = fields.iter().map(|value| ("x-forwarded-for", *value)).collect();
            let address = client_address(&headers(&fields), peer(from), &trusted);
            assert_eq!(address, Some(expected.parse().unwrap()), "{from} {fields:?}");
        }
        assert_eq!(client_address(&headers(&[]), Peer::Unix(None), &[]), None);
    }

    #[test]
    fn host_of_an_untrusted_proxy_does_not_count() {
        let (both, target) =
            (headers(&[("host", "a.example"), ("x-forwarded-host", "b.example")]), Uri::default());
        assert_eq!(host(&target, &both, true), Ok(Some("b.example")));
        assert_eq!(host(&target, &both, false), Ok(Some("a.example")));
    }

    #[test]
    fn host_of_the_target_counts_and_a_second_one_is_refused() {
        for (target, fields, expected) in [
            ("/x", &["a.example"][..], Ok(Some("a.example"))),
            ("/x", &[], Ok(None)),
            ("http://a.example/x", &[], Ok(Some("a.example"))),
            ("http://A.example:80/x", &["a.example"], Ok(Some("A.example:80"))),
            ("https://a.example/x", &["a.example:443"], Ok(Some("a.example"))),
            ("http://a.example:81/x", &["a.example"], Err(TwoHosts)),
            ("http://a.example/x", &["b.example"], Err(TwoHosts)),
            ("http://a.example@b.example/x", &["b.example"], Err(TwoHosts)),
            ("/x", &["a.example", "a.example"], Err(TwoHosts)),
        ] {
            let fields: Vec<_> = fields.iter().map(|value| ("host", *value)).collect();
            let uri = target.parse::<Uri>().unwrap();
            assert_eq!(named_host(&uri, &headers(&fields)), expected, "{target} {fields:?}");
        }
    }

    #[test]
    fn navigation_is_decided_by_fetch_metadata_or_by_accept() {
        for (fields, expected) in [
            (&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")][..], true),
            (&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "empty")], true),
            (&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], false),
            (&[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty"), ("accept", "text/html")], false),
            (&[("accept", "text/html,application/xhtml+xml")], true),
            (&[("accept", "TEXT/HTML"), ("x-requested-with", "XMLHttpRequest")], false),
            (&[("accept", "text/html"), ("upgrade", "websocket")], false),
            (&[("accept", "*/*")], false),
            (&[], false),
        ] {
            assert_eq!(is_navigation(&headers(fields)), expected, "{fields:?}");
        }
    }

    #[test]
    fn user_agent_is_cut_at_a_character() {
        let mut headers = HeaderMap::new();
        headers
            .insert(USER_AGENT, hyper::header::HeaderValue::from_bytes("é".repeat(200).as_bytes()).unwrap());
        assert_eq!(user_agent(&headers).unwrap().len(), 256);
    }
}
