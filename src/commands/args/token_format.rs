//! The token_format a token travels in, a cookie for the most part, and its attributes. Shared by the commands that
//! write tokens; how a new token is handed over is told in `delivery`.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::commands::context::{Failure, usage};
use sessionctl_core::model::time::Timestamp;
use sessionctl_wire::cookie::{Attributes, Cookie, DEFAULT_NAME, MAX_AGE, SameSite};

/// What a token can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFormat {
    /// The bare token.
    Token,
    /// A `Set-Cookie` line.
    SetCookie,
    /// A `Cookie` line.
    Cookie,
    /// A configuration file for curl.
    Curl,
    /// A Netscape cookie jar.
    Jar,
    /// JSON with the session's record.
    Json,
}

impl TokenFormat {
    /// Their names.
    pub const NAMES: [&str; 6] = ["token", "set-cookie", "cookie", "curl", "jar", "json"];

    /// The form of that name.
    ///
    /// # Errors
    /// A usage [`Failure`] where there is none.
    pub fn named(name: &str) -> Result<Self, Failure> {
        match name {
            "token" => Ok(TokenFormat::Token),
            "set-cookie" => Ok(TokenFormat::SetCookie),
            "cookie" => Ok(TokenFormat::Cookie),
            "curl" => Ok(TokenFormat::Curl),
            "jar" => Ok(TokenFormat::Jar),
            "json" => Ok(TokenFormat::Json),
            _ => Err(Failure::usage("no such form")),
        }
    }
}

/// The attributes of the cookie a token is put into.
#[derive(Clone, Debug, clap::Args)]
pub struct CookieArgs {
    /// Name of the cookie
    #[arg(long = "cookie-name", value_name = "NAME", default_value = DEFAULT_NAME)]
    name: String,

    /// Send the cookie to this domain and those below it; not with a __Host- name
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,

    /// Send the cookie to paths below this one
    #[arg(long, value_name = "PATH", default_value = "/")]
    path: String,

    /// Send the cookie with requests that other sites start
    #[arg(long, value_name = "WHEN", default_value = "lax", value_parser =
        PossibleValuesParser::new(["strict", "lax", "none"]).try_map(|name| name.parse::<SameSite>()))]
    same_site: SameSite,

    /// Send the cookie over plain HTTP too; not with a __Host- or __Secure- name
    #[arg(long)]
    insecure: bool,

    /// The host a cookie jar is for
    #[arg(long, value_name = "HOST", default_value = "localhost")]
    host: String,
}

impl CookieArgs {
    /// Writes the token in one of the cookie's shapes. `lasting` is how long the cookie outlives the browser;
    /// none for one that ends with it (RFC 6265bis §4.1.2.2).
    ///
    /// # Errors
    /// [`Failure`] where the attributes contradict each other.
    pub fn write(
        &self,
        token: Zeroizing<String>,
        shape: TokenFormat,
        lasting: Option<(Duration, Timestamp)>,
    ) -> Result<SecretString, Failure> {
        let attributes = Attributes {
            domain: self.domain.clone(),
            path: self.path.clone(),
            secure: !self.insecure,
            http_only: true,
            same_site: self.same_site,
            max_age: lasting.map(|(span, _)| span.min(MAX_AGE)),
            expires: None,
        };
        let cookie =
            Cookie::new(&self.name, SecretString::from(token.as_str()), attributes).map_err(usage)?;
        Ok(match shape {
            TokenFormat::SetCookie => cookie.set_cookie(),
            TokenFormat::Cookie => cookie.cookie(),
            TokenFormat::Curl => cookie.curl_config(),
            TokenFormat::Jar => {
                cookie.netscape_jar(&self.host, lasting.map(|(_, at)| at.unix())).map_err(usage)?
            }
            TokenFormat::Token | TokenFormat::Json => SecretString::from(token.as_str()),
        })
    }
}
