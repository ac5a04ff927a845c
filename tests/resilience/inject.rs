//! The fault to come: the library that brings it, built once with the machine's C compiler, and how it is set.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::harness::Cmd;

/// Calls that change files.
pub(crate) const WRITES: [&str; 5] = ["pwrite", "fdatasync", "fsync", "ftruncate", "unlink"];

/// What the Nth call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    Kill,
    Error(&'static str),
    /// The error stays, as on a full disk.
    ErrorFromThenOn(&'static str),
}

/// A fault.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) call: &'static str,
    pub(crate) at: usize,
    pub(crate) does: Does,
}

impl Fault {
    /// Sets a call of the program up for it; `mark` is made when it strikes.
    pub(crate) fn into(self, call: Cmd, mark: &Path) -> Cmd {
        let (does, stays) = match self.does {
            Does::Kill => ("kill", false),
            Does::Error(name) => (name, false),
            Does::ErrorFromThenOn(name) => (name, true),
        };
        let call = call
            .env("LD_PRELOAD", library())
            .env("FAULT_CALL", self.call)
            .env("FAULT_AT", self.at.to_string())
            .env("FAULT_DOES", does)
            .env("FAULT_MARK", mark);
        if stays { call.env("FAULT_STAYS", "1") } else { call }
    }
}

/// Sets a call of the program up with a wrong clock.
pub(crate) fn clock(call: Cmd, name: &str, value: &str) -> Cmd {
    call.env("LD_PRELOAD", library()).env(name, value)
}

fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/resilience/inject.c");
        let library =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("inject-{}.so", std::process::id()));
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .status()
            .expect("a C compiler, which the program needs as well");
        assert!(built.success());
        library
    })
}

/// That it strikes at all: without this, every test of faults would hold of nothing.
#[test]
fn injected_fault_strikes() {
    let env = crate::harness::TestEnv::new();
    let mark = env.path("mark");
    let fault = Fault { call: "fsync", at: 1, does: Does::Error("EIO") };
    let output = fault.into(env.cmd(&["generate", "--kind", "anonymous"]), &mark).run();
    assert!(mark.exists(), "{output:?}");
    assert_eq!(output.stdout(), "", "no token for a session that is not on disk: {output:?}");
    output.fails_with(1);
}
