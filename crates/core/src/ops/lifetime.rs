//! How long a new session lives: what the policy says, or what was asked for within it.

use std::time::Duration;

use super::error::RequestError;
use crate::model::policy::{Key, Policy};
use crate::model::session::Kind;

/// What is asked for instead of the policy's lifetimes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifetime {
    /// How long it lives at most.
    pub ttl: Option<Duration>,
    /// How long it lives without being seen.
    pub idle: Option<Duration>,
}

/// The idle timeout and the lifetime of a new session. Both may be asked for up to the policy's lifetime of the
/// kind; an API token's up to its own, longer limit.
pub(super) fn lifetimes(
    policy: &Policy,
    kind: Kind,
    remember: bool,
    wish: Lifetime,
) -> Result<(Option<Duration>, Duration), RequestError> {
    let key = match kind {
        Kind::Web if remember => Key::RememberAbsolute,
        Kind::Web => Key::WebAbsolute,
        Kind::Sso => Key::SsoAbsolute,
        Kind::Anonymous => Key::AnonymousAbsolute,
        Kind::Api => Key::ApiLongest,
    };
    let most = policy.span(key);
    let within = |what, span: Duration| match span.as_secs() {
        0 => Err(RequestError::NoTime(what)),
        seconds if seconds > most.as_secs() => {
            Err(RequestError::TooLong { what, max: most, setting: key.setting().name })
        }
        _ => Ok(span),
    };
    let (idle, absolute) = policy.lifetimes(kind, remember);
    let idle = wish.idle.map(|span| within("idle timeout", span)).transpose()?.or(idle);
    // An API token's usual lifetime may have been set above its limit.
    let absolute = wish.ttl.map_or(Ok(absolute.min(most)), |span| within("lifetime", span))?;
    Ok((idle, absolute))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn lifetimes_stay_within_the_policy() {
        let policy = Policy::default();
        let of = |kind, remember, ttl, idle| lifetimes(&policy, kind, remember, Lifetime { ttl, idle });
        assert_eq!(of(Kind::Web, false, None, None), Ok((Some(DAY / 48), DAY / 3)));
        assert_eq!(of(Kind::Web, false, Some(DAY / 3), None), Ok((Some(DAY / 48), DAY / 3)));
        let too_long = |what, max, setting| {
            Err::<(Option<Duration>, Duration), _>(RequestError::TooLong { what, max, setting })
        };
        assert_eq!(of(Kind::Web, false, Some(DAY), None), too_long("lifetime", DAY / 3, "web.absolute"));
        assert_eq!(
            of(Kind::Sso, false, None, Some(DAY * 31)),
            too_long("idle timeout", DAY * 30, "sso.absolute")
        );
        assert_eq!(of(Kind::Web, true, Some(DAY * 30), None), Ok((Some(DAY * 14), DAY * 30)));
        assert_eq!(of(Kind::Api, false, None, None), Ok((None, DAY * 90)));
        assert_eq!(of(Kind::Api, false, Some(DAY * 365), Some(DAY)), Ok((Some(DAY), DAY * 365)));
        assert_eq!(of(Kind::Api, false, Some(Duration::ZERO), None), Err(RequestError::NoTime("lifetime")));
    }

    #[test]
    fn lifetime_error_names_the_setting() {
        let policy = Policy::default();
        let wish = Lifetime { ttl: Some(DAY), idle: None };
        let error = lifetimes(&policy, Kind::Web, false, wish).unwrap_err();
        assert_eq!(error.to_string(), "the lifetime is too long: at most 8h, by web.absolute of the policy");
    }
}
