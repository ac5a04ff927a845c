//! How a new token reaches its owner: once, in the form that was asked for. Shared by the commands that make
//! tokens; where the token goes if it cannot be delivered is their matter.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use zeroize::Zeroizing;

use crate::commands::context::{Context, Failure, Outcome, usage};
use crate::domain::cookie::{Attributes, Cookie, DEFAULT_NAME, SameSite};
use crate::domain::secret::SecretText;
use crate::domain::session::{Session, SessionId};
use crate::domain::time::Timestamp;
use crate::domain::token::Token;
use crate::ops::generate::withdraw;
use crate::output::{Format, SESSION, View, session_record};
use crate::store::Store;

/// What a token can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
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

impl Shape {
    const NAMES: [&str; 6] = ["token", "set-cookie", "cookie", "curl", "jar", "json"];

    fn named(name: &str) -> Result<Self, Failure> {
        match name {
            "token" => Ok(Shape::Token),
            "set-cookie" => Ok(Shape::SetCookie),
            "cookie" => Ok(Shape::Cookie),
            "curl" => Ok(Shape::Curl),
            "jar" => Ok(Shape::Jar),
            "json" => Ok(Shape::Json),
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
    /// The cookie's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes the token in one of the cookie's shapes. `lasting` is how long the cookie outlives the browser;
    /// none for one that ends with it (RFC 6265bis §4.1.2.2).
    ///
    /// # Errors
    /// [`Failure`] where the attributes contradict each other.
    pub fn write(
        &self,
        token: Zeroizing<String>,
        shape: Shape,
        lasting: Option<(std::time::Duration, Timestamp)>,
    ) -> Result<SecretText, Failure> {
        let attributes = Attributes {
            domain: self.domain.clone(),
            path: self.path.clone(),
            secure: !self.insecure,
            http_only: true,
            same_site: self.same_site,
            max_age: lasting.map(|(span, _)| span.min(crate::domain::cookie::MAX_AGE)),
            expires: None,
        };
        let cookie =
            Cookie::new(&self.name, SecretText::new(token.as_str().to_owned()), attributes).map_err(usage)?;
        Ok(match shape {
            Shape::SetCookie => cookie.set_cookie(),
            Shape::Cookie => cookie.cookie(),
            Shape::Curl => cookie.curl_config(),
            Shape::Jar => cookie.netscape_jar(&self.host, lasting.map(|(_, at)| at)).map_err(usage)?,
            Shape::Token | Shape::Json => SecretText::new(token.as_str().to_owned()),
        })
    }
}

/// How to hand over a new token.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "How the token is written")]
pub struct DeliveryArgs {
    /// Write the token in this form
    #[arg(long = "as", value_name = "FORM", default_value = "token", value_parser =
        PossibleValuesParser::new(Shape::NAMES).try_map(|name| Shape::named(&name)))]
    shape: Shape,

    #[command(flatten)]
    cookie: CookieArgs,
}

/// The record of a session with its new token.
pub const ISSUED: View = View {
    noun: "sessions",
    singular: "session",
    fields: &[
        "token",
        "id",
        "kind",
        "state",
        "user",
        "app",
        "label",
        "scopes",
        "parent",
        "created_at",
        "authenticated_at",
        "last_seen_at",
        "expires_at",
        "absolute_expires_at",
        "idle_timeout",
        "ended_at",
        "end_reason",
        "ip",
        "user_agent",
    ],
    columns: &["id", "token"],
};

impl DeliveryArgs {
    /// Refuses contradictions before anything is made.
    ///
    /// # Errors
    /// [`Failure`] of usage.
    pub fn check(&self, context: &Context) -> anyhow::Result<()> {
        if self.as_record(context) {
            context.ui.check_fields(&ISSUED)?;
        }
        // A cookie with any value shows whether its attributes agree.
        let sample = Zeroizing::new("0".repeat(64));
        Ok(self.cookie.write(sample, self.shape, None).map(drop)?)
    }

    /// Whether the token goes out as a field of a record: with `--as json`, or a machine format.
    #[must_use]
    pub fn as_record(&self, context: &Context) -> bool {
        let options = context.ui.options();
        self.shape == Shape::Json
            || self.shape == Shape::Token && (options.format != Format::Table || options.fields.is_some())
    }

    /// Whether the token goes out as it is, alone on its line.
    #[must_use]
    pub fn is_bare(&self, context: &Context) -> bool {
        self.shape == Shape::Token && !self.as_record(context)
    }

    /// Hands over the token of one session. `remembered` where its cookie is to outlive the browser.
    ///
    /// # Errors
    /// Where it could not be written; then nobody has the token.
    pub fn deliver(
        &self,
        context: &mut Context,
        token: &Token,
        session: Session,
        remembered: bool,
    ) -> anyhow::Result<()> {
        if self.as_record(context) {
            let record = issued_record(token, session, context.now);
            match self.shape {
                Shape::Json => context.ui.json_record(&ISSUED, &record)?,
                _ => context.ui.record(&ISSUED, record)?,
            }
        } else {
            let end = session.absolute_expires_at;
            let lasting = remembered.then(|| (end.since(context.now), end));
            let text = self.cookie.write(token.expose(), self.shape, lasting)?;
            context.ui.bare(text.expose().trim_end_matches('\n'))?;
        }
        context.ui.flush()?;
        Ok(())
    }
}

/// The record of a session and its new token: the one place where a token stands in a record.
#[must_use]
pub fn issued_record(token: &Token, session: Session, now: Timestamp) -> crate::output::Record {
    let plain = session_record(session, now);
    let mut record = crate::output::Record::new().with("token", token.expose().as_str());
    for (name, value) in plain.fields() {
        record.push(name, value.clone());
    }
    debug_assert_eq!(record.fields().len(), SESSION.fields.len() + 1);
    record
}

/// Reads a session that was just made.
///
/// # Errors
/// Where it cannot be read.
pub fn read_back(store: &dyn Store, id: SessionId) -> anyhow::Result<Session> {
    match store.session(id)? {
        Some((session, _)) => Ok(session),
        None => anyhow::bail!("session {id} was made and is gone again"),
    }
}

/// Revokes sessions whose tokens did not reach their owner: nobody could end what nobody holds.
///
/// # Errors
/// The error of the delivery; and where the sessions could not be revoked, that too.
pub fn or_withdraw(
    delivered: anyhow::Result<()>,
    context: &mut Context,
    store: &mut dyn Store,
    ids: &[SessionId],
) -> anyhow::Result<()> {
    let Err(error) = delivered else { return Ok(()) };
    let message = match context.act(store, |bench| withdraw(bench, ids)) {
        Ok(_) => format!("the token could not be handed over ({error:#}), so its session was revoked"),
        Err(failed) => format!(
            "the token could not be handed over ({error:#}), and its session {} could not be revoked: {failed}",
            ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ),
    };
    // Told even where the reader went away: a session was made and ended again.
    Err(Failure::of(Outcome::Failed, message).into())
}
