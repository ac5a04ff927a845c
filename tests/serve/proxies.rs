//! The recipes with the real proxies, each started as its recipe is printed but for the places of its files.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::app::App;
use crate::front::Front;
use crate::gauntlet::{Site, Start};
use crate::programs::{APACHE, CADDY, ENVOY, HAPROXY, LUA_SOCKET, NEWER_CADDY, NGINX, Program, TRAEFIK};

/// Writes a file of a proxy, and returns where it is.
fn write(front: &Front, name: &str, text: &str) -> String {
    let path = front.path(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, text).expect("a file");
    path.display().to_string()
}

pub(crate) fn nginx(front: &Front, app: &App, program: &Path) -> Command {
    let site = write(front, "site.conf", &front.recipe("nginx", app.address));
    let folder = front.path("").display().to_string();
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("{kind}_temp_path {folder}/{kind};"))
        .collect();
    let text = format!(
        "worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log warn; daemon off;\n\
         master_process off; events {{}}\nhttp {{ access_log off; {paths} include {site}; }}\n"
    );
    let mut command = Command::new(program);
    command.args(["-c", &write(front, "nginx.conf", &text)]);
    command
}

pub(crate) fn caddy(front: &Front, app: &App, program: &Path) -> Command {
    let global = "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n";
    // Caddy makes certificates itself; here each host has that of the test.
    let recipe = front.recipe("caddy", app.address);
    let lines = recipe.lines().map(|line| {
        match line.strip_prefix("https://").and_then(|rest| rest.split_once(':')) {
            Some((host, _)) => {
                let path = |folder: &str, end: &str| {
                    front.path(&format!("{folder}/{host}.{end}")).display().to_string()
                };
                format!("{line}\n\ttls {} {}\n", path("certs", "pem"), path("private", "key"))
            }
            None => format!("{line}\n"),
        }
    });
    let text = format!("{global}{}", lines.collect::<String>());
    let mut command = Command::new(program);
    command.args(["run", "--adapter", "caddyfile", "--config", &write(front, "Caddyfile", &text)]);
    command.env("HOME", front.path("")).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    command
}

pub(crate) fn haproxy(front: &Front, app: &App, program: &Path) -> Command {
    write(front, "haproxy/session_gate.lua", &front.recipe("haproxy-lua", app.address));
    let text = front.recipe("haproxy", app.address);
    let mut command = Command::new(program);
    command.args(["-db", "-f", &write(front, "haproxy.cfg", &text)]);
    command
}

pub(crate) fn apache(front: &Front, app: &App, program: &Path) -> Command {
    write(front, "session_gate.lua", &front.recipe("apache-lua", app.address));
    let site = front.recipe("apache", app.address);
    let folder = front.path("").display().to_string();
    let modules: String = ["mpm_event", "authz_core", "proxy", "proxy_http", "headers", "lua", "ssl"]
        .iter()
        .map(|name| format!("LoadModule {name}_module modules/mod_{name}.so\n"))
        .collect();
    let listen: SocketAddr = front.site;
    let text = format!(
        "ServerRoot /usr/lib/apache2\n{modules}PidFile {folder}/apache.pid\nErrorLog {folder}/apache.log\n\
         Listen {listen}\nServerName localhost\nUser www-data\nGroup www-data\nDefaultRuntimeDir {folder}\n{site}"
    );
    let mut command = Command::new(program);
    command.args(["-DFOREGROUND", "-f", &write(front, "apache.conf", &text)]);
    command
}

pub(crate) fn envoy(front: &Front, app: &App, program: &Path) -> Command {
    let text = front.recipe("envoy", app.address).replace("address: 0.0.0.0", "address: 127.0.0.1");
    let mut command = Command::new(program);
    command.args(["--log-level", "error", "--concurrency", "1", "--use-dynamic-base-id"]);
    command.args(["-c", &write(front, "envoy.yaml", &text)]);
    command
}

pub(crate) fn traefik(front: &Front, app: &App, program: &Path) -> Command {
    let dynamic = write(front, "dynamic.yaml", &front.recipe("traefik", app.address));
    let mut command = Command::new(program);
    command.arg(format!("--entryPoints.web.address={}", front.site));
    command.arg(format!("--providers.file.filename={dynamic}"));
    command.args(["--global.checkNewVersion=false", "--global.sendAnonymousUsage=false", "--log.level=WARN"]);
    command
}

/// Each proxy: its name, its program, how it starts, and what else it needs.
pub(crate) const PROXIES: [(&str, Program, Start, Option<Program>); 7] = [
    ("nginx", NGINX, nginx, None),
    ("caddy", CADDY, caddy, None),
    ("newer caddy", NEWER_CADDY, caddy, None),
    ("haproxy", HAPROXY, haproxy, None),
    ("apache2", APACHE, apache, Some(LUA_SOCKET)),
    ("envoy", ENVOY, envoy, None),
    ("traefik", TRAEFIK, traefik, None),
];

fn run(name: &str) {
    let found = PROXIES.iter().find(|(known, ..)| *known == name);
    let (name, program, start, needs) = found.expect("a proxy");
    if needs.is_some_and(|needs| needs.find_or_leave_out().is_none()) {
        return;
    }
    if let Some(mut site) = Site::start(name, *program, *start) {
        site.run_all();
    }
}

#[test]
fn nginx_lets_only_sessions_through() {
    run("nginx");
}

#[test]
fn caddy_lets_only_sessions_through() {
    run("caddy");
}

#[test]
fn newer_caddy_lets_only_sessions_through() {
    run("newer caddy");
}

#[test]
fn haproxy_lets_only_sessions_through() {
    run("haproxy");
}

#[test]
fn apache_lets_only_sessions_through() {
    run("apache2");
}

#[test]
fn envoy_lets_only_sessions_through() {
    run("envoy");
}

#[test]
fn traefik_lets_only_sessions_through() {
    run("traefik");
}
