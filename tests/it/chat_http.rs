//! The real transport against real sockets that misbehave.

use chatferry::chat::{Base, HttpRequest, HttpTransport, NoHttp, Transport, TransportError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::bytes::Bytes;

const LONG: Duration = Duration::from_secs(20);

/// Reads one request to its end; `None` once the peer has closed.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut seen = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&seen).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        let mut more = [0; 4_096];
        match stream.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => seen.extend_from_slice(&more[..read]),
        }
    }
}

/// Answers each request of each connection with these bytes; closes after the first if told so.
async fn serve(answer: &'static [u8], close: bool) -> (HttpTransport, String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let root = format!("http://{}", listener.local_addr().expect("an address"));
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                while request(&mut stream).await.is_some() {
                    if stream.write_all(answer).await.is_err() || close {
                        break;
                    }
                }
            });
        }
    });
    let transport = HttpTransport::new(&Base::single(&root).expect("loopback")).expect("a client");
    (transport, root, connections)
}

fn post(root: &str) -> HttpRequest {
    let builder = http::Request::post(format!("{root}/v1/spaces?t=SECRET"));
    builder.body(Bytes::from_static(b"{}")).expect("a request")
}

async fn fate(answer: &'static [u8]) -> Result<(u16, Bytes), TransportError> {
    let (transport, root, _) = serve(answer, true).await;
    let response = transport.call(post(&root), LONG).await?;
    Ok((response.status().as_u16(), response.into_body()))
}

#[tokio::test]
async fn connections_are_kept_alive() {
    let (transport, root, connections) =
        serve(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", false).await;
    for _ in 0..20 {
        let response = transport.call(post(&root), LONG).await.expect("an answer");
        assert_eq!(response.body(), "{}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_refused_connection_means_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let root = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let transport = HttpTransport::new(&Base::single(&root).expect("loopback")).expect("a client");
    let error = transport.call(post(&root), LONG).await.expect_err("nobody there");
    assert!(!error.sent);
    assert!(!format!("{error} {error:?}").contains("SECRET"));
}

#[tokio::test]
async fn a_broken_connection_may_have_carried_the_request() {
    for answer in
        [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"na", b"garbage\r\n\r\n"]
    {
        let error = fate(answer).await.expect_err("no whole answer");
        assert!(error.sent, "{error:?}");
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up_at_the_deadline() {
    let (transport, root, _) = serve(b"", false).await;
    let error = transport.call(post(&root), Duration::from_millis(50)).await.expect_err("silence");
    assert_eq!(error, TransportError::unanswered("no answer in time"));
}

#[tokio::test]
async fn a_body_cut_by_a_close_arrives_as_it_is() {
    // No length and a close: nobody can tell that something is missing, so the JSON has to.
    let (http, body) =
        fate(b"HTTP/1.1 200 OK\r\n\r\n{\"name\":\"spaces/A").await.expect("an answer");
    assert_eq!((http, &body[..]), (200, &b"{\"name\":\"spaces/A"[..]));
}

#[tokio::test]
async fn redirects_are_answers_and_are_not_followed() {
    let answer =
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/portal\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(fate(answer).await.expect("an answer").0, 302);
    let resume = b"HTTP/1.1 308 Resume Incomplete\r\nrange: bytes=0-9\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(fate(resume).await.expect("an answer").0, 308);
}

#[tokio::test]
async fn plain_http_to_anywhere_else_is_refused() {
    let base = Base { chat: "http://chat.example.com".to_owned(), ..Base::google() };
    assert!(matches!(HttpTransport::new(&base), Err(NoHttp::Base(_))));
    let transport = HttpTransport::new(&Base::google()).expect("a client");
    let error = transport.call(post("http://127.0.0.1:9"), LONG).await.expect_err("https only");
    assert!(!error.sent);
}
