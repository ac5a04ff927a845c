//! The configurations of proxies. The tests run each with the real program: plain, and with https and a login host.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use thiserror::Error;

use crate::config::{Address, Config, Site};

/// A proxy, or the second file that its configuration needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// nginx, with `auth_request`.
    Nginx,
    /// Caddy, with `forward_auth`.
    Caddy,
    /// HAProxy, with a Lua action.
    Haproxy,
    /// The Lua action of HAProxy.
    HaproxyLua,
    /// Apache, with mod_lua.
    Apache,
    /// The Lua hook of Apache.
    ApacheLua,
    /// Envoy, with `ext_authz`.
    Envoy,
    /// Traefik, with `ForwardAuth`.
    Traefik,
}

impl Proxy {
    /// All of them.
    pub const ALL: [Proxy; 8] = [
        Proxy::Nginx,
        Proxy::Caddy,
        Proxy::Haproxy,
        Proxy::HaproxyLua,
        Proxy::Apache,
        Proxy::ApacheLua,
        Proxy::Envoy,
        Proxy::Traefik,
    ];
    /// Their names.
    pub const NAMES: [&str; 8] =
        ["nginx", "caddy", "haproxy", "haproxy-lua", "apache", "apache-lua", "envoy", "traefik"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().zip(Self::NAMES).find(|(proxy, _)| **proxy == self).map_or("", |(_, name)| name)
    }

    fn template(self) -> &'static str {
        match self {
            Proxy::Nginx => include_str!("../recipes/nginx.conf"),
            Proxy::Caddy => include_str!("../recipes/Caddyfile"),
            Proxy::Haproxy => include_str!("../recipes/haproxy.cfg"),
            Proxy::HaproxyLua => include_str!("../recipes/haproxy.lua"),
            Proxy::Apache => include_str!("../recipes/apache.conf"),
            Proxy::ApacheLua => include_str!("../recipes/apache.lua"),
            Proxy::Envoy => include_str!("../recipes/envoy.yaml"),
            Proxy::Traefik => include_str!("../recipes/traefik.yaml"),
        }
    }
}

impl Proxy {
    fn login_template(self) -> Option<&'static str> {
        match self {
            Proxy::Nginx => Some(include_str!("../recipes/nginx-login.conf")),
            Proxy::Caddy => Some(include_str!("../recipes/Caddyfile-login")),
            Proxy::Apache => Some(include_str!("../recipes/apache-login.conf")),
            _ => None,
        }
    }
}

impl FromStr for Proxy {
    type Err = sessionctl_core::model::session::UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let position = Proxy::NAMES.iter().position(|name| *name == text);
        position.map(|at| Proxy::ALL[at]).ok_or(sessionctl_core::model::session::UnknownName("proxy"))
    }
}

/// Where the application is, as a recipe is printed: its administrator writes the right address.
const APPLICATION: (&str, &str) = ("127.0.0.1", "8080");

/// A front on a Unix socket, which this proxy's configuration cannot name.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("this proxy's recipe needs a front that listens on a TCP address")]
pub struct NeedsTcp;

/// Where a proxy finds the front.
struct FrontPlace {
    whole: String,
    host: String,
    port: String,
}

impl FrontPlace {
    fn new(proxy: Proxy, listen: &[Address]) -> Result<Self, NeedsTcp> {
        let tcp = listen.iter().find_map(|address| match address {
            Address::Tcp(address) => Some(*address),
            Address::Unix { .. } => None,
        });
        if let Some(address) = tcp {
            // Nobody connects to "every address".
            let host = match address.ip() {
                IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
                ip => ip,
            };
            let whole = SocketAddr::new(host, address.port()).to_string();
            return Ok(FrontPlace { whole, host: host.to_string(), port: address.port().to_string() });
        }
        let socket = listen.iter().find_map(|address| match address {
            Address::Unix { path, .. } => std::path::absolute(path).ok(),
            Address::Tcp(_) => None,
        });
        let whole = match (proxy, socket) {
            (Proxy::Nginx, Some(path)) => format!("unix:{}", path.display()),
            (Proxy::Caddy, Some(path)) => format!("unix/{}", path.display()),
            _ => return Err(NeedsTcp),
        };
        Ok(FrontPlace { whole, host: String::new(), port: String::new() })
    }
}

/// The configuration of a proxy before `site`, with this front behind it, and before the login host where there is one.
///
/// # Errors
/// [`NeedsTcp`].
pub fn recipe(proxy: Proxy, config: &Config, site: &Site) -> Result<String, NeedsTcp> {
    let front = FrontPlace::new(proxy, &config.listen)?;
    let mut values = vec![
        ("@FRONT@", front.whole),
        ("@FRONT_HOST@", front.host),
        ("@FRONT_PORT@", front.port),
        ("@APP_HOST@", APPLICATION.0.to_owned()),
        ("@APP_PORT@", APPLICATION.1.to_owned()),
        ("@APP@", format!("{}:{}", APPLICATION.0, APPLICATION.1)),
        ("@SITE@", site.name.clone()),
        // A variable of nginx has no dashes.
        ("@VAR@", site.name.replace('-', "_")),
        ("@PREFIX@", config.prefix.clone()),
    ];
    values.extend(origin_values(site, ["@ORIGIN@", "@HOST@", "@PORT@", "@TLS@"]));
    let marks = Marks::new(site, config.login.as_ref());
    let mut text = marks.lines_of(proxy.template());
    if let Some(login) = &config.login {
        values
            .extend(origin_values(login, ["@LOGIN_ORIGIN@", "@LOGIN_HOST@", "@LOGIN_PORT@", "@LOGIN_TLS@"]));
        let marks = Marks::new(login, None);
        text.push_str(&marks.lines_of(proxy.login_template().unwrap_or_default()));
    }
    values.push(("@LOGIN_CRT@", login_certificate(site, config.login.as_ref())));
    for (mark, value) in values {
        text = text.replace(mark, &value);
    }
    Ok(text)
}

/// The origin of a site, its host and port, and the word for TLS, under their marks.
fn origin_values(site: &Site, marks: [&'static str; 4]) -> [(&'static str, String); 4] {
    let authority = site.origin.authority();
    let split = authority.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
    let (host, port) = split.unwrap_or((authority, site.origin.default_port()));
    let tls = if site.origin.is_https() { " ssl" } else { "" };
    let [origin_mark, host_mark, port_mark, tls_mark] = marks;
    [
        (origin_mark, site.origin.to_string()),
        (host_mark, host.to_owned()),
        (port_mark, port.to_owned()),
        (tls_mark, tls.to_owned()),
    ]
}

/// The certificate of a login host at the same port as the site, for HAProxy.
fn login_certificate(site: &Site, login: Option<&Site>) -> String {
    let [_, (_, host), (_, port), _] = match login.filter(|login| login.origin.is_https()) {
        Some(login) => origin_values(login, [""; 4]),
        None => return String::new(),
    };
    let [_, _, (_, own_port), _] = origin_values(site, [""; 4]);
    if port == own_port { format!(" crt /etc/haproxy/{host}.pem") } else { String::new() }
}

/// Which lines of a template belong to a configuration: those that begin with a mark are for some of them only.
struct Marks([(&'static str, bool); 4]);

impl Marks {
    fn new(site: &Site, login: Option<&Site>) -> Self {
        let port = |site: &Site| {
            let [_, _, (_, port), _] = origin_values(site, [""; 4]);
            port
        };
        let is_https = site.origin.is_https();
        let has_other_port = login.is_some_and(|login| port(login) != port(site));
        Marks([
            ("@IF_TLS@", is_https),
            ("@IF_PLAIN@", !is_https),
            ("@IF_LOGIN@", login.is_some()),
            ("@IF_LOGIN_PORT@", has_other_port),
        ])
    }

    /// The lines that are kept, without their marks.
    fn lines_of(&self, template: &str) -> String {
        template.lines().filter_map(|line| self.kept(line)).flat_map(|line| [line, "\n"]).collect()
    }

    fn kept<'a>(&self, line: &'a str) -> Option<&'a str> {
        for (mark, is_kept) in self.0 {
            if let Some(rest) = line.strip_prefix(mark) {
                return if is_kept { self.kept(rest) } else { None };
            }
        }
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity;

    #[test]
    fn front_is_named_as_the_proxy_reaches_it() {
        let of = |proxy, listen: &str| {
            let mut config = Config::new(vec!["shop=https://shop.example".parse().unwrap()]);
            config.listen = vec![listen.parse().unwrap()];
            recipe(proxy, &config, &config.sites[0])
        };
        assert!(of(Proxy::Nginx, "0.0.0.0:7666").unwrap().contains("server 127.0.0.1:7666;"));
        assert!(of(Proxy::Caddy, "[::]:7666").unwrap().contains("reverse_proxy [::1]:7666"));
        assert!(of(Proxy::Nginx, "unix:/run/s.sock").unwrap().contains("server unix:/run/s.sock;"));
        assert!(of(Proxy::Caddy, "unix:/run/s.sock").unwrap().contains("forward_auth unix//run/s.sock {"));
        for proxy in
            [Proxy::Haproxy, Proxy::HaproxyLua, Proxy::Apache, Proxy::ApacheLua, Proxy::Envoy, Proxy::Traefik]
        {
            assert_eq!(of(proxy, "unix:/run/s.sock"), Err(NeedsTcp));
        }
    }

    #[test]
    fn recipe_has_no_mark_left_and_names_every_identity_header() {
        for origin in ["https://shop.example", "http://localhost:8000"] {
            let mut config = Config::new(vec![format!("shop={origin}").parse().unwrap()]);
            config.listen = vec!["127.0.0.1:7001".parse().unwrap()];
            config.login = Some(Config::login_host("https://login.example:8443".parse().unwrap()));
            for (proxy, name) in Proxy::ALL.into_iter().zip(Proxy::NAMES) {
                let text = recipe(proxy, &config, &config.sites[0]).unwrap();
                let marks = text.replace("@denied", "").replace("\"@type\"", "");
                assert!(!marks.contains('@'), "{name}: {text}");
                assert!(name.parse::<Proxy>().is_ok_and(|parsed| parsed == proxy), "{name}");
                let lower = text.to_lowercase();
                let is_lua = matches!(proxy, Proxy::HaproxyLua | Proxy::ApacheLua);
                assert_ne!(lower.contains("login.example"), is_lua, "{name}");
                let asks = !matches!(proxy, Proxy::Apache);
                for header in identity::NAMES.iter().filter(|_| asks) {
                    assert!(lower.contains(header.as_str()), "{name} does not copy {header}");
                }
            }
        }
    }
}
