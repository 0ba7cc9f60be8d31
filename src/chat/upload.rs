//! Uploads: small files in one request, large ones in pieces that can be taken up again.

use super::base::is_safe;
use super::classify::{Expect, classify};
use super::shapes::Uploaded;
use super::{Client, Doubt, HttpRequest, HttpResponse, Outcome, Scopes, Why};
use crate::draft::Identity;
use http::header::{CONTENT_RANGE, CONTENT_TYPE, LOCATION, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde::Deserialize;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::bytes::{Bytes, BytesMut};

/// Files up to here go in one request.
const SMALL: u64 = 4 << 20;
/// The size of a piece: a multiple of 256 KiB, as Google asks; also what is held in memory.
const PIECE: usize = 8 << 20;
/// So often is a piece taken up again before the upload is given up.
const TRIES: u32 = 3;

/// A file to upload.
#[derive(Debug, Clone, Copy)]
pub struct Upload<'a> {
    /// The name that people will see, from Slack: hostile.
    pub filename: &'a str,
    /// The MIME type.
    pub mime: &'a str,
    /// How many bytes it has.
    pub size: u64,
}

impl Client {
    /// Uploads a file into a space, as the person who will post it. There is no request id: on
    /// any doubt it is uploaded again, and a token that nobody uses is harmless.
    pub async fn upload(
        &self,
        identity: &Identity,
        space: &str,
        file: Upload<'_>,
        bytes: impl AsyncRead + Unpin + Send,
    ) -> Result<Uploaded, Outcome> {
        let job = Job { client: self, identity, space, file };
        if file.size <= SMALL { job.whole(bytes).await } else { job.pieces(bytes).await }
    }
}

/// One upload under way.
struct Job<'a> {
    client: &'a Client,
    identity: &'a Identity,
    space: &'a str,
    file: Upload<'a>,
}

/// How a piece went.
enum Went {
    /// All is there.
    Done(Uploaded),
    /// So many bytes of the file are there.
    Until(u64),
}

impl Job<'_> {
    async fn whole(&self, mut bytes: impl AsyncRead + Unpin + Send) -> Result<Uploaded, Outcome> {
        let content = take(&mut bytes, self.file.size as usize).await?;
        // Drawn at random, so that no file can hold it on purpose.
        let boundary = format!("ferry-{:032x}", fastrand::u128(..));
        let mut body = BytesMut::with_capacity(content.len() + 512);
        let head = format!(
            "--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{}\r\n\
             --{boundary}\r\nContent-Type: {}\r\n\r\n",
            self.metadata(),
            self.mime()
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let mut request = request(Method::POST, &self.url("multipart"), body.freeze())?;
        header(&mut request, CONTENT_TYPE, &format!("multipart/related; boundary={boundary}"))?;
        self.uploaded(&self.send(request).await?)
    }

    async fn pieces(&self, mut bytes: impl AsyncRead + Unpin + Send) -> Result<Uploaded, Outcome> {
        let session = self.open().await?;
        let mut sent = 0;
        while sent < self.file.size {
            let length = (self.file.size - sent).min(PIECE as u64) as usize;
            let piece = take(&mut bytes, length).await?;
            if let Some(uploaded) = self.piece(&session, sent, &piece).await? {
                return Ok(uploaded);
            }
            sent += length as u64;
        }
        Err(unusable())
    }

    /// Opens a session and returns its address, which is where the credentials may go as well.
    async fn open(&self) -> Result<String, Outcome> {
        let body = Bytes::from(self.metadata());
        let mut request = request(Method::POST, &self.url("resumable"), body)?;
        header(&mut request, CONTENT_TYPE, "application/json; charset=UTF-8")?;
        header(&mut request, HeaderName::from_static("x-upload-content-type"), self.mime())?;
        let size = self.file.size.to_string();
        header(&mut request, HeaderName::from_static("x-upload-content-length"), &size)?;
        let response = self.send(request).await?;
        if !response.status().is_success() {
            return Err(self.class(&response));
        }
        let location = text(response.headers(), &LOCATION).filter(|to| self.is_ours(to));
        location.map(str::to_owned).ok_or_else(unusable)
    }

    /// Sends one piece until all of it is there. After a doubt the server is asked how far it got.
    async fn piece(
        &self,
        session: &str,
        from: u64,
        piece: &Bytes,
    ) -> Result<Option<Uploaded>, Outcome> {
        let end = from + piece.len() as u64;
        let (mut at, mut tries) = (from, 0);
        loop {
            let rest = piece.slice((at - from) as usize..);
            let range = format!("bytes {at}-{}/{}", end - 1, self.file.size);
            let went = match self.put(session, &range, rest).await {
                Err(Outcome::Ambiguous(_)) if tries < TRIES => {
                    let range = format!("bytes */{}", self.file.size);
                    self.put(session, &range, Bytes::new()).await?
                }
                went => went?,
            };
            match went {
                Went::Done(uploaded) => return Ok(Some(uploaded)),
                Went::Until(there) if there == end => return Ok(None),
                Went::Until(there) if (from..end).contains(&there) && tries < TRIES => at = there,
                Went::Until(_) => return Err(unusable()),
            }
            tries += 1;
        }
    }

    async fn put(&self, session: &str, range: &str, body: Bytes) -> Result<Went, Outcome> {
        let mut request = request(Method::PUT, session, body)?;
        header(&mut request, CONTENT_RANGE, range)?;
        let response = self.send(request).await?;
        if response.status() == http::StatusCode::PERMANENT_REDIRECT {
            return Ok(Went::Until(committed(response.headers())));
        }
        self.uploaded(&response).map(Went::Done)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Outcome> {
        // A minute, and as long as a slow line takes at 64 KiB a second.
        let deadline = Duration::from_secs(60 + request.body().len() as u64 / 65_536);
        self.client.exchange(self.identity, Scopes::IMPORT, request, deadline).await
    }

    fn url(&self, kind: &str) -> String {
        let root = &self.client.base.upload;
        format!("{root}/upload/v1/{}/attachments:upload?uploadType={kind}", self.space)
    }

    fn metadata(&self) -> String {
        serde_json::json!({ "filename": self.file.filename }).to_string()
    }

    /// A type that could break out of its header is none.
    fn mime(&self) -> &str {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/+-._;= ".contains(&byte);
        let sane = self.file.mime.contains('/') && self.file.mime.bytes().all(plain);
        if sane { self.file.mime } else { "application/octet-stream" }
    }

    /// A session may live on the upload server itself or, with Google, on another of theirs.
    fn is_ours(&self, location: &str) -> bool {
        let Ok(uri) = location.parse::<Uri>() else { return false };
        let Ok(root) = self.client.base.upload.parse::<Uri>() else { return false };
        let google = |uri: &Uri| uri.host().is_some_and(|host| host.ends_with(".googleapis.com"));
        is_safe(&uri) && (uri.authority() == root.authority() || (google(&uri) && google(&root)))
    }

    fn uploaded(&self, response: &HttpResponse) -> Result<Uploaded, Outcome> {
        let reply = self.class(response).applied()?;
        let body: Answer = reply.json().map_err(Outcome::Ambiguous)?;
        let AttachmentRef { attachment_upload_token: token, resource_name: resource } =
            body.attachment_data_ref;
        if token.is_empty() { Err(unusable()) } else { Ok(Uploaded { token, resource }) }
    }

    fn class(&self, response: &HttpResponse) -> Outcome {
        classify(response, Expect::Object, &self.metadata(), self.client.wall())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    attachment_data_ref: AttachmentRef,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttachmentRef {
    attachment_upload_token: String,
    resource_name: Option<String>,
}

const fn unusable() -> Outcome {
    Outcome::Ambiguous(Why::unanswered(Doubt::Shape))
}

const fn unsendable() -> Outcome {
    Outcome::NotSent(Why::unanswered(Doubt::Unsendable))
}

fn request(method: Method, url: &str, body: Bytes) -> Result<HttpRequest, Outcome> {
    let mut request = HttpRequest::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = url.parse().map_err(|_| unsendable())?;
    Ok(request)
}

fn header(request: &mut HttpRequest, name: HeaderName, value: &str) -> Result<(), Outcome> {
    let value = HeaderValue::from_str(value).map_err(|_| unsendable())?;
    request.headers_mut().insert(name, value);
    Ok(())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// `Range: bytes=0-N` says that N + 1 bytes are there; without it there are none.
fn committed(headers: &HeaderMap) -> u64 {
    let last = text(headers, &RANGE).and_then(|range| range.strip_prefix("bytes=0-"));
    last.and_then(|last| last.parse::<u64>().ok()).map_or(0, |last| last.saturating_add(1))
}

/// Reads exactly so many bytes: a file that shrank is noticed.
async fn take(bytes: &mut (impl AsyncRead + Unpin), length: usize) -> Result<Bytes, Outcome> {
    let mut piece = vec![0; length];
    let read = bytes.read_exact(&mut piece).await;
    read.map_err(|_| Outcome::NotSent(Why::unanswered(Doubt::Source)))?;
    Ok(Bytes::from(piece))
}
