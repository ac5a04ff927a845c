//! The names of files that a command is about to create.

use std::path::Path;

use crate::commands::Failure;
use sessionctl_core::model::redact::holds_token;

/// Refuses a name with the shape of a token, which everyone who lists the folder would read.
///
/// # Errors
/// A usage [`Failure`].
pub fn refuse_token_name(path: &Path) -> Result<(), Failure> {
    if path.file_name().is_some_and(|name| holds_token(&name.to_string_lossy())) {
        return Err(Failure::usage("the name of the file has the shape of a token"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuse_token_name_looks_at_the_last_name_only() {
        let token = "a1b2c3d4".repeat(8);
        for name in [token.clone(), format!("x/{token}.db"), format!("{token}/")] {
            assert!(refuse_token_name(Path::new(&name)).is_err(), "{name}");
        }
        // Containers have such folders.
        assert!(refuse_token_name(Path::new(&format!("/volumes/{token}/sessions.db"))).is_ok());
    }
}
