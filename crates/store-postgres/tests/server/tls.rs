//! TLS: the certificate of the server is checked with its name, and nothing falls back to plain text.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;
use std::process::Command;

use sessionctl_core::store::{Access, StoreError, StoreFactory, StoreUrl};
use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings};
use sessionctl_store_postgres::{PostgresFactory, ServerClock};

use crate::env::Database;

/// An address of this machine that no other server listens on, one of another run of these tests included.
fn address() -> String {
    let [.., high, low] = std::process::id().to_be_bytes();
    format!("127.83.{high}.{}", low.clamp(1, 254))
}

/// Runs openssl; `false` where it is not installed.
fn openssl(folder: &Path, line: &str) -> bool {
    let ran = Command::new("openssl").args(line.split_whitespace()).current_dir(folder).output();
    let Ok(output) = ran else { return false };
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    true
}

/// Makes an authority and a certificate of it for an address: `NAME.crt`, `NAME.key` and `NAME-ca.crt`.
fn certificate(folder: &Path, name: &str, address: &str, days: i32) -> bool {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    fs::write(folder.join(format!("{name}.ext")), format!("subjectAltName=IP:{address}\n")).expect("a file");
    openssl(
        folder,
        &format!("req -x509 {key} -keyout {name}-ca.key -out {name}-ca.crt -subj /CN={name}-ca -days 2"),
    ) && openssl(folder, &format!("req {key} -keyout {name}.key -out {name}.csr -subj /CN={name}"))
        && openssl(
            folder,
            &format!(
                "x509 -req -in {name}.csr -CA {name}-ca.crt -CAkey {name}-ca.key -CAcreateserial -out {name}.crt \
                 -days {days} -extfile {name}.ext"
            ),
        )
}

/// Lets the server use a certificate.
fn serve_with(server: &PostgresServer, folder: &Path, name: &str) {
    let owner = fs::metadata(server.socket_folder()).expect("the folder exists");
    for file in [format!("{name}.crt"), format!("{name}.key")] {
        let path = folder.join(&file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode can be set");
        chown(&path, Some(owner.uid()), Some(owner.gid())).expect("its owner can be set");
    }
    let path = |end: &str| folder.join(format!("{name}.{end}")).display().to_string();
    server.set(&[("ssl_cert_file", &path("crt")), ("ssl_key_file", &path("key")), ("ssl", "on")]);
}

#[test]
fn connection_is_encrypted_to_the_server_that_the_url_names_or_not_made() {
    let Some(programs) = Programs::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let address = address();
    let certificates = [("right", &*address, 2), ("other", "127.0.0.9", 2), ("expired", &*address, -1)];
    if !certificates.iter().all(|(name, address, days)| certificate(folder.path(), name, address, *days)) {
        return;
    }
    let mut settings = Settings::fast();
    settings.options.push(format!("listen_addresses={address}"));
    let server = PostgresServer::start(&programs, &settings);
    if server.sql("postgres", "SHOW ssl_library").is_empty() {
        // Written directly, because the test harness captures the output of a passing test.
        let _ = writeln!(std::io::stderr(), "skipped: this build of PostgreSQL has no TLS");
        return;
    }
    let database = Database::new(&server);
    let open = |parameters: &str| {
        let authority = |name: &str| folder.path().join(format!("{name}-ca.crt")).display().to_string();
        let parameters = parameters
            .replace("RIGHT", &authority("right"))
            .replace("OTHER", &authority("other"))
            .replace("EXPIRED", &authority("expired"));
        let url = StoreUrl::new(format!("postgres://postgres@{address}/{}?{parameters}", database.name));
        let machine = std::sync::Arc::new(sessionctl_core::model::clock::FixedClock::new(database.now()));
        PostgresFactory::new(url, ServerClock::new(machine)).unwrap().open(Access::Read).map(drop)
    };
    let refused = |parameters: &str| match open(parameters) {
        Err(StoreError::Unreachable(why)) => why,
        other => panic!("{parameters}: {other:?}"),
    };
    // The server offers no TLS: nothing falls back to plain text.
    let why = refused("sslmode=verify-full&sslrootcert=RIGHT");
    assert!(why.contains("TLS"), "{why}");
    open("sslmode=disable").unwrap();

    serve_with(&server, folder.path(), "right");
    open("sslmode=verify-full&sslrootcert=RIGHT").unwrap();
    open("sslmode=require").unwrap();
    let why = refused("sslmode=verify-full&sslrootcert=OTHER");
    assert!(why.contains("unknown authority"), "{why}");

    serve_with(&server, folder.path(), "other");
    let why = refused("sslmode=verify-full&sslrootcert=OTHER");
    assert!(why.contains("for another name"), "a certificate for another address: {why}");

    serve_with(&server, folder.path(), "expired");
    let why = refused("sslmode=verify-full&sslrootcert=EXPIRED");
    assert!(why.contains("certificate of the server has expired"), "{why}");
    open("sslmode=require").unwrap();

    // As `openssl req -x509` makes one: an authority that is its own server.
    fs::copy(folder.path().join("right-ca.crt"), folder.path().join("authority.crt")).unwrap();
    fs::copy(folder.path().join("right-ca.key"), folder.path().join("authority.key")).unwrap();
    serve_with(&server, folder.path(), "authority");
    let why = refused("sslmode=verify-full&sslrootcert=RIGHT");
    assert!(why.contains("is that of an authority"), "{why}");

    // A server that takes encrypted connections only.
    let file = server.sql("postgres", "SHOW hba_file");
    let lines = "('local all all trust'), ('hostssl all all 127.0.0.0/8 trust')";
    server.sql("postgres", &format!("COPY (VALUES {lines}) TO '{file}'"));
    server.reload();
    for parameters in ["", "sslmode=disable"] {
        let denied = open(parameters);
        assert!(
            matches!(&denied, Err(StoreError::Denied(why)) if why.contains("wants TLS")),
            "{parameters}: {denied:?}"
        );
    }
    open("sslmode=require").unwrap();
    let missing = open("sslmode=verify-full&sslrootcert=/no/such/file");
    assert!(matches!(missing, Err(StoreError::Refused(_))), "{missing:?}");
}
