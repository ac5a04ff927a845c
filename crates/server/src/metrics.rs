//! What is counted and measured, in the format of OpenMetrics. No user, address, session or path is in a label.

use std::sync::atomic::AtomicI64;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::config::Site;

type Labels = Vec<(&'static str, String)>;

/// What the gate answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GateResult {
    Accepted,
    Anonymous,
    Login,
    StepUp,
    Challenge,
    MissingScope,
    Unavailable,
}

const RESULTS: [(GateResult, &str); 7] = [
    (GateResult::Accepted, "accepted"),
    (GateResult::Anonymous, "anonymous"),
    (GateResult::Login, "login"),
    (GateResult::StepUp, "step_up"),
    (GateResult::Challenge, "challenge"),
    (GateResult::MissingScope, "missing_scope"),
    (GateResult::Unavailable, "unavailable"),
];

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    /// By site, then by result: no label is looked up while a request waits.
    gate: Vec<[Counter; RESULTS.len()]>,
    pub(crate) gate_seconds: Histogram,
    pub(crate) login_seconds: Histogram,
    pub(crate) change_seconds: Histogram,
    pub(crate) connections: Gauge<i64, AtomicI64>,
    pub(crate) hashes_waiting: Gauge<i64, AtomicI64>,
    pub(crate) hashes_running: Gauge<i64, AtomicI64>,
    pub(crate) touches_pending: Gauge<i64, AtomicI64>,
    pub(crate) reused_tokens: Counter,
    pub(crate) ambiguous_tokens: Counter,
    pub(crate) limited_logins: Counter,
    pub(crate) limited_starts: Counter,
    pub(crate) limited_streams: Counter,
}

impl Metrics {
    /// Counters at zero, for these sites.
    pub(crate) fn new(sites: &[Site]) -> Self {
        let mut registry = Registry::with_prefix("sessionctl");
        let answers = Family::<Labels, Counter>::default();
        registry.register("gate_answers", "Answers of the gate", answers.clone());
        let counter = |site: &Site, (_, result): (GateResult, &str)| {
            let labels = vec![("app", site.name.clone()), ("result", result.to_owned())];
            answers.get_or_create(&labels).clone()
        };
        let gate = sites.iter().map(|site| RESULTS.map(|result| counter(site, result))).collect();
        let mut seconds = |name: &str, help: &str, first: f64| {
            let histogram = Histogram::new(exponential_buckets(first, 4.0, 8));
            registry.register(name, help, histogram.clone());
            histogram
        };
        let gate_seconds = seconds("gate_seconds", "Time of an answer of the gate", 16e-6);
        let login_seconds = seconds("login_seconds", "Time of a login", 1e-3);
        let change_seconds = seconds("change_seconds", "Time of a change of the database", 64e-6);
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::<i64, AtomicI64>::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let connections = gauge("connections", "Open connections");
        let hashes_waiting = gauge("hashes_waiting", "Logins that wait to hash a password");
        let hashes_running = gauge("hashes_running", "Passwords that are hashed now");
        let touches_pending = gauge("touches_pending", "Sessions whose use is not written yet");
        let mut count = |name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let reused_tokens = count("reused_tokens", "Tokens presented after they were rotated away");
        let ambiguous_tokens = count("ambiguous_tokens", "Requests with two session cookies or two tokens");
        let limited_logins = count("limited_logins", "Logins refused by the limit of an address");
        let limited_starts = count("limited_starts", "New visits refused by the limit of an address");
        let limited_streams =
            count("limited_streams", "Event streams refused by the limit of a user or of all");
        Metrics {
            registry,
            gate,
            gate_seconds,
            login_seconds,
            change_seconds,
            connections,
            hashes_waiting,
            hashes_running,
            touches_pending,
            reused_tokens,
            ambiguous_tokens,
            limited_logins,
            limited_starts,
            limited_streams,
        }
    }

    /// Counts an answer of the gate about a site, by its place in the configuration.
    pub(crate) fn gate_answer(&self, site: usize, result: GateResult) {
        let place = RESULTS.iter().position(|(known, _)| *known == result);
        if let Some(counter) =
            self.gate.get(site).zip(place).and_then(|(counters, place)| counters.get(place))
        {
            counter.inc();
        }
    }

    /// The text of all of them.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
