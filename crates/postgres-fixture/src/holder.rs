//! A transaction that stays open, and what it locks.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::PostgresServer;
use crate::server::SUPERUSER;

/// How long the transaction may take to hold its lock.
const TIMEOUT: Duration = Duration::from_secs(180);

/// Holds what some statements lock until it is dropped, or the server ends.
#[derive(Debug)]
pub struct Holder(Child);

impl Holder {
    /// Runs statements in a transaction of their own, and returns when they are done.
    ///
    /// # Panics
    /// Where they fail.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that cannot lock fails")]
    pub fn hold(server: &PostgresServer, database: &str, statements: &str) -> Self {
        // The server notices within this time that the client is gone.
        let all = format!(
            "SET client_connection_check_interval = '50ms'; BEGIN; {statements}; SELECT pg_sleep(600)"
        );
        let mut command = Command::new(server.programs().path("psql"));
        command.args([
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            SUPERUSER,
            "-d",
            database,
            "-c",
            &all,
            "-h",
        ]);
        command.arg(server.socket_folder()).env("PGAPPNAME", "holder");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        let holder = Holder(command.spawn().expect("psql can be started"));
        let holds = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
                     AND application_name = 'holder' AND wait_event = 'PgSleep')";
        let begun = Instant::now();
        while server.sql(database, holds) != "t" {
            assert!(begun.elapsed() < TIMEOUT, "nothing is held: {statements}");
            thread::sleep(Duration::from_millis(20));
        }
        holder
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // It may have ended with its server.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
