//! The class of every answer: applied and refused only when it is clean, ambiguous otherwise.

use chatferry::chat::{Doubt, Expect, HttpResponse, Kind, Outcome, classify};
use chatferry::wire::{Request, Verb};
use proptest::prelude::*;
use std::time::Duration;

fn answer(http: u16, body: &str) -> Outcome {
    classify(
        &response(http, body.as_bytes(), None),
        Expect::Name,
        r#"{"text":"CANARY words of a person"}"#,
        0,
    )
}

fn response(http: u16, body: &[u8], retry_after: Option<&str>) -> HttpResponse {
    let mut builder = http::Response::builder().status(http);
    if let Some(value) = retry_after {
        builder = builder.header("retry-after", value);
    }
    builder.body(body.to_vec().into()).expect("a response")
}

fn google(http: u16, status: &str, message: &str, details: &str) -> String {
    format!(
        r#"{{"error":{{"code":{http},"message":"{message}","status":"{status}","details":[{details}]}}}}"#
    )
}

#[test]
fn a_whole_object_with_a_name_is_applied() {
    let body = r#"{"name":"spaces/A/messages/M","thread":{"name":"spaces/A/threads/T"},"x":[1,{"y":null}]}"#;
    let reply = answer(200, body).applied().expect("applied");
    assert_eq!(
        (reply.name(), reply.thread()),
        (Some("spaces/A/messages/M"), Some("spaces/A/threads/T"))
    );
    assert!(!format!("{reply:?}").contains("null"), "a body is not shown");
}

#[test]
fn a_success_that_proves_nothing_is_ambiguous() {
    for body in [
        "",
        "{",
        r#"{"name":"spaces/A"#,
        "<html>Welcome to the hotel</html>",
        "[]",
        r#"["spaces/A"]"#,
        "null",
        "{}",
        r#"{"name":null}"#,
        r#"{"name":7}"#,
        r#"{"name":""}"#,
        r#"{"name":"hotel"}"#,
        r#"{"name":"spaces/A\"}"}"#,
        r#"{"name":"spaces/A?x=1"}"#,
        r#"{"name":"spaces/A\n"}"#,
        r#"{"name":"spaces/A"} trailing"#,
    ] {
        assert!(matches!(answer(200, body), Outcome::Ambiguous(_)), "{body}");
    }
}

#[test]
fn a_list_or_an_action_needs_no_name() {
    for body in ["{}", r#"{"messages":[]}"#, r#"{"space":{"name":"spaces/A"}}"#] {
        let outcome = classify(&response(200, body.as_bytes(), None), Expect::Object, "", 0);
        assert!(matches!(outcome, Outcome::Applied(_)), "{body}");
    }
}

#[test]
fn the_end_of_import_mode_is_believed_only_with_the_space_that_left_it() {
    let outcome =
        |body: &str| classify(&response(200, body.as_bytes(), None), Expect::Space, "", 0);
    let clear = outcome(r#"{"space":{"name":"spaces/A","spaceType":"SPACE"}}"#);
    assert!(matches!(clear, Outcome::Applied(_)));
    for body in ["{}", r#"{"space":{}}"#, r#"{"space":null}"#, r#"{"name":"spaces/A"}"#] {
        assert!(matches!(outcome(body), Outcome::Ambiguous(_)), "{body}");
    }
}

#[test]
fn what_a_request_expects_follows_from_its_path() {
    let expect = |verb, path: &str| {
        Expect::of(&Request { verb, path: path.to_owned(), body: String::new() })
    };
    assert_eq!(expect(Verb::Post, "/v1/spaces?requestId=a"), Expect::Name);
    assert_eq!(expect(Verb::Post, "/v1/spaces/A/messages?messageId=a:b"), Expect::Name);
    assert_eq!(expect(Verb::Post, "/v1/spaces/A:completeImport"), Expect::Space);
    assert_eq!(expect(Verb::Get, "/v1/spaces/A/messages"), Expect::Object);
    assert_eq!(expect(Verb::Delete, "/v1/spaces/A"), Expect::Object);
}

#[test]
fn refusals_in_googles_form_have_a_kind() {
    for (http, status, kind) in [
        (400, "INVALID_ARGUMENT", Kind::InvalidArgument),
        (400, "FAILED_PRECONDITION", Kind::FailedPrecondition),
        (401, "UNAUTHENTICATED", Kind::Unauthenticated),
        (403, "PERMISSION_DENIED", Kind::PermissionDenied),
        (404, "NOT_FOUND", Kind::NotFound),
        (409, "ALREADY_EXISTS", Kind::AlreadyExists),
        (409, "ABORTED", Kind::Aborted),
        (418, "TEAPOT", Kind::Other),
    ] {
        let Outcome::Rejected(rejection) = answer(http, &google(http, status, "no", "")) else {
            panic!("{http} {status}")
        };
        assert_eq!((rejection.kind(), rejection.http), (kind, http));
    }
}

#[test]
fn a_refusal_repeats_neither_our_words_nor_secrets() {
    let message = "Invalid text: CANARY words of a person; token ya29.SECRET";
    let Outcome::Rejected(rejection) = answer(400, &google(400, "INVALID_ARGUMENT", message, ""))
    else {
        panic!("refused")
    };
    assert_eq!(rejection.message, "Invalid text: …; token [redacted]");
}

#[test]
fn a_client_error_from_somebody_else_is_ambiguous() {
    for (http, body) in [
        (400, "<html>Bad Request</html>"),
        (403, ""),
        (404, r#"{"error":"not here"}"#),
        (407, "{}"),
        (409, r#"{"error":{}}"#),
        (408, &google(408, "DEADLINE_EXCEEDED", "", "")),
        (499, &google(499, "CANCELLED", "", "")),
        (400, &google(400, "INTERNAL", "", "")),
    ] {
        let outcome = answer(http, body);
        assert!(matches!(outcome, Outcome::Ambiguous(_)), "{http} {body}: {outcome:?}");
    }
}

#[test]
fn redirects_and_server_errors_are_ambiguous() {
    for http in [301, 302, 304, 307, 308, 500, 501, 502, 503, 504, 599] {
        assert!(matches!(answer(http, "{}"), Outcome::Ambiguous(_)), "{http}");
    }
    let outcome = classify(&response(503, b"", Some("7")), Expect::Name, "", 0);
    let Outcome::Ambiguous(why) = outcome else { panic!("ambiguous") };
    assert_eq!((why.doubt, why.retry_after), (Doubt::ServerError, Some(Duration::from_secs(7))));
}

#[test]
fn every_way_of_asking_to_slow_down_is_heard() {
    let info = |reason: &str| {
        format!(r#"{{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"{reason}"}}"#)
    };
    for (http, body) in [
        (429, String::new()),
        (429, "<html>".to_owned()),
        (429, google(429, "RESOURCE_EXHAUSTED", "", "")),
        (403, google(403, "PERMISSION_DENIED", "", &info("RATE_LIMIT_EXCEEDED"))),
        (
            403,
            r#"{"error":{"code":403,"message":"x","errors":[{"reason":"userRateLimitExceeded"}]}}"#
                .to_owned(),
        ),
        (
            403,
            r#"{"error":{"code":403,"message":"x","errors":[{"reason":"rateLimitExceeded"}]}}"#
                .to_owned(),
        ),
        (403, google(403, "PERMISSION_DENIED", "Quota exceeded for quota metric 'X'", "")),
    ] {
        let outcome = answer(http, &body);
        assert!(matches!(outcome, Outcome::Throttled { .. }), "{http} {body}: {outcome:?}");
    }
    let project = google(403, "PERMISSION_DENIED", "this call requires a quota project", "");
    assert!(matches!(answer(403, &project), Outcome::Rejected(_)));
}

#[test]
fn the_longest_wait_that_is_asked_for_counts() {
    let details = r#"{"reason":"RATE_LIMIT_EXCEEDED","metadata":{"quota_limit":"MessageWritesPerMinutePerProject"}},{"retryDelay":"9s"}"#;
    let body = google(429, "RESOURCE_EXHAUSTED", "", details);
    let outcome = classify(&response(429, body.as_bytes(), Some("3")), Expect::Name, "", 0);
    let limit = Some("MessageWritesPerMinutePerProject".to_owned());
    assert_eq!(outcome, Outcome::Throttled { retry_after: Some(Duration::from_secs(9)), limit });
}

proptest! {
    #[test]
    fn any_answer_has_a_class(
        http in 100_u16..1_000,
        body in proptest::collection::vec(any::<u8>(), 0..200),
        wait in proptest::option::of("[ -~]{0,20}"),
    ) {
        let outcome = classify(&response(http, &body, wait.as_deref()), Expect::Name, "", 0);
        let clean = matches!(outcome, Outcome::Ambiguous(_))
            || (http == 429 && matches!(outcome, Outcome::Throttled { .. }));
        prop_assert!(clean, "{} {:?}", http, outcome);
    }

    #[test]
    fn any_json_has_a_class(
        http in 200_u16..600,
        body in r#"\{("error":\{("(code|message|status|details|errors)":("a"|7|null|\[\]|\{\}|\[\{"reason":"x"\}\]),?){0,3}\}|"name":("spaces/A"|7|\{\})),?\}"#,
    ) {
        let outcome = classify(&response(http, body.as_bytes(), None), Expect::Name, &body, 0);
        let _ = format!("{outcome} {outcome:?}");
        prop_assert!(http < 300 || !matches!(outcome, Outcome::Applied(_)));
        prop_assert!((400..500).contains(&http) || !matches!(outcome, Outcome::Rejected(_)));
    }

    #[test]
    fn a_cut_success_is_never_applied(cut in 0_usize..60) {
        let whole = r#"{"name":"spaces/A/messages/M","thread":{"name":"spaces/A/threads/T"}}"#;
        prop_assert!(matches!(answer(200, &whole[..cut]), Outcome::Ambiguous(_)));
    }
}
