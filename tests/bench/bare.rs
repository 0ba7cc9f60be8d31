//! HTTP with nothing around it: a bare client against a bare server, each in its own process.

#![expect(clippy::disallowed_types, reason = "measures what `chat` and `emulator` are built on")]

use crate::process::now;
use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use futures_util::StreamExt as _;
use std::error::Error;
use std::time::Duration;
use tokio::net::TcpListener;

/// Requests under way at once.
const IN_FLIGHT: usize = 64;
/// About the size of a message's request.
const REQUEST: usize = 700;
/// About the size of Chat's answer.
const ANSWER: usize = 600;

/// Serves until killed; prints its address first.
#[expect(clippy::print_stdout, reason = "the parent reads the address")]
#[tokio::main]
pub(crate) async fn serve() -> Result<(), Box<dyn Error>> {
    let answer = Bytes::from(vec![b'x'; ANSWER]);
    let create = |body: Bytes| async move {
        drop(body);
        answer
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/v1/{*rest}", post(create))).await?;
    Ok(())
}

/// Sends so many requests and returns how long that took.
#[tokio::main]
pub(crate) async fn send(base: &str, requests: u64) -> Result<Duration, Box<dyn Error>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let body = Bytes::from(vec![b'x'; REQUEST]);
    let started = now();
    let calls = futures_util::stream::iter(0..requests).map(|number| {
        let path = format!("{base}/v1/spaces/A/messages?messageId=client-{number}");
        let call = client.post(path).body(body.clone()).send();
        async move { call.await?.error_for_status()?.bytes().await }
    });
    let mut calls = calls.buffer_unordered(IN_FLIGHT);
    while let Some(answer) = calls.next().await {
        answer?;
    }
    Ok(started.elapsed())
}
