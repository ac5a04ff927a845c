//! Connecting to the first host that answers, with the settings that every connection has, and the choice among hosts
//! that accept writes.

use std::thread;
use std::time::{Duration, Instant};

use sessionctl_core::store::StoreError;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use crate::dialect::{CLOCK, TIMELINE};
use crate::error::{PostgresError, Retry};
use crate::link::{ConnectError, Limits, Link, OPTIONS};
use crate::password;
use crate::tls;
use crate::url::{HostName, Target, TlsMode};

/// The name under which the server lists the connection.
const APPLICATION_NAME: &str = "sessionctl";
/// How long a server that has no connection left is asked again.
const CROWDED_TIMEOUT: Duration = Duration::from_secs(5);
const PAUSE_BETWEEN_TRIES: Duration = Duration::from_millis(100);
/// How long each of the first questions to a server may take, and how long their answers may be.
const QUESTION_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_ANSWER_BYTES: usize = 1 << 20;
/// Where nothing was sealed for this time, a primary may be one that was replaced while it was away.
const MAX_SILENCE_SECONDS: i64 = 5;
/// How long another host may take to answer that it is the primary now.
const OTHER_HOST_TIMEOUT: Duration = Duration::from_secs(1);

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

/// What a host must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Any,
    Primary,
    Replica,
}

/// Connects to the first host that answers and fits the purpose. It is asked again where it has no room for some
/// seconds; and `again` is whether it did so before: then the one host of a URL may be a replica that is about to take
/// the place of its primary.
pub(crate) fn connect(target: &Target, purpose: Purpose, again: bool) -> Result<Link, PostgresError> {
    let several = target.hosts.len() > 1 || (again && purpose == Purpose::Write);
    match purpose {
        Purpose::Replica => connect_patiently(target, Wanted::Replica),
        _ if !several => connect_patiently(target, Wanted::Any),
        Purpose::Write => connect_patiently(target, Wanted::Primary),
        // A replica may be behind: it answers only where nobody else does.
        Purpose::Read => match connect_patiently(target, Wanted::Primary) {
            Err(error) if matches!(error.error, StoreError::ReadOnly(_)) => {
                connect_patiently(target, Wanted::Any)
            }
            connected => connected,
        },
    }
}

fn connect_patiently(target: &Target, wanted: Wanted) -> Result<Link, PostgresError> {
    let begun = Instant::now();
    loop {
        match connect_once(target, wanted) {
            Err(error) if error.retry == Retry::Connect && begun.elapsed() < CROWDED_TIMEOUT => {
                thread::sleep(PAUSE_BETWEEN_TRIES);
            }
            result => return result,
        }
    }
}

/// Tries the hosts in their order, each within the time limit. A primary on which nobody seals is taken where no other
/// host is a later one: one that came back after another had taken its place still accepts writes, and knows no
/// revocation since.
fn connect_once(target: &Target, wanted: Wanted) -> Result<Link, PostgresError> {
    let mut failed: Option<PostgresError> = None;
    let mut silent: Option<(Standing, Link)> = None;
    let compares = wanted == Wanted::Primary && target.hosts.len() > 1;
    for host in &target.hosts {
        let limit = match silent {
            None => target.connect_timeout,
            Some(_) => target.connect_timeout.min(OTHER_HOST_TIMEOUT),
        };
        let connected = connect_to(target, host, wanted, limit);
        match connected {
            Ok(mut link) => {
                let standing = if compares { standing(&mut link) } else { None };
                let Some(standing) = standing.filter(|found| found.silence > MAX_SILENCE_SECONDS) else {
                    return Ok(link);
                };
                let is_later = silent.as_ref().is_none_or(|(before, _)| standing.is_later_than(before));
                silent = if is_later { Some((standing, link)) } else { silent };
            }
            Err(error) if error.retry == Retry::Never && silent.is_none() => return Err(error),
            // A host that answers and does not fit says more than one that is not there.
            Err(error) => {
                let fits_less =
                    failed.as_ref().is_some_and(|before| matches!(before.error, StoreError::ReadOnly(_)));
                failed = if fits_less { failed } else { Some(error) };
            }
        }
    }
    match silent {
        Some((_, link)) => Ok(link),
        None => Err(failed.unwrap_or_else(|| StoreError::Unreachable("no host is named".to_owned()).into())),
    }
}

/// How far a primary is.
struct Standing {
    /// The seconds since somebody sealed.
    silence: i64,
    /// The number of promotions before it, as the names of its files show it.
    timeline: String,
}

impl Standing {
    fn is_later_than(&self, other: &Standing) -> bool {
        (&self.timeline, -self.silence) > (&other.timeline, -other.silence)
    }
}

/// How far a primary is; none where there is no database yet, or it hides its heartbeat.
fn standing(link: &mut Link) -> Option<Standing> {
    let sql = format!("SELECT {CLOCK} - beat_at, {TIMELINE} FROM sessionctl.heartbeat WHERE id = 1");
    let row = link.query(&sql, &[], &QUESTION).ok()?.pop()?;
    Some(Standing { silence: row.try_get(0).ok()?, timeline: row.try_get(1).ok()? })
}

const QUESTION: Limits<'_> = Limits { pause: QUESTION_TIMEOUT, goes_on: &|| false, bytes: MAX_ANSWER_BYTES };

fn connect_to(
    target: &Target,
    host: &(HostName, u16),
    wanted: Wanted,
    limit: Duration,
) -> Result<Link, PostgresError> {
    let mode = target.tls_mode(&host.0);
    let config = config(target, mode)?;
    let has_password = config.get_password().is_some();
    let connector = match mode {
        TlsMode::Disable => None,
        TlsMode::VerifyFull | TlsMode::Require => Some(tls::connector(target, mode)?),
    };
    let mut safe = config.clone();
    safe.options(OPTIONS);
    let mut link = match Link::connect(&safe, connector.clone(), host, limit) {
        // Many poolers know no parameter of one client.
        Err(ConnectError::Refused(error)) if is_parameter_refused(&error) => {
            Link::connect(&config, connector, host, limit)
        }
        connected => connected,
    }
    .map_err(|error| match error {
        ConnectError::Refused(error) => refused(error, has_password),
        ConnectError::Unreachable(why) => {
            PostgresError { error: StoreError::Unreachable(why), retry: Retry::Reconnect, code: None }
        }
    })?;
    if wanted == Wanted::Any {
        return Ok(link);
    }
    let is_read_only = link.batch_value("SHOW transaction_read_only", &QUESTION)?.as_deref() == Some("on");
    match (wanted, is_read_only) {
        (Wanted::Primary, true) => Err(unfit("only a replica answers")),
        (Wanted::Replica, false) => Err(unfit("no replica answers")),
        _ => Ok(link),
    }
}

/// Whether a server may have refused the parameter: each pooler and proxy says so with a code of its own. Who may log
/// in, and how many, has others.
fn is_parameter_refused(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|reported| {
        let class = reported.code().code().get(..2).unwrap_or_default();
        matches!(class, "08" | "0A" | "22" | "42" | "XX")
            && !reported.message().contains("no more connections")
    })
}

fn unfit(why: &str) -> PostgresError {
    PostgresError { error: StoreError::ReadOnly(why.to_owned()), retry: Retry::Reconnect, code: None }
}

/// The client itself notices that a password is needed and missing; everything else is the server's word.
fn refused(error: tokio_postgres::Error, has_password: bool) -> PostgresError {
    let described = error.to_string().starts_with("invalid configuration");
    if described && !has_password {
        return StoreError::Denied("the server asks for a password".to_owned()).into();
    }
    let is_servers_word = error.as_db_error().is_some();
    let converted = PostgresError::from(error);
    match converted.error {
        // "database is not currently accepting connections", and the like.
        StoreError::Engine(why) if is_servers_word => StoreError::Unreachable(why).into(),
        StoreError::Engine(why) => {
            PostgresError { error: StoreError::Unreachable(why), retry: Retry::Reconnect, code: None }
        }
        _ => converted,
    }
}

fn config(target: &Target, mode: TlsMode) -> Result<Config, PostgresError> {
    let mut config = Config::new();
    if let Some(user) =
        target.user.clone().or_else(|| std::env::var("PGUSER").ok().filter(|user| !user.is_empty()))
    {
        config.user(&user);
    }
    if let Some(database) = &target.database {
        config.dbname(database);
    }
    if let Some(password) = password::find(target)? {
        config.password(password.as_slice());
    }
    config.application_name(APPLICATION_NAME);
    config.ssl_mode(if mode == TlsMode::Disable { SslMode::Disable } else { SslMode::Require });
    Ok(config)
}
