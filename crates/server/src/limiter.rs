//! The limit of logins from one address: a bucket that fills again with time (GCRA). The limit is read from the policy
//! at each login, which no crate for fixed limits allows.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Addresses that are remembered. A stranger with more of them than this can have more logins.
const MAX_ADDRESSES: usize = 65_536;
const MINUTE: Duration = Duration::from_secs(60);

/// When each address will have all of its logins again.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    full_at: Mutex<HashMap<IpAddr, Instant>>,
}

impl Limiter {
    /// Counts a login from `address`, of which `per_minute` are accepted. An IPv6 address counts as its /64, because
    /// one client has all of that.
    ///
    /// # Errors
    /// How long the address has to wait; nothing is counted then.
    pub(crate) fn check(&self, address: IpAddr, per_minute: u64, now: Instant) -> Result<(), Duration> {
        let step = MINUTE / u32::try_from(per_minute.clamp(1, 1_000_000)).unwrap_or(1_000_000);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= MAX_ADDRESSES {
            full_at.retain(|_, at| *at > now);
            if full_at.len() >= MAX_ADDRESSES {
                full_at.clear();
            }
        }
        let at = full_at.entry(network(address)).or_insert(now);
        let next = (*at).max(now) + step;
        match next.saturating_duration_since(now + MINUTE) {
            Duration::ZERO => {
                *at = next;
                Ok(())
            }
            wait => Err(wait),
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_is_per_minute_and_fills_again() {
        let (limiter, start) = (Limiter::default(), Instant::now());
        let ip: IpAddr = "203.0.113.7".parse().unwrap();
        for _ in 0..20 {
            assert_eq!(limiter.check(ip, 20, start), Ok(()));
        }
        assert_eq!(limiter.check(ip, 20, start), Err(Duration::from_secs(3)));
        assert_eq!(limiter.check("203.0.113.8".parse().unwrap(), 20, start), Ok(()));
        assert_eq!(limiter.check(ip, 20, start + Duration::from_secs(3)), Ok(()));
        assert!(limiter.check(ip, 20, start + Duration::from_secs(3)).is_err());
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_limit() {
        let (limiter, start) = (Limiter::default(), Instant::now());
        let check = |text: &str| limiter.check(text.parse().unwrap(), 1, start);
        assert_eq!(check("2001:db8::1"), Ok(()));
        assert!(check("2001:db8::2").is_err());
        assert_eq!(check("2001:db8:0:1::1"), Ok(()));
    }
}
