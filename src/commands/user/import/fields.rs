//! The values that a user is made of, from whichever form of input. How a form is read does not belong here.

use zeroize::Zeroizing;

use crate::commands::shell_word::word;
use sessionctl_core::model::redact::holds_token;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::import::{Credential, ImportedUser};

/// Their names, in any case.
const NAMES: [&str; 3] = ["name", "password", "password_hash"];
const NAME: usize = 0;
const PASSWORD: usize = 1;
const HASH: usize = 2;

/// Why a hash is no use here.
pub(super) const FOREIGN_HASH: &str = "bcrypt and other hashes of htpasswd or crypt cannot be imported";

/// Keys and columns of other systems, and of `user list`, that disable an account: [`DISABLED`] if true, [`ENABLED`] if
/// false.
const DISABLED: [&str; 3] = ["disabled", "is_disabled", "disabled_at"];
const ENABLED: [&str; 4] = ["enabled", "is_enabled", "active", "is_active"];

/// Whether a key or a column holds whether an account is disabled.
pub(super) fn is_account_state(name: &str) -> bool {
    DISABLED.iter().chain(&ENABLED).any(|known| known.eq_ignore_ascii_case(name))
}

/// Why a disabled user is not imported.
pub(super) const DISABLED_USER: &str = "the user is disabled, and would be enabled here";

/// Why a line holds no user.
#[derive(Debug)]
pub(super) struct Fault {
    /// The name, where it could be read and may be shown.
    pub(super) name: Option<String>,
    pub(super) why: String,
}

impl From<&str> for Fault {
    fn from(why: &str) -> Self {
        why.to_owned().into()
    }
}

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Fault { name: None, why }
    }
}

/// The values of one user so far.
#[derive(Default)]
pub(super) struct Fields {
    values: [Option<Zeroizing<String>>; NAMES.len()],
    given: [bool; NAMES.len()],
    is_disabled: bool,
}

impl Fields {
    /// Whether a key or a column is one of a user.
    pub(super) fn has(name: &str) -> bool {
        place(name).is_some()
    }

    /// Whether a key or a column is the user's name.
    pub(super) fn is_name(name: &str) -> bool {
        place(name) == Some(NAME)
    }

    /// Sets a value; any other key is ignored. Of two values nobody knows which one is meant.
    ///
    /// # Errors
    /// A [`Fault`] where the value is there already.
    pub(super) fn set(&mut self, name: &str, value: Option<Zeroizing<String>>) -> Result<(), Fault> {
        let Some(place) = place(name) else { return Ok(()) };
        if std::mem::replace(&mut self.given[place], true) {
            return Err(format!("{} is there twice", NAMES[place]).into());
        }
        self.values[place] = value;
        Ok(())
    }

    /// Takes the value of a key or a column of [`is_account_state`]; no value is an empty text.
    pub(super) fn set_account_state(&mut self, name: &str, value: &str) {
        let value = value.trim();
        let is_no = ["false", "f", "no", "n", "off", "0"].iter().any(|no| no.eq_ignore_ascii_case(value));
        let is_enabled = ENABLED.iter().any(|known| known.eq_ignore_ascii_case(name));
        let is_unset =
            value.is_empty() || ["null", "none", "-"].iter().any(|no| no.eq_ignore_ascii_case(value));
        self.is_disabled |= !is_unset && is_no == is_enabled;
    }

    /// The user of these values.
    ///
    /// # Errors
    /// A [`Fault`], which repeats no password.
    pub(super) fn user(mut self) -> Result<ImportedUser, Fault> {
        let name = self.values[NAME].take().ok_or("no name")?;
        let name: UserName = name.parse().map_err(|error| format!("{error}"))?;
        if holds_token(name.as_str()) {
            return Err("the name has the shape of a token".into());
        }
        let of_user = |why: &str| Fault { name: Some(name.as_str().to_owned()), why: why.to_owned() };
        if self.is_disabled {
            return Err(of_user(DISABLED_USER));
        }
        let credential = match (self.values[PASSWORD].take(), self.values[HASH].take()) {
            // It could never be entered: a prompt and --password-stdin read one line.
            (Some(text), None) if text.contains(['\n', '\r']) => {
                return Err(of_user("a password is one line"));
            }
            (Some(text), None) => Credential::Password(Zeroizing::new(text.as_bytes().to_vec())),
            (None, Some(hash)) if is_foreign_hash(hash.trim()) => {
                return Err(of_user(FOREIGN_HASH));
            }
            (None, Some(hash)) => Credential::Hash(hash.trim().to_owned()),
            (None, None) => {
                let add = format!("sessionctl user add {} --no-password", word(name.as_str()));
                let why = format!("neither a password nor a password_hash; `{add}` adds a user without one");
                return Err(of_user(&why));
            }
            (Some(_), Some(_)) => return Err(of_user("both a password and a password_hash")),
        };
        Ok(ImportedUser { name, credential })
    }
}

fn place(name: &str) -> Option<usize> {
    NAMES.iter().position(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a text is a hash as htpasswd and crypt(3) write it.
pub(super) fn is_foreign_hash(text: &str) -> bool {
    ["$2", "$apr1$", "$1$", "$5$", "$6$", "$y$", "{SHA}"].iter().any(|prefix| text.starts_with(prefix))
}
