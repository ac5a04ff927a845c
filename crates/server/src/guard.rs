//! Which requests a page answers: those to a registered host, and forms that were sent by the site's own pages.

use hyper::HeaderMap;
use hyper::header::{HeaderName, ORIGIN};

use crate::client::single;
use crate::config::Site;

static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a form was sent by a page of the site itself (cross-site request forgery, CWE-352). Fetch Metadata decides,
/// or the `Origin` where a browser does not send it; with neither, the form is refused.
pub(crate) fn is_own_form(headers: &HeaderMap, site: &Site) -> bool {
    if headers.contains_key(&FETCH_SITE) {
        return single(headers, &FETCH_SITE) == Some("same-origin");
    }
    single(headers, &ORIGIN).is_some_and(|origin| site.origin.is_origin(origin))
}

/// Whether a request that is no navigation was made by a page of the site itself. A page of another site could only use
/// up streams with it, because it may not read the answer.
pub(crate) fn is_own_fetch(headers: &HeaderMap, site: &Site) -> bool {
    if headers.contains_key(&FETCH_SITE) {
        return single(headers, &FETCH_SITE) == Some("same-origin");
    }
    !headers.contains_key(ORIGIN)
        || single(headers, &ORIGIN).is_some_and(|origin| site.origin.is_origin(origin))
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn fetch_of_another_site_is_refused() {
        let site: Site = "shop=https://shop.example".parse().unwrap();
        for (fields, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "https://shop.example")], true),
            (&[("origin", "https://evil.example")], false),
            (&[], true),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.append(*name, HeaderValue::from_static(value));
            }
            assert_eq!(is_own_fetch(&headers, &site), expected, "{fields:?}");
        }
    }

    #[test]
    fn form_of_another_site_is_refused() {
        let site: Site = "shop=https://shop.example".parse().unwrap();
        for (fields, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://shop.example")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false),
            (&[("origin", "https://shop.example")], true),
            (&[("origin", "https://shop.example:443")], true),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "null")], false),
            (&[("referer", "https://shop.example/")], false),
            (&[], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.append(*name, HeaderValue::from_static(value));
            }
            assert_eq!(is_own_form(&headers, &site), expected, "{fields:?}");
        }
    }
}
