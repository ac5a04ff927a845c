//! What only the moment before `main` can see of a process: whether its caller closed standard output (`>&-`).
//!
//! The standard library opens `/dev/null` in the place of a closed standard stream before `main`, for reading and
//! writing. A caller who wants no results hands over the same (Python's `DEVNULL`, a daemon), so that from `main` on
//! the two cannot be distinguished, and a result that nobody can read looks delivered. The dynamic loader, or the start
//! code of a static program, calls a function of `.init_array` (macOS: `__mod_init_func`) earlier than that.
//!
//! To place a function there is `unsafe`, because the standard library is not ready yet. This crate holds the only such
//! function of the workspace, which makes one system call (`fcntl(F_GETFD)`) and one store. Nothing else may go in: no
//! allocation, no input or output, no environment, and nothing that `main` could find out.

use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::{Errno, fcntl_getfd};

static STDOUT_CLOSED: AtomicBool = AtomicBool::new(false);

ctor::declarative::ctor! {
    #[ctor(unsafe)]
    fn look_at_stdout() {
        let closed = fcntl_getfd(rustix::stdio::stdout()) == Err(Errno::BADF);
        STDOUT_CLOSED.store(closed, Ordering::Relaxed);
    }
}

/// Whether standard output was closed when the process began.
#[must_use]
pub fn stdout_was_closed() -> bool {
    STDOUT_CLOSED.load(Ordering::Relaxed)
}
