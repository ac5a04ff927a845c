//! The body of an answer: whole, or a stream whose parts are sent as they come. What a stream holds is decided by its
//! route.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use thiserror::Error;
use tokio::sync::mpsc;

/// Parts of a stream that wait for a slow client. Its source waits with them, so that the memory is bounded.
const MAX_WAITING_PARTS: usize = 2;

/// A stream whose source failed. The connection is closed without the mark of its end, so that no client takes a part
/// for the whole.
#[derive(Clone, Copy, Debug, Error)]
#[error("the source of the stream failed")]
pub struct BrokenStream;

/// The body of an answer.
#[derive(Debug)]
pub enum AnswerBody {
    /// Everything at once.
    Whole(Full<Bytes>),
    /// Parts, until their source ends.
    Stream(mpsc::Receiver<Result<Bytes, BrokenStream>>),
}

impl AnswerBody {
    /// A stream, and where its parts go. Sending fails once the client has gone.
    pub(crate) fn stream() -> (mpsc::Sender<Result<Bytes, BrokenStream>>, Self) {
        let (sender, receiver) = mpsc::channel(MAX_WAITING_PARTS);
        (sender, AnswerBody::Stream(receiver))
    }
}

impl Default for AnswerBody {
    fn default() -> Self {
        AnswerBody::Whole(Full::default())
    }
}

impl From<Bytes> for AnswerBody {
    fn from(bytes: Bytes) -> Self {
        AnswerBody::Whole(Full::new(bytes))
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BrokenStream;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenStream>>> {
        match &mut *self {
            AnswerBody::Whole(whole) => Pin::new(whole)
                .poll_frame(cx)
                .map(|frame| frame.map(|frame| frame.map_err(|never| match never {}))),
            AnswerBody::Stream(parts) => {
                parts.poll_recv(cx).map(|part| part.map(|part| part.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            AnswerBody::Whole(whole) => whole.is_end_stream(),
            AnswerBody::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            AnswerBody::Whole(whole) => whole.size_hint(),
            AnswerBody::Stream(_) => SizeHint::default(),
        }
    }
}
