//! Real HTTP on a loopback port, with connections that can be dropped without an answer.

use super::script::Script;
use super::serve::respond;
use super::shared::Shared;
use super::socket::Socket;
use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use futures_util::future::BoxFuture;
use http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

const HEAD_WAIT: Duration = Duration::from_secs(30);
/// The first byte of a TLS handshake: a client that means https waits for ever on a plain port.
const TLS: u8 = 0x16;

/// Takes connections until it is told to stop.
pub(super) async fn listen(
    listener: TcpListener,
    shared: Arc<Shared>,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match stream {
            Ok((stream, _)) => {
                let (shared, stop) = (shared.clone(), stop.clone());
                tasks.spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = connection(stream, shared) => {}
                    }
                });
            }
            Err(error) => {
                // Out of descriptors, most likely: some connection will end.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let mut first = [0];
    if stream.peek(&mut first).await.is_ok_and(|read| read == 1) && first[0] == TLS {
        tracing::warn!("a client speaks TLS to the emulator; use its http address");
        return;
    }
    // Without it every answer would wait for the client's delayed acknowledgement.
    stream.set_nodelay(true).ok();
    let (socket, ending) = (Socket::new(stream), Arc::new(OnceLock::new()));
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WAIT);
    let service =
        TowerToHyperService::new(Answering { shared: shared.clone(), ending: ending.clone() });
    if let Err(error) = builder.serve_connection(TokioIo::new(socket.clone()), service).await {
        tracing::debug!(%error, "a connection ended early");
    }
    if let Some(script) = ending.get() {
        if let Err(error) = script.play(&socket).await {
            tracing::debug!(%error, "a client did not wait for the end");
        }
        shared.faults.complete(script.fault);
    }
}

/// The emulator as a service for one connection.
#[derive(Debug, Clone)]
struct Answering {
    shared: Arc<Shared>,
    /// How the connection ends where hyper is not to end it.
    ending: Arc<OnceLock<Script>>,
}

/// Tells hyper to let go of the connection.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection takes another course")]
struct Closed;

impl<B> Service<Request<B>> for Answering
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response;
    type Error = Closed;
    type Future = BoxFuture<'static, Result<Response, Closed>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { shared, ending } = self.clone();
        Box::pin(async move {
            let mut response = respond(&shared, request.map(Body::new)).await;
            match response.extensions_mut().remove::<Script>() {
                Some(script) => {
                    ending.set(script).ok();
                    Err(Closed)
                }
                None => Ok(response),
            }
        })
    }
}

/// The same without a socket. A withheld answer bears the extension [`Withheld`](super::Withheld).
pub(super) fn router(shared: Arc<Shared>) -> axum::Router {
    let service = tower::service_fn(move |request: Request<Body>| {
        let shared = shared.clone();
        async move {
            let mut response = respond(&shared, request).await;
            if let Some(script) = response.extensions_mut().remove::<Script>() {
                shared.faults.complete(script.fault);
            }
            Ok::<_, Infallible>(response)
        }
    });
    axum::Router::new().fallback_service(service)
}
