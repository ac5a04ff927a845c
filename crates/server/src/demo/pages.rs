//! The pages of the demo: the shop, and the panel with what happened.

use std::time::Duration;

use maud::{DOCTYPE, Markup, html};
use sessionctl_core::model::time::approximate_duration;

use super::exchange::{Exchange, Row, StoredDigest};
use super::state::{DEMO_PASSWORD, DEMO_USER, LONE_SHOP};
use super::text::{ANOTHER_DIGEST, CHAPTERS, Chapter, ONE_WAY};
use crate::config::{Config, DEFAULT_COOKIE, Site};
use crate::pages::style;

/// What the shop sells.
pub(super) const ITEMS: [&str; 3] = ["laptop", "keyboard", "phone"];

/// What a page shows.
pub(super) struct Shown<'a> {
    pub(super) site: &'a str,
    pub(super) path: &'a str,
    /// Whether the shop is the only site, with a login of its own.
    pub(super) is_alone: bool,
    pub(super) user: &'a str,
    pub(super) kind: &'a str,
    pub(super) cart: &'a [String],
    pub(super) orders: &'a [String],
    pub(super) thief: Option<&'a str>,
    /// The cookie that the thief copied.
    pub(super) stolen: Option<&'a str>,
    pub(super) ahead: Duration,
    /// What the button did that led here.
    pub(super) happened: Option<&'a str>,
    /// The command that revokes the user's sessions.
    pub(super) revocation: &'a str,
    pub(super) exchanges: &'a [Exchange],
    pub(super) prefix: &'a str,
    pub(super) sites: &'a [Site],
    /// The origin of the login host.
    pub(super) login: Option<&'a str>,
}

/// A page.
pub(super) fn page(shown: &Shown<'_>) -> Markup {
    let title = match (shown.site, shown.path) {
        ("wiki", _) => "The wiki",
        (_, "/cart") => "Your cart",
        (_, "/orders") => "Your orders",
        (_, "/thief") => "The thief's browser",
        _ => "The shop",
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title, shown.prefix))
            body {
                main.demo {
                    div.shopping {
                    p.note { "A demo on a sandbox database. This demo shows tokens in full. A real site never does." }
                    (navigation(shown))
                    h1 { (title) }
                    @if let Some(happened) = shown.happened { p role="status" { strong { (happened) } } }
                    @if shown.path != "/thief" { (identity(shown)) }
                    @match (shown.site, shown.path) {
                        ("wiki", _) => { p { "A second site. You were let in by the login of the first one." } }
                        (_, "/cart") => { (cart(shown)) }
                        (_, "/orders") => { (orders(shown)) }
                        (_, "/thief") => { (thief(shown)) }
                        _ => { (shop()) }
                    }
                    (buttons(shown))
                    p { a href="#story" { "What to try, and questions about it" } }
                    }
                    section.panel { (panel(shown.exchanges)) }
                    section #story { (story(shown.revocation)) }
                }
            }
        }
    }
}

/// The page for every other name of this machine: each site has a host of its own, and so a cookie of its own.
pub(super) fn elsewhere(config: &Config) -> Markup {
    let origin = |name: &str| origin(&config.sites, name);
    let (shop, lone) = (origin("shop"), origin(LONE_SHOP));
    html! {
        (DOCTYPE)
        html lang="en" {
            (head("The demo has another address", &config.prefix))
            body {
                main.demo {
                    h1 { "The demo has another address" }
                    p { "A cookie belongs to a host name, so that each site of the demo has a name of its own:" }
                    p { a href={ (shop) "/" } { (shop) "/" } }
                    p { "If your browser does not find that name, the shop alone is here:" }
                    p { a href={ (lone) "/" } { (lone) "/" } }
                }
            }
        }
    }
}

fn head(title: &str, prefix: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " \u{b7} demo" }
            link rel="stylesheet" href={ (prefix) "/" (style().name) } integrity=(style().integrity);
        }
    }
}

/// The origin of a site of the demo.
fn origin(sites: &[Site], name: &str) -> String {
    sites.iter().find(|site| site.name == name).map(|site| site.origin.to_string()).unwrap_or_default()
}

fn navigation(shown: &Shown<'_>) -> Markup {
    let origin = |name: &str| origin(shown.sites, name);
    let (shop, login) = if shown.is_alone {
        (origin(LONE_SHOP), origin(LONE_SHOP))
    } else {
        (origin("shop"), shown.login.unwrap_or_default().to_owned())
    };
    html! {
        nav aria-label="Demo" {
            a href={ (shop) "/" } { "Shop" } " \u{b7} "
            a href={ (shop) "/cart" } { "Cart" } " \u{b7} "
            a href={ (shop) "/orders" } { "Orders" } " \u{b7} "
            @if !shown.is_alone { a href={ (origin("wiki")) "/" } { "Wiki" } " \u{b7} " }
            a href={ (login) (shown.prefix) "/sessions" } { "Your sessions" } " \u{b7} "
            a href={ (shop) "/thief" } { "Thief" } " \u{b7} "
            a href={ (shown.prefix) "/logout" } { "Log out" }
        }
    }
}

fn identity(shown: &Shown<'_>) -> Markup {
    html! {
        p {
            @if shown.user.is_empty() {
                "You are a visitor"
                @if !shown.kind.is_empty() { " with an " (shown.kind) " session" }
                ". Log in as " strong { (DEMO_USER) } " with the password " code { (DEMO_PASSWORD) } "."
            } @else {
                "You are logged in as " strong { (shown.user) } "."
            }
            @if !shown.ahead.is_zero() {
                " The sandbox's clock is " (approximate_duration(shown.ahead)) " ahead."
            }
        }
    }
}

fn shop() -> Markup {
    html! {
        @for item in ITEMS {
            form.row method="post" action="/cart" {
                input type="hidden" name="item" value=(item);
                button type="submit" { "Add a " (item) " to the cart" }
            }
        }
    }
}

fn list(values: &[String], empty: &str) -> Markup {
    html! {
        @if values.is_empty() {
            p { (empty) }
        } @else {
            ul { @for value in values { li { (value) } } }
        }
    }
}

fn cart(shown: &Shown<'_>) -> Markup {
    html! {
        (list(shown.cart, "Your cart is empty."))
        p { a href="/orders" { "To the checkout" } }
    }
}

fn orders(shown: &Shown<'_>) -> Markup {
    html! {
        (list(shown.orders, "You have no orders yet."))
        @if !shown.cart.is_empty() {
            form method="post" action="/orders" {
                button type="submit" { "Order what is in the cart: " (shown.cart.join(", ")) }
            }
        }
    }
}

/// What the shop makes of the token in another browser.
fn thief(shown: &Shown<'_>) -> Markup {
    html! {
        @if let Some(cookie) = shown.stolen {
            p { "In another browser, somebody else sends your cookie:" }
            p { code { (cookie) } }
        }
        p.problem { (shown.thief.unwrap_or_default()) }
    }
}

fn buttons(shown: &Shown<'_>) -> Markup {
    let steal = match shown.stolen {
        Some(_) => "A thief copies your cookie again",
        None => "A thief copies your cookie",
    };
    let actions = [
        ("/demo/wait", "Wait 31 minutes"),
        ("/demo/steal", steal),
        ("/demo/rotate", "Rotate the token"),
        ("/demo/revoke", "Revoke as the administrator"),
    ];
    html! {
        @if shown.site == "shop" {
            section aria-label="What can happen" {
                // An administrator finds a user's sessions by the user's name.
                @for (action, name) in actions.into_iter().filter(|(action, _)| {
                    *action != "/demo/revoke" || !shown.user.is_empty()
                }) {
                    form.row method="post" action=(action) { button.small type="submit" { (name) } }
                }
                // A copy stays as it was copied.
                @if shown.stolen.is_some() {
                    form.row method="get" action="/thief" {
                        button.small type="submit" { "The thief tries the copy again" }
                    }
                }
            }
        }
    }
}

/// What our own pages show more in the demo: a user for the login form, and behind the page what happened.
pub(super) fn add_to(page: &str, exchanges: &[Exchange]) -> String {
    let user = html! {
        p.note { "The demo's user is " strong { (DEMO_USER) } " with the password " code { (DEMO_PASSWORD) } "." }
    };
    let panel = html! { section.demo.beside { (panel(exchanges)) } };
    let page = if page.contains("type=\"password\"") {
        page.replacen("</h1>", &format!("</h1>{}", user.0), 1)
    } else {
        page.to_owned()
    };
    page.replacen("</main>", &format!("</main>{}", panel.0), 1)
}

fn panel(exchanges: &[Exchange]) -> Markup {
    html! {
        h2 { "What happened, the latest first" }
        p { (ONE_WAY) }
        @for (index, exchange) in exchanges.iter().enumerate() {
            // The latest, every one that gave the browser something, and every form: the answer to it only leads on.
            details open[index == 0
                || exchange.set_cookie.iter().any(|line| line.starts_with(DEFAULT_COOKIE))
                || exchange.line.starts_with("POST ")] {
                summary {
                    code { (exchange.line) } " \u{2192} " strong { (exchange.status) }
                    @if let Some(gate) = exchange.gate { " (the gate answered " (gate) ")" }
                    @if !exchange.set_cookie.is_empty() { " Set-Cookie" }
                }
                dl {
                    dt { "Cookie sent" }
                    dd { code { (exchange.cookie.as_deref().unwrap_or("none")) } }
                    @if let Some(location) = &exchange.location {
                        dt { "Location" }
                        dd { code { (location) } }
                    }
                    @for line in &exchange.set_cookie {
                        dt { "Set-Cookie" }
                        dd { code { (line) } }
                    }
                    dt { "In a terminal" }
                    dd {
                        (command(&exchange.command))
                        @if let Some(besides) = &exchange.besides { " " (besides) }
                    }
                    @if let Some(inspect) = &exchange.inspect {
                        dt { "Show the session" }
                        dd { (command(inspect)) }
                    }
                    @if let Some(data) = &exchange.data {
                        dt { "Show its data" }
                        dd { (command(data)) }
                    }
                    @if let Some(digest) = &exchange.digest {
                        dt { "Hash the token" }
                        dd { code { (digest) } }
                    }
                }
                (rows(exchange))
            }
        }
    }
}

/// A command, in which no option is broken: a line that ends behind its first hyphen reads as another command.
fn command(line: &str) -> Markup {
    html! {
        code {
            @for (index, word) in line.split(' ').enumerate() {
                @if index > 0 { " " }
                @if word.starts_with('-') { span.option { (word) } } @else { (word) }
            }
        }
    }
}

fn rows(exchange: &Exchange) -> Markup {
    let same = exchange.before == exchange.after;
    html! {
        @if let Some(before) = exchange.before.as_ref() {
            (row(if same { "The row in the database (unchanged)" } else { "The row in the database before" }, before))
        }
        @if let Some(after) = exchange.after.as_ref().filter(|_| !same) {
            (row("The row in the database after", after))
        }
    }
}

fn row(title: &str, row: &Row) -> Markup {
    html! {
        h3 { (title) }
        dl.compact {
            @match &row.digest {
                Some(StoredDigest::OfToken(digest)) => { dt { "digest" } dd { code { (digest) } } }
                Some(StoredDigest::OfAnother) => { dt { "digest" } dd { (ANOTHER_DIGEST) } }
                None => {}
            }
            @for (name, value) in &row.fields { dt { (name) } dd { (value) } }
        }
        @if !row.data.is_empty() {
            p { "Kept with it: " @for (name, value) in &row.data { code { (name) " = " (value) } " " } }
        }
        p { "Rules: "
            @for (index, (rule, passed, at)) in row.rules.iter().enumerate() {
                @if index > 0 { ", " }
                (rule) " " strong { @if *passed { "passed" } @else { "failed" } }
                @if let Some(at) = at { " (" (at) ")" }
            }
        }
    }
}

fn story(revocation: &str) -> Markup {
    html! {
        h2 { "What to try" }
        ol.story {
            @for (index, Chapter { step, question, answer }) in CHAPTERS.iter().enumerate() {
                li {
                    (step)
                    // The last chapter ends with its command.
                    @if index + 1 == CHAPTERS.len() { " " (command(revocation)) }
                    details { summary { "Question: " (question) } p { (answer) } }
                }
            }
        }
    }
}
