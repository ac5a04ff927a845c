//! What one connection is doing: whether an answer is being made or written, so that an idle one can give its room
//! back.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use hyper::body::{Body, Frame, SizeHint};

use crate::deliver::Delivery;

/// What a connection is doing.
pub(crate) struct Progress {
    pub(crate) delivery: Delivery,
    /// Requests whose answers are not finished.
    running: AtomicUsize,
    /// Requests so far.
    requests: AtomicUsize,
    is_writing: AtomicBool,
}

impl Progress {
    pub(crate) fn new(delivery: Delivery) -> Self {
        let (running, requests) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Progress { delivery, running, requests, is_writing: AtomicBool::new(false) }
    }

    /// A request begins; its answer lasts as long as what is returned.
    pub(crate) fn begin(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, Ordering::Relaxed);
        self.requests.fetch_add(1, Ordering::Relaxed);
        Running(Arc::clone(self))
    }

    /// There is something to write.
    pub(crate) fn writes(&self) {
        self.is_writing.store(true, Ordering::Relaxed);
    }

    /// Everything is written.
    pub(crate) fn written(&self) {
        self.is_writing.store(false, Ordering::Relaxed);
        self.delivery.confirm();
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Requests so far, where none is being answered.
    pub(crate) fn idle_after(&self) -> Option<usize> {
        let is_idle = self.running.load(Ordering::Relaxed) == 0 && !self.is_writing.load(Ordering::Relaxed);
        is_idle.then(|| self.requests())
    }
}

/// An answer that is not finished.
pub(crate) struct Running(Arc<Progress>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The body of an answer, which is finished with its body.
pub(crate) struct RunningBody<B> {
    pub(crate) body: B,
    pub(crate) _running: Running,
}

impl<B: Body + Unpin> Body for RunningBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
