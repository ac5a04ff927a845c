//! Sessions with their tokens: created in batches, each on disk before its tokens are printed. A batch whose tokens
//! cannot be printed is revoked, because nobody could log these sessions out.

use std::ops::ControlFlow;

use zeroize::Zeroizing;

use super::GenerateArgs;
use crate::commands::args::list_value::all;
use crate::commands::args::token_format::TokenFormat;
use crate::commands::bulk::report::duration_suffix;
use crate::commands::delivery::{ISSUED, issued_record, read_back, revoke_unless_delivered};
use crate::commands::shell_word::argument;
use crate::commands::unknown_user::{Use, unknown_user};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, List, Results};
use sessionctl_core::counted;
use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::OpContext;
use sessionctl_core::ops::generate::{self, Request};
use sessionctl_core::store::Store;

/// Sessions created between two checks of the output and of Ctrl-C.
const BATCH_SESSIONS: u64 = 10_000;

type Batch = Vec<(SessionId, Token)>;

pub(super) fn run(args: &GenerateArgs, context: &mut Context) -> CommandResult<Outcome> {
    // A new database has no user and no parent, so a command that names one does not create a database.
    let mut store = match args.under.is_some() || args.user.is_some() {
        true => context.host.open_to_write_existing()?,
        false => context.host.open_to_write()?,
    };
    let under = args.under.as_ref().map(|parent| parent.resolve_held(store.as_mut(), context)).transpose()?;
    let request = Request {
        kind: args.kind(),
        remember: args.remember,
        user: args.user.clone(),
        scopes: all(&args.scopes),
        client: args.client.client(),
        lifetime: args.lifetime.lifetime(),
        under,
        count: args.number(),
    };
    // A number that was given makes a list, of one session as well. For a person, one record is no list.
    let is_json = args.delivery.token_format == TokenFormat::Json;
    let is_list = is_json || context.ui.options().format != Format::Table || request.count > 1;
    let has_lists = args.delivery.as_record(context) || args.delivery.is_bare(context);
    if args.count.is_none() || !is_list || !has_lists {
        return each(args, &request, store.as_mut(), context);
    }
    many(args, request, store.as_mut(), context)
}

/// Creates one session, or several in a form that is printed once for each.
fn each(
    args: &GenerateArgs,
    request: &Request,
    store: &mut dyn Store,
    context: &mut Context,
) -> CommandResult<Outcome> {
    let mut issued = Batch::new();
    let outcome = context.act(store, |cx| create(cx, request, &mut issued))?;
    let ids: Vec<SessionId> = issued.iter().map(|(id, _)| *id).collect();
    for (at, (id, token)) in issued.iter().enumerate() {
        let session = read_back(store, *id)?;
        let delivered = args.delivery.deliver(context, token, session, args.remember);
        revoke_unless_delivered(delivered, context, store, &ids[at..])?;
    }
    end(outcome, ids.len() as u64, "", args, store, context)
}

/// Creates many sessions, printed as bare tokens or as records.
fn many(
    args: &GenerateArgs,
    mut request: Request,
    store: &mut dyn Store,
    context: &mut Context,
) -> CommandResult<Outcome> {
    let count = request.count;
    let mut progress =
        (count > BATCH_SESSIONS).then(|| context.progress.start("sessions created", Some(count)));
    // From here Ctrl-C waits for the batch: a session whose token was never printed could not be logged out.
    context.host.interrupted();
    let (mut created, mut outcome, mut stopped) = (0, generate::Outcome::Done, false);
    let mut undelivered = Vec::new();
    let as_record = args.delivery.as_record(context);
    let as_json = args.delivery.token_format == TokenFormat::Json;
    let delivered = context.act_printing(store, |cx, results, host| -> CommandResult<CommandResult<()>> {
        let mut out = match as_record {
            true if as_json => Out::Records(results.json_list(&ISSUED)?),
            true => Out::Records(results.list(&ISSUED)?),
            false => Out::Bare(results),
        };
        while created < count && outcome == generate::Outcome::Done && !stopped {
            request.count = BATCH_SESSIONS.min(count - created);
            let now = cx.clock.now();
            let mut batch = Batch::new();
            outcome = create(cx, &request, &mut batch)?;
            if let Err(error) = out.print(&batch, cx.store, now) {
                undelivered = batch.iter().map(|(id, _)| *id).collect();
                return Ok(Err(error));
            }
            created += batch.len() as u64;
            if let Some(progress) = &mut progress {
                progress.reached(created);
            }
            stopped = created < count && host.interrupted();
        }
        Ok(out.finish())
    })?;
    let took = progress.map(|mut progress| duration_suffix(progress.finish())).unwrap_or_default();
    revoke_unless_delivered(delivered, context, store, &undelivered)?;
    if stopped {
        context.ui.status(&format!(
            "interrupted: created {created} of {}{took}, and printed their tokens",
            counted(count, "session", "sessions")
        ));
        return Ok(Outcome::Interrupted);
    }
    end(outcome, created, &took, args, store, context)
}

fn create(
    cx: &mut OpContext<'_>,
    request: &Request,
    issued: &mut Batch,
) -> Result<generate::Outcome, sessionctl_core::ops::OpsError> {
    generate::generate(cx, request, &mut |batch| {
        issued.extend(batch.iter().map(|one| (one.id, one.token.clone())));
        ControlFlow::Continue(())
    })
}

enum Out<'a> {
    Bare(&'a mut Results),
    Records(List<'a>),
}

impl Out<'_> {
    fn print(&mut self, batch: &Batch, store: &dyn Store, now: Timestamp) -> CommandResult<()> {
        let Some((first, token)) = batch.first() else { return Ok(()) };
        match self {
            Out::Bare(results) => {
                let line = token.expose().len() + 1;
                let mut text = Zeroizing::new(Vec::with_capacity(batch.len() * line));
                for (_, token) in batch {
                    token.expose_line(&mut text);
                }
                results.write_raw(&text)?;
                results.flush()?;
            }
            Out::Records(list) => {
                // They differ only in their ids.
                let like = read_back(store, *first)?;
                for (id, token) in batch {
                    list.push(issued_record(token, Session { id: *id, ..like.clone() }, now))?;
                }
                list.flush()?;
            }
        }
        Ok(())
    }

    fn finish(self) -> CommandResult<()> {
        if let Out::Records(list) = self {
            list.finish(None)?;
        }
        Ok(())
    }
}

fn end(
    outcome: generate::Outcome,
    created: u64,
    took: &str,
    args: &GenerateArgs,
    store: &dyn Store,
    context: &mut Context,
) -> CommandResult<Outcome> {
    if outcome != generate::Outcome::Done {
        return Err(refusal(outcome, created, args, store)?.into());
    }
    let took = if created == 1 { "" } else { took };
    context.ui.status(&format!("created {}{took}", counted(created, "session", "sessions")));
    Ok(Outcome::Done)
}

fn refusal(
    outcome: generate::Outcome,
    created: u64,
    args: &GenerateArgs,
    store: &dyn Store,
) -> CommandResult<Failure> {
    if let (generate::Outcome::NoSuchUser, Some(name)) = (&outcome, &args.user) {
        let hint = format!(
            "`sessionctl user add {}` adds one; with --no-password where only tokens are needed",
            argument(&name.as_str().replace("\\,", ","))
        );
        return unknown_user(store, name, Use::Act(Some(&hint)));
    }
    let name = args.user.as_ref().map(|name| name.as_str()).unwrap_or_default();
    Ok(match outcome {
        generate::Outcome::UserDisabled => {
            Failure::of(Outcome::Refused, format!("user '{name}' is disabled"))
                .hint(format!("`sessionctl user enable {}` first", argument(name)))
        }
        generate::Outcome::TooManySessions { live, max } => Failure::of(
            Outcome::Refused,
            format!(
                "the active logins of user '{name}' ({live} now) would be more than the {max} that \
                 user.sessions_max allows"
            ),
        )
        .hint("create fewer, revoke some, or set another limit: `sessionctl db policy user.sessions_max N`"),
        generate::Outcome::NoSuchParent => {
            Failure::of(Outcome::NotFound, "the parent session does not exist")
        }
        _ => {
            let message = format!(
                "the parent session is not active; {} created",
                counted(created, "session was", "sessions were")
            );
            Failure::of(Outcome::Refused, message).hint("log in again with --sso")
        }
    })
}
