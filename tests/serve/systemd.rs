//! The unit files of `docs/systemd`: systemd reads them without a complaint, and finds little that the service could do.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::programs::SYSTEMD_ANALYZE;

/// systemd's own score of what a service could do, in tenths: 10 is everything. Below 2.0 it calls the service "OK".
const MAX_EXPOSURE: &str = "18";

#[test]
fn unit_files_are_valid_and_leave_the_service_few_rights() {
    let Some(analyze) = SYSTEMD_ANALYZE.find_or_leave_out() else { return };
    let (source, folder) =
        (Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/systemd"), tempfile::tempdir().expect("a folder"));
    let paths = ["sessionctl.service", "sessionctl.socket"].map(|name| {
        let text = fs::read_to_string(source.join(name)).expect("a unit");
        assert!(name.ends_with("socket") || text.contains("/usr/local/bin/sessionctl"));
        // Where the program is on this machine.
        let text = text.replace("/usr/local/bin/sessionctl", env!("CARGO_BIN_EXE_sessionctl"));
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path
    });
    let verified =
        Command::new(&analyze).args(["verify", "--man=no"]).args(&paths).output().expect("it runs");
    let complaints = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && !complaints.contains("sessionctl."), "{complaints}");
    let scored = Command::new(&analyze)
        .args(["security", "--offline=true", "--no-pager", "--threshold", MAX_EXPOSURE])
        .arg(&paths[0])
        .output()
        .expect("it runs");
    assert!(scored.status.success(), "{}", String::from_utf8_lossy(&scored.stdout));
}
