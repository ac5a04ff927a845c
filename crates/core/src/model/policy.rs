//! The policy: lifetimes, limits and the cost of a password hash, with their defaults, bounds and sources. It is kept
//! in the store, so that every program that opens the store uses the same one.

use std::time::Duration;

use thiserror::Error;

use super::session::Kind;
use super::time::{Timestamp, format_duration, parse_duration};

/// The unit of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds; written as a length of time.
    Seconds,
    /// Kibibytes of memory.
    Kibibytes,
    /// A number without a unit.
    Count,
    /// Where a change must be when it is acknowledged: the place of a word in [`DURABILITIES`].
    Durability,
}

/// The words for where a change must be: on the disk of the server that makes it, or on a replica's as well.
pub const DURABILITIES: [&str; 2] = ["local", "replica"];

/// One setting of the policy.
#[derive(Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// The value that holds where none is set.
    pub default: u64,
    /// The smallest permitted value.
    pub min: u64,
    /// The largest permitted value.
    pub max: u64,
    /// The unit.
    pub unit: Unit,
    /// The source of the default.
    pub source: &'static str,
    /// What it sets, as a noun phrase.
    pub purpose: &'static str,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

macro_rules! settings {
    ($($variant:ident $name:literal $default:expr, $min:expr, $max:expr, $unit:ident, $source:literal, $purpose:literal;)*) => {
        /// The settings, by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Key { $(#[doc = concat!("`", $name, "`: ", $purpose, ".")] $variant),* }

        /// Every setting, in the order in which a front shows them.
        pub static SETTINGS: &[Setting] = &[$(Setting {
            name: $name, default: $default, min: $min, max: $max, unit: Unit::$unit, source: $source, purpose: $purpose,
        }),*];

        const KEYS: &[Key] = &[$(Key::$variant),*];
    };
}

settings! {
    WebIdle "web.idle" 30 * MINUTE, MINUTE, 30 * DAY, Seconds, "OWASP session management: 15 to 30 min",
        "idle timeout of a web session";
    WebAbsolute "web.absolute" 8 * HOUR, MINUTE, 30 * DAY, Seconds, "OWASP session management: 4 to 8 h",
        "absolute lifetime of a web session";
    RememberIdle "remember.idle" 14 * DAY, MINUTE, 365 * DAY, Seconds, "this project",
        "idle timeout of a login with --remember";
    RememberAbsolute "remember.absolute" 30 * DAY, MINUTE, 365 * DAY, Seconds, "NIST 800-63B-4 AAL1: at most 30 d",
        "absolute lifetime of a login with --remember";
    SsoIdle "sso.idle" 14 * DAY, MINUTE, 365 * DAY, Seconds, "this project",
        "idle timeout of a single sign-on session";
    SsoAbsolute "sso.absolute" 30 * DAY, MINUTE, 365 * DAY, Seconds, "NIST 800-63B-4 AAL1: at most 30 d",
        "absolute lifetime of a single sign-on session";
    AnonymousIdle "anonymous.idle" 30 * MINUTE, MINUTE, 30 * DAY, Seconds, "this project",
        "idle timeout of an anonymous session";
    AnonymousAbsolute "anonymous.absolute" 24 * HOUR, MINUTE, 365 * DAY, Seconds, "this project",
        "absolute lifetime of an anonymous session";
    ApiAbsolute "api.absolute" 90 * DAY, MINUTE, 365 * DAY, Seconds, "this project",
        "lifetime of an API token where none is requested";
    ApiLongest "api.absolute_max" 365 * DAY, MINUTE, 365 * DAY, Seconds, "this project",
        "longest lifetime that may be requested for an API token";
    TouchInterval "touch.interval" 60, 0, HOUR, Seconds, "this project",
        "shortest time between two writes of the time last seen";
    RotateGrace "rotate.grace_max" 30, 0, 30, Seconds, "RFC 9700 §4.14.2: none by default",
        "longest time for which a rotated-out token may stay accepted";
    SessionsPerUser "user.sessions_max" 20, 1, 1_000_000, Count, "ASVS 7.1.2; the number is this project's",
        "active logins that a user may have: web sessions without a parent, and sso sessions";
    PasswordMemory "password.memory" 65_536, 19_456, 1_048_576, Kibibytes, "RFC 9106 §4, second recommended option",
        "memory for hashing a password, in KiB";
    PasswordPasses "password.passes" 3, 2, 64, Count, "RFC 9106 §4, second recommended option",
        "passes of argon2id over that memory";
    PasswordLanes "password.lanes" 4, 1, 64, Count, "RFC 9106 §4, second recommended option",
        "lanes of argon2id that fill that memory in parallel";
    HashesAtOnce "password.hashes_at_once" 4, 1, 1_024, Count, "this project: 256 MiB at the default memory",
        "passwords that all processes together hash at the same time";
    ThrottleFree "throttle.free" 5, 0, 100, Count, "this project",
        "failed logins in a row without a wait";
    ThrottleLongest "throttle.delay_max" 15 * MINUTE, 1, DAY, Seconds, "this project",
        "longest wait after a failed login";
    ThrottleDisable "throttle.disable_at" 100, 1, 100, Count, "NIST 800-63B-4 §3.2.2: at most 100 failures",
        "failed logins in a row after which the password is locked; the user is not disabled";
    PruneAge "prune.older_than" 30 * DAY, 0, 3_650 * DAY, Seconds, "this project",
        "time since the end of a session after which prune deletes it";
    Durability "store.durability" 0, 0, 1, Durability, "this project: replica refuses a change that no replica would confirm",
        "where a change must be: local (the server's disk) or replica (another server's too)";
    StepUp "serve.step_up" 10 * MINUTE, MINUTE, DAY, Seconds, "this project: the age of the login that the web front's admin page accepts",
        "longest time since the password was checked, for the administrators' page";
    LoginsPerAddress "serve.logins_per_address" 20, 1, 100_000, Count, "this project: logins a minute, of an IPv6 address by /64",
        "logins a minute that the web front accepts from one address (IPv6: /64)";
}

/// Why a setting cannot have a value.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PolicyError {
    /// No setting has this name.
    #[error("no such setting")]
    UnknownSetting,
    /// The value is not a number of the setting's unit.
    #[error("not a value for {0}: {1}")]
    NotAValue(&'static str, &'static str),
    /// The value is outside of the bounds.
    #[error("{name} must be between {min} and {max}")]
    OutOfBounds {
        /// The setting.
        name: &'static str,
        /// The smallest permitted value, as it is written.
        min: String,
        /// The largest permitted value.
        max: String,
    },
}

impl Key {
    /// The setting of this key.
    #[must_use]
    pub fn setting(self) -> &'static Setting {
        &SETTINGS[self as usize]
    }

    /// The stricter of two values: the one under which fewer get in, for a shorter time, or a stolen hash is worth
    /// less. Where neither is, the first.
    #[must_use]
    pub fn stricter(self, first: u64, second: u64) -> u64 {
        match self {
            Key::PasswordMemory | Key::PasswordPasses | Key::ThrottleLongest => first.max(second),
            Key::TouchInterval | Key::PasswordLanes | Key::PruneAge | Key::Durability => first,
            Key::WebIdle
            | Key::WebAbsolute
            | Key::RememberIdle
            | Key::RememberAbsolute
            | Key::SsoIdle
            | Key::SsoAbsolute
            | Key::AnonymousIdle
            | Key::AnonymousAbsolute
            | Key::ApiAbsolute
            | Key::ApiLongest
            | Key::RotateGrace
            | Key::SessionsPerUser
            | Key::HashesAtOnce
            | Key::ThrottleFree
            | Key::ThrottleDisable
            | Key::StepUp
            | Key::LoginsPerAddress => first.min(second),
        }
    }

    /// The setting with this name.
    ///
    /// # Errors
    /// [`PolicyError::UnknownSetting`].
    pub fn named(name: &str) -> Result<Key, PolicyError> {
        SETTINGS.iter().position(|s| s.name == name).map(|i| KEYS[i]).ok_or(PolicyError::UnknownSetting)
    }
}

impl Setting {
    /// Reads a value: a length of time with a unit, or a bare number.
    ///
    /// # Errors
    /// [`PolicyError::NotAValue`] or [`PolicyError::OutOfBounds`].
    pub fn parse(&self, text: &str) -> Result<u64, PolicyError> {
        let value = match self.unit {
            Unit::Seconds => parse_duration(text)
                .map_err(|_| PolicyError::NotAValue(self.name, "write a length of time, as in 30m"))?
                .as_secs(),
            Unit::Durability => DURABILITIES
                .iter()
                .position(|word| *word == text)
                .ok_or(PolicyError::NotAValue(self.name, "write local or replica"))?
                as u64,
            Unit::Kibibytes | Unit::Count => {
                text.parse().map_err(|_| PolicyError::NotAValue(self.name, "write a whole number"))?
            }
        };
        if (self.min..=self.max).contains(&value) {
            return Ok(value);
        }
        let (min, max) = (self.show(self.min), self.show(self.max));
        Err(PolicyError::OutOfBounds { name: self.name, min, max })
    }

    /// Writes a value in the form that [`Setting::parse`] reads.
    #[must_use]
    pub fn show(&self, value: u64) -> String {
        match self.unit {
            Unit::Seconds => format_duration(Duration::from_secs(value)),
            Unit::Kibibytes | Unit::Count => value.to_string(),
            Unit::Durability => {
                let word = usize::try_from(value).ok().and_then(|value| DURABILITIES.get(value));
                word.map_or_else(|| value.to_string(), |word| (*word).to_owned())
            }
        }
    }
}

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Policy {
    values: Vec<u64>,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { values: SETTINGS.iter().map(|setting| setting.default).collect() }
    }
}

impl Policy {
    /// The value of a setting.
    #[must_use]
    pub fn get(&self, key: Key) -> u64 {
        self.values[key as usize]
    }

    /// The value of a setting that counts seconds.
    #[must_use]
    pub fn span(&self, key: Key) -> Duration {
        Duration::from_secs(self.get(key))
    }

    /// Changes one setting. The value is clamped to the setting's bounds, because it may come from a file that another
    /// program wrote.
    pub fn set(&mut self, key: Key, value: u64) {
        let setting = key.setting();
        self.values[key as usize] = value.clamp(setting.min, setting.max);
    }

    /// The idle timeout and the absolute lifetime of a new session.
    #[must_use]
    pub fn lifetimes(&self, kind: Kind, remember: bool) -> (Option<Duration>, Duration) {
        let (idle, absolute) = match kind {
            Kind::Web if remember => (Key::RememberIdle, Key::RememberAbsolute),
            Kind::Web => (Key::WebIdle, Key::WebAbsolute),
            Kind::Sso => (Key::SsoIdle, Key::SsoAbsolute),
            Kind::Anonymous => (Key::AnonymousIdle, Key::AnonymousAbsolute),
            Kind::Api => return (None, self.span(Key::ApiAbsolute)),
        };
        (Some(self.span(idle)), self.span(absolute))
    }

    /// How long no password is checked after a number of failures in a row: no delay for the free ones, then one
    /// second, doubling up to the limit of the policy.
    #[must_use]
    pub fn throttle(&self, failures: u32) -> Duration {
        let Some(over) = u64::from(failures).checked_sub(self.get(Key::ThrottleFree)).filter(|n| *n > 0)
        else {
            return Duration::ZERO;
        };
        let doubled = 1_u64.checked_shl(u32::try_from(over - 1).unwrap_or(63).min(63)).unwrap_or(u64::MAX);
        Duration::from_secs(doubled.min(self.get(Key::ThrottleLongest)))
    }

    /// Until when no password is checked after a number of failures in a row, the last of them at `last_at`; none where
    /// it is checked at once.
    #[must_use]
    pub fn throttled_until(&self, failures: u32, last_at: Timestamp) -> Option<Timestamp> {
        Some(last_at.plus(self.throttle(failures))).filter(|until| *until > last_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_within_bounds_and_round_trip() {
        for setting in SETTINGS {
            assert_eq!(
                setting.parse(&setting.show(setting.default)),
                Ok(setting.default),
                "{}",
                setting.name
            );
            assert!(Key::named(setting.name).is_ok_and(|key| key.setting().name == setting.name));
        }
    }

    #[test]
    fn throttle_doubles_to_its_limit() {
        let policy = Policy::default();
        let delays: Vec<u64> =
            [0, 5, 6, 7, 8, 15, 16, 99, u32::MAX].map(|n| policy.throttle(n).as_secs()).into();
        assert_eq!(delays, [0, 0, 1, 2, 4, 512, 900, 900, 900]);
    }

    #[test]
    fn parse_rejects_values_out_of_bounds_and_names_the_bounds() {
        let error = Key::ApiLongest.setting().parse("2y").unwrap_err();
        assert_eq!(error.to_string(), "api.absolute_max must be between 1m and 365d");
        assert!(Key::PasswordMemory.setting().parse("64 MiB").is_err());
    }
}
