//! One exchange as the pages show it: what the browser sent, what it got, the row before and after, each rule, and the
//! same step as a command.

/// What happened, in the words of HTTP and of the database.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) line: String,
    pub(super) cookie: Option<String>,
    pub(super) status: u16,
    /// What the gate answered to the proxy, where the proxy made another answer of it.
    pub(super) gate: Option<u16>,
    pub(super) location: Option<String>,
    pub(super) set_cookie: Vec<String>,
    pub(super) before: Option<Row>,
    pub(super) after: Option<Row>,
    pub(super) command: String,
    /// What the server did in the same step that the command does not do.
    pub(super) besides: Option<String>,
    /// The command that shows the session, where that is another one.
    pub(super) inspect: Option<String>,
    /// The command that shows the data kept with the session, where there are any.
    pub(super) data: Option<String>,
    /// The command that computes the digest of the token, where it is the session's.
    pub(super) digest: Option<String>,
}

/// What the row holds of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StoredDigest {
    /// The token's digest, in hexadecimal digits.
    OfToken(String),
    /// The digest of a token that replaced it.
    OfAnother,
}

/// A session as it is in the database, and the rules that decide about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) fields: Vec<(String, String)>,
    /// The digest, where the browser's token led to the row.
    pub(super) digest: Option<StoredDigest>,
    /// Each rule, whether it is met, and the time that decides.
    pub(super) rules: Vec<(&'static str, bool, Option<String>)>,
    /// The names and values, as JSON, that are kept with the session.
    pub(super) data: Vec<(String, String)>,
}

impl Row {
    /// The value of a field that is set.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}
