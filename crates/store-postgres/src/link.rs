//! A link to a server: its socket, and the loop that drives it in the calling thread. Each answer has a time and a
//! number of bytes; a server that falls silent, or never stops, is given up with its link. No cancel is ever sent:
//! during a commit, the server would report it as done although it is on no replica. Which statements there are does
//! not belong here, nor when another link is made.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use futures_util::future::{join_all, join4};
use sessionctl_core::store::StoreError;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Config, Error, NoTls, Row, SimpleQueryMessage, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{PostgresError, Retry};
use crate::socket::{Allowance, Socket, open};
use crate::url::HostName;
use crate::value::Value;

/// What a server may send before the first statement.
const MAX_GREETING_BYTES: usize = 1 << 20;
/// What a row takes in memory beside its values.
const ROW_BYTES: usize = 256;
/// The statements that have a name at once.
const MAX_NAMED_STATEMENTS: usize = 200;

/// How long an answer is waited for, and how long it may be.
pub(crate) struct Limits<'a> {
    /// After this time without an answer, `goes_on` is asked.
    pub(crate) pause: Duration,
    /// Whether to wait again.
    pub(crate) goes_on: &'a dyn Fn() -> bool,
    /// The bytes of the answer, rows included.
    pub(crate) bytes: usize,
}

/// Statements that are sent together, in one round trip. Each is run after the one before it; within a transaction,
/// none is run after one that failed.
#[derive(Default)]
pub(crate) struct Batch<'a> {
    /// Runs first, as simple statements: what begins the transaction.
    pub(crate) begin: Option<&'a str>,
    /// The statements, with their values.
    pub(crate) statements: &'a [(&'a str, &'a [Value])],
    /// Runs last, as simple statements.
    pub(crate) end: Option<&'a str>,
    /// Whether the statements get names on the server.
    pub(crate) named: bool,
    /// Whether a transaction has begun.
    pub(crate) is_within: bool,
}

/// Where the server looks for what a statement names without its schema: functions and operators. Only its own are
/// meant; another user of the database can have put one of the same name where it looks first (CVE-2018-1058).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SearchPath {
    Unknown,
    /// The server's own, for the whole connection: it took the parameter [`OPTIONS`].
    Safe,
    /// What the role or the database is set to. A pooler knows no parameter of one client, so each statement is within
    /// a transaction that sets it.
    Unsafe,
}

const SAFE_PATH: &str = "pg_catalog";
/// The parameter of a connection that sets its path.
pub(crate) const OPTIONS: &str = "-c search_path=pg_catalog";
/// Begins a transaction for statements that need none but for their path.
const BEGIN_SAFELY: &str = "BEGIN; SET LOCAL search_path = pg_catalog";

/// What a statement returned.
pub(crate) struct Answer {
    pub(crate) rows: Vec<Row>,
    /// The number of rows that it changed, or returned.
    pub(crate) changed: u64,
}

type Driver = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>> + Send>;

/// A connection to a server.
pub(crate) struct Link {
    client: Client,
    driver: Driver,
    allowance: Allowance,
    /// Statements that have a name on the server, where the URL asks for that.
    statements: HashMap<String, Statement>,
    /// Set where the server warned that a commit may not have reached a replica (01000).
    warned: bool,
    is_lost: bool,
    path: SearchPath,
    // Dropped after what it drives.
    runtime: Runtime,
}

/// Why there is no link.
pub(crate) enum ConnectError {
    /// The socket could not be opened, or nothing came through it in time.
    Unreachable(String),
    /// The client's or the server's word.
    Refused(Error),
}

impl Link {
    /// Connects to a host, within the time limit of the target.
    pub(crate) fn connect(
        config: &Config,
        tls: Option<MakeRustlsConnect>,
        host: &(HostName, u16),
        limit: Duration,
    ) -> Result<Self, ConnectError> {
        let unreachable = |error: std::io::Error| ConnectError::Unreachable(error.to_string());
        let runtime = Builder::new_current_thread().enable_io().enable_time().build().map_err(unreachable)?;
        let allowance = Allowance::new(MAX_GREETING_BYTES);
        let connecting = async {
            let socket = open(host, allowance.clone()).await.map_err(unreachable)?;
            greet(config, tls, host, socket).await.map_err(ConnectError::Refused)
        };
        let connected = runtime.block_on(async { timeout(limit, connecting).await });
        let why = match connected {
            Ok(Ok((client, driver))) => {
                let statements = HashMap::new();
                return Ok(Link {
                    client,
                    driver,
                    allowance,
                    statements,
                    warned: false,
                    is_lost: false,
                    path: SearchPath::Unknown,
                    runtime,
                });
            }
            Ok(Err(error)) => error,
            Err(_) => ConnectError::Unreachable(format!("no answer within {} s", limit.as_secs())),
        };
        // The look-up of a name goes on in a thread that nobody waits for.
        runtime.shutdown_background();
        Err(why)
    }

    /// Whether no statement can be sent any more.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost || self.client.is_closed()
    }

    /// Whether the server warned since this was last asked.
    pub(crate) fn take_warning(&mut self) -> bool {
        std::mem::take(&mut self.warned)
    }

    /// The rows of one statement without a name.
    pub(crate) fn query(
        &mut self,
        sql: &str,
        values: &[Value],
        limits: &Limits<'_>,
    ) -> Result<Vec<Row>, PostgresError> {
        let answers = self.send(&Batch { statements: &[(sql, values)], ..Batch::default() }, limits)?;
        Ok(answers.into_iter().flat_map(|answer| answer.rows).collect())
    }

    /// Sends statements together, and returns their answers in the same order, or the first error.
    pub(crate) fn send(
        &mut self,
        batch: &Batch<'_>,
        limits: &Limits<'_>,
    ) -> Result<Vec<Answer>, PostgresError> {
        let mut prepared = Vec::with_capacity(batch.statements.len());
        for (sql, values) in batch.statements {
            let typed = typed(values);
            // What a cursor of the same name gives has other columns each time.
            let is_named = batch.named && !sql.starts_with("FETCH");
            let statement = if is_named { Some(self.prepare(sql, &typed, limits)?) } else { None };
            prepared.push((*sql, typed, statement));
        }
        let (begin, end) = match self.path {
            // A transaction has a path of its own.
            _ if batch.is_within || batch.begin.is_some() => (batch.begin, batch.end),
            SearchPath::Safe => (None, batch.end),
            SearchPath::Unknown | SearchPath::Unsafe => (Some(BEGIN_SAFELY), Some("COMMIT")),
        };
        let probe = (self.path == SearchPath::Unknown).then_some("SHOW search_path");
        let allowance = self.allowance.clone();
        let (path, answers) = self.ask(limits, async |client| {
            // Each is sent when it is first polled, which happens in this order.
            let answers = prepared
                .iter()
                .map(|(sql, typed, statement)| answer(client, (sql, statement.as_ref()), typed, &allowance));
            let (path, begun, answers, ended) =
                join4(simple(client, probe), simple(client, begin), join_all(answers), simple(client, end))
                    .await;
            let (path, _) = (path?, begun?);
            let answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
            ended.map(|_| (path, answers))
        })?;
        if let Some(path) = path {
            self.path = if path == SAFE_PATH { SearchPath::Safe } else { SearchPath::Unsafe };
        }
        Ok(answers)
    }

    /// Runs statements without values, and returns the first value of the last row.
    pub(crate) fn batch_value(
        &mut self,
        sql: &str,
        limits: &Limits<'_>,
    ) -> Result<Option<String>, PostgresError> {
        self.ask(limits, async |client| simple(client, Some(sql)).await)
    }

    /// The statement under its name on the server.
    fn prepare(
        &mut self,
        sql: &str,
        typed: &[(&(dyn ToSql + Sync), Type)],
        limits: &Limits<'_>,
    ) -> Result<Statement, PostgresError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let types: Vec<Type> = typed.iter().map(|(_, of_type)| of_type.clone()).collect();
        let statement = self.ask(limits, async |client| client.prepare_typed(sql, &types).await)?;
        if self.statements.len() >= MAX_NAMED_STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Asks the server, and passes on what it sends until the answer is whole or a limit is reached.
    fn ask<T>(
        &mut self,
        limits: &Limits<'_>,
        ask: impl AsyncFnOnce(&Client) -> Result<T, Error>,
    ) -> Result<T, PostgresError> {
        self.allowance.renew(limits.bytes);
        let Link { client, driver, warned, runtime, .. } = self;
        let mut answer = pin!(ask(client));
        let answered = loop {
            let driven = poll_fn(|cx| {
                loop {
                    match driver(cx) {
                        Poll::Ready(Some(Ok(AsyncMessage::Notice(notice)))) => {
                            *warned |= notice.code().code() == "01000";
                        }
                        Poll::Ready(Some(Ok(_))) => {}
                        Poll::Ready(Some(Err(error))) => {
                            // What was not answered ends with the driver; what the server said before counts.
                            *driver = Box::new(|_| Poll::Ready(None));
                            return match answer.as_mut().poll(cx) {
                                Poll::Ready(Err(said)) if said.as_db_error().is_some() => {
                                    Poll::Ready(Err(said))
                                }
                                _ => Poll::Ready(Err(error)),
                            };
                        }
                        Poll::Ready(None) | Poll::Pending => return answer.as_mut().poll(cx),
                    }
                }
            });
            match runtime.block_on(async { timeout(limits.pause, driven).await }) {
                Ok(answered) => break Some(answered),
                Err(_) if (limits.goes_on)() => {}
                Err(_) => break None,
            }
        };
        let Some(answered) = answered else {
            self.is_lost = true;
            let why = format!("no answer within {} s", limits.pause.as_secs());
            return Err(PostgresError {
                error: StoreError::Unreachable(why),
                retry: Retry::Reconnect,
                code: None,
            });
        };
        if answered.is_err() && self.allowance.is_used_up() {
            self.is_lost = true;
            let why = "it sends more than any answer can be";
            return Err(StoreError::Refused(format!("not a supported server: {why}")).into());
        }
        Ok(answered?)
    }
}

/// Logs in, and returns what drives the link.
async fn greet(
    config: &Config,
    tls: Option<MakeRustlsConnect>,
    (host, _): &(HostName, u16),
    socket: Socket,
) -> Result<(Client, Driver), Error> {
    let Some(mut tls) = tls else {
        let (client, mut connection) = config.connect_raw(socket, NoTls).await?;
        return Ok((client, Box::new(move |cx| connection.poll_message(cx))));
    };
    let name = match host {
        HostName::Tcp(name) => name.as_str(),
        HostName::Socket(_) => "",
    };
    let Ok(tls) = MakeTlsConnect::<Socket>::make_tls_connect(&mut tls, name);
    let (client, mut connection) = config.connect_raw(socket, tls).await?;
    Ok((client, Box::new(move |cx| connection.poll_message(cx))))
}

/// Runs simple statements, if there are any, and returns the first value of the last row.
async fn simple(client: &Client, sql: Option<&str>) -> Result<Option<String>, Error> {
    let Some(sql) = sql else { return Ok(None) };
    let rows = client.simple_query(sql).await?.into_iter().rev().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    Ok({ rows }.next())
}

async fn answer(
    client: &Client,
    (sql, statement): (&str, Option<&Statement>),
    typed: &[(&(dyn ToSql + Sync), Type)],
    allowance: &Allowance,
) -> Result<Answer, Error> {
    let stream = match statement {
        Some(statement) => client.query_raw(statement, untyped(typed)).await?,
        None => client.query_typed_raw(sql, typed.iter().cloned()).await?,
    };
    let (mut stream, mut rows) = (pin!(stream), Vec::new());
    while let Some(row) = stream.try_next().await? {
        allowance.spend(ROW_BYTES);
        rows.push(row);
    }
    let changed = stream.rows_affected().unwrap_or(0);
    Ok(Answer { rows, changed })
}

fn typed(values: &[Value]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    values.iter().map(Value::typed).collect()
}

fn untyped<'a>(typed: &[(&'a (dyn ToSql + Sync), Type)]) -> Vec<&'a (dyn ToSql + Sync)> {
    typed.iter().map(|(value, _)| *value).collect()
}
