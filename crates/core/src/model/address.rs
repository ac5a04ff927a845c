//! IP addresses and blocks of them (CIDR, RFC 4632), in one 16-byte form so that a block is one range.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// An address in 16 bytes; IPv4 as `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2), so both families sort together.
#[must_use]
pub fn to_bytes(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

/// The address of 16 bytes that [`to_bytes`] returned.
#[must_use]
pub fn from_bytes(bytes: [u8; 16]) -> IpAddr {
    Ipv6Addr::from(bytes).to_canonical()
}

/// The address as text. IPv4 is written by hand: the general formatter was a twentieth of the time of an export.
#[must_use]
pub fn to_text(address: IpAddr) -> String {
    let IpAddr::V4(v4) = address else { return address.to_string() };
    let mut text = String::with_capacity(15);
    for (index, number) in v4.octets().into_iter().enumerate() {
        if index > 0 {
            text.push('.');
        }
        for (unit, digit) in [(100, number / 100), (10, number / 10 % 10), (1, number % 10)] {
            if number >= unit || unit == 1 {
                text.push(char::from(b'0' + digit));
            }
        }
    }
    text
}

/// Why an address block could not be read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CidrError {
    /// The part before `/` is not an address.
    #[error("not an IP address or block: write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32")]
    NotAnAddress,
    /// The prefix length is out of range for the address family.
    #[error("not a prefix length: 0 to 32 for IPv4, 0 to 128 for IPv6")]
    BadLength,
    /// An IPv4 address in IPv6 form, with a length that reaches beyond IPv4.
    #[error("an IPv6 block holds IPv6 addresses only: write IPv4 as IPv4, for example 0.0.0.0/0")]
    MappedTooShort,
}

/// The bytes before an IPv4 address in its 16-byte form.
const MAPPED_PREFIX: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

fn is_mapped(bytes: [u8; 16]) -> bool {
    bytes.starts_with(&MAPPED_PREFIX)
}

/// A block of addresses; a single address is a block of one. A block of IPv6 contains IPv6 addresses only.
#[derive(Clone, Copy, Debug)]
pub struct Cidr {
    first: [u8; 16],
    last: [u8; 16],
    is_ipv4: bool,
    length: u32,
    has_host_bits: bool,
}

impl PartialEq for Cidr {
    fn eq(&self, other: &Self) -> bool {
        (self.first, self.length) == (other.first, other.length)
    }
}

impl Eq for Cidr {}

/// Writes the block without host bits, and a block of one address as the address.
impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let address = from_bytes(self.first);
        match (self.is_ipv4, self.length) {
            (true, 32) | (false, 128) => write!(f, "{address}"),
            (_, length) => write!(f, "{address}/{length}"),
        }
    }
}

/// The prefix lengths of the block that counts as one network.
const NETWORK_LENGTH_V4: u32 = 24;
const NETWORK_LENGTH_V6: u32 = 64;

impl Cidr {
    /// The network of an address: /24 of IPv4, and /64 of IPv6, which is what one customer gets (RFC 6177 §2).
    #[must_use]
    pub fn network_of(address: IpAddr) -> Self {
        let bytes = to_bytes(address);
        let is_ipv4 = is_mapped(bytes);
        let length = if is_ipv4 { NETWORK_LENGTH_V4 } else { NETWORK_LENGTH_V6 };
        Self::around(bytes, length, is_ipv4)
    }

    /// The network of a block of one address, where it is not that block itself.
    #[must_use]
    pub fn network(&self) -> Option<Self> {
        (self.first == self.last).then(|| Self::network_of(from_bytes(self.first)))
    }

    /// The block of a length around an address.
    fn around(address: [u8; 16], length: u32, is_ipv4: bool) -> Self {
        let offset = if is_ipv4 { 96 } else { 0 };
        let host = u128::MAX.checked_shr(offset + length).unwrap_or(0);
        let bits = u128::from_be_bytes(address);
        let first = bits & !host;
        Cidr {
            first: first.to_be_bytes(),
            last: (bits | host).to_be_bytes(),
            is_ipv4,
            length,
            has_host_bits: first != bits,
        }
    }

    /// The lowest address, in the form of [`to_bytes`].
    #[must_use]
    pub fn first(&self) -> [u8; 16] {
        self.first
    }

    /// The highest address.
    #[must_use]
    pub fn last(&self) -> [u8; 16] {
        self.last
    }

    /// Whether it is a block of IPv4 addresses.
    #[must_use]
    pub fn is_ipv4(&self) -> bool {
        self.is_ipv4
    }

    /// Whether it was written with an address inside the block instead of its first one.
    #[must_use]
    pub fn has_host_bits(&self) -> bool {
        self.has_host_bits
    }

    /// Whether the block contains an address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let bytes = to_bytes(address);
        (self.first..=self.last).contains(&bytes) && is_mapped(bytes) == self.is_ipv4
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        let text = text.trim();
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| CidrError::NotAnAddress)?;
        let mapped = is_mapped(to_bytes(address));
        let written_as_ipv4 = address.is_ipv4();
        let max_length = if written_as_ipv4 { 32 } else { 128 };
        let length: u32 = match length {
            None => max_length,
            Some(digits) if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) => {
                return Err(CidrError::BadLength);
            }
            Some(digits) => digits.parse().ok().filter(|l| *l <= max_length).ok_or(CidrError::BadLength)?,
        };
        // An IPv4 address in IPv6 form means IPv4.
        let length = if mapped && !written_as_ipv4 {
            length.checked_sub(96).ok_or(CidrError::MappedTooShort)?
        } else {
            length
        };
        Ok(Cidr::around(to_bytes(address), length, mapped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains_accepts_the_addresses_of_the_block() {
        let inside =
            |block: &str, address: &str| block.parse::<Cidr>().unwrap().contains(address.parse().unwrap());
        assert!(inside("203.0.113.0/24", "203.0.113.255") && !inside("203.0.113.0/24", "203.0.114.0"));
        assert!(inside("203.0.113.9", "203.0.113.9") && !inside("203.0.113.9", "203.0.113.8"));
        assert!(inside("2001:db8::/32", "2001:db8:1::1") && !inside("2001:db8::/32", "2001:db9::"));
        assert!(inside("0.0.0.0/0", "255.255.255.255") && !inside("0.0.0.0/0", "::1"));
        assert!(inside("::/0", "::1") && inside("10.1.2.3/8", "10.255.0.1"));
    }

    #[test]
    fn ipv6_block_contains_no_ipv4_address() {
        let block = |text: &str| text.parse::<Cidr>().unwrap();
        for text in ["::/0", "::/64", "::/96"] {
            assert!(!block(text).contains("203.0.113.7".parse().unwrap()), "{text}");
        }
        assert_eq!(block("::ffff:203.0.113.0/120"), block("203.0.113.0/24"));
        assert_eq!("::ffff:0:0/90".parse::<Cidr>(), Err(CidrError::MappedTooShort));
    }

    #[test]
    fn display_writes_the_block_without_host_bits() {
        for (text, shown, host_bits) in [
            ("203.0.113.7/24", "203.0.113.0/24", true),
            ("203.0.113.0/24", "203.0.113.0/24", false),
            ("203.0.113.7", "203.0.113.7", false),
            ("2001:db8::1/32", "2001:db8::/32", true),
        ] {
            let block: Cidr = text.parse().unwrap();
            assert_eq!((block.to_string().as_str(), block.has_host_bits()), (shown, host_bits));
        }
    }

    #[test]
    fn network_of_masks_the_host() {
        for (address, network) in [
            ("203.0.113.7", "203.0.113.0/24"),
            ("2001:db8:0:5:a:b:c:d", "2001:db8:0:5::/64"),
            ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ] {
            assert_eq!(Cidr::network_of(address.parse().unwrap()).to_string(), network);
        }
    }

    #[test]
    fn parse_rejects_other_blocks() {
        for text in
            ["", "alice", "1.2.3", "1.2.3.4/33", "::1/129", "1.2.3.4/", "1.2.3.4/+8", "1.2.3.4/8/8", "/8"]
        {
            assert!(text.parse::<Cidr>().is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_round_trip_through_bytes() {
        for text in ["203.0.113.7", "2001:db8::1", "::", "255.255.255.255"] {
            let address: IpAddr = text.parse().unwrap();
            assert_eq!(from_bytes(to_bytes(address)), address);
            assert_eq!(to_text(address), text);
        }
        for number in 0..=u8::MAX {
            let address = IpAddr::from([number, 0, 7, number]);
            assert_eq!(to_text(address), address.to_string());
        }
    }
}
