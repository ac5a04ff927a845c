//! What reading a row needs beside the row.

use zeroize::Zeroizing;

use super::users::Users;
use crate::time::Moment;

/// What reading a row needs beside the row.
pub struct Reading<'a> {
    /// The present.
    pub now: Moment,
    /// The users, with what was looked up already.
    pub users: Users<'a>,
    /// The program's secrets, one or several.
    pub secrets: &'a [Zeroizing<String>],
}
