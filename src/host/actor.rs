//! The operating system's account that runs the program, as the audit log names it. The users in the database do not
//! belong here.

use std::fs;

/// No account has a longer name.
const MAX_ACCOUNT_NAME_BYTES: usize = 64;

/// Returns the name of the real user id, or `uid:1000` if it has none. A root that came by `sudo` is named with the
/// account that called it: `root (sudo alice)`.
#[must_use]
pub fn current() -> String {
    let uid = rustix::process::getuid().as_raw();
    // If the file cannot be read or is not text, the number is used.
    let accounts = fs::read("/etc/passwd").unwrap_or_default();
    let sudo = std::env::var("SUDO_USER").ok();
    describe(uid, &String::from_utf8_lossy(&accounts), sudo.as_deref())
}

/// Returns the name of an account as `sudo -u` takes it.
#[must_use]
pub fn sudo_name(uid: u32) -> String {
    let accounts = fs::read("/etc/passwd").unwrap_or_default();
    name_of(uid, &String::from_utf8_lossy(&accounts)).map_or_else(|| format!("'#{uid}'"), str::to_owned)
}

fn name_of(uid: u32, accounts: &str) -> Option<&str> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid) && is_name(name)).then_some(name)
    })
}

fn describe(uid: u32, accounts: &str, sudo: Option<&str>) -> String {
    let name = name_of(uid, accounts).map_or_else(|| format!("uid:{uid}"), str::to_owned);
    match sudo {
        // Anyone can set the variable; only root could have got it from sudo.
        Some(caller) if uid == 0 && caller != name && is_name(caller) => format!("{name} (sudo {caller})"),
        _ => name,
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_ACCOUNT_NAME_BYTES
        && text.bytes().all(|byte| matches!(byte, b'!'..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/sh\nbroken\nalice:x:1000:1000::/home/alice:/bin/sh\n";

    #[test]
    fn describe_names_the_account_or_its_number() {
        assert_eq!(describe(1000, ACCOUNTS, None), "alice");
        assert_eq!(describe(1001, ACCOUNTS, None), "uid:1001");
        assert_eq!(describe(0, "", None), "uid:0");
    }

    #[test]
    fn describe_believes_sudo_user_only_of_root() {
        assert_eq!(describe(0, ACCOUNTS, Some("alice")), "root (sudo alice)");
        assert_eq!(describe(1000, ACCOUNTS, Some("bob")), "alice");
        assert_eq!(describe(0, ACCOUNTS, Some("root")), "root");
        assert_eq!(describe(0, ACCOUNTS, Some("a b\n")), "root");
    }
}
