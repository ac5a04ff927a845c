//! `db policy`: shows and sets the lifetimes, limits and costs that every program on this database follows.

mod change;
mod locator;

pub(in crate::commands) use change::{CHANGED, PLANNED};
pub(in crate::commands) use locator::ROTATED;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::commands::outcome::usage;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, View};
use sessionctl_core::model::policy::{Key, Policy, SETTINGS, Setting};

const EXAMPLES: &str = "\
Examples:
  sessionctl db policy
  sessionctl db policy web.idle
  sessionctl db policy web.idle 15m
  sessionctl db policy web.idle default
  Which active sessions would end earlier? Then shorten them too
    sessionctl db policy web.idle 15m --apply --dry-run
    sessionctl db policy web.idle 15m --apply
  On a server, if a stranger may have read its database
    sessionctl db policy rotate-locator-key";

/// The one word that is no setting: it replaces the key of locators.
const ROTATE: &str = "rotate-locator-key";

/// The names with what each sets, from the one list of settings.
fn names() -> PossibleValuesParser {
    let settings = SETTINGS.iter().map(|setting| PossibleValue::new(setting.name).help(setting.purpose));
    let rotate =
        PossibleValue::new(ROTATE).help("an action: create a new key for the locators of new tokens");
    PossibleValuesParser::new(settings.chain([rotate]))
}

pub(in crate::commands) const VIEW: View = View {
    noun: "settings",
    singular: "setting",
    fields: &["name", "value", "default", "min", "max", "source"],
    columns: &["name", "value", "default", "min", "max", "source"],
};

/// Show and set the policy: lifetimes, limits, the cost of password hashes
///
/// A change applies to sessions created from then on; active sessions keep their limits, until --apply gives them those
/// of the policy. A session of kind web with a longer lifetime than web.absolute counts as one that was created with
/// --remember, and an API token whose lifetime exceeds api.absolute is limited by api.absolute_max only.
///
/// `rotate-locator-key` is an action, not a setting: on a server it creates a new key for the locators of new tokens.
/// Earlier tokens stay valid; a key that no active session can need is retired then, or by a later `prune`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct PolicyArgs {
    /// The setting
    #[arg(value_name = "NAME", value_parser = names())]
    name: Option<String>,

    /// Its new value (15m, 20), or "default"
    #[arg(value_name = "VALUE", requires = "name")]
    value: Option<String>,

    /// Shorten the limits of active sessions too; without NAME, by every limit of the policy
    ///
    /// A session that was not used for its new idle timeout ends at once.
    #[arg(long)]
    apply: bool,

    /// With --apply: make limits longer as well, where sessions have shorter ones
    #[arg(long, requires = "apply")]
    lengthen: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &PolicyArgs, context: &mut Context) -> CommandResult<Outcome> {
    if args.name.as_deref() == Some(ROTATE) {
        return locator::run(args, context);
    }
    let key = args.name.as_deref().map(Key::named).transpose().map_err(usage)?;
    if args.value.is_some() || args.apply {
        return change::run(args, key, context);
    }
    if args.dry_run {
        return Err(Failure::usage("--dry-run needs a value, or --apply").into());
    }
    context.ui.check_fields(&VIEW)?;
    context.ui.explain(
        "only values that differ from their defaults are stored; each setting has bounds and the source of its default",
    );
    let policy = context.host.open_to_read()?.policy()?;
    match key {
        Some(key) => context.ui.record(&VIEW, record(key.setting(), &policy)?)?,
        None => {
            let mut list = context.ui.list(&VIEW)?;
            for setting in SETTINGS {
                list.push(record(setting, &policy)?)?;
            }
            list.finish(None)?;
        }
    }
    Ok(Outcome::Done)
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
