//! An HTTP client that sends a request as it is given, byte by byte, and reads one answer.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::process::PATIENCE;

/// An answer, read whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a field; of several, the first.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The cookies that the answer sets, as a client sends them back.
    pub(crate) fn cookies(&self) -> Vec<String> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        let lines = fields.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        lines.filter_map(|(_, line)| Some(line.trim().split(';').next()?.to_owned())).collect()
    }

    /// The cookie that the answer sets, as a client sends it back.
    pub(crate) fn cookie(&self) -> Option<String> {
        let pair = self.header("set-cookie")?.split(';').next()?;
        Some(pair.to_owned())
    }
}

/// A request that is not sent yet.
#[derive(Clone)]
pub(crate) struct Request {
    to: SocketAddr,
    line: String,
    fields: String,
    body: String,
    patience: Duration,
}

/// A GET of a path, as a program sends it.
pub(crate) fn get(to: SocketAddr, path: &str) -> Request {
    Request {
        to,
        line: format!("GET {path} HTTP/1.1"),
        fields: format!("Host: localhost:{}\r\nConnection: close\r\n", to.port()),
        body: String::new(),
        patience: PATIENCE,
    }
}

/// Whether an answer with a length, or without a body, is there in full.
fn is_whole(bytes: &[u8], is_to_head: bool) -> bool {
    let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    is_to_head || length.is_some_and(|length| bytes.len() >= end + 4 + length)
}

impl Request {
    pub(crate) fn method(mut self, method: &str) -> Self {
        self.line = self.line.replacen("GET", method, 1);
        self
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// For another host at the same address.
    pub(crate) fn host(mut self, host: &str) -> Self {
        let own = format!("Host: localhost:{}\r\n", self.to.port());
        self.fields = self.fields.replacen(&own, &format!("Host: {host}\r\n"), 1);
        self
    }

    /// With other words in its fields.
    pub(crate) fn replace(mut self, from: &str, to: &str) -> Self {
        self.fields = self.fields.replacen(from, to, 1);
        self
    }

    /// Waits for the answer no longer than this.
    pub(crate) fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// With another line at its beginning, whatever it may be.
    pub(crate) fn line(mut self, line: &str) -> Self {
        line.clone_into(&mut self.line);
        self
    }

    /// With bytes behind its head, and no field that announces them.
    pub(crate) fn trailing(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    pub(crate) fn navigation(self) -> Self {
        self.with("Sec-Fetch-Mode", "navigate").with("Sec-Fetch-Dest", "document")
    }

    /// A form that a page of the same origin sends.
    pub(crate) fn form(self, body: &str) -> Self {
        let request = self.method("POST").navigation().with("Sec-Fetch-Site", "same-origin");
        request.with("Content-Type", "application/x-www-form-urlencoded").body(body)
    }

    pub(crate) fn body(self, body: &str) -> Self {
        let request = self.with("Content-Length", &body.len().to_string());
        Request { body: body.to_owned(), ..request }
    }

    /// Sends it; `None` where there is no answer that can be read.
    pub(crate) fn try_send(&self) -> Option<Answer> {
        let mut stream = TcpStream::connect_timeout(&self.to, PATIENCE).ok()?;
        stream.set_read_timeout(Some(self.patience)).ok()?;
        let Request { line, fields, body, .. } = self;
        stream.write_all(format!("{line}\r\n{fields}\r\n{body}").as_bytes()).ok()?;
        let (mut bytes, mut chunk) = (Vec::new(), [0; 16 * 1024]);
        // A proxy may reset the connection behind its answer, and a driver of browsers keeps it open.
        while !is_whole(&bytes, line.starts_with("HEAD ")) {
            match stream.read(&mut chunk) {
                Ok(read) if read > 0 => bytes.extend_from_slice(&chunk[..read]),
                _ => break,
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Answer { status, head: head.to_owned(), body: body.to_owned() })
    }

    pub(crate) fn send(&self) -> Answer {
        self.try_send().unwrap_or_else(|| panic!("no answer to {}", self.line))
    }
}
