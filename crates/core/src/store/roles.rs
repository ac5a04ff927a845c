//! What the accounts of a server may do, for an administrator to read before it is granted.

/// What somebody does with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleKind {
    /// Everything except changing or deleting events.
    Admin,
    /// Logs users in, and creates, rotates and revokes sessions.
    Issuer,
    /// Verifies tokens, and records when they were used.
    Verifier,
    /// Reads everything except secrets.
    Auditor,
}

/// A kind of store whose server has users of its own.
pub trait ServerRoles {
    /// The statements that give an account of the server what it needs.
    fn grants(&self, kind: RoleKind, account: &str) -> String;
}
