//! The client of a new session, as its caller describes it. Shared by the commands that create sessions.

use std::net::IpAddr;

use crate::commands::Context;
use clap::builder::{OsStringValueParser, TypedValueParser};
use sessionctl_core::model::session::Client;

/// The longest text that is stored about a client, in bytes.
const MAX_CLIENT_TEXT_BYTES: usize = 256;

/// What is known about the client.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ClientArgs {
    /// The application the session is for
    #[arg(long, value_name = "NAME", value_parser = short, allow_hyphen_values = true)]
    app: Option<String>,

    /// A label to recognise the session by; it is stored in Unicode's composed form (NFC)
    #[arg(long, value_name = "TEXT", value_parser = short, allow_hyphen_values = true)]
    label: Option<String>,

    /// The address the client comes from, as a proxy sends it; in a list, the first
    #[arg(long, value_name = "ADDRESS", value_parser = lossy(), allow_hyphen_values = true)]
    ip: Option<String>,

    /// The User-Agent header of the client; text beyond 256 bytes is cut off
    #[arg(long, value_name = "TEXT", value_parser = lossy(), allow_hyphen_values = true)]
    user_agent: Option<String>,
}

/// The address of a client that presents a token.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct IpArg {
    /// The address that the token came from, as a proxy sends it; in a list, the first
    ///
    /// It is kept as last_ip. A change of network (/24 of IPv4, /64 of IPv6) is reported and is an event of the
    /// audit log; it never changes the answer.
    #[arg(long, value_name = "ADDRESS", value_parser = lossy(), allow_hyphen_values = true)]
    ip: Option<String>,
}

impl IpArg {
    /// The address; a value that is none is warned about and counts as not given.
    pub fn read(&self, context: &mut Context) -> Option<IpAddr> {
        let text = given(self.ip.as_deref())?;
        let address = client_address(text);
        if address.is_none() {
            context.ui.warn("the value of --ip is not an IP address, and is left out");
        }
        address
    }
}

/// A value as a script passes it on: a variable that is empty counts as not given.
fn given(value: Option<&str>) -> Option<&str> {
    value.filter(|text| !text.is_empty())
}

/// Takes any bytes: a client's header may hold some that are not UTF-8, and they become replacement characters.
fn lossy() -> impl TypedValueParser<Value = String> {
    OsStringValueParser::new().map(|text| text.to_string_lossy().into_owned())
}

fn short(text: &str) -> Result<String, String> {
    if text.len() > MAX_CLIENT_TEXT_BYTES {
        return Err("has at most 256 bytes".to_owned());
    }
    Ok(text.to_owned())
}

impl ClientArgs {
    /// Warns about what is not stored as it was given: an address that cannot be read, and a token in a text.
    pub fn warn(&self, context: &mut Context) {
        if given(self.ip.as_deref()).is_some_and(|text| client_address(text).is_none()) {
            context.ui.warn("the value of --ip is not an IP address, and is left out");
        }
        if self.client().holds_token() {
            context.ui.warn("text with the shape of a token is stored as [hidden]");
        }
    }

    /// The client. A stranger chooses the user agent, so a long one is cut and never refused.
    #[must_use]
    pub fn client(&self) -> Client {
        let cut = |text: &str| {
            let fits = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
            let end = fits.take_while(|end| *end <= MAX_CLIENT_TEXT_BYTES).last().unwrap_or(0);
            text[..end].to_owned()
        };
        Client {
            app: given(self.app.as_deref()).map(str::to_owned),
            label: given(self.label.as_deref()).map(str::to_owned),
            ip: self.ip.as_deref().and_then(client_address),
            user_agent: given(self.user_agent.as_deref()).map(cut),
        }
    }
}

/// The address in what proxies send: with a port, brackets, a zone, or followed by further addresses. A client chooses
/// some of it, so anything else counts as no address, and never prevents a login.
#[must_use]
pub fn client_address(text: &str) -> Option<IpAddr> {
    let first = text.split(',').next()?.trim().trim_matches('"');
    let bracketed = first.strip_prefix('[').and_then(|rest| rest.split(']').next());
    let host = match bracketed {
        Some(host) => host,
        // One colon is the port of an IPv4 address; an IPv6 address has more.
        None if first.matches(':').count() == 1 => first.split(':').next()?,
        None => first,
    };
    let address: IpAddr = host.split('%').next()?.parse().ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_address_reads_what_proxies_send() {
        for (text, expected) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("203.0.113.7:49152", Some("203.0.113.7")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("\"[2001:db8::1]\"", Some("2001:db8::1")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("::ffff:203.0.113.7", Some("203.0.113.7")),
            ("203.0.113.7, 10.0.0.1", Some("203.0.113.7")),
            ("unknown", None),
            ("", None),
            (",203.0.113.7", None),
        ] {
            assert_eq!(client_address(text), expected.map(|ip| ip.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn client_cuts_a_long_user_agent_at_a_letter_boundary() {
        for (text, length) in
            [("é".repeat(200), 256), ("x".repeat(300), 256), (format!("x{}", "é".repeat(200)), 255)]
        {
            let args = ClientArgs { user_agent: Some(text), ..ClientArgs::default() };
            assert_eq!(args.client().user_agent.unwrap().len(), length);
        }
        assert!(short("").is_ok() && short(&"x".repeat(257)).is_err() && short("shop").is_ok());
    }

    #[test]
    fn client_takes_a_leading_hyphen_and_bytes_that_are_not_utf8() {
        use clap::{Args as _, FromArgMatches as _};
        use std::os::unix::ffi::OsStringExt as _;

        let parse = |words: Vec<std::ffi::OsString>| {
            let matches = ClientArgs::augment_args(clap::Command::new("x")).get_matches_from(words);
            ClientArgs::from_arg_matches(&matches).unwrap().client()
        };
        let words = ["x", "--user-agent", "-Mozilla", "--label", "-x", "--app", "--shop"];
        let client = parse(words.map(Into::into).to_vec());
        assert_eq!(client.user_agent.as_deref(), Some("-Mozilla"));
        assert_eq!((client.label.as_deref(), client.app.as_deref()), (Some("-x"), Some("--shop")));
        let odd = std::ffi::OsString::from_vec(b"Moz\xffilla".to_vec());
        assert_eq!(
            parse(vec!["x".into(), "--user-agent".into(), odd]).user_agent.as_deref(),
            Some("Moz\u{fffd}illa")
        );
    }
}
