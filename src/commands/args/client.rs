//! What the client of a new session is said to be. Shared by the commands that make sessions.

use std::net::IpAddr;

use sessionctl_core::model::session::Client;

/// The longest text that is kept of a client, in bytes.
const LONGEST: usize = 256;

/// What is known of the client.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ClientArgs {
    /// The application the session is for
    #[arg(long, value_name = "NAME", value_parser = short)]
    app: Option<String>,

    /// A name for people
    #[arg(long, value_name = "TEXT", value_parser = short)]
    label: Option<String>,

    /// The address the client comes from
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<IpAddr>,

    /// The User-Agent header of the client; what is over 256 bytes is cut off
    #[arg(long, value_name = "TEXT")]
    user_agent: Option<String>,
}

fn short(text: &str) -> Result<String, String> {
    match text.len() {
        0 => Err("must not be empty".to_owned()),
        length if length > LONGEST => Err("has at most 256 bytes".to_owned()),
        _ => Ok(text.to_owned()),
    }
}

impl ClientArgs {
    /// The client. A user agent is whatever a stranger sent, so it is cut, not refused.
    #[must_use]
    pub fn client(&self) -> Client {
        let cut = |text: &String| {
            let fits = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
            let end = fits.take_while(|end| *end <= LONGEST).last().unwrap_or(0);
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
    fn a_long_user_agent_is_cut_between_letters() {
        for (text, length) in
            [("é".repeat(200), 256), ("x".repeat(300), 256), (format!("x{}", "é".repeat(200)), 255)]
        {
            let args = ClientArgs { user_agent: Some(text), ..ClientArgs::default() };
            assert_eq!(args.client().user_agent.unwrap().len(), length);
        }
        assert!(short("").is_err() && short(&"x".repeat(257)).is_err() && short("shop").is_ok());
    }
}
