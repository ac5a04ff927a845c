//! The same step on the command line, at the sandbox's time, as it can be typed.

use std::sync::Arc;

use sessionctl_core::model::token::Token;

use super::clock::DemoClock;
use super::exchange::Row;
use super::state::{DEMO_USER, Demo};
use crate::front::Front;

/// Stand for what is known behind the step only.
const NOW: &str = "{now}";
const CART: &str = "{cart}";
const ORDERS: &str = "{orders}";
const ID: &str = "{id}";
const PARENT: &str = "{parent}";

/// Verifies without a visit.
const LOOK: &str = "verify --no-touch";

/// The option for the sandbox's time.
fn now(clock: &DemoClock) -> String {
    let ahead = clock.ahead().as_secs();
    if ahead > 0 { format!(" --now +{ahead}s") } else { String::new() }
}

/// What revokes all sessions of the demo's user.
pub(super) fn revocation(demo: &Demo) -> String {
    let now = now(&demo.clock);
    format!("{} --db {}{now} revoke --user {DEMO_USER} --yes", demo.program, demo.database.display())
}

/// The commands of a step that has happened.
pub(super) struct Filled {
    pub(super) step: String,
    /// The one that shows the session, where that is another.
    pub(super) inspect: Option<String>,
    /// The one that shows the data kept with the session, where there are any.
    pub(super) data: Option<String>,
}

/// The commands of a step.
pub(super) struct Commands {
    clock: Arc<DemoClock>,
    step: String,
    /// What verifies the token.
    look_up: String,
    /// What shows the session.
    inspect: String,
    /// What shows the data kept with the session.
    data: String,
    /// Where there is no row.
    list: String,
}

impl Commands {
    /// For a request to a host, before it is answered.
    pub(super) fn of(
        demo: &Demo,
        front: &Front,
        host: &str,
        (method, path): (&str, &str),
        token: Option<&Token>,
    ) -> Self {
        // A wait moves the clock, and the command shows what is so behind it.
        let program = format!("{} --db {}{NOW}", demo.program, demo.database.display());
        let inspect = format!("{program} inspect {ID}");
        let list = format!("{program} list --state any");
        let app = front.config.sites.iter().find(|site| site.origin.is_host(host)).map(|site| &site.name);
        let app = app.map(|app| format!(" --app {app}")).unwrap_or_default();
        // The demo shows tokens in full, and the sandbox is deleted with them.
        let piped = |words: &str| match token {
            Some(token) => format!("echo {} | {program} {words} -", token.expose().as_str()),
            None => list.clone(),
        };
        let ours = path.strip_prefix(&format!("{}/", front.config.prefix));
        let ended = ours.and_then(|page| page.strip_prefix("sessions/")?.strip_suffix("/end"));
        let step = match (ours, method) {
            (Some("start"), _) => format!("{program} generate --kind anonymous{app}"),
            (Some("login"), "POST") => format!("{program} login {DEMO_USER}{app}"),
            (Some("authorize"), "POST") => format!("{program} login {DEMO_USER} --sso"),
            (Some("callback"), _) => format!("{program} generate --under {PARENT}{app}"),
            (Some("logout"), "POST") => piped("logout"),
            (Some("sessions/end-others"), "POST") => {
                format!("{program} revoke --user {DEMO_USER} --except {ID} --yes")
            }
            (Some("sessions"), _) => format!("{program} list --user {DEMO_USER}"),
            (Some(_), "POST") if ended.is_some() => {
                format!("{program} revoke {} --yes", ended.unwrap_or_default())
            }
            (Some(_), _) => inspect.clone(),
            (None, "POST") => match path {
                "/demo/revoke" => format!("{program} revoke --user {DEMO_USER} --yes"),
                "/demo/rotate" => piped("rotate"),
                "/cart" => format!("{program} data set {ID} cart '{CART}'"),
                "/orders" => format!(
                    "{program} data set {ID} orders '{ORDERS}'; {program} data set {ID} cart '{CART}'"
                ),
                // No gate was asked: such a form is no visit.
                _ => piped(LOOK),
            },
            _ => piped("verify"),
        };
        let data = format!("{program} data list {ID}");
        Commands { clock: Arc::clone(&demo.clock), step, look_up: piped(LOOK), inspect, data, list }
    }

    /// The commands with what is known behind the step: the row before and after it.
    pub(super) fn filled(self, before: Option<&Row>, after: Option<&Row>) -> Filled {
        let Some(row) = after.or(before) else {
            let is_whole = ![ID, PARENT, CART, ORDERS].iter().any(|mark| self.step.contains(mark));
            let step = if is_whole { self.step } else { self.list };
            return Filled { step: step.replace(NOW, &now(&self.clock)), inspect: None, data: None };
        };
        let parent = row.field("parent").map(str::to_owned);
        let value = |key: &str| {
            let value = row.data.iter().find(|(name, _)| name == key);
            value.map_or_else(|| "[]".to_owned(), |(_, json)| json.clone())
        };
        let fill = [
            (NOW, now(&self.clock)),
            (ID, row.id.to_string()),
            (PARENT, parent.unwrap_or_default()),
            (CART, value("cart")),
            (ORDERS, value("orders")),
        ];
        let filled =
            |text: &str| fill.iter().fold(text.to_owned(), |text, (mark, value)| text.replace(mark, value));
        let sets = self.step.contains(CART) || self.step.contains(ORDERS);
        // A form that changed nothing was a look-up only.
        let is_same = before.map(|row| &row.data) == after.map(|row| &row.data);
        let step = filled(if sets && is_same { &self.look_up } else { &self.step });
        let inspect = filled(&self.inspect);
        Filled {
            inspect: (step != inspect).then_some(inspect),
            step,
            data: (!row.data.is_empty()).then(|| filled(&self.data)),
        }
    }
}
