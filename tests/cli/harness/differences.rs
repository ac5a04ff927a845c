//! Where the databases of these tests are, and the one list of what a server does not answer as a file does. A test that
//! is on the list runs on a file, whatever was chosen. `docs/which-store-when.md` says the same to users.

/// The variable that chooses where the databases are: `sqlite`, which is the default, or `postgres`. A test is recognized
/// by the name of its thread, so `--test-threads=1` runs those of the list on the server too.
const STORE_VARIABLE: &str = "SESSIONCTL_TEST_STORE";

const FILE: &str = "it looks at the file: its mode, its links, its bytes or its WAL";
const SQL: &str = "it alters the file by SQL of SQLite";
const BACKUP: &str = "backups of a server are made with the server's own tools, so `db backup` is refused";
const CREATES: &str = "only `db init` creates a database on a server, not the first command that writes";

/// The tests, or the modules of tests, that only a file can answer, each with the reason.
const ON_A_FILE_ONLY: &[(&str, &str)] = &[
    ("bad_input::links_and_readable_database_files_are_refused", FILE),
    ("db::backup_is_complete_private_and_never_overwrites", BACKUP),
    ("db::check_passes_sound_and_fails_damaged_database", SQL),
    ("db::newer_database_is_refused_and_unchanged", SQL),
    ("db::planted_trigger_does_not_undo_a_revocation", SQL),
    ("generate::first_writing_command_creates_the_database", CREATES),
    ("generate::wal_stays_short_while_another_process_has_the_database_open", FILE),
    ("jwt::jwt_keys_revoke_deletes_the_secret_from_the_files", FILE),
    ("log::log_verify_reports_altered_and_deleted_events", SQL),
    ("matrix::", "each command runs on a copy of the file, and `db backup` is one of the commands"),
    (
        "snapshot::administration::db_matches_its_snapshot",
        "`db info` describes a server, and `db backup` is refused",
    ),
];

/// What begins a command that a server refuses.
pub(crate) const REFUSED_ON_A_SERVER: &[&str] = &["db backup"];

/// What the README's examples say for a file, and what is done on a server instead.
pub(crate) const README_ON_A_SERVER: &[(&str, &str)] = &[
    // Only `db init` creates a database there.
    (
        "# only you can read the files created here",
        "# only you can read the files created here\nsessionctl db init",
    ),
    // A server has tools of its own for this.
    (
        "sessionctl db backup sessions-backup.db",
        "pg_dump --schema=sessionctl --file=sessions-backup.db \"$SESSIONCTL_DB\"",
    ),
];

/// Whether the variable asks for a server.
pub(crate) fn is_server_chosen() -> bool {
    let store = std::env::var(STORE_VARIABLE).unwrap_or_default();
    match store.as_str() {
        "" | "sqlite" => false,
        "postgres" => true,
        other => panic!("{STORE_VARIABLE} is {other}"),
    }
}

/// A database on a server, where the variable asks for it and the test that asks does not need a file.
#[expect(clippy::print_stderr, reason = "a test that runs elsewhere than was chosen says so")]
pub(super) fn server_database() -> Option<String> {
    if !is_server_chosen() {
        return None;
    }
    if let Some((test, why)) = difference() {
        eprintln!("on a file: {test}: {why}");
        return None;
    }
    let server = sessionctl_postgres_fixture::shared().expect("PostgreSQL is installed");
    Some(server.url(&server.create_database()))
}

/// A copy of a database of the server that nobody uses, by its URL.
pub(super) fn copy_of(template: &str) -> String {
    let server = sessionctl_postgres_fixture::shared().expect("PostgreSQL is installed");
    server.url(&server.copy_database(name(template)))
}

/// What a database of the server holds. Bytes are written in hexadecimal there; here they are as they are.
pub(super) fn dump(url: &str) -> Vec<u8> {
    let server = sessionctl_postgres_fixture::shared().expect("PostgreSQL is installed");
    let text = server.dump(name(url));
    let bytes = text.split("\\\\x").skip(1).flat_map(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        hex::decode(&rest[..digits]).unwrap_or_default()
    });
    let bytes: Vec<u8> = bytes.collect();
    [text.into_bytes(), bytes].concat()
}

/// The name of a database.
fn name(url: &str) -> &str {
    url.rsplit('/').next().expect("the URL names one")
}

/// The entry of the test that runs in this thread.
fn difference() -> Option<&'static (&'static str, &'static str)> {
    let thread = std::thread::current();
    let name = thread.name()?;
    ON_A_FILE_ONLY.iter().find(|(test, _)| match test.ends_with("::") {
        true => name.starts_with(test),
        false => name == *test,
    })
}
