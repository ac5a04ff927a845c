//! A PostgreSQL server for tests: found on this machine, started in a temporary folder on a Unix socket, and ended with
//! the process that started it, however that ends. Nothing here speaks the protocol; the server's own programs do.

mod holder;
mod pooler;
mod programs;
mod relay;
mod server;

use std::sync::OnceLock;

pub use holder::Holder;
pub use pooler::Pooler;
pub use programs::Programs;
pub use relay::{Loss, Relay};
pub use server::{Frozen, PostgresServer, Settings};

/// The server that the tests of one process share; none where PostgreSQL is not installed, which is reported once.
/// Nothing is flushed to disk: what a crash leaves needs a server of its own.
#[must_use]
pub fn shared() -> Option<&'static PostgresServer> {
    static SHARED: OnceLock<Option<PostgresServer>> = OnceLock::new();
    SHARED
        .get_or_init(|| {
            let Some(programs) = Programs::find() else {
                report_missing();
                return None;
            };
            Some(PostgresServer::start(&programs, &Settings::fast()))
        })
        .as_ref()
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn report_missing() {
    eprintln!("skipped: PostgreSQL is not installed (no initdb in PATH or /usr/lib/postgresql/*/bin)");
}
