//! The body of an answer: whole, or a stream whose parts are sent as they come. What a stream holds is decided by its route.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// Parts of a stream that wait for a slow client. Its source waits with them, so that the memory is bounded.
const MAX_WAITING_PARTS: usize = 2;

/// The body of an answer.
#[derive(Debug)]
pub enum AnswerBody {
    /// Everything at once.
    Whole(Full<Bytes>),
    /// Parts, until their source ends.
    Stream(mpsc::Receiver<Bytes>),
}

impl AnswerBody {
    /// A stream, and where its parts go. Sending fails once the client has gone.
    pub(crate) fn stream() -> (mpsc::Sender<Bytes>, Self) {
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
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            AnswerBody::Whole(whole) => Pin::new(whole).poll_frame(cx),
            AnswerBody::Stream(parts) => {
                parts.poll_recv(cx).map(|part| part.map(|part| Ok(Frame::data(part))))
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
