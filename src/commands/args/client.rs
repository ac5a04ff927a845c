//! The client of a new session, as its caller describes it. Shared by the commands that create sessions.

use std::net::IpAddr;

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

    /// A label to recognise the session by
    #[arg(long, value_name = "TEXT", value_parser = short, allow_hyphen_values = true)]
    label: Option<String>,

    /// The address the client comes from
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<IpAddr>,

    /// The User-Agent header of the client; text beyond 256 bytes is cut off
    #[arg(long, value_name = "TEXT", value_parser = lossy(), allow_hyphen_values = true)]
    user_agent: Option<String>,
}

/// Takes any bytes: a client's header may hold some that are not UTF-8, and they become replacement characters.
fn lossy() -> impl TypedValueParser<Value = String> {
    OsStringValueParser::new().map(|text| text.to_string_lossy().into_owned())
}

fn short(text: &str) -> Result<String, String> {
    match text.len() {
        0 => Err("must not be empty".to_owned()),
        length if length > MAX_CLIENT_TEXT_BYTES => Err("has at most 256 bytes".to_owned()),
        _ => Ok(text.to_owned()),
    }
}

impl ClientArgs {
    /// The client. A stranger chooses the user agent, so a long one is cut and never refused.
    #[must_use]
    pub fn client(&self) -> Client {
        let cut = |text: &String| {
            let fits = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
            let end = fits.take_while(|end| *end <= MAX_CLIENT_TEXT_BYTES).last().unwrap_or(0);
            text[..end].to_owned()
        };
        Client {
            app: self.app.clone(),
            label: self.label.clone(),
            ip: self.ip,
            user_agent: self.user_agent.as_ref().map(cut),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_cuts_a_long_user_agent_at_a_letter_boundary() {
        for (text, length) in
            [("é".repeat(200), 256), ("x".repeat(300), 256), (format!("x{}", "é".repeat(200)), 255)]
        {
            let args = ClientArgs { user_agent: Some(text), ..ClientArgs::default() };
            assert_eq!(args.client().user_agent.unwrap().len(), length);
        }
        assert!(short("").is_err() && short(&"x".repeat(257)).is_err() && short("shop").is_ok());
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
