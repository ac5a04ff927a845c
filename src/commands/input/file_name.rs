//! The names of files that a command is about to create.

use std::path::Path;

use crate::commands::Failure;
use crate::host::would_create_token_name;

/// Refuses a name with the shape of a token, which everyone who lists the folder would read.
///
/// # Errors
/// A usage [`Failure`].
pub fn refuse_token_name(path: &Path) -> Result<(), Failure> {
    if would_create_token_name(path) {
        return Err(Failure::usage("the name of the file has the shape of a token"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuse_token_name_looks_at_names_that_do_not_exist() {
        let token = "a1b2c3d4".repeat(8);
        for name in [token.clone(), format!("x/{token}.db"), format!("{token}/"), format!("{token}/x.db")] {
            assert!(refuse_token_name(Path::new(&name)).is_err(), "{name}");
        }
        // Containers have such folders.
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join(&token);
        std::fs::create_dir(&folder).unwrap();
        assert!(refuse_token_name(&folder.join("sessions.db")).is_ok());
        assert!(refuse_token_name(&folder).is_err());
    }
}
