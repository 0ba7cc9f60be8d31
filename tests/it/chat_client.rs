//! The client over a scripted transport: what it sends, what it repeats, what it reads.

use chatferry::chat::{
    Base, Client, HttpRequest, HttpResponse, Outcome, Scopes, StaticTokens, Token, TokenError,
    TokenSource, Transport, TransportError, Upload, created_at,
};
use chatferry::clock::VirtualClock;
use chatferry::draft::Identity;
use chatferry::ids::Account;
use chatferry::wire::{Request, Verb};
use futures_util::future::BoxFuture;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Answer = Result<HttpResponse, TransportError>;

/// Answers from a list and remembers what it was asked.
#[derive(Debug, Default)]
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    seen: Mutex<Vec<HttpRequest>>,
}

impl Transport for Script {
    fn call(&self, request: HttpRequest, _deadline: Duration) -> BoxFuture<'_, Answer> {
        self.seen.lock().expect("no panic").push(request);
        let answer = self.answers.lock().expect("no panic").pop_front();
        Box::pin(async move { answer.expect("the script is long enough") })
    }
}

/// Numbered tokens; a refused one is replaced by the next.
#[derive(Debug, Default)]
struct Numbered(Mutex<u32>);

impl TokenSource for Numbered {
    fn token<'a>(
        &'a self,
        _identity: &'a Identity,
        _scopes: Scopes,
    ) -> BoxFuture<'a, Result<Token, TokenError>> {
        let number = *self.0.lock().expect("no panic");
        Box::pin(async move { Ok(Token::new(&format!("t{number}")).expect("fits a header")) })
    }

    fn refused(&self, _identity: &Identity, _token: &Token) {
        *self.0.lock().expect("no panic") += 1;
    }
}

#[derive(Debug)]
struct Broken(TokenError);

impl TokenSource for Broken {
    fn token<'a>(
        &'a self,
        _identity: &'a Identity,
        _scopes: Scopes,
    ) -> BoxFuture<'a, Result<Token, TokenError>> {
        Box::pin(async move { Err(self.0.clone()) })
    }

    fn refused(&self, _identity: &Identity, _token: &Token) {}
}

struct Rig {
    script: Arc<Script>,
    client: Client,
}

/// 2020-09-13T12:26:40Z
const NOW: i64 = 1_600_000_000_000_000;

fn rig(tokens: Arc<dyn TokenSource>, answers: Vec<Answer>) -> Rig {
    let script = Arc::new(Script { answers: Mutex::new(answers.into()), seen: Mutex::default() });
    let clock = Arc::new(VirtualClock::starting_at(NOW));
    let transport: Arc<dyn Transport> = Arc::<Script>::clone(&script);
    Rig { client: Client::new(transport, tokens, Base::google(), clock), script }
}

impl Rig {
    fn seen(&self) -> Vec<HttpRequest> {
        self.script.seen.lock().expect("no panic").clone()
    }

    fn urls(&self) -> Vec<String> {
        self.seen().iter().map(|request| request.uri().to_string()).collect()
    }
}

fn response(http: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
    let mut builder = http::Response::builder().status(http);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.to_owned().into()).expect("a response")
}

fn body(text: &str) -> HttpResponse {
    response(200, &[], text)
}

fn unauthenticated() -> HttpResponse {
    let body = r#"{"error":{"code":401,"message":"expired","status":"UNAUTHENTICATED"}}"#;
    response(401, &[], body)
}

fn alice() -> Identity {
    Identity::User(Account::new("alice@example.com"))
}

fn post() -> Request {
    Request {
        verb: Verb::Post,
        path: "/v1/spaces/A/messages?messageId=client-a".to_owned(),
        body: r#"{"text":"hi"}"#.to_owned(),
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_same_bytes_go_again() {
    let rig = rig(
        Arc::new(Numbered::default()),
        vec![Ok(unauthenticated()), Ok(body(r#"{"name":"spaces/A/messages/M"}"#))],
    );
    let outcome = rig.client.call(&alice(), Scopes::IMPORT, &post()).await;
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome}");
    let seen = rig.seen();
    let token = |n: usize| seen[n].headers()["authorization"].to_str().expect("text").to_owned();
    assert_eq!((token(0).as_str(), token(1).as_str()), ("Bearer t0", "Bearer t1"));
    assert_eq!((seen[0].uri(), seen[0].body()), (seen[1].uri(), seen[1].body()));
    assert!(!format!("{:?}", seen[0]).contains("t0"), "a token is never shown");
}

#[tokio::test]
async fn a_second_refusal_is_the_answer() {
    let rig =
        rig(Arc::new(Numbered::default()), vec![Ok(unauthenticated()), Ok(unauthenticated())]);
    let outcome = rig.client.call(&alice(), Scopes::IMPORT, &post()).await;
    assert!(
        matches!(outcome, Outcome::Rejected(ref rejection) if rejection.http == 401),
        "{outcome}"
    );
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let error = TokenError::User("Invalid email or User ID".to_owned());
    let rig = rig(Arc::new(Broken(error.clone())), vec![]);
    assert_eq!(rig.client.call(&alice(), Scopes::IMPORT, &post()).await, Outcome::Token(error));
    assert!(rig.seen().is_empty());
}

#[tokio::test]
async fn a_wrong_clock_is_measured_even_if_no_answer_came_before() {
    let error = TokenError::Clock { skew: None };
    let date = [("date", "Sun, 13 Sep 2020 12:36:40 GMT")];
    let rig = rig(Arc::new(Broken(error)), vec![Ok(response(404, &date, ""))]);
    let outcome = rig.client.call(&alice(), Scopes::IMPORT, &post()).await;
    assert_eq!(outcome, Outcome::Token(TokenError::Clock { skew: Some(600) }));
    assert!(!rig.seen()[0].headers().contains_key("authorization"));
    assert_eq!(rig.client.skew(), Some(600));
}

#[tokio::test]
async fn what_the_transport_says_decides_between_not_sent_and_ambiguous() {
    let rig = rig(
        Arc::new(StaticTokens),
        vec![
            Err(TransportError::not_sent("no connection")),
            Err(TransportError::unanswered("it broke")),
        ],
    );
    let first = rig.client.call(&alice(), Scopes::IMPORT, &post()).await;
    let second = rig.client.call(&alice(), Scopes::IMPORT, &post()).await;
    assert!(matches!(first, Outcome::NotSent(_)) && first.surely_nothing_happened());
    assert!(matches!(second, Outcome::Ambiguous(_)) && !second.surely_nothing_happened());
}

#[tokio::test]
async fn a_path_that_is_none_never_leaves() {
    let rig = rig(Arc::new(StaticTokens), vec![]);
    let bad = Request { path: "/v1/spaces/A B\n".to_owned(), ..post() };
    assert!(matches!(rig.client.call(&alice(), Scopes::IMPORT, &bad).await, Outcome::NotSent(_)));
}

#[tokio::test]
async fn messages_are_listed_with_what_verification_needs() {
    let listing = r#"{"messages":[{"name":"spaces/A/messages/M","clientAssignedMessageId":"client-a",
        "sender":{"name":"users/1","type":"HUMAN"},"createTime":"2019-03-01T12:00:02.000200Z","text":"hi",
        "thread":{"name":"spaces/A/threads/T"},"attachment":[{"name":"x"}],
        "emojiReactionSummaries":[{"emoji":{"unicode":"👍"},"reactionCount":2},
        {"emoji":{"customEmoji":{"uid":"U9"}},"reactionCount":1}]},
        {"name":"spaces/A/messages/N","createTime":"2019-03-01T12:00:03Z","deleteTime":"2020-01-01T00:00:00Z"}],
        "nextPageToken":"p/2"}"#;
    let rig = rig(Arc::new(StaticTokens), vec![Ok(body(listing)), Ok(body("{}"))]);
    let filter = created_at(1_551_441_602_000_200);
    let page =
        rig.client.list_messages(&alice(), "spaces/A", &filter, None, 1_000).await.expect("a page");
    let first = &page.items[0];
    assert_eq!((first.create_time, first.attachments), (1_551_441_602_000_200, 1));
    assert_eq!(
        (first.client_id.as_deref(), first.thread.as_deref()),
        (Some("client-a"), Some("spaces/A/threads/T"))
    );
    assert_eq!(first.reactions, [("👍".to_owned(), 2), ("customEmojis/U9".to_owned(), 1)]);
    assert!(page.items[1].deleted && page.items[1].sender.is_none());
    let last =
        rig.client.list_messages(&alice(), "spaces/A", "", page.next.as_deref(), 1_000).await;
    assert_eq!(last.expect("a page").next, None);
    let urls = rig.urls();
    assert!(
        urls[0].contains("filter=create_time%20%3E%20%222019-03-01T12%3A00%3A02.000199Z%22%20AND"),
        "{}",
        urls[0]
    );
    assert!(urls[1].ends_with("&pageToken=p%2F2"), "{}", urls[1]);
}

#[tokio::test]
async fn a_page_that_can_not_be_read_is_no_empty_page() {
    for text in [
        r#"{"messages":7}"#,
        r#"{"messages":[{"name":"spaces/A/messages/M","createTime":"soon"}]}"#,
        "<html>",
    ] {
        let rig = rig(Arc::new(StaticTokens), vec![Ok(body(text))]);
        let page = rig.client.list_messages(&alice(), "spaces/A", "", None, 10).await;
        assert!(matches!(page, Err(Outcome::Ambiguous(_))), "{text}");
    }
}

#[tokio::test]
async fn members_spaces_and_people_are_read() {
    let members = r#"{"memberships":[{"name":"spaces/A/members/1","member":{"name":"users/1"},"role":"ROLE_MANAGER",
        "state":"JOINED","createTime":"2019-03-01T12:00:02Z"},{"name":"spaces/A/members/g","groupMember":{"name":"groups/g"}}]}"#;
    let space = r#"{"name":"spaces/A","spaceType":"SPACE","importMode":true,"importModeExpireTime":"2026-01-01T00:00:00Z"}"#;
    let people = r#"{"kind":"x","users":[{"id":"1","primaryEmail":"a@example.com","aliases":["b@example.com"],
        "nonEditableAliases":["c@example.com"],"name":{"fullName":"A"},"suspended":true,"customerId":"C0"}]}"#;
    let rig =
        rig(Arc::new(StaticTokens), vec![Ok(body(members)), Ok(body(space)), Ok(body(people))]);
    let page = rig.client.list_members(&alice(), "spaces/A", None, 100).await.expect("a page");
    assert_eq!((page.items[0].user.as_str(), page.items[1].user.as_str()), ("users/1", "groups/g"));
    let view = rig.client.get_space("spaces/A").await.expect("a space");
    assert_eq!((view.importing, view.expires), (true, Some(1_767_225_600_000_000)));
    let people = rig.client.directory(&alice(), None).await.expect("a page");
    assert_eq!(people.items[0].aliases, ["b@example.com", "c@example.com"]);
    assert!(people.items[0].suspended && !people.items[0].archived);
    assert!(rig.urls()[2].starts_with(
        "https://admin.googleapis.com/admin/directory/v1/users?customer=my_customer&"
    ));
}

const UPLOADED: &str =
    r#"{"attachmentDataRef":{"resourceName":"r","attachmentUploadToken":"TOK"}}"#;

#[tokio::test]
async fn a_small_file_goes_in_one_request() {
    let rig = rig(Arc::new(StaticTokens), vec![Ok(body(UPLOADED))]);
    let file = Upload { filename: "a \"b\"\r\n.txt", mime: "text/plain\r\nX: y", size: 5 };
    let uploaded =
        rig.client.upload(&alice(), "spaces/A", file, &b"hello"[..]).await.expect("uploaded");
    assert_eq!(uploaded.token, "TOK");
    let seen = rig.seen();
    let body = String::from_utf8(seen[0].body().to_vec()).expect("text");
    assert!(
        body.contains(r#"{"filename":"a \"b\"\r\n.txt"}"#) && body.contains("\r\n\r\nhello\r\n--"),
        "{body}"
    );
    assert!(body.contains("Content-Type: application/octet-stream"), "a broken type is none");
    assert!(rig.urls()[0].ends_with("/upload/v1/spaces/A/attachments:upload?uploadType=multipart"));
}

#[tokio::test]
async fn a_file_that_shrank_is_noticed_before_anything_is_sent() {
    let rig = rig(Arc::new(StaticTokens), vec![]);
    let file = Upload { filename: "a", mime: "a/b", size: 6 };
    let outcome = rig.client.upload(&alice(), "spaces/A", file, &b"hello"[..]).await;
    assert!(matches!(outcome, Err(Outcome::NotSent(_))));
}

const SESSION: &str =
    "https://chat.googleapis.com/upload/v1/spaces/A/attachments:upload?upload_id=U";
const MIB: usize = 1 << 20;

#[tokio::test]
async fn a_large_file_goes_in_pieces_and_is_taken_up_where_it_broke() {
    let until = |last: usize| Ok(response(308, &[("range", &format!("bytes=0-{last}"))], ""));
    let rig = rig(
        Arc::new(StaticTokens),
        vec![
            Ok(response(200, &[("location", SESSION)], "")),
            until(8 * MIB - 1),
            Err(TransportError::unanswered("the connection broke")),
            until(9 * MIB - 1),
            Ok(body(UPLOADED)),
        ],
    );
    let bytes = vec![7_u8; 10 * MIB];
    let file = Upload { filename: "big", mime: "a/b", size: bytes.len() as u64 };
    let uploaded =
        rig.client.upload(&alice(), "spaces/A", file, &bytes[..]).await.expect("uploaded");
    assert_eq!(uploaded.token, "TOK");
    let ranges: Vec<_> = rig.seen()[1..]
        .iter()
        .map(|request| {
            (
                request.headers()["content-range"].to_str().expect("text").to_owned(),
                request.body().len(),
            )
        })
        .collect();
    let expected = [
        ("bytes 0-8388607/10485760", 8 * MIB),
        ("bytes 8388608-10485759/10485760", 2 * MIB),
        ("bytes */10485760", 0),
        ("bytes 9437184-10485759/10485760", MIB),
    ];
    assert_eq!(ranges, expected.map(|(range, length)| (range.to_owned(), length)));
}

#[tokio::test]
async fn credentials_do_not_follow_a_session_to_a_stranger() {
    for location in [
        "https://evil.example/u",
        "http://chat.googleapis.com/u",
        "https://googleapis.com.evil.example/u",
    ] {
        let rig =
            rig(Arc::new(StaticTokens), vec![Ok(response(200, &[("location", location)], ""))]);
        let bytes = vec![7_u8; 5 * MIB];
        let file = Upload { filename: "big", mime: "a/b", size: bytes.len() as u64 };
        let outcome = rig.client.upload(&alice(), "spaces/A", file, &bytes[..]).await;
        assert!(matches!(outcome, Err(Outcome::Ambiguous(_))), "{location}");
        assert_eq!(rig.seen().len(), 1);
    }
}
