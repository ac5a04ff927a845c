//! The least that a server on hyper can do: it reads each request's head and answers 200. `benches/peers/run --only
//! serve` compares the gate with it. It has as many threads as the front, and the same options of the socket and of
//! hyper.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::thread::available_parallelism;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::{TokioIo, TokioTimer};

async fn hello(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::default()))
}

fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7668".to_owned());
    let address: SocketAddr = address.parse().map_err(std::io::Error::other)?;
    let workers = available_parallelism().map_or(1, usize::from).min(4);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()?;
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::bind(address).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(async move {
                let mut builder = http1::Builder::new();
                builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(75));
                // A client that breaks off is no error of ours.
                let _ = builder.serve_connection(TokioIo::new(stream), service_fn(hello)).await;
            });
        }
    })
}
