//! `rotate`: a new token for the same session.

use std::time::Duration;

use super::args::{DeliveryArgs, TokenArg};
use super::delivery::{ISSUED, read_back, revoke_unless_delivered};
use super::{CommandResult, Context, Failure, Outcome};
use sessionctl_core::model::time::{Timestamp, parse_duration};
use sessionctl_core::ops::rotate;
use sessionctl_core::ops::verify::Verdict;
use sessionctl_core::store::{Found, TokenStatus};

/// Give a session a new token
///
/// The session continues under a new token, and the old one ends; with --grace it is accepted a little longer, for
/// requests that are on their way. An old token that is presented again after that is a sign of theft: it is recorded
/// in the audit log, and the session is revoked. A new token that cannot be written (a full disk, a reader that has gone) is
/// in nobody's hands: the session is revoked, and the command exits with 1.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  TOKEN=$(echo \"$TOKEN\" | sessionctl rotate -)
  sessionctl rotate @token > token.new && mv token.new token
  sessionctl rotate @token --grace 10s --as set-cookie")]
pub struct RotateArgs {
    #[command(flatten)]
    token: TokenArg,

    /// Keep accepting the old token for this long, at most 30s
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    grace: Duration,

    #[command(flatten, next_help_heading = "How the token is written")]
    delivery: DeliveryArgs,
}

/// Runs `rotate`.
///
/// # Errors
/// Where the operation fails, or its answer cannot be determined.
pub fn run(args: &RotateArgs, context: &mut Context) -> CommandResult<Outcome> {
    args.delivery.check(&ISSUED, context)?;
    let token = args.token.read_own_token(context)?;
    let mut store = context.host.open_to_write_existing()?;
    let done = context.act(store.as_mut(), |cx| rotate::rotate(cx, &token, args.grace))?;
    match done {
        rotate::Outcome::Rotated(issued) => {
            let delivered = read_back(store.as_ref(), issued.id)
                .and_then(|session| args.delivery.deliver(context, &issued.token, session, false));
            revoke_unless_delivered(delivered, context, store.as_mut(), &[issued.id])?;
            context.ui.status(&format!("session {} now has a new token", issued.id));
            Ok(Outcome::Done)
        }
        rotate::Outcome::NotActive(seen) => Err(Failure::of(
            Outcome::from(&seen),
            match &seen {
                Verdict::RotatedAway(found) => already_replaced(found, context.now).to_owned(),
                seen => format!("the token is {}: only an active one can be rotated", seen.word()),
            },
        )
        .into()),
    }
}

fn already_replaced(found: &Found, now: Timestamp) -> &'static str {
    match found.status {
        TokenStatus::Retired { honoured_until, .. } if honoured_until > now => {
            "this token was already replaced; the session continues under its newer token"
        }
        _ => {
            "this token was already replaced, so its session has been ended (a replaced token shown again is treated \
             as stolen)"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use sessionctl_core::model::session::{Kind, State};

    #[test]
    fn rotate_ends_the_old_token_and_its_reuse_revokes_the_session() {
        let mut scene = Scene::new();
        let handed = scene.session(Kind::Web, Some("bob"));
        let mut scene = scene.env_token(handed.as_str());
        assert_eq!(scene.run(&[], run).unwrap(), 0);
        let token = scene.out().trim().to_owned();
        assert!(token.len() == 64 && token != handed.as_str());
        assert_eq!(scene.state(handed.id), State::Active);
        assert_eq!(scene.run(&[], run).unwrap(), 5);
        assert_eq!(scene.state(handed.id), State::Revoked);
    }

    #[test]
    fn rotate_checks_the_token_form_before_it_rotates() {
        let mut scene = Scene::new();
        let handed = scene.session(Kind::Web, Some("bob"));
        let mut scene = scene.env_token(handed.as_str());
        for line in [&["--as", "set-cookie", "--insecure"][..], &["--as", "jar", "--domain", "x"]] {
            assert_eq!(scene.run(line, run).unwrap(), 2);
        }
        let mut scene = scene.format(crate::output::Format::Ids);
        assert_eq!(scene.run(&[], run).unwrap(), 2, "the output would not contain the token");
        assert_eq!(scene.run(&["--as", "json"], run).unwrap(), 2, "two forms");
        let mut scene = scene.format(crate::output::Format::Json);
        assert_eq!(scene.run(&["--as", "cookie"], run).unwrap(), 2, "two forms");
        assert_eq!(scene.run(&["--as", "json"], run).unwrap(), 0);
        let record: serde_json::Value = serde_json::from_str(&scene.out()).unwrap();
        assert_eq!(record["id"], handed.id.get());
        assert_eq!(record["token"].as_str().unwrap().len(), 64);
    }
}
