//! `logout`: ends the session of a token, for the holder of the token.

use super::args::TokenArg;
use super::{CommandResult, Context, Outcome};
use sessionctl_core::ops::{logout, verify};

/// End the session of a token
///
/// The session is revoked with the reason "logout"; the app sessions under a single sign-on session end with it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  sessionctl logout - <<< \"$TOKEN\"
  sessionctl logout @token")]
pub struct LogoutArgs {
    #[command(flatten)]
    token: TokenArg,
}

/// Runs `logout`.
///
/// # Errors
/// Where the operation fails, or its answer cannot be determined.
pub fn run(args: &LogoutArgs, context: &mut Context) -> CommandResult<Outcome> {
    let token = args.token.read_token(context)?;
    let mut store = context.host.open_to_write_existing()?;
    let done = context.act(store.as_mut(), |cx| logout::logout(cx, &token))?;
    match done {
        logout::Outcome::LoggedOut { id, ended } => {
            context.ui.status(&match ended.len() {
                0 | 1 => format!("session {id} ended"),
                all => format!("session {id} ended, and {} under it", all - 1),
            });
            Ok(Outcome::Done)
        }
        logout::Outcome::NotActive(verdict) => {
            context.ui.status(&match &verdict {
                verify::Verdict::Unknown => "unknown token".to_owned(),
                verdict => format!("already {}", verdict.word()),
            });
            Ok(Outcome::from(&verdict))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use sessionctl_core::model::session::{Kind, State};

    #[test]
    fn logout_ends_the_session_once() {
        let mut scene = Scene::new();
        let handed = scene.session(Kind::Web, Some("bob"));
        let mut scene = scene.env_token(handed.as_str());
        assert_eq!(scene.run(&[], run).unwrap(), 0);
        assert_eq!(scene.state(handed.id), State::Revoked);
        assert_eq!(scene.run(&[], run).unwrap(), 5);
        let mut scene = Scene::new().stdin("nonsense\n");
        assert_eq!(scene.run(&["-"], run).unwrap(), 2);
        let unknown = "0".repeat(64);
        assert_eq!(Scene::new().env_token(&unknown).run(&[], run).unwrap(), 3);
        assert_eq!(Scene::without_database().env_token(&unknown).run(&[], run).unwrap(), 1);
    }
}
