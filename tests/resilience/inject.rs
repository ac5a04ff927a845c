//! Fault injection: a library built once with the C compiler and preloaded, and its settings.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::harness::Cmd;

/// System calls that change files.
pub(crate) const WRITES: [&str; 5] = ["pwrite", "fdatasync", "fsync", "ftruncate", "unlink"];

/// The effect on the Nth call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Kill,
    Error(&'static str),
    /// The error persists, as on a full disk.
    ErrorFromThenOn(&'static str),
}

/// A fault to inject.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) call: &'static str,
    pub(crate) at: usize,
    pub(crate) effect: Effect,
}

impl Fault {
    /// Applies the fault to a command; the library creates `mark` when it strikes.
    pub(crate) fn into(self, call: Cmd, mark: &Path) -> Cmd {
        let (effect, stays) = match self.effect {
            Effect::Kill => ("kill", false),
            Effect::Error(name) => (name, false),
            Effect::ErrorFromThenOn(name) => (name, true),
        };
        let call = call
            .env("LD_PRELOAD", library())
            .env("FAULT_CALL", self.call)
            .env("FAULT_AT", self.at.to_string())
            .env("FAULT_DOES", effect)
            .env("FAULT_MARK", mark);
        if stays { call.env("FAULT_STAYS", "1") } else { call }
    }
}

/// Gives a command a wrong clock.
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

/// A control: the fault strikes at all.
#[test]
fn injected_fault_strikes() {
    let env = crate::harness::TestEnv::new();
    let mark = env.path("mark");
    let fault = Fault { call: "fsync", at: 1, effect: Effect::Error("EIO") };
    let output = fault.into(env.cmd(&["generate", "--kind", "anonymous"]), &mark).run();
    assert!(mark.exists(), "{output:?}");
    assert_eq!(output.stdout(), "", "no token for a session that is not on disk: {output:?}");
    output.fails_with(1);
}
