//! The same step on the command line, at the sandbox's time, as it can be typed.

use std::sync::Arc;

use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::token::Token;

use super::exchange::Row;
use super::state::{DEMO_USER, Demo};
use crate::front::Front;

/// Stand for what is known behind the step only.
const CART: &str = "{cart}";
const ID: &str = "{id}";
const PARENT: &str = "{parent}";

/// The commands of a step.
pub(super) struct Commands {
    step: String,
    /// What shows the row.
    inspect: String,
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
        let ahead = demo.clock.ahead().as_secs();
        let now = if ahead > 0 { format!(" --now +{ahead}s") } else { String::new() };
        let program = format!("{} --db {}{now}", demo.program, demo.database.display());
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
                _ => piped("verify"),
            },
            _ => piped("verify"),
        };
        Commands { step, inspect, list }
    }

    /// The command of the step, and the one that shows its row where that is another.
    pub(super) async fn filled(self, front: &Arc<Front>, row: Option<&Row>) -> (String, Option<String>) {
        let Some(row) = row else {
            let is_whole = ![ID, PARENT, CART].iter().any(|mark| self.step.contains(mark));
            return (if is_whole { self.step } else { self.list }, None);
        };
        let parent = row.fields.iter().find(|(name, _)| name == "parent").map(|(_, id)| id.clone());
        let mut fill = vec![(ID, row.id.to_string()), (PARENT, parent.unwrap_or_default())];
        if self.step.contains(CART) {
            fill.push((CART, cart(front, row.id).await));
        }
        let filled =
            |text: &str| fill.iter().fold(text.to_owned(), |text, (mark, value)| text.replace(mark, value));
        let (step, inspect) = (filled(&self.step), filled(&self.inspect));
        let inspect = (step != inspect).then_some(inspect);
        (step, inspect)
    }
}

/// The cart of a session, as JSON.
async fn cart(front: &Arc<Front>, id: i64) -> String {
    let Some(id) = SessionId::new(id) else { return "[]".to_owned() };
    let read = front.read(move |cx| Ok(cx.store.data(id)?)).await.unwrap_or_default();
    read.into_iter().find(|entry| entry.key == "cart").map_or_else(|| "[]".to_owned(), |entry| entry.json)
}
