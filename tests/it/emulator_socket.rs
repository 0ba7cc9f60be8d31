//! Every action of the fault plan on a real connection: the bytes, how it ends, what our own
//! transport makes of it, and whether the call took effect; and the same without a socket.

use crate::emulator_client::{ALICE, Api, message, options};
use chatferry::chat::{Base, HttpTransport, Transport};
use chatferry::emulator::{Action, Content, Fault, Phase, Withheld};
use std::io::ErrorKind;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_util::bytes::Bytes;
use tower::ServiceExt;

const POST: &str = "spaces.messages.create";
const LONG: Duration = Duration::from_secs(20);

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Orderly,
    Reset,
}

/// What a plain client saw of one request.
#[derive(Debug)]
struct Seen {
    bytes: Vec<u8>,
    end: End,
    took: Duration,
}

impl Seen {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn status(&self) -> u16 {
        self.text().split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (head, _) = text.split_once("\r\n\r\n")?;
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.map(str::to_owned)
    }

    fn body(&self) -> String {
        self.text().split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
    }
}

struct Scene {
    api: Api,
    path: String,
    alice: String,
}

impl Scene {
    async fn struck(fault: Fault) -> Self {
        let api = Api::start(options()).await;
        let (space, alice) = (api.space("general").await, api.user(ALICE).await);
        api.emulator.arm(fault).expect("a good fault");
        Self { api, path: format!("/v1/{space}/messages"), alice }
    }

    fn body() -> String {
        message(1, "the text").to_string()
    }

    /// Posts by hand and reads until the connection ends.
    async fn raw(&self) -> Seen {
        let began = Instant::now();
        let address = self.api.emulator.url().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        let (path, token, body) = (&self.path, &self.alice, Self::body());
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut bytes = Vec::new();
        let end = match stream.read_to_end(&mut bytes).await {
            Ok(_) => End::Orderly,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => End::Reset,
            Err(error) => panic!("{error}"),
        };
        Seen { bytes, end, took: began.elapsed() }
    }

    /// Posts with our own transport: the status, or why there is no answer.
    async fn ours(&self) -> Result<u16, &'static str> {
        let base = Base::single(self.api.emulator.url()).expect("loopback");
        let transport = HttpTransport::new(&base).expect("a client");
        let request = http::Request::post(format!("{}{}", self.api.emulator.url(), self.path))
            .header("authorization", format!("Bearer {}", self.alice))
            .header("content-type", "application/json")
            .body(Bytes::from(Self::body()))
            .expect("a request");
        match transport.call(request, LONG).await {
            Ok(answer) => Ok(answer.status().as_u16()),
            Err(error) if error.sent => Err(error.why),
            Err(error) => panic!("the request surely arrived: {error}"),
        }
    }

    /// Posts without a socket: status, reason of withholding, and the body or its break.
    async fn inside(&self) -> (u16, Option<Withheld>, Result<String, ()>) {
        let request = self.api.request("POST", &self.path, &self.alice, Self::body());
        let response = self.api.emulator.router().oneshot(request).await.expect("infallible");
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await;
        let body = body.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (head.status.as_u16(), head.extensions.get().copied(), body.map_err(|_| ()))
    }

    fn applied(&self) -> bool {
        self.api.emulator.canonical().contains("the text")
    }

    /// Waits for the fault to be over; what it does goes on beside the client.
    async fn over(&self) {
        let over = || self.api.emulator.faults().iter().all(|fault| fault.completed == fault.fired);
        let waited = tokio::time::timeout(LONG, async {
            while !over() {
                tokio::task::yield_now().await;
            }
        });
        waited.await.expect("every strike comes to its end");
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    None,
    Applied,
}
use Effect::{Applied, None as Nothing};

/// The connection broke, as our transport says it.
const BROKE: Result<u16, &str> = Err("the connection broke");

async fn check(
    fault: Fault,
    effect: Effect,
    ours: Result<u16, &'static str>,
    look: impl Fn(&Seen) -> bool,
) {
    let scene = Scene::struck(fault.clone()).await;
    let seen = scene.raw().await;
    assert!(look(&seen), "{fault:?}: {seen:?}\n{}", seen.text());
    scene.over().await;
    assert_eq!(scene.applied(), effect == Applied, "{fault:?}");
    assert_eq!(scene.api.emulator.unfired(), []);
    let scene = Scene::struck(fault.clone()).await;
    assert_eq!(scene.ours().await, ours, "{fault:?}");
    scene.over().await;
    assert_eq!(scene.applied(), effect == Applied, "{fault:?}");
    // The fault is spent: the same request now goes through, or finds what is there.
    let again = scene.raw().await.status();
    assert_eq!(again, if effect == Applied { 409 } else { 200 }, "{fault:?}");
}

fn post() -> Fault {
    Fault::on(POST)
}

/// Both phases in which an answer is replaced.
fn around(action: &Action) -> [(Fault, Effect); 2] {
    [(post().before(action.clone()), Nothing), (post().after(action.clone()), Applied)]
}

#[tokio::test]
async fn a_status_comes_with_every_body_and_both_kinds_of_retry_after() {
    for (fault, effect) in around(&Action::status(429).retry_after(7)) {
        check(fault, effect, Ok(429), |seen| {
            seen.status() == 429
                && seen.header("retry-after").as_deref() == Some("7")
                && seen.body().contains("RESOURCE_EXHAUSTED")
        })
        .await;
    }
    for (fault, effect) in around(&Action::status(503).retry_at(90)) {
        check(fault, effect, Ok(503), |seen| {
            let date = seen.header("retry-after").unwrap_or_default();
            date.len() == 29 && date.ends_with(" GMT") && seen.body().contains("UNAVAILABLE")
        })
        .await;
    }
    for (fault, effect) in around(&Action::status(502).with(Content::Empty)) {
        check(fault, effect, Ok(502), |seen| {
            seen.body().is_empty()
                && seen.header("content-length").as_deref() == Some("0")
                && seen.header("retry-after").is_none()
        })
        .await;
    }
    for (fault, effect) in around(&Action::status(200).with(Content::Html)) {
        check(fault, effect, Ok(200), |seen| {
            seen.body().contains("<html>")
                && seen.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
        })
        .await;
    }
    for (fault, effect) in around(&Action::status(200).with(Content::Garbage)) {
        check(fault, effect, Ok(200), |seen| {
            let at = seen.bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
            std::str::from_utf8(&seen.bytes[at..]).is_err()
        })
        .await;
    }
    for (fault, effect) in around(&Action::status(200).with(Content::Truncated)) {
        check(fault, effect, Ok(200), |seen| {
            let body = seen.body();
            body.starts_with("{\"name\":\"spaces/") && !body.ends_with('}')
        })
        .await;
    }
    for (fault, effect) in around(&Action::redirect("http://127.0.0.1:1/portal")) {
        check(fault, effect, Ok(302), |seen| {
            seen.header("location").as_deref() == Some("http://127.0.0.1:1/portal")
        })
        .await;
    }
}

#[tokio::test]
async fn a_connection_is_closed_reset_or_filled_with_nonsense() {
    for (fault, effect) in around(&Action::Close) {
        check(fault, effect, BROKE, |seen| seen.bytes.is_empty() && seen.end == End::Orderly).await;
    }
    for (fault, effect) in around(&Action::Reset) {
        check(fault, effect, BROKE, |seen| seen.bytes.is_empty() && seen.end == End::Reset).await;
    }
    for (fault, effect) in around(&Action::Garbage) {
        check(fault, effect, BROKE, |seen| {
            seen.bytes.len() == 64 && std::str::from_utf8(&seen.bytes).is_err()
        })
        .await;
    }
}

#[tokio::test]
async fn an_answer_stalls_and_then_comes_or_does_not() {
    let late = |seen: &Seen| seen.took >= Duration::from_millis(60);
    for phase in [Phase::Before, Phase::After, Phase::DuringRequest, Phase::DuringResponse] {
        check(post().doing(phase, Action::stall(60)), Applied, Ok(200), |seen| {
            late(seen) && seen.status() == 200 && seen.body().ends_with('}')
        })
        .await;
    }
    for (fault, effect) in around(&Action::hang_up(60)) {
        check(fault, effect, BROKE, |seen| late(seen) && seen.bytes.is_empty()).await;
    }
    check(post().during_response(Action::hang_up(60)), Applied, BROKE, |seen| {
        late(seen) && seen.status() == 200 && !seen.body().ends_with('}')
    })
    .await;
}

#[tokio::test]
async fn an_answer_breaks_off_half_way() {
    let half = |seen: &Seen| {
        let length: usize = seen.header("content-length").unwrap().parse().unwrap();
        seen.status() == 200 && seen.body().len() == length / 2
    };
    check(post().during_response(Action::Close), Applied, BROKE, |seen| {
        half(seen) && seen.end == End::Orderly
    })
    .await;
    // What a reset overtakes may be lost on its way.
    check(post().during_response(Action::Reset), Applied, BROKE, |seen| {
        seen.end == End::Reset && (seen.bytes.is_empty() || half(seen))
    })
    .await;
    check(post().during_response(Action::truncate(20)), Applied, BROKE, |seen| {
        seen.body().len() == 20 && seen.header("content-length").is_some_and(|all| all != "20")
    })
    .await;
    check(post().after(Action::cut_silently(20)), Applied, Ok(200), |seen| {
        seen.body().len() == 20
            && seen.header("content-length").is_none()
            && seen.end == End::Orderly
    })
    .await;
    let drip = Action::Drip { bytes: 20, ms: 2 };
    check(post().during_response(drip), Applied, Ok(200), |seen| {
        seen.took >= Duration::from_millis(20) && seen.body().ends_with('}')
    })
    .await;
}

#[tokio::test]
async fn a_request_is_refused_or_cut_off_while_it_is_still_coming() {
    check(post().during_request(Action::Reset), Nothing, BROKE, |seen| {
        seen.bytes.is_empty() && seen.end == End::Reset
    })
    .await;
    for action in [Action::Close, Action::hang_up(10)] {
        check(post().during_request(action), Nothing, BROKE, |seen| seen.bytes.is_empty()).await;
    }
    check(post().during_request(Action::status(503)), Nothing, Ok(503), |seen| {
        seen.status() == 503 && seen.header("connection").as_deref() == Some("close")
    })
    .await;
    // Half of a body is announced and never comes: the server is the first to let go.
    let scene = Scene::struck(post().during_request(Action::Reset)).await;
    let address = scene.api.emulator.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: here\r\ncontent-length: 1000\r\n\r\n{}",
        scene.path,
        "x".repeat(499)
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(30), stream.read_u8()).await;
    assert!(early.is_err(), "less than half is there: {early:?}");
    stream.write_all(b"x").await.unwrap();
    let broken = tokio::time::timeout(LONG, stream.read_u8()).await.expect("it lets go");
    assert_eq!(broken.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_call_is_applied_twice_or_only_when_its_answer_is_long_lost() {
    let scene = Scene::struck(post().after(Action::ApplyTwice)).await;
    assert_eq!(scene.raw().await.status(), 409, "the second application met the first");
    assert!(scene.applied());
    let scene = Scene::struck(post().after(Action::ApplyLate { ms: 80 })).await;
    let seen = scene.raw().await;
    assert!(seen.bytes.is_empty() && seen.took < Duration::from_millis(80), "{seen:?}");
    assert!(!scene.applied(), "not yet");
    scene.over().await;
    assert!(scene.applied());
}

#[tokio::test]
async fn without_a_socket_each_action_is_as_near_as_it_can_be() {
    let broken = Err(());
    for (fault, effect, status, why, body) in [
        (post().before(Action::Close), Nothing, 0, Some(Withheld::Closed), Ok(0)),
        (post().after(Action::Reset), Applied, 0, Some(Withheld::Reset), Ok(0)),
        (post().after(Action::Garbage), Applied, 0, Some(Withheld::Garbage), Ok(0)),
        (post().before(Action::hang_up(5)), Nothing, 0, Some(Withheld::Closed), Ok(0)),
        (post().before(Action::stall(5)), Applied, 200, None, Ok(usize::MAX)),
        (post().during_request(Action::Close), Nothing, 0, Some(Withheld::Closed), Ok(0)),
        (post().during_response(Action::Close), Applied, 200, None, broken),
        (post().during_response(Action::Reset), Applied, 200, None, broken),
        (post().after(Action::truncate(9)), Applied, 200, None, broken),
        (post().after(Action::cut_silently(9)), Applied, 200, None, Ok(9)),
        (post().after(Action::Drip { bytes: 50, ms: 1 }), Applied, 200, None, Ok(usize::MAX)),
        (post().after(Action::ApplyTwice), Applied, 409, None, Ok(usize::MAX)),
        (post().after(Action::ApplyLate { ms: 5 }), Applied, 0, Some(Withheld::Closed), Ok(0)),
    ] {
        let scene = Scene::struck(fault.clone()).await;
        let (got, reason, text) = scene.inside().await;
        assert_eq!(reason, why, "{fault:?}");
        assert!(why.is_some() || got == status, "{fault:?}: {got}");
        match (body, text) {
            (Ok(usize::MAX), Ok(text)) => assert!(text.ends_with('}'), "{fault:?}: {text}"),
            (Ok(length), Ok(text)) => assert_eq!(text.len(), length, "{fault:?}"),
            (Err(()), Err(())) => {}
            (_, text) => panic!("{fault:?}: {text:?}"),
        }
        scene.over().await;
        assert_eq!(scene.applied(), effect == Applied, "{fault:?}");
    }
}
