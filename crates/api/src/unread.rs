//! Bodies that nobody wants to read to their end.
//!
//! Once a handler has dropped a body in chunks, actix reads on for as long as the client likes to
//! send. It closes the connection instead if the body is still held when the answer has been sent.

use actix_web::HttpMessage as _;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::web::Bytes;
use futures_util::Stream;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What is announced to be longer is not worth waiting for.
const LONG: u64 = 64 * 1024;

/// A body that may be long, held beside the one who reads it.
#[derive(Clone)]
pub(crate) struct Held(Rc<Shared>);

struct Shared {
    payload: RefCell<Payload>,
    ended: Cell<bool>,
}

impl Held {
    /// Holds the body of a request, if it may be long.
    pub(crate) fn of(request: &mut ServiceRequest) -> Option<Self> {
        let headers = request.headers();
        let length = || headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse::<u64>().ok();
        if !headers.contains_key(TRANSFER_ENCODING) && length().is_none_or(|length| length < LONG) {
            return None;
        }
        let payload = RefCell::new(request.take_payload());
        let held = Self(Rc::new(Shared { payload, ended: Cell::new(false) }));
        request.set_payload(Payload::Stream { payload: Box::pin(held.clone()) });
        Some(held)
    }

    /// Whether there is more of it than was read.
    pub(crate) fn is_unread(&self) -> bool {
        !self.0.ended.get()
    }
}

impl Stream for Held {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut *self.0.payload.borrow_mut()).poll_next(context);
        if matches!(polled, Poll::Ready(None)) {
            self.0.ended.set(true);
        }
        polled
    }
}

/// The body of an answer that holds the request's until it is sent.
pub(crate) struct Holding<B> {
    pub(crate) body: B,
    pub(crate) _held: Held,
}

impl<B: MessageBody + Unpin> MessageBody for Holding<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, B::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
