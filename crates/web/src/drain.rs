//! Reads a refused body to its end before the answer goes out. A server that closes the line while its client still sends loses its
//! own answer on the way (RFC 9112, section 9.6): whoever sends too much would see a broken line instead of the reason.

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use futures::{Stream, StreamExt};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// What is read and thrown away at most, in bytes, and for how long: who sends more, or slower, finds the line closed.
const MOST: usize = 16 << 20;
const LONGEST: Duration = Duration::from_secs(5);

/// A body of which two hold a part: the handler, and whoever reads on once the handler is done.
#[derive(Clone)]
struct Lent {
    body: Arc<Mutex<BodyDataStream>>,
    begun: Arc<AtomicBool>,
}

impl Stream for Lent {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.begun.store(true, Ordering::Relaxed);
        let mut body = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_next(cx)
    }
}

/// Answers once the body was read: by the handler, or here.
pub(crate) async fn read_to_the_end(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if axum::body::HttpBody::is_end_stream(&body) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    // Who asks first whether to send (“Expect: 100-continue”) and is refused sends nothing: reading would be asking for it.
    let waits = parts.headers.contains_key(header::EXPECT);
    let lent = Lent { body: Arc::new(Mutex::new(body.into_data_stream())), begun: Arc::new(AtomicBool::new(false)) };
    let response = next.run(Request::from_parts(parts, Body::from_stream(lent.clone()))).await;
    if !waits || lent.begun.load(Ordering::Relaxed) {
        let _ = tokio::time::timeout(LONGEST, rest(lent)).await;
    }
    response
}

async fn rest(mut lent: Lent) {
    let mut read = 0;
    while let Some(Ok(piece)) = lent.next().await {
        read += piece.len();
        if read > MOST {
            return;
        }
    }
}
