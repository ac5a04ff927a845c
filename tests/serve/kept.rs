//! A connection to the gate that stays open, and how long its answers take.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::process::PATIENCE;

/// A connection over which one question follows the other.
pub(crate) struct Kept {
    stream: TcpStream,
    question: String,
}

impl Kept {
    /// `None` where nobody accepts.
    pub(crate) fn open(to: SocketAddr, cookie: &str) -> Option<Self> {
        let stream = TcpStream::connect(to).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_nodelay(true).ok()?;
        let question = format!("GET /_session/auth/shop HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n");
        Some(Kept { stream, question })
    }

    /// Asks, and returns the status.
    pub(crate) fn ask(&mut self) -> Option<u16> {
        self.stream.write_all(self.question.as_bytes()).ok()?;
        let (mut bytes, mut chunk) = (Vec::new(), [0; 2048]);
        // The gate accepts with an empty body.
        while !bytes.ends_with(b"\r\n\r\n") {
            match self.stream.read(&mut chunk) {
                Ok(read) if read > 0 => bytes.extend_from_slice(&chunk[..read]),
                _ => return None,
            }
        }
        String::from_utf8_lossy(&bytes).split(' ').nth(1)?.parse().ok()
    }

    /// Sends the question in two parts, with a pause between them, and returns the status.
    pub(crate) fn ask_in_parts(&mut self, pause: Duration) -> Option<u16> {
        let question = self.question.clone();
        let (begin, end) = question.split_at(question.len() / 2);
        self.stream.write_all(begin.as_bytes()).ok()?;
        std::thread::sleep(pause);
        self.question = end.to_owned();
        let status = self.ask();
        self.question = question;
        status
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: &str) -> bool {
        self.stream.write_all(bytes.as_bytes()).is_ok()
    }

    /// Reads to the end of the connection; `None` where it stays open longer than that.
    pub(crate) fn rest(mut self, patience: Duration) -> Option<String> {
        self.stream.set_read_timeout(Some(patience)).ok()?;
        let mut text = Vec::new();
        self.stream.read_to_end(&mut text).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }
}

/// How long answers took.
pub(crate) struct Waits(Vec<Duration>);

impl Waits {
    /// Asks one question after the other until `enough` says so.
    pub(crate) fn measure(to: SocketAddr, cookie: &str, mut enough: impl FnMut(usize) -> bool) -> Self {
        let mut gate = Kept::open(to, cookie).expect("it accepts");
        let mut waits = Vec::new();
        while !enough(waits.len()) {
            let asked = Instant::now();
            assert_eq!(gate.ask(), Some(200), "the gate's answer {}", waits.len());
            waits.push(asked.elapsed());
        }
        waits.sort_unstable();
        Waits(waits)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The wait that `part` of the answers did not exceed.
    pub(crate) fn quantile(&self, part: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a list"
        )]
        let at = (self.0.len() as f64 * part) as usize;
        self.0[at.min(self.0.len() - 1)]
    }
}
