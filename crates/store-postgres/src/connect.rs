//! Connecting to the first host that answers, with the settings that every connection has, and what is learnt of the
//! server before anything else is asked.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use postgres::config::{SslMode, TargetSessionAttrs};
use postgres::{Client, Config, NoTls, Statement};
use sessionctl_core::store::StoreError;

use crate::error::{PostgresError, Retry};
use crate::password;
use crate::tls;
use crate::url::{HostName, Target, TlsMode};

/// The name under which the server lists the connection.
const APPLICATION_NAME: &str = "sessionctl";
/// After this time without an answer to what was sent, the connection counts as lost.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a server that has no connection left is asked again.
const CROWDED_TIMEOUT: Duration = Duration::from_secs(5);
const PAUSE_BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// A connection to a server.
pub(crate) struct Link {
    pub(crate) client: Client,
    /// Statements that have a name on the server, where the URL asks for that.
    pub(crate) statements: HashMap<String, Statement>,
    /// Set where the server warned that a commit may not have reached a replica (01000).
    pub(crate) warned: Arc<AtomicBool>,
}

/// What a connection is for, which decides among several hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// One that accepts writes, or any where none does.
    Read,
    /// One that accepts writes.
    Write,
    /// One that does not.
    Replica,
}

/// Connects to the first host that answers and fits the purpose.
pub(crate) fn connect(target: &Target, purpose: Purpose) -> Result<Link, PostgresError> {
    let several = target.hosts.len() > 1;
    match purpose {
        Purpose::Replica => connect_patiently(target, TargetSessionAttrs::ReadOnly),
        _ if !several => connect_patiently(target, TargetSessionAttrs::Any),
        Purpose::Write => connect_patiently(target, TargetSessionAttrs::ReadWrite),
        // A replica may be behind: it answers only where nobody else does.
        Purpose::Read => match connect_patiently(target, TargetSessionAttrs::ReadWrite) {
            Err(error) if matches!(error.error, StoreError::ReadOnly(_)) => {
                connect_patiently(target, TargetSessionAttrs::Any)
            }
            connected => connected,
        },
    }
}

fn connect_patiently(target: &Target, attributes: TargetSessionAttrs) -> Result<Link, PostgresError> {
    let begun = Instant::now();
    loop {
        match connect_once(target, attributes) {
            Err(error) if error.retry == Retry::Connect && begun.elapsed() < CROWDED_TIMEOUT => {
                thread::sleep(PAUSE_BETWEEN_TRIES);
            }
            result => return result,
        }
    }
}

/// Tries the hosts in their order, each within the time limit.
fn connect_once(target: &Target, attributes: TargetSessionAttrs) -> Result<Link, PostgresError> {
    let mut failed: Option<PostgresError> = None;
    for host in &target.hosts {
        match connect_to(target, host, attributes) {
            Ok(link) => return Ok(link),
            Err(error) if error.retry == Retry::Never => return Err(error),
            // A host that answers and does not fit says more than one that is not there.
            Err(error) => {
                let fits_less =
                    failed.as_ref().is_some_and(|before| matches!(before.error, StoreError::ReadOnly(_)));
                failed = if fits_less { failed } else { Some(error) };
            }
        }
    }
    Err(failed.unwrap_or_else(|| StoreError::Unreachable("no host is named".to_owned()).into()))
}

fn connect_to(
    target: &Target,
    host: &(HostName, u16),
    attributes: TargetSessionAttrs,
) -> Result<Link, PostgresError> {
    let mode = target.tls_mode();
    let warned = Arc::new(AtomicBool::new(false));
    let config = config(target, host, mode, attributes, &warned)?;
    let has_password = config.get_password().is_some();
    let connector = match mode {
        TlsMode::Disable => None,
        TlsMode::VerifyFull | TlsMode::Require => Some(tls::connector(target, mode)?),
    };
    let connected = within(target.connect_timeout, move || match connector {
        None => config.connect(NoTls),
        Some(connector) => config.connect(connector),
    })?;
    Ok(Link {
        client: connected.map_err(|error| refused(error, has_password))?,
        warned,
        statements: HashMap::new(),
    })
}

/// Does this in a thread that is left behind where it takes too long: the client's own limit ends with the connection of
/// the socket, and a server that accepts it and says nothing would be waited for without end. The thread ends when the
/// server closes the connection, or with the program.
fn within<T: Send + 'static>(
    limit: Duration,
    connect: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PostgresError> {
    let (sender, receiver) = mpsc::channel();
    let spawned = thread::Builder::new().name("postgres-connect".to_owned()).spawn(move || {
        // Nobody waits any more where the time is over.
        let _ = sender.send(connect());
    });
    spawned.map_err(|source| StoreError::Io { what: "cannot start a thread".to_owned(), source })?;
    receiver.recv_timeout(limit).map_err(|_| {
        let why = format!("no answer within {} s", limit.as_secs());
        PostgresError { error: StoreError::Unreachable(why), retry: Retry::Reconnect, code: None }
    })
}

/// The client itself notices that a password is needed and missing; everything else is the server's word.
fn refused(error: postgres::Error, has_password: bool) -> PostgresError {
    let described = error.to_string().starts_with("invalid configuration");
    if described && !has_password {
        return StoreError::Denied("the server asks for a password".to_owned()).into();
    }
    if error.as_db_error().is_some() {
        return error.into();
    }
    if is_no_primary(&error) {
        let only_replica = StoreError::ReadOnly("only a replica answers".to_owned());
        return PostgresError { error: only_replica, retry: Retry::Reconnect, code: None };
    }
    let converted = PostgresError::from(error);
    match converted.error {
        StoreError::Engine(why) => {
            PostgresError { error: StoreError::Unreachable(why), retry: Retry::Reconnect, code: None }
        }
        _ => converted,
    }
}

/// Whether hosts answered and none of them accepts writes: the client's own refusal, not the operating system's.
fn is_no_primary(error: &postgres::Error) -> bool {
    let source = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
    source.is_some_and(|io| io.kind() == std::io::ErrorKind::PermissionDenied && io.raw_os_error().is_none())
}

fn config(
    target: &Target,
    (host, port): &(HostName, u16),
    mode: TlsMode,
    attributes: TargetSessionAttrs,
    warned: &Arc<AtomicBool>,
) -> Result<Config, PostgresError> {
    let mut config = Config::new();
    match host {
        HostName::Tcp(name) => config.host(name),
        HostName::Socket(folder) => config.host_path(folder),
    };
    config.port(*port);
    if let Some(user) =
        target.user.clone().or_else(|| std::env::var("PGUSER").ok().filter(|user| !user.is_empty()))
    {
        config.user(&user);
    }
    if let Some(database) = &target.database {
        config.dbname(database);
    }
    if let Some(password) = password::find(target)? {
        config.password(password.as_bytes());
    }
    config.application_name(APPLICATION_NAME);
    config.connect_timeout(target.connect_timeout);
    config.tcp_user_timeout(TCP_USER_TIMEOUT);
    config.ssl_mode(if mode == TlsMode::Disable { SslMode::Disable } else { SslMode::Require });
    config.target_session_attrs(attributes);
    let warned = Arc::clone(warned);
    config.notice_callback(move |notice| {
        if notice.code().code() == "01000" {
            warned.store(true, Ordering::SeqCst);
        }
    });
    Ok(config)
}
