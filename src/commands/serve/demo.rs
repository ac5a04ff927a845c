//! `serve --demo`: the guide's shop in a real browser, on a sandbox database that is deleted afterwards.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use sessionctl_core::ops::user;
use sessionctl_server::{
    Address, Config, DEFAULT_COOKIE, DEMO_PASSWORD, DEMO_USER, Demo, DemoClock, LONE_SHOP, LogFormat,
    Machine, Site,
};

use super::{started, stopped};
use crate::commands::outcome::usage;
use crate::commands::shell_word::program;
use crate::commands::{CommandError, CommandResult, Context, Failure, Outcome};
use crate::host::clock::HostClock;
use crate::host::random::OsRandomness;
use crate::host::scratch::scratch_folder;
use crate::host::{Host as _, Location, SystemHost, process};

/// The port of the demo, where none is given.
pub(super) const DEFAULT_PORT: u16 = 7667;

/// Runs the demo until it is interrupted.
///
/// # Errors
/// Where the sandbox cannot be created, or the port is taken.
pub(super) fn run(port: u16, context: &mut Context) -> CommandResult<Outcome> {
    let folder =
        scratch_folder("sessionctl-demo-").map_err(CommandError::io("cannot create a temporary folder"))?;
    let path = folder.path().join("demo.db");
    let clock = Arc::new(DemoClock::new(context.host.clock()));
    let location = Location::find(Some(&path));
    let host = SystemHost::new(location, HostClock::shown_by(clock.clone()), context.actor.clone());
    host.create(true)?;
    let name = DEMO_USER.parse().map_err(usage)?;
    let mut store = host.open_to_write_existing()?;
    context.act(store.as_mut(), |cx| user::add(cx, &name, Some(DEMO_PASSWORD.as_bytes())))?;
    drop(store);
    let config = config(port)?;
    let machine = Machine {
        factory: Arc::from(host.factory()?),
        clock: clock.clone(),
        random: Arc::new(|| Box::new(OsRandomness::new())),
        hashing: Arc::from(host.hash_limit()),
        account: process::account(),
    };
    let address = |index: usize| config.sites.get(index).map(|site| site.origin.to_string());
    let (shop, lone) = (address(0).unwrap_or_default(), address(2).unwrap_or_default());
    context.ui.status(&format!("the sandbox is {}, and is deleted at the end", path.display()));
    let ui = &mut context.ui;
    let demo =
        Demo::new(clock, path, program(), port).ends_with_terminal(!process::is_ignored(process::HANG_UP));
    let served = sessionctl_server::serve(config, machine, Some(demo), |_| {
        started(
            ui,
            &format!("open {shop} in a browser ({lone} where that is not found); Ctrl-C ends the demo"),
        );
    });
    stopped(served, "is another demo running? Choose another port with --port")
}

fn config(port: u16) -> Result<Config, Failure> {
    let site = |name: &str| format!("{name}=http://{name}.localhost:{port}").parse::<Site>().map_err(usage);
    let login = format!("http://login.localhost:{port}").parse().map_err(usage)?;
    let lone = format!("{LONE_SHOP}=http://localhost:{port}").parse::<Site>().map_err(usage)?;
    let lone = Site { has_own_login: true, ..lone };
    let mut config = Config::new(vec![site("shop")?, site("wiki")?, lone]);
    config.login = Some(Config::login_host(login));
    config.listen = vec![Address::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))];
    // Cookies ignore ports: two demos at once would share theirs.
    config.cookie = format!("{DEFAULT_COOKIE}-{port}");
    config.log = LogFormat::Off;
    Ok(config)
}
