//! The body of a form: read whole, within a limit and a time, and as fields of which each is there once.

use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body;
use hyper::header::CONTENT_TYPE;
use hyper::{HeaderMap, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// The largest form.
const MAX_FORM_BYTES: usize = 8 * 1024;
/// The longest time for a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
const FORM: &str = "application/x-www-form-urlencoded";

/// The body of a request.
pub trait RequestBody: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> {}

impl<B> RequestBody for B where B: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> {}

/// The fields of a form. Their values may be secrets.
pub(crate) struct Form(Vec<(String, Zeroizing<String>)>);

impl Form {
    /// Every field.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a field; `None` where it is missing or there twice.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(known, _)| known == name);
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value.as_str())
    }
}

/// Reads a form.
///
/// # Errors
/// The status of the answer to a body that is none.
pub(crate) async fn form<B: RequestBody>(headers: &HeaderMap, body: B) -> Result<Form, StatusCode> {
    check_type(headers)?;
    parse(&read(body, MAX_FORM_BYTES).await?).ok_or(StatusCode::BAD_REQUEST)
}

/// The form in a body that was read.
///
/// # Errors
/// As [`form`].
pub(crate) fn form_of(headers: &HeaderMap, body: &[u8]) -> Result<Form, StatusCode> {
    check_type(headers)?;
    parse(body).ok_or(StatusCode::BAD_REQUEST)
}

fn check_type(headers: &HeaderMap) -> Result<(), StatusCode> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM) {
        Ok(())
    } else {
        Err(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    }
}

/// The names and values of a query; `None` where one is not UTF-8.
pub(crate) fn pairs(query: &[u8]) -> Option<Vec<(String, String)>> {
    let form = parse(query)?;
    Some(form.0.iter().map(|(name, value)| (name.clone(), value.to_string())).collect())
}

/// Names and values as a query.
pub(crate) fn query<'a>(pairs: impl IntoIterator<Item = &'a (String, String)>) -> String {
    let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = pairs.into_iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Reads a body of at most `max_bytes`.
///
/// # Errors
/// As [`form`].
pub(crate) async fn read<B: RequestBody>(
    body: B,
    max_bytes: usize,
) -> Result<Zeroizing<Vec<u8>>, StatusCode> {
    let whole = std::pin::pin!(Limited::new(body, max_bytes).collect());
    match tokio::time::timeout(BODY_TIMEOUT, whole).await {
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Ok(Ok(collected)) => {
            let mut parts = collected.aggregate();
            let mut bytes = Zeroizing::new(vec![0; parts.remaining()]);
            parts.copy_to_slice(&mut bytes);
            Ok(bytes)
        }
    }
}

/// The fields; `None` where a name or a value is not UTF-8, which the decoder would replace.
fn parse(body: &[u8]) -> Option<Form> {
    let decoded = |text: &[u8]| {
        let plus: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
        let plus = Zeroizing::new(plus);
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(percent_encoding::percent_decode(&plus).collect());
        std::str::from_utf8(&bytes).ok().map(|text| Zeroizing::new(text.to_owned()))
    };
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let mut parts = pair.splitn(2, |byte| *byte == b'=');
            let name = decoded(parts.next()?)?;
            Some((name.to_string(), decoded(parts.next().unwrap_or_default())?))
        })
        .collect::<Option<Vec<_>>>()
        .map(Form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_is_read_whole_and_each_field_once() {
        let form = parse(b"name=J%C3%B6rg+B&password=a%26b%3Dc&x=1&x=2&empty=").unwrap();
        assert_eq!(form.field("name"), Some("J\u{f6}rg B"));
        assert_eq!(form.field("password"), Some("a&b=c"));
        assert_eq!((form.field("x"), form.field("empty"), form.field("none")), (None, Some(""), None));
        assert!(parse(b"name=%ff").is_none() && parse(b"\xff=1").is_none());
    }
}
