//! What comes with a call: its JSON, its form, and the values in both.

use std::net::IpAddr;
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, TRANSFER_ENCODING};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::Client;
use sessionctl_core::model::time::parse_duration;
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::Lifetime;
use zeroize::Zeroizing;

use super::Call;
use super::error::ApiError;
use crate::client::{read_address, single};
use crate::selector::{Given, resolve, selector};

/// The longest text about a client, in bytes.
const MAX_CLIENT_TEXT_BYTES: usize = 256;

static SESSION_TOKEN: HeaderName = HeaderName::from_static("session-token");

/// A secret in JSON.
#[derive(Deserialize)]
#[serde(from = "String")]
pub(super) struct Secret(pub(super) Zeroizing<String>);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(Zeroizing::new(text))
    }
}

impl Secret {
    /// The token; `None` where it is none.
    pub(super) fn token(&self) -> Option<Token> {
        Token::parse(self.0.as_bytes())
    }
}

impl Call<'_> {
    /// The selector of named values, whose users and sessions exist.
    ///
    /// # Errors
    /// 422 for a name or a value that is none, 503 where it cannot be looked up.
    pub(super) async fn selector<'a>(
        &self,
        given: impl IntoIterator<Item = (&'a str, Given<'a>)>,
    ) -> Result<Selector, ApiError> {
        let selector = selector(given, self.front.clock().now())?;
        let found = self.front.read(move |cx| Ok(resolve(cx, selector)?)).await?;
        Ok(found?)
    }

    /// The JSON of the body.
    ///
    /// # Errors
    /// 415 for another type, 400 for what is no JSON, 422 for members that the call does not know.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        self.needs_body()?;
        let kind = single(self.headers, &CONTENT_TYPE).unwrap_or_default();
        if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
            let message = "the body must be application/json";
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", message));
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            // The text of an error could repeat a secret.
            if error.is_data() {
                ApiError::invalid("a member is missing, unknown or of the wrong type")
            } else {
                ApiError::new(StatusCode::BAD_REQUEST, "not_json", "the body is not JSON")
            }
        })
    }

    /// The token in a form, as RFC 7662 and RFC 7009 send it; `None` where it is none.
    ///
    /// # Errors
    /// 400 where there is no field `token`, 415 for another type.
    pub(super) fn form_token(&self) -> Result<Option<Token>, ApiError> {
        self.needs_body()?;
        let form = crate::body::form_of(self.headers, &self.body)
            .map_err(|status| ApiError::new(status, "form", "send token= as a form"))?;
        let token = form.field("token").ok_or_else(|| {
            ApiError::new(StatusCode::BAD_REQUEST, "invalid_request", "the field `token` is missing")
        })?;
        Ok(Token::parse(token.as_bytes()))
    }

    /// Refuses a call that came without its body (RFC 9110 §15.5.12).
    ///
    /// # Errors
    /// 411.
    pub(super) fn needs_body(&self) -> Result<(), ApiError> {
        let has_length =
            self.headers.contains_key(CONTENT_LENGTH) || self.headers.contains_key(TRANSFER_ENCODING);
        if self.body.is_empty() && !has_length {
            let message = "the call needs a body, and Content-Length";
            return Err(ApiError::new(StatusCode::LENGTH_REQUIRED, "length", message));
        }
        Ok(())
    }

    /// The token of the session that the call is about, in the field `Session-Token`.
    pub(super) fn session_token(&self) -> Option<Token> {
        Token::parse(single(self.headers, &SESSION_TOKEN)?.as_bytes())
    }

    /// The values of the query, decoded.
    ///
    /// # Errors
    /// 400 where it is not UTF-8.
    pub(super) fn query_pairs(&self) -> Result<Vec<(String, String)>, ApiError> {
        crate::body::pairs(self.query.as_bytes())
            .ok_or_else(|| ApiError::new(StatusCode::BAD_REQUEST, "query", "the query is not UTF-8"))
    }
}

/// What an application knows about its client.
pub(super) struct ClientInput {
    pub(super) app: Option<String>,
    pub(super) label: Option<String>,
    pub(super) ip: Option<String>,
    pub(super) user_agent: Option<String>,
}

impl ClientInput {
    /// The client. An odd address or a long user agent never prevents a login: a stranger chooses them.
    pub(super) fn client(self) -> Result<Client, ApiError> {
        for text in self.app.iter().chain(&self.label) {
            if text.is_empty() || text.len() > MAX_CLIENT_TEXT_BYTES {
                return Err(ApiError::invalid("app and label have 1 to 256 bytes"));
            }
        }
        Ok(Client {
            app: self.app,
            label: self.label,
            ip: address(self.ip.as_deref()),
            user_agent: self.user_agent.map(|text| crate::client::cut(&text).to_owned()),
        })
    }
}

/// The first address in what proxies send.
pub(super) fn address(text: Option<&str>) -> Option<IpAddr> {
    read_address(text?.split(',').next()?.trim())
}

/// A length of time as text, as in `10m`.
pub(super) fn duration(text: Option<&str>) -> Result<Option<Duration>, ApiError> {
    let read = |text| parse_duration(text).map_err(|error| ApiError::invalid(error.to_string()));
    text.map(read).transpose()
}

/// Lifetimes other than the policy's.
pub(super) fn lifetime(ttl: Option<&str>, idle: Option<&str>) -> Result<Lifetime, ApiError> {
    Ok(Lifetime { ttl: duration(ttl)?, idle: duration(idle)? })
}
