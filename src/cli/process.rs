//! How the process stands to the operating system: no core dumps, no silent death by a file limit, and Ctrl-C.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use signal_hook::consts::{SIGINT, SIGXFSZ};
use signal_hook::flag;

/// Keeps secrets out of core dumps and other processes' reach, and turns a file limit into an error: by default
/// SIGXFSZ kills without a word, in the middle of a write. OnBatch is tried and may fail; nothing depends on it.
pub(super) fn harden() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    // A handler is enough for the write to fail with EFBIG; nobody asks for the flag.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// Ctrl-C: whether it was pressed, and whether it ends the program.
pub(super) struct Interrupt {
    pressed: Arc<AtomicBool>,
    deadly: Arc<AtomicBool>,
}

static INTERRUPT: OnceLock<Interrupt> = OnceLock::new();

/// The handler of Ctrl-C, put up at the first call: until then the program dies of it as any other.
pub(super) fn interrupt() -> &'static Interrupt {
    INTERRUPT.get_or_init(|| {
        let (pressed, deadly) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(true)));
        let _ = flag::register_conditional_default(SIGINT, Arc::clone(&deadly));
        let _ = flag::register(SIGINT, Arc::clone(&pressed));
        Interrupt { pressed, deadly }
    })
}

impl Interrupt {
    /// From now on Ctrl-C is only noted.
    pub(super) fn hold(&self) {
        self.deadly.store(false, Ordering::SeqCst);
    }

    /// Whether Ctrl-C was pressed while it was only noted.
    pub(super) fn pressed(&self) -> bool {
        self.pressed.load(Ordering::SeqCst)
    }

    /// Runs `act` while Ctrl-C is only noted, so that what `act` did to the terminal can be undone.
    pub(super) fn during<T>(&self, act: impl FnOnce() -> T) -> T {
        let deadly = self.deadly.swap(false, Ordering::SeqCst);
        let result = act();
        self.deadly.store(deadly, Ordering::SeqCst);
        result
    }
}
