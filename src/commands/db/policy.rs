//! `db policy`: shows and sets the lifetimes, limits and costs that every program on this database follows.

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::commands::outcome::usage;
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, View};
use sessionctl_core::model::policy::{Key, Policy, SETTINGS, Setting};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::Kind;
use sessionctl_core::ops::policy;
use sessionctl_core::store::Store;

const EXAMPLES: &str = "\
Examples:
  sessionctl db policy
  sessionctl db policy web.idle
  sessionctl db policy web.idle 15m
  sessionctl db policy web.idle default";

const VIEW: View = View {
    noun: "settings",
    singular: "setting",
    fields: &["name", "value", "default", "min", "max", "source"],
    columns: &["name", "value", "default", "min", "max", "source"],
};

/// Show and set the policy: lifetimes, limits, the cost of password hashes
///
/// A change applies to sessions created from then on; active sessions keep their limits.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct PolicyArgs {
    /// The setting
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(SETTINGS.iter().map(|s| s.name)))]
    name: Option<String>,

    /// Its new value (15m, 20), or "default"
    #[arg(value_name = "VALUE", requires = "name")]
    value: Option<String>,
}

pub(super) fn run(args: &PolicyArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&VIEW)?;
    let key = args.name.as_deref().map(Key::named).transpose().map_err(usage)?;
    context.ui.explain(
        "only values that differ from their defaults are stored; each setting has bounds and the source of its default",
    );
    match (key, &args.value) {
        (Some(key), Some(value)) => set(key, value, context),
        (Some(key), None) => {
            let policy = context.host.open_to_read()?.policy()?;
            context.ui.record(&VIEW, record(key.setting(), &policy)?)?;
            Ok(Outcome::Done)
        }
        _ => {
            let policy = context.host.open_to_read()?.policy()?;
            let mut list = context.ui.list(&VIEW)?;
            for setting in SETTINGS {
                list.push(record(setting, &policy)?)?;
            }
            list.finish(None)?;
            Ok(Outcome::Done)
        }
    }
}

fn set(key: Key, value: &str, context: &mut Context) -> CommandResult<Outcome> {
    let setting = key.setting();
    let value = match value {
        "default" => None,
        value => Some(setting.parse(value).map_err(usage)?),
    };
    let mut store = context.host.open_to_write()?;
    let change = context.act(store.as_mut(), |cx| match value {
        Some(value) => policy::set(cx, key, value),
        None => policy::reset(cx, key),
    })?;
    let policy = store.policy()?;
    context.print_result(&VIEW, record(setting, &policy)?)?;
    let (before, after) = (setting.show(change.before), setting.show(change.after));
    context.ui.status(&format!("{} is {after}, was {before}", setting.name));
    if before != after {
        report_active(setting, store.as_ref(), context)?;
    }
    Ok(Outcome::Done)
}

/// Reports how many active sessions keep the limits of before: a lifetime applies to new sessions only.
fn report_active(setting: &Setting, store: &dyn Store, context: &mut Context) -> CommandResult<()> {
    let kind = setting.name.split('.').next().and_then(|name| name.parse::<Kind>().ok());
    let Some(kind) = kind else { return Ok(()) };
    let active = store.count(&Selector { kind: kind.into(), ..Selector::default() }, context.now)?;
    let sessions = match active {
        0 => return Ok(()),
        1 => "1 active session keeps its limits".to_owned(),
        many => format!("{many} active sessions keep their limits"),
    };
    context
        .ui
        .status(&format!("{sessions}; `sessionctl expire --kind {} --in …` shortens them", kind.as_str()));
    Ok(())
}

fn record(setting: &'static Setting, policy: &Policy) -> CommandResult<Record> {
    let value = policy.get(Key::named(setting.name)?);
    Ok(Record::new()
        .with("name", setting.name)
        .with("value", setting.show(value))
        .with("default", setting.show(setting.default))
        .with("min", setting.show(setting.min))
        .with("max", setting.show(setting.max))
        .with("source", setting.source))
}
