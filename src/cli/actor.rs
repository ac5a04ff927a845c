//! Who runs the program, as the log names it: the account of the operating system. UserCache of this program's own
//! users do not belong here.

use std::fs;

/// Longer names are no account's.
const LONGEST: usize = 64;

/// The name of the real user id, or `uid:1000` where it has none; of a root that came by `sudo` also whose
/// root it is: `root (sudo alice)`.
pub(super) fn current() -> String {
    let uid = rustix::process::getuid().as_raw();
    // A file that cannot be read, or is not text, leaves the number.
    let accounts = fs::read("/etc/passwd").unwrap_or_default();
    let sudo = std::env::var("SUDO_USER").ok();
    describe(uid, &String::from_utf8_lossy(&accounts), sudo.as_deref())
}

fn describe(uid: u32, accounts: &str, sudo: Option<&str>) -> String {
    let name = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid) && is_name(name)).then_some(name)
    });
    let name = name.map_or_else(|| format!("uid:{uid}"), str::to_owned);
    match sudo {
        // Anyone can set the variable; only root could have got it from sudo.
        Some(whose) if uid == 0 && whose != name && is_name(whose) => format!("{name} (sudo {whose})"),
        _ => name,
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|byte| matches!(byte, b'!'..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/sh\nbroken\nalice:x:1000:1000::/home/alice:/bin/sh\n";

    #[test]
    fn accounts_are_named() {
        assert_eq!(describe(1000, ACCOUNTS, None), "alice");
        assert_eq!(describe(1001, ACCOUNTS, None), "uid:1001");
        assert_eq!(describe(0, "", None), "uid:0");
    }

    #[test]
    fn only_root_can_have_come_by_sudo() {
        assert_eq!(describe(0, ACCOUNTS, Some("alice")), "root (sudo alice)");
        assert_eq!(describe(1000, ACCOUNTS, Some("bob")), "alice");
        assert_eq!(describe(0, ACCOUNTS, Some("root")), "root");
        assert_eq!(describe(0, ACCOUNTS, Some("a b\n")), "root");
    }
}
