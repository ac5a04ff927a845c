//! What the client of a new session is said to be. Shared by the commands that make sessions.

use std::net::IpAddr;

use crate::domain::session::Client;

/// The longest text that is kept of a client, in bytes.
const LONGEST: usize = 256;

/// What is known of the client.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "The client")]
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
        let cut = |text: &String| text[..text.floor_char_boundary(LONGEST)].to_owned();
        Client {
            app: self.app.clone(),
            label: self.label.clone(),
            ip: self.ip,
            user_agent: self.user_agent.as_ref().map(cut),
        }
    }
}
