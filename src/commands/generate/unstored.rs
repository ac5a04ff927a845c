//! Tokens that no database knows.

use std::io;
use std::ops::ControlFlow;

use zeroize::Zeroizing;

use super::GenerateArgs;
use crate::commands::args::token_format::TokenFormat;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, Record, View};
use sessionctl_core::model::session::Kind;
use sessionctl_core::model::token::TokenForm;
use sessionctl_core::ops::generate::unstored;

/// A token without a session.
pub(in crate::commands) const UNSTORED: View =
    View { noun: "tokens", singular: "token", fields: &["token"], columns: &["token"] };

/// Bytes gathered before they are passed on.
const BLOCK: usize = 64 * 1_024;

pub(super) fn run(args: &GenerateArgs, context: &mut Context) -> CommandResult<Outcome> {
    let is_record = args.delivery.as_record(context);
    if !is_record && !args.delivery.is_bare(context) {
        return Err(Failure::usage(
            "--no-store prints bare tokens: there is no session that a cookie could be of",
        )
        .hint("`sessionctl cookie format` writes a token as a cookie")
        .into());
    }
    let form = if args.kind == Some(Kind::Api) { TokenForm::Api } else { TokenForm::Bare };
    context
        .ui
        .explain("each token is 32 bytes from the operating system's random source, in hex; nothing is kept");
    if is_record {
        records(args, form, context)?
    } else {
        bare(args, form, context)?
    }
    context.ui.flush()?;
    Ok(Outcome::Done)
}

/// Prints the tokens alone, one a line.
fn bare(args: &GenerateArgs, form: TokenForm, context: &mut Context) -> CommandResult<()> {
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
    Ok(ui.write_raw(&block)?)
}

/// Prints the tokens as records: one without a number as an object, and those of a number as a list, as sessions are.
fn records(args: &GenerateArgs, form: TokenForm, context: &mut Context) -> CommandResult<()> {
    let is_json = args.delivery.token_format == TokenFormat::Json;
    // For a person, one record is no list.
    let is_list = args.count.is_some()
        && (is_json || args.number() > 1 || context.ui.options().format != Format::Table);
    let (ui, random) = (&mut context.ui, context.random.as_mut());
    let mut written: io::Result<()> = Ok(());
    if !is_list {
        unstored(1, form, random, &mut |token| {
            let record = Record::new().with("token", token.expose().as_str());
            written = if is_json { ui.json_record(&UNSTORED, &record) } else { ui.record(&UNSTORED, record) };
            ControlFlow::Break(())
        })?;
        return Ok(written?);
    }
    let mut list = if is_json { ui.results.json_list(&UNSTORED)? } else { ui.list(&UNSTORED)? };
    unstored(args.number(), form, random, &mut |token| {
        written = list.push(Record::new().with("token", token.expose().as_str()));
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    written?;
    list.finish(None)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::commands::generate::run;
    use crate::commands::testing::Scene;
    use crate::output::Format;

    #[test]
    fn unstored_tokens_are_records_in_every_format_of_a_token() {
        let out = |format, line: &[&str]| {
            let mut scene = Scene::without_database().format(format);
            assert_eq!(scene.run(line, run).unwrap(), 0, "{line:?}");
            scene.out()
        };
        let is_token = |text: &serde_json::Value| text.as_str().is_some_and(|text| text.len() == 64);
        let one: serde_json::Value = serde_json::from_str(&out(Format::Json, &["--no-store"])).unwrap();
        assert!(is_token(&one["token"]) && one.as_object().unwrap().len() == 1, "{one}");
        for number in ["1", "3"] {
            let line = ["--no-store", "-n", number];
            let many: serde_json::Value = serde_json::from_str(&out(Format::Json, &line)).unwrap();
            let tokens = many["tokens"].as_array().unwrap();
            assert!(tokens.len().to_string() == number && tokens.iter().all(|one| is_token(&one["token"])));
            assert_eq!(out(Format::Jsonl, &line).lines().count().to_string(), number);
            assert!(out(Format::Csv, &line).starts_with("token\n"));
        }
        let as_json = out(Format::Table, &["--no-store", "--as", "json"]);
        assert!(is_token(&serde_json::from_str::<serde_json::Value>(&as_json).unwrap()["token"]));
        for format in [Format::Ids, Format::Count] {
            let mut scene = Scene::without_database().format(format);
            assert_eq!(scene.run(&["--no-store"], run).unwrap(), 2, "the token would not be printed");
        }
    }
}
