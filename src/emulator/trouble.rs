//! What a fault does to one exchange: in the method's place, around it, or to its answer.

use super::exchange::Exchange;
use super::faults::{Action, Content, Framing, Phase, Retry, Strike, Then};
use super::refusal::Refusal;
use super::reply::{Course, Cut, Reply, Withheld};
use super::script::garbage;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// The page of a proxy or a captive portal.
const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>\
                    <h1>Please sign in to use this network</h1></body></html>\n";
/// The beginning of an answer that looked good.
const BEGUN: &str = r#"{"name":"spaces/AAAAAAAAAAA","createTime":"20"#;

/// Answers a request that is there as a whole, struck or not.
pub(super) async fn answer(exchange: Arc<Exchange>) -> Reply {
    match exchange.strike(true) {
        None => exchange.perform(),
        Some(strike) => {
            let mut reply = struck(&exchange, &strike).await;
            finish(&exchange, &strike, &mut reply);
            reply
        }
    }
}

/// Notes that a strike is over, or lets its script note it, or its late effect.
fn finish(exchange: &Exchange, strike: &Strike, reply: &mut Reply) {
    match (&strike.action, reply.course) {
        (Action::ApplyLate { .. }, _) => {}
        (_, Course::Whole) => exchange.shared.faults.complete(strike.id),
        _ => reply.fault = strike.id,
    }
}

async fn struck(exchange: &Arc<Exchange>, strike: &Strike) -> Reply {
    let wait = strike.action.wait();
    match (strike.phase, &strike.action) {
        (Phase::Before, Action::Stall { then: Then::Answer, .. }) => {
            tokio::time::sleep(wait).await;
            exchange.perform()
        }
        (Phase::Before | Phase::DuringRequest, action) => {
            let reply = instead(exchange, action, None);
            exchange.journal(exchange.caller(), &reply);
            tokio::time::sleep(wait).await;
            reply
        }
        (_, Action::ApplyLate { ms }) => {
            let reply = Reply::withheld(Withheld::Closed);
            exchange.journal(exchange.caller(), &reply);
            late(exchange, Duration::from_millis(*ms), strike);
            reply
        }
        (_, action) => {
            if *action == Action::ApplyTwice {
                exchange.apply();
            }
            let (truth, caller) = exchange.apply();
            let reply = lost(exchange, strike, truth);
            exchange.journal(caller, &reply);
            if strike.phase == Phase::After {
                tokio::time::sleep(wait).await;
            }
            reply
        }
    }
}

/// Lets the call take effect later, when its answer is long lost.
fn late(exchange: &Arc<Exchange>, wait: Duration, strike: &Strike) {
    let (exchange, id) = (exchange.clone(), strike.id);
    let stop = exchange.shared.stop.clone();
    tokio::spawn(stop.run_until_cancelled_owned(async move {
        tokio::time::sleep(wait).await;
        exchange.apply();
        exchange.shared.faults.complete(id);
    }));
}

/// Breaks off in the middle of a request, once half of it is there; nothing for a mere stall.
pub(super) async fn midway(exchange: &Exchange, strike: &Strike) -> Option<Reply> {
    let action = &strike.action;
    if matches!(action, Action::Stall { then: Then::Answer, .. }) {
        tokio::time::sleep(action.wait()).await;
        exchange.shared.faults.complete(strike.id);
        return None;
    }
    let mut reply = instead(exchange, action, None).with("connection", "close");
    exchange.journal(exchange.caller(), &reply);
    tokio::time::sleep(action.wait()).await;
    finish(exchange, strike, &mut reply);
    Some(reply)
}

/// What the caller gets of an answer that was there.
fn lost(exchange: &Exchange, strike: &Strike, truth: Reply) -> Reply {
    let midway = strike.phase == Phase::DuringResponse;
    let half = truth.body.len() / 2;
    let cut = |at, framing, wait, reset| Course::Cut(Cut { at, framing, wait, reset });
    let course = match &strike.action {
        Action::ApplyTwice | Action::ApplyLate { .. } => Course::Whole,
        Action::Stall { then: Then::Answer, .. } if !midway => Course::Whole,
        Action::Stall { ms, then: Then::Answer } => {
            Course::Drip(half.max(1), Duration::from_millis(*ms))
        }
        Action::Drip { bytes, ms } => Course::Drip(*bytes, Duration::from_millis(*ms)),
        Action::Truncate { at, framing } => cut(*at, *framing, Duration::ZERO, false),
        action @ (Action::Close | Action::Reset | Action::Stall { .. }) if midway => {
            cut(half, Framing::Length, action.wait(), *action == Action::Reset)
        }
        action => return instead(exchange, action, Some(&truth.body)),
    };
    Reply { course, ..truth }
}

/// What the caller gets in place of an answer.
fn instead(exchange: &Exchange, action: &Action, truth: Option<&[u8]>) -> Reply {
    match action {
        Action::Status { code, retry_after, body } => {
            let (kind, body) = content(exchange, *code, *body, truth);
            let mut reply = Reply::of(*code, body).with("content-type", kind);
            if exchange.label() == "metadata" {
                reply = reply.with("metadata-flavor", "Google");
            }
            let now = exchange.shared.clock.shown();
            match retry_after {
                Some(retry) => reply.with("retry-after", written(*retry, now)),
                None => reply,
            }
        }
        Action::Redirect { location } => {
            let reply = Reply::of(302, PAGE.into()).with("location", location);
            reply.with("content-type", "text/html; charset=UTF-8")
        }
        Action::Reset => Reply::withheld(Withheld::Reset),
        Action::Garbage => Reply::withheld(Withheld::Garbage),
        _ => Reply::withheld(Withheld::Closed),
    }
}

fn content(
    exchange: &Exchange,
    code: u16,
    content: Content,
    truth: Option<&[u8]>,
) -> (&'static str, Vec<u8>) {
    let json = "application/json; charset=UTF-8";
    match content {
        Content::Google => (json, google(exchange, code)),
        Content::Html => ("text/html; charset=UTF-8", PAGE.into()),
        Content::Empty => (json, Vec::new()),
        Content::Garbage => (json, garbage()),
        Content::Truncated => {
            let whole = match truth {
                _ if code >= 400 => google(exchange, code),
                Some(truth) => truth.to_vec(),
                None => BEGUN.repeat(2).into_bytes(),
            };
            (json, whole[..whole.len() / 2].to_vec())
        }
    }
}

/// Google's words for a status, as the place that was called would say them.
fn google(exchange: &Exchange, code: u16) -> Vec<u8> {
    let refusal = Refusal::injected(code);
    match exchange.label() {
        _ if code < 400 => b"{}".to_vec(),
        "token" => {
            let (error, description) = match code {
                400 => ("invalid_grant", "Bad Request"),
                401 => ("unauthorized_client", "Unauthorized"),
                403 => ("access_denied", "Forbidden"),
                429 => ("rate_limit_exceeded", "Rate Limit Exceeded"),
                _ => ("internal_failure", "Backend Error"),
            };
            let body = serde_json::json!({ "error": error, "error_description": description });
            body.to_string().into_bytes()
        }
        "directory.users.list" => refusal.legacy(),
        _ => refusal.rpc(&exchange.shared.dialects),
    }
}

fn written(retry: Retry, now: super::time::Micros) -> String {
    match retry {
        Retry::Seconds(seconds) => seconds.to_string(),
        Retry::Date { date } => {
            let seconds = i64::try_from(date).unwrap_or(i64::MAX);
            let at = Timestamp::from_microsecond(now)
                .and_then(|now| Timestamp::from_second(now.as_second().saturating_add(seconds)));
            let date = at.map(|at| at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
            date.unwrap_or_default()
        }
    }
}
