//! Tokens that no database knows.

use std::io;
use std::ops::ControlFlow;

use zeroize::Zeroizing;

use super::GenerateArgs;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use sessionctl_core::model::session::Kind;
use sessionctl_core::model::token::TokenForm;
use sessionctl_core::ops::generate::unstored;

/// Bytes gathered before they are passed on.
const BLOCK: usize = 64 * 1_024;

pub(super) fn run(args: &GenerateArgs, context: &mut Context) -> CommandResult<Outcome> {
    if args.delivery.as_record(context) || !args.delivery.is_bare(context) {
        return Err(Failure::usage(
            "--no-store prints bare tokens: there is no session that a cookie or a record could belong to",
        )
        .into());
    }
    let form = if args.kind == Some(Kind::Api) { TokenForm::Api } else { TokenForm::Bare };
    context
        .ui
        .explain("each token is 32 bytes from the operating system's random source, in hex; nothing is kept");
    let mut block = Zeroizing::new(Vec::with_capacity(BLOCK));
    let mut written: io::Result<()> = Ok(());
    let (ui, random) = (&mut context.ui, context.random.as_mut());
    unstored(args.number(), form, random, &mut |token| {
        token.expose_line(&mut block);
        if block.len() + 128 > BLOCK {
            written = ui.write_raw(&block);
            block.clear();
        }
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    written?;
    ui.write_raw(&block)?;
    ui.flush()?;
    Ok(Outcome::Done)
}
