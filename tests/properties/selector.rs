//! Address blocks, scopes, user names and settings: each parsed value keeps its own bounds, and spellings of
//! one name are equal.

use sessionctl_core::model::address::{Cidr, from_bytes};
use sessionctl_core::model::policy::{Key, SETTINGS};
use sessionctl_core::model::session::parse_scope;
use sessionctl_core::model::user::UserName;

pub(crate) fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(block) = text.parse::<Cidr>() {
        assert!(block.first() <= block.last());
        let (first, last) = (from_bytes(block.first()), from_bytes(block.last()));
        assert!(block.contains(first));
        // A block of IPv6 can end where the addresses of IPv4 are, and contains none of those.
        assert!(block.contains(last) != (first.is_ipv6() && last.is_ipv4()));
    }
    if let Ok(scope) = parse_scope(text) {
        assert!(!scope.contains(' ') && !scope.is_empty());
    }
    if let Ok(name) = text.parse::<UserName>() {
        let spelled =
            format!(" {name}\t").parse::<UserName>().expect("white space around a name is not part of it");
        assert_eq!(spelled, name);
        assert_eq!(spelled.key(), name.key());
    }
    for setting in SETTINGS {
        if let Ok(value) = setting.parse(text) {
            assert!((setting.min..=setting.max).contains(&value));
        }
    }
    let _ = Key::named(text);
}
