//! A program that answers as a server does, as far as a test needs it: other products, older releases, hostile servers.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::program::Program;

/// What the server shows to a client that has logged in, before the first statement.
const AUTHENTICATED: &[u8] = b"R\0\0\0\x08\0\0\0\0S\0\0\0\x19client_encoding\0UTF8\0Z\0\0\0\x05I";
const READY: &[u8] = b"Z\0\0\0\x05I";
const TYPE_TEXT: i32 = 25;
const TYPE_TIME: i32 = 1184;

/// Starts one that answers each statement with these bytes, and lasts as long as the process.
pub(crate) fn server(answer: Vec<u8>) -> Program {
    listen(move |stream| converse(stream, &answer))
}

/// Starts one that does this with each client.
pub(crate) fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Program {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(client));
        }
    });
    Program { url: format!("postgres://ann@{address}/app?connect_timeout=2") }
}

/// Answers until the client leaves.
fn converse(mut stream: TcpStream, answer: &[u8]) {
    let mut length = [0; 4];
    if stream.read_exact(&mut length).is_err() || skip(&mut stream, length).is_none() {
        return;
    }
    if stream.write_all(AUTHENTICATED).is_err() {
        return;
    }
    let mut kind = [0; 1];
    while stream.read_exact(&mut kind).is_ok() && stream.read_exact(&mut length).is_ok() {
        if skip(&mut stream, length).is_none() {
            return;
        }
        // A simple statement has no rows, unless it fails; or the end of one in parts.
        let answered = match kind[0] {
            b'Q' if answer.first() != Some(&b'E') => stream.write_all(&simple_answer()),
            b'Q' | b'S' => stream.write_all(answer),
            _ => Ok(()),
        };
        if answered.is_err() {
            return;
        }
    }
}

fn simple_answer() -> Vec<u8> {
    [message(b'C', b"SHOW\0"), READY.to_vec()].concat()
}

/// Reads the rest of a message, whose length includes itself.
fn skip(stream: &mut TcpStream, length: [u8; 4]) -> Option<()> {
    let rest = u32::from_be_bytes(length).checked_sub(4)?;
    let mut message = vec![0; usize::try_from(rest).ok()?];
    stream.read_exact(&mut message).ok()
}

/// One message.
pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("a short message");
    [&[kind][..], &length.to_be_bytes(), body].concat()
}

/// The answer of a server of some release about itself: its version, its number and its time.
pub(crate) fn about(version: &str, number: &str) -> Vec<u8> {
    let values = [(TYPE_TEXT, version.as_bytes()), (TYPE_TEXT, number.as_bytes()), (TYPE_TIME, &[0; 8][..])];
    let count = i16::try_from(values.len()).expect("few columns").to_be_bytes();
    let (mut columns, mut data) = (count.to_vec(), count.to_vec());
    for (of_type, value) in values {
        columns.extend(b"column\0\0\0\0\0\0\0");
        columns.extend(of_type.to_be_bytes());
        columns.extend(b"\xff\xff\xff\xff\xff\xff\0\x01");
        data.extend(i32::try_from(value.len()).expect("a short value").to_be_bytes());
        data.extend(value);
    }
    [
        message(b'1', b""),
        message(b'2', b""),
        message(b'T', &columns),
        message(b'D', &data),
        message(b'C', b"SELECT 1\0"),
        READY.to_vec(),
    ]
    .concat()
}

/// The answer of an error.
pub(crate) fn error(code: &str, text: &str) -> Vec<u8> {
    let body = format!("SERROR\0VERROR\0C{code}\0M{text}\0\0");
    [message(b'E', body.as_bytes()), READY.to_vec()].concat()
}
