//! The hints that several words of other tools have. Which words those are is in `commands` and `options`.

pub(super) const PERMANENT: &str =
    "a revocation is permanent; `sessionctl login` or `sessionctl generate` starts a new session";
pub(super) const INSPECT: &str = "`sessionctl inspect SESSION` shows a session";
pub(super) const REVOKE: &str = "`sessionctl revoke ID` ends a session permanently";
pub(super) const LOG: &str = "`sessionctl log` shows the audit log";
pub(super) const PRUNE: &str = "`sessionctl prune` deletes the rows of sessions that ended long ago";
pub(super) const CREATE: &str =
    "`sessionctl login NAME` checks a password; `sessionctl generate` creates sessions without one";

/// Words, and the hint for each of them.
pub(super) type Words = &'static [(&'static [&'static str], &'static str)];
pub(super) const PASSWD: &str = "`sessionctl user passwd NAME` sets a new password";
pub(super) const DISABLE: &str = "`sessionctl user disable NAME`: no login, and its sessions end";
