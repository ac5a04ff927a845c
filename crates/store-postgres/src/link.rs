//! A link to a server: its socket, and the loop that drives it in the calling thread. Each answer has a time and a number
//! of bytes; a server that falls silent, or never stops, is given up with its link. No cancel is ever sent: during a
//! commit, the server would report it as done although it is on no replica. Which statements there are does not belong
//! here, nor when another link is made.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sessionctl_core::store::StoreError;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{
    AsyncMessage, Client, Config, Error, NoTls, Row, RowStream, SimpleQueryMessage, Statement,
};
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

    /// The rows of a statement; `named` gives it a name on the server.
    pub(crate) fn query(
        &mut self,
        sql: &str,
        values: &[Value],
        named: bool,
        limits: &Limits<'_>,
    ) -> Result<Vec<Row>, PostgresError> {
        let typed = typed(values);
        let allowance = self.allowance.clone();
        if named {
            let statement = self.prepare(sql, &typed, limits)?;
            return self.ask(limits, async |client| {
                collect(client.query_raw(&statement, untyped(&typed)).await?, &allowance).await
            });
        }
        self.ask(limits, async |client| {
            collect(client.query_typed_raw(sql, typed.iter().cloned()).await?, &allowance).await
        })
    }

    /// Runs a statement, and returns the number of rows that it changed.
    pub(crate) fn execute(
        &mut self,
        sql: &str,
        values: &[Value],
        named: bool,
        limits: &Limits<'_>,
    ) -> Result<u64, PostgresError> {
        let typed = typed(values);
        if named {
            let statement = self.prepare(sql, &typed, limits)?;
            return self.ask(limits, async |client| client.execute_raw(&statement, untyped(&typed)).await);
        }
        self.ask(limits, async |client| client.execute_typed(sql, &typed).await)
    }

    /// Runs statements without values.
    pub(crate) fn batch(&mut self, sql: &str, limits: &Limits<'_>) -> Result<(), PostgresError> {
        self.ask(limits, async |client| client.batch_execute(sql).await)
    }

    /// Runs statements without values, and returns the first value of the last row.
    pub(crate) fn batch_value(
        &mut self,
        sql: &str,
        limits: &Limits<'_>,
    ) -> Result<Option<String>, PostgresError> {
        let messages = self.ask(limits, async |client| client.simple_query(sql).await)?;
        let rows = messages.into_iter().rev().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        Ok({ rows }.next())
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
                        Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
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

async fn collect(rows: RowStream, allowance: &Allowance) -> Result<Vec<Row>, Error> {
    let (mut rows, mut found) = (pin!(rows), Vec::new());
    while let Some(row) = rows.try_next().await? {
        allowance.spend(ROW_BYTES);
        found.push(row);
    }
    Ok(found)
}

fn typed(values: &[Value]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    values.iter().map(Value::typed).collect()
}

fn untyped<'a>(typed: &[(&'a (dyn ToSql + Sync), Type)]) -> Vec<&'a (dyn ToSql + Sync)> {
    typed.iter().map(|(value, _)| *value).collect()
}
