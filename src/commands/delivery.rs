//! How a new token reaches its owner: once, in the requested form. Shared by the commands that create tokens.

use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::args::DeliveryArgs;
use super::args::token_format::TokenFormat;
use super::{Context, Failure, Outcome};
use crate::commands::CommandResult;
use crate::output::{Format, SESSION, View, session_record};
use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::revoke::revoke_undelivered;
use sessionctl_core::store::Store;

const ISSUED_FIELDS: [&str; SESSION.fields.len() + 1] = View::joined(&["token"], SESSION.fields);

/// The record of a session with its new token.
pub const ISSUED: View = View { fields: &ISSUED_FIELDS, columns: &["id", "token"], ..SESSION };

impl DeliveryArgs {
    /// Refuses contradictions before anything is created, and warns of flags that do nothing. Records are of this view.
    ///
    /// # Errors
    /// A usage [`Failure`].
    pub fn check(&self, view: &View, context: &mut Context) -> CommandResult<()> {
        self.refuse_two_forms(context)?;
        if self.as_record(context) {
            context.ui.check_fields(view)?;
            self.refuse_losing(context)?;
        }
        // A cookie with any value shows whether the attributes are consistent.
        let sample = Zeroizing::new("0".repeat(64));
        self.cookie.write(sample, self.token_format, None)?;
        self.cookie.warn_of_ignored(self.token_format, &[], context);
        Ok(())
    }

    /// Refuses two forms on one command line, of which one would be ignored.
    fn refuse_two_forms(&self, context: &Context) -> Result<(), Failure> {
        let options = context.ui.options();
        let form = self.token_format;
        let is_form_of_its_own = !matches!(form, TokenFormat::Token | TokenFormat::Json);
        let has_format = options.format != Format::Table && !options.format_is_preset;
        let excluded = match options.format {
            format
                if has_format
                    && (is_form_of_its_own || form == TokenFormat::Json && format != Format::Json) =>
            {
                format!("--format {format}")
            }
            _ if is_form_of_its_own && options.fields.is_some() => "--fields".to_owned(),
            _ => return Ok(()),
        };
        Err(Failure::usage(format!("--as {} and {excluded} exclude each other", form.as_str())))
    }

    /// Refuses an output that leaves the token out: no other output ever contains it.
    fn refuse_losing(&self, context: &Context) -> Result<(), Failure> {
        let options = context.ui.options();
        let hidden =
            self.token_format != TokenFormat::Json && matches!(options.format, Format::Ids | Format::Count);
        let left_out =
            options.fields.as_ref().is_some_and(|fields| fields.iter().all(|name| name != "token"));
        if hidden || left_out {
            let failure =
                Failure::usage("this format would not print the token, and it cannot be shown again");
            return Err(failure.hint("add token to --fields, or choose another --format"));
        }
        Ok(())
    }

    /// Whether the token is printed as a field of a record: with `--as json`, or a machine format that the command line
    /// asks for.
    #[must_use]
    pub fn as_record(&self, context: &Context) -> bool {
        let options = context.ui.options();
        self.token_format == TokenFormat::Json
            || self.token_format == TokenFormat::Token
                && (options.format != Format::Table && !options.format_is_preset || options.fields.is_some())
    }

    /// Whether the token is printed bare, alone on its line.
    #[must_use]
    pub fn is_bare(&self, context: &Context) -> bool {
        self.token_format == TokenFormat::Token && !self.as_record(context)
    }

    /// Hands over the token of one session. `remembered` keeps its cookie after the browser is closed.
    ///
    /// # Errors
    /// Where writing fails; then nobody has the token.
    pub fn deliver(
        &self,
        context: &mut Context,
        token: &Token,
        session: Session,
        remembered: bool,
    ) -> CommandResult<()> {
        // The session was created while the lock was held, after this command began.
        let now = context.present();
        if self.as_record(context) {
            let record = issued_record(token, session, now);
            match self.token_format {
                TokenFormat::Json => context.ui.json_record(&ISSUED, &record)?,
                _ => context.ui.record(&ISSUED, record)?,
            }
        } else {
            let end = session.absolute_expires_at;
            let lasting = remembered.then(|| (end.since(now), end));
            let text = self.cookie.write(token.expose(), self.token_format, lasting)?;
            context.ui.bare(text.expose_secret().trim_end_matches('\n'))?;
        }
        context.ui.flush()?;
        Ok(())
    }
}

/// The record of a session and its new token: the only record that contains a token.
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

/// Reads a session that was just created.
///
/// # Errors
/// Where reading fails.
pub fn read_back(store: &dyn Store, id: SessionId) -> CommandResult<Session> {
    match store.session(id)? {
        Some((session, _)) => Ok(session),
        None => Err(Failure::of(
            Outcome::Failed,
            format!("session {id} was created and is no longer in the database"),
        )
        .into()),
    }
}

/// Revokes sessions whose tokens did not reach their owner: without a token, nobody could log them out.
///
/// # Errors
/// The error of the delivery; where revoking the sessions failed, that too.
pub fn revoke_unless_delivered(
    delivered: CommandResult<()>,
    context: &mut Context,
    store: &mut dyn Store,
    ids: &[SessionId],
) -> CommandResult<()> {
    let Err(error) = delivered else { return Ok(()) };
    let message = match context.act(store, |cx| revoke_undelivered(cx, ids)) {
        Ok(_) if ids.len() > 1 => {
            format!("delivering {0} tokens failed ({error:#}), so all {0} sessions were revoked", ids.len())
        }
        Ok(_) => format!("delivering the token failed ({error:#}), so its session was revoked"),
        Err(failed) => format!(
            "delivering the token failed ({error:#}), and revoking its session {} failed too: {failed}",
            ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ),
    };
    // Reported even where the reader closed the pipe: a session was created and revoked.
    Err(Failure::of(Outcome::Failed, message).into())
}
