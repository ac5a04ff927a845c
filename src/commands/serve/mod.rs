//! `serve`: the web front. Its arguments, and what it needs of the machine; what it answers is in `sessionctl-server`.

mod demo;

use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use sessionctl_core::model::address::Cidr;
use sessionctl_core::model::user::UserName;
use sessionctl_server::{
    Address, Config, DEFAULT_COOKIE, DEFAULT_HASHES, DEFAULT_PREFIX, LogFormat, Machine, OTHER_COOKIES,
    Origin, Proxy, ServeError, Site, recipe,
};
use sessionctl_wire::cookie::{Attributes, Cookie};

use super::shell_word::argument;
use super::{CommandError, CommandResult, Context, Failure, Outcome};
use crate::host::process;
use crate::host::random::OsRandomness;
use crate::output::{Record, Ui, Value, View};

/// The address on which a front listens by default.
const DEFAULT_LISTEN: &str = "127.0.0.1:7666";

/// Add a login and sessions to web sites behind a proxy
///
/// The proxy asks at PREFIX/auth/NAME (nginx, HAProxy, Apache) or PREFIX/forward/NAME (Caddy, Envoy, Traefik) about each
/// request, and routes PREFIX/ of the site to this server, where its login page is. An accepted request gets the headers
/// Remote-User, Remote-Session, Remote-Kind, Remote-Scopes and Remote-Auth-Time. Path segments after NAME add requirements:
/// /anonymous, /bearer, /scope=SCOPE, /max-auth-age=10m, /no-touch.
///
/// An application must treat a missing or empty Remote-User as "not logged in". Its service worker, if it has one, must
/// leave PREFIX/ to the browser: the pages are not shown to scripts. Without --login the password is typed at the
/// application's own origin, where its scripts can register a service worker, and that reads what a form posts, or
/// shows a form of its own. Use --login, with a host of its own, where the application is not trusted with passwords.
///
/// A revocation by any command applies to the very next request. SIGHUP opens the database again, and SIGTERM stops the
/// server after the running requests. Several servers may use one database; each has limits and one-time codes of its
/// own.
///
/// Each flag can also be set by a variable, such as SESSIONCTL_SERVE_APP for --app. The flag wins. Separate several
/// values with spaces.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  A login in front of a site, and the configuration of its nginx
    sessionctl serve --app shop=https://shop.example
    sessionctl serve --app shop=https://shop.example --recipe nginx > shop.conf
  A demo shop, with each exchange, row and command beside the click
    sessionctl serve --demo
  On this machine only, to try it
    sessionctl serve --app shop=http://localhost:8000
  Two sites with one login, which has a host of its own
    sessionctl serve --login https://login.example \\
      --app shop=https://shop.example --app wiki=https://wiki.example
  Behind a proxy on another machine
    sessionctl serve --app shop=https://shop.example \\
      --listen 10.0.0.5:7666 --trust-proxy 10.0.0.9")]
pub struct ServeArgs {
    /// A site: the name of its sessions' app, and where browsers reach it; may be repeated
    #[arg(long = "app", value_name = "NAME=ORIGIN", required_unless_present = "demo")]
    apps: Vec<Site>,

    /// Turn single sign-on on: users log in at this origin, once for all sites. The proxy routes all of its requests to
    /// this server
    #[arg(long, value_name = "ORIGIN")]
    login: Option<Origin>,

    /// A user who may use the administrators' page of the login host (with --login only); may be repeated
    #[arg(long = "admin", value_name = "NAME", requires = "login")]
    admins: Vec<UserName>,

    /// Listen here: an address with a port, or unix:PATH; may be repeated [default: 127.0.0.1:7666]
    #[arg(long, value_name = "ADDRESS")]
    listen: Vec<Address>,

    /// Offer the API for programs here: unix:PATH, unix:PATH,mode=0660, or a loopback address with a port; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    api: Vec<Address>,

    /// Believe the X-Forwarded headers of these proxies too; may be repeated
    #[arg(long, value_name = "CIDR")]
    trust_proxy: Vec<Cidr>,

    /// Offer "Keep me logged in" on the login page
    #[arg(long)]
    remember: bool,

    /// The name of the session's cookie
    #[arg(long, value_name = "NAME", default_value = DEFAULT_COOKIE, value_parser = cookie_name)]
    cookie: String,

    /// The path below which this server answers the proxy, and shows its pages
    #[arg(long, value_name = "PATH", default_value = DEFAULT_PREFIX, value_parser = prefix)]
    prefix: String,

    /// How many passwords are hashed at once; each takes 64 MiB with the default policy
    #[arg(long, value_name = "N", default_value_t = DEFAULT_HASHES as u64,
        value_parser = clap::value_parser!(u64).range(1..=64))]
    hashes: u64,

    /// Sign the audit log's seals with the Ed25519 key in this file (PEM); for a PostgreSQL database only
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    seal_key: Option<std::path::PathBuf>,

    /// How requests are logged, on standard error
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser =
        PossibleValuesParser::new(LogFormat::NAMES).try_map(|name| name.parse::<LogFormat>()))]
    log: LogFormat,

    /// Print the configuration of this proxy for the site, and exit
    ///
    /// haproxy-lua and apache-lua print the Lua file that the haproxy and apache configurations load.
    #[arg(long, value_name = "PROXY", value_parser =
        PossibleValuesParser::new(Proxy::NAMES).try_map(|name| name.parse::<Proxy>()))]
    recipe: Option<Proxy>,

    /// Show a demo shop in a browser, on a sandbox database, with each exchange explained
    #[arg(long, conflicts_with_all = ["apps", "login", "listen", "api", "recipe"])]
    demo: bool,

    /// The port of the demo [default: 7667]
    #[arg(long, value_name = "N", requires = "demo")]
    port: Option<u16>,
}

/// A name that browsers accept together with the attributes of the session's cookie.
fn cookie_name(text: &str) -> Result<String, String> {
    Cookie::removing(text, Attributes::default()).map_err(|error| error.to_string())?;
    if OTHER_COOKIES.contains(&text) {
        return Err("another cookie of this server has this name".to_owned());
    }
    Ok(text.to_owned())
}

fn prefix(text: &str) -> Result<String, &'static str> {
    let is_segment = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let segments = text.strip_prefix('/').ok_or("begins with /, as in /_session")?;
    if segments.split('/').all(is_segment) {
        Ok(text.to_owned())
    } else {
        Err("segments of letters, digits, -, _ and ., without a / at the end")
    }
}

/// The configuration of a proxy.
pub(in crate::commands) const RECIPE: View = View {
    noun: "recipes",
    singular: "recipe",
    fields: &["app", "proxy", "configuration"],
    columns: &["app", "proxy", "configuration"],
};

fn print_recipe(proxy: Proxy, text: &str, app: &str, context: &mut Context) -> CommandResult<()> {
    if context.ui.results.wants_text() {
        text.lines().try_for_each(|line| context.ui.bare(line))?;
    } else {
        let record = Record::new()
            .with("app", app)
            .with("proxy", Value::Word(proxy.name()))
            .with("configuration", text);
        context.ui.record(&RECIPE, record)?;
    }
    Ok(context.ui.flush()?)
}

/// Runs `serve`.
///
/// # Errors
/// Where the flags contradict each other, or the server cannot start.
pub fn run(args: ServeArgs, context: &mut Context) -> CommandResult<Outcome> {
    if args.demo {
        return demo::run(args.port.unwrap_or(demo::DEFAULT_PORT), context);
    }
    let recipe_of = args.recipe;
    let seal_key = args.seal_key.clone();
    let config = config(args)?;
    if let Some(proxy) = recipe_of {
        let [site] = config.sites.as_slice() else {
            return Err(Failure::usage("a recipe is for one site: give one --app").into());
        };
        context.ui.check_fields(&RECIPE)?;
        context.ui.explain("write the configuration with which the proxy asks this server about each request; nothing is started");
        let text = recipe(proxy, &config, site).map_err(|error| {
            Failure::usage(error.to_string()).hint("give --listen an address with a port")
        })?;
        print_recipe(proxy, &text, &site.name, context)?;
        return Ok(Outcome::Done);
    }
    if context.host.clock_overridden() {
        return Err(Failure::usage("a server follows the clock: leave --now out").into());
    }
    if !config.cookie.starts_with("__Host-") {
        let name = &config.cookie;
        context.ui.warn(&format!(
            "other hosts of the domain can replace the cookie {name}: a name that begins with __Host- prevents it"
        ));
    }
    warn_of_unknown_admins(&config.admins, context);
    process::raise_file_limit();
    if let Some(file) = seal_key {
        context.host.use_seal_key(&file)?;
    }
    let machine = Machine {
        factory: Arc::from(context.host.factory()?),
        clock: context.host.clock(),
        random: Arc::new(|| Box::new(OsRandomness::new())),
        hashing: Arc::from(context.host.hash_limit()),
        account: process::account(),
    };
    let places = config.sites.iter().chain(&config.login);
    let sites: Vec<String> = places.map(|site| format!("{} at {}", site.name, site.origin)).collect();
    let ui = &mut context.ui;
    let served = sessionctl_server::serve(config, machine, None, |addresses| {
        started(ui, &format!("serving {} on {}", sites.join(", "), addresses.join(", ")));
    });
    stopped(served, "choose another port")
}

/// A name that is mistyped gives nobody the administrators' page. Where the database cannot be read, the server reports it.
fn warn_of_unknown_admins(admins: &[UserName], context: &mut Context) {
    if admins.is_empty() {
        return;
    }
    let store = context.host.open_to_read();
    for admin in admins {
        if !store.as_ref().is_ok_and(|store| store.user(admin).is_ok_and(|user| user.is_none())) {
            continue;
        }
        let name = admin.as_str();
        context.ui.warn(&format!("--admin {name}: no user has that name"));
        context.ui.hint(&format!("`sessionctl user add {}` adds one", argument(name)));
    }
}

/// Reports that the server listens.
fn started(ui: &mut Ui, message: &str) {
    ui.status(message);
}

/// The end of a server as that of a command; with what to do where its port is taken.
fn stopped(served: Result<(), ServeError>, where_port_is_taken: &str) -> CommandResult<Outcome> {
    match served {
        Ok(()) => Ok(Outcome::Done),
        Err(ServeError::Store(error)) => Err(error.into()),
        Err(ServeError::Listen { address, source }) => {
            let by_whom = match (source.kind(), &address) {
                (std::io::ErrorKind::AddrInUse, Address::Tcp(_)) => {
                    format!(", where another program listens: {where_port_is_taken}")
                }
                (std::io::ErrorKind::AddrInUse, _) => {
                    ", where another program listens: choose another path".to_owned()
                }
                _ => String::new(),
            };
            Err(CommandError::io(format!("cannot listen on {address}{by_whom}"))(source))
        }
        Err(ServeError::System(error)) => Err(CommandError::io("the server could not be started")(error)),
    }
}

fn config(args: ServeArgs) -> CommandResult<Config> {
    for (index, site) in args.apps.iter().enumerate() {
        if args.apps[..index].iter().any(|other| other.name == site.name || other.origin == site.origin) {
            return Err(Failure::usage(format!("two sites have the name {} or its origin", site.name)).into());
        }
    }
    if let Some(login) =
        args.login.as_ref().filter(|login| args.apps.iter().any(|site| site.origin == **login))
    {
        let message = format!("{login} is a site and cannot be the login host");
        return Err(Failure::usage(message).hint("give the login host a name of its own").into());
    }
    let mut config = Config::new(args.apps);
    config.login = args.login.map(Config::login_host);
    config.admins = args.admins;
    config.listen = args.listen;
    if config.listen.is_empty() {
        config.listen.extend(DEFAULT_LISTEN.parse::<Address>());
    }
    let reaches_others =
        |address: &&Address| matches!(address, Address::Tcp(address) if !address.ip().is_loopback());
    if let Some(address) = config.listen.iter().find(reaches_others)
        && args.trust_proxy.is_empty()
    {
        let message = format!("{address} can be reached from other machines");
        let hint =
            "name the proxy with --trust-proxy, and let nobody else reach the port; or listen on 127.0.0.1";
        return Err(Failure::usage(message).hint(hint).into());
    }
    if let Some(address) = args.api.iter().find(reaches_others) {
        let message =
            format!("the API is for programs of this machine, and {address} can be reached from others");
        return Err(Failure::usage(message).hint("use unix:PATH or 127.0.0.1").into());
    }
    config.api = args.api;
    config.trusted_proxies = args.trust_proxy;
    config.remember = args.remember;
    config.cookie = args.cookie;
    config.prefix = args.prefix;
    config.hashes = usize::try_from(args.hashes).unwrap_or(DEFAULT_HASHES);
    config.log = args.log;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;

    fn run_on(words: &[&str]) -> (Scene, u8) {
        let mut scene = Scene::new();
        let code = scene.run(words, |args: &ServeArgs, context| run(args.clone(), context)).unwrap();
        (scene, code)
    }

    #[test]
    fn recipe_is_printed_for_one_site() {
        let (mut scene, code) = run_on(&["--app", "shop=https://shop.example", "--recipe", "nginx"]);
        assert_eq!(code, 0);
        assert!(scene.out().contains("/_session/auth/shop"));
        let two = ["--app", "a=https://a.example", "--app", "b=https://b.example", "--recipe", "nginx"];
        assert_eq!(run_on(&two).1, 2);
        let socket = ["--app", "a=https://a.example", "--listen", "unix:/run/s.sock", "--recipe", "envoy"];
        assert_eq!(run_on(&socket).1, 2);
    }

    #[test]
    fn contradicting_flags_are_refused() {
        for words in [
            &["--app", "a=https://a.example", "--app", "a=https://b.example"][..],
            &["--app", "a=https://a.example", "--app", "b=https://a.example"],
            &["--app", "a=https://a.example", "--listen", "0.0.0.0:80"],
            &["--app", "a=https://a.example", "--login", "https://a.example"],
            &["--app", "a=https://a.example", "--api", "0.0.0.0:80"],
        ] {
            assert_eq!(run_on(words).1, 2, "{words:?}");
        }
    }

    #[test]
    fn prefix_and_cookie_name_are_checked() {
        assert!(prefix("/_session").is_ok() && prefix("/a/b.c").is_ok());
        for text in ["", "/", "a", "/a/", "//a", "/..", "/a b", "/a?b"] {
            assert!(prefix(text).is_err(), "{text}");
        }
        assert!(cookie_name("__Host-s").is_ok() && cookie_name("a b").is_err());
        assert!(cookie_name("__Host-session-start").is_err());
    }
}
