//! A request's body on its way in: its request leaves its place in the lane while it is awaited, and takes it again when it
//! is whole.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use crate::admission::Place;

/// A body that tells its request's place what becomes of it.
struct Arriving {
    body: Body,
    place: Arc<Place>,
}

/// Why a body is not read to its end, or its request not served: others hold all the room there is.
#[derive(Debug, thiserror::Error)]
#[error("there is no room for this body")]
struct NoRoom;

/// `body`, whose request has this place.
pub(super) fn arriving(body: Body, place: Arc<Place>) -> Body {
    Body::new(Arriving { body, place })
}

/// Whether a body ended for want of room.
pub(super) fn is_for_want_of_room(error: axum::Error) -> bool {
    error.into_inner().is::<NoRoom>()
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        let has_room = match &polled {
            Poll::Pending => {
                self.place.leave();
                true
            }
            Poll::Ready(Some(Ok(frame))) => frame.data_ref().is_none_or(|data| self.place.bring(data.len())),
            Poll::Ready(Some(Err(_))) => true,
            Poll::Ready(None) => self.place.come_back(),
        };
        match has_room {
            true => polled.map_err(axum::Error::into_inner),
            false => Poll::Ready(Some(Err(NoRoom.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
