//! The recipes with the real proxies, each started as its recipe is printed but for the places of its files.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::app::App;
use crate::front::Front;
use crate::gauntlet::{Site, Start};
use crate::programs::{APACHE, CADDY, ENVOY, HAPROXY, LUA_SOCKET, NEWER_CADDY, NGINX, Program};

fn write(front: &Front, name: &str, text: &str) -> String {
    let path = front.path(name);
    fs::write(&path, text).expect("a file");
    path.display().to_string()
}

fn run(name: &'static str, program: Program, start: Start) {
    if let Some(mut site) = Site::start(name, program, start) {
        site.run_all();
    }
}

#[test]
fn nginx_lets_only_sessions_through() {
    run("nginx", NGINX, |front, app, program| {
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
    });
}

fn caddy(front: &Front, app: &App, program: &Path) -> Command {
    let text = format!("{{\n\tadmin off\n}}\n{}", front.recipe("caddy", app.address));
    let mut command = Command::new(program);
    command.args(["run", "--adapter", "caddyfile", "--config", &write(front, "Caddyfile", &text)]);
    command.env("HOME", front.path("")).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    command
}

#[test]
fn caddy_lets_only_sessions_through() {
    run("caddy", CADDY, caddy);
}

#[test]
fn newer_caddy_lets_only_sessions_through() {
    run("newer caddy", NEWER_CADDY, caddy);
}

#[test]
fn haproxy_lets_only_sessions_through() {
    run("haproxy", HAPROXY, |front, app, program| {
        let lua = write(front, "gate.lua", &front.recipe("haproxy-lua", app.address));
        let text = front.recipe("haproxy", app.address).replace("/etc/haproxy/session_gate.lua", &lua);
        let mut command = Command::new(program);
        command.args(["-db", "-f", &write(front, "haproxy.cfg", &text)]);
        command
    });
}

#[test]
fn apache_lets_only_sessions_through() {
    if LUA_SOCKET.find_or_leave_out().is_none() {
        return;
    }
    run("apache2", APACHE, |front, app, program| {
        let lua = write(front, "gate.lua", &front.recipe("apache-lua", app.address));
        let site = front.recipe("apache", app.address).replace("/etc/apache2/session_gate.lua", &lua);
        let folder = front.path("").display().to_string();
        let modules: String = ["mpm_event", "authz_core", "proxy", "proxy_http", "headers", "lua"]
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
    });
}

#[test]
fn envoy_lets_only_sessions_through() {
    run("envoy", ENVOY, |front, app, program| {
        let text = front.recipe("envoy", app.address).replace("address: 0.0.0.0", "address: 127.0.0.1");
        let mut command = Command::new(program);
        command.args(["--log-level", "error", "--concurrency", "1", "--use-dynamic-base-id"]);
        command.args(["-c", &write(front, "envoy.yaml", &text)]);
        command
    });
}
