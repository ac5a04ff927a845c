//! An answer on its way: the response, and what the request log says about it.

use bytes::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{HeaderMap, Response, StatusCode};
use sessionctl_core::model::session::SessionId;

use crate::answer_body::AnswerBody;

/// An answer, and what is logged of it.
pub(crate) struct Reply {
    pub(crate) response: Response<AnswerBody>,
    /// The name of the route.
    pub(crate) route: &'static str,
    /// The site, by its place in the configuration.
    pub(crate) site: Option<usize>,
    /// The session of the request.
    pub(crate) session: Option<SessionId>,
}

impl Reply {
    /// An answer without a body. No answer is ever stored by a cache.
    pub(crate) fn empty(route: &'static str, status: StatusCode) -> Self {
        let mut response = Response::new(AnswerBody::default());
        *response.status_mut() = status;
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Reply { response, route, site: None, session: None }
    }

    /// An answer in plain text.
    pub(crate) fn text(route: &'static str, status: StatusCode, text: &'static str) -> Self {
        Self::empty(route, status).body("text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()))
    }

    /// The answer where the answer cannot be determined.
    pub(crate) fn unavailable(route: &'static str) -> Self {
        let text = "the session database cannot be used now\n";
        Self::text(route, StatusCode::SERVICE_UNAVAILABLE, text).with(RETRY_AFTER, "1")
    }

    /// The answer to a request that names no host, or two (RFC 9112 §3.2).
    pub(crate) fn bad_host() -> Self {
        Self::text("unknown", StatusCode::BAD_REQUEST, "the request must name one host\n")
    }

    /// Sends the browser elsewhere, always with GET.
    pub(crate) fn redirect(route: &'static str, location: &str) -> Self {
        Self::empty(route, StatusCode::SEE_OTHER).with(LOCATION, location)
    }

    /// With a body.
    pub(crate) fn body(mut self, kind: &'static str, body: impl Into<Bytes>) -> Self {
        *self.response.body_mut() = AnswerBody::from(body.into());
        self.headers().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        self
    }

    /// With a body whose parts come later.
    pub(crate) fn stream(mut self, kind: &'static str, body: AnswerBody) -> Self {
        *self.response.body_mut() = body;
        self.headers().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        self
    }

    /// With a field, which is left out where its value cannot be one.
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers().append(name, value);
        }
        self
    }

    /// About this session.
    pub(crate) fn about(mut self, session: Option<SessionId>) -> Self {
        self.session = session;
        self
    }

    pub(crate) fn headers(&mut self) -> &mut HeaderMap {
        self.response.headers_mut()
    }
}
