//! The forms in which a token is written, most of them a cookie with its attributes. Shared by the commands that
//! write tokens; `delivery` hands a new token over.

use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::commands::Context;
use crate::commands::outcome::{Failure, usage};
use sessionctl_core::model::time::Timestamp;
use sessionctl_wire::cookie::{Attributes, Cookie, DEFAULT_NAME, MAX_AGE, SameSite};

/// The form in which a token is written.
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
    const FORMS: [(&str, &str); 6] = [
        ("token", "the bare token"),
        ("set-cookie", "the line that a server sends"),
        ("cookie", "the line that a browser sends"),
        ("curl", "a curl configuration"),
        ("jar", "a Netscape cookie jar"),
        ("json", "the token and the session's record, as JSON"),
    ];

    /// Their names, with what each is.
    #[must_use]
    pub fn values() -> [PossibleValue; 6] {
        Self::FORMS.map(|(name, help)| PossibleValue::new(name).help(help))
    }

    /// Those of the forms that are a cookie.
    pub fn cookie_values() -> impl Iterator<Item = PossibleValue> {
        Self::values().into_iter().filter(|value| !["token", "json"].contains(&value.get_name()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::FORMS[self as usize].0
    }

    /// Parses the name of a form.
    ///
    /// # Errors
    /// A usage [`Failure`] for an unknown name.
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

const DEFAULT_PATH: &str = "/";
const DEFAULT_HOST: &str = "localhost";

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
    #[arg(long, value_name = "PATH", default_value = DEFAULT_PATH)]
    path: String,

    /// Send the cookie with requests that other sites start
    #[arg(long, value_name = "WHEN", default_value = "lax", value_parser =
        PossibleValuesParser::new(["strict", "lax", "none"]).try_map(|name| name.parse::<SameSite>()))]
    same_site: SameSite,

    /// Send the cookie over plain HTTP too; not with a __Host- or __Secure- name
    #[arg(long)]
    insecure: bool,

    /// The host a cookie jar is for
    #[arg(long, value_name = "HOST", default_value = DEFAULT_HOST)]
    host: String,
}

impl CookieArgs {
    /// Writes the token in one of the forms. `lasting` is how long the cookie is kept after the browser is closed, and
    /// until when; without it, it ends with the browser (RFC 6265bis §4.1.2.2).
    ///
    /// # Errors
    /// [`Failure`] if the attributes contradict each other.
    pub fn write(
        &self,
        token: Zeroizing<String>,
        format: TokenFormat,
        lasting: Option<(Duration, Timestamp)>,
    ) -> Result<SecretString, Failure> {
        let cookie = self.cookie(&token, lasting.map(|(span, _)| span))?;
        Ok(match format {
            TokenFormat::SetCookie => cookie.set_cookie(),
            TokenFormat::Cookie => cookie.cookie(),
            TokenFormat::Curl => cookie.curl_config(),
            TokenFormat::Jar => {
                cookie.netscape_jar(&self.host, lasting.map(|(_, at)| at.unix())).map_err(usage)?
            }
            TokenFormat::Token | TokenFormat::Json => SecretString::from(token.as_str()),
        })
    }

    /// The cookie with this token.
    ///
    /// # Errors
    /// [`Failure`] if the attributes contradict each other.
    pub fn cookie(&self, token: &str, max_age: Option<Duration>) -> Result<Cookie, Failure> {
        let attributes = self.attributes(max_age);
        Cookie::new(&self.name, SecretString::from(token), attributes).map_err(usage)
    }

    /// The cookie that removes the one of these attributes.
    ///
    /// # Errors
    /// [`Failure`] if the attributes contradict each other.
    pub fn removing(&self) -> Result<Cookie, Failure> {
        Cookie::removing(&self.name, self.attributes(None)).map_err(usage)
    }

    /// Warns of attributes that the form does not write; `others` are further flags, with the forms that write them.
    pub fn warn_of_ignored(
        &self,
        form: TokenFormat,
        others: &[(&'static str, &[TokenFormat])],
        context: &mut Context,
    ) {
        const COOKIE_FORMS: &[TokenFormat] =
            &[TokenFormat::SetCookie, TokenFormat::Cookie, TokenFormat::Curl, TokenFormat::Jar];
        const SETTING_FORMS: &[TokenFormat] = &[TokenFormat::SetCookie, TokenFormat::Jar];
        // A default that is written out changes nothing either.
        let given = [
            (self.name != DEFAULT_NAME, "--cookie-name", COOKIE_FORMS),
            (self.domain.is_some(), "--domain", SETTING_FORMS),
            (self.path != DEFAULT_PATH, "--path", SETTING_FORMS),
            (self.same_site != SameSite::Lax, "--same-site", &[TokenFormat::SetCookie]),
            (self.insecure, "--insecure", SETTING_FORMS),
            (self.host != DEFAULT_HOST, "--host", &[TokenFormat::Jar]),
        ];
        let given = given.into_iter().filter(|(given, ..)| *given).map(|(_, flag, forms)| (flag, forms));
        let ignored: Vec<&str> = given
            .chain(others.iter().copied())
            .filter(|(_, forms)| !forms.contains(&form))
            .map(|(flag, _)| flag)
            .collect();
        if !ignored.is_empty() {
            let form = form.as_str();
            context
                .ui
                .warn(&format!("ignored, because the form {form} does not hold it: {}", ignored.join(", ")));
        }
    }

    fn attributes(&self, max_age: Option<Duration>) -> Attributes {
        let mut attributes = Attributes::default();
        attributes.domain.clone_from(&self.domain);
        attributes.path.clone_from(&self.path);
        attributes.secure = !self.insecure;
        attributes.same_site = self.same_site;
        attributes.max_age = max_age.map(|span| span.min(MAX_AGE));
        attributes
    }
}
