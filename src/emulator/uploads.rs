//! media.upload in its three protocols. Bytes are measured and hashed, not kept.

use super::coverage::Point;
use super::ids::Id;
use super::key::random_hex;
use super::messages::importing;
use super::multipart;
use super::people::Who;
use super::refusal::{Outcome, Refusal};
use super::reply::Reply;
use super::shared::{Turn, json};
use super::time::{Micros, SECOND};
use super::token::Caller;
use super::world::Attachment;
use http::HeaderMap;
use ring::digest;
use serde_json::json as object;
use std::collections::{HashMap, VecDeque};
use std::fmt::Debug;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The largest file.
pub(super) const MOST: u64 = 200 << 20;
/// Every chunk but the last is a multiple of this.
const CHUNK: u64 = 256 << 10;
const UPLOAD_LIFE: Micros = 120 * SECOND;
const SESSIONS: usize = 1000;
const TOKENS: usize = 100_000;

/// A file that was uploaded and waits for its message.
#[derive(Debug, Clone)]
struct Upload {
    space: Id,
    by: Who,
    at: Micros,
    file: Attachment,
}

#[derive(Clone)]
struct Session {
    caller: Caller,
    space: Id,
    name: String,
    mime: String,
    got: u64,
    hash: digest::Context,
    /// The token, once all has arrived.
    done: Option<String>,
}

impl Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("got", &self.got).finish_non_exhaustive()
    }
}

/// A map that forgets its oldest entries.
#[derive(Debug)]
struct Drawer<T> {
    entries: HashMap<String, T>,
    order: VecDeque<String>,
}

impl<T> Drawer<T> {
    fn put(&mut self, key: String, value: T, limit: usize) {
        if self.order.len() == limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
        self.order.push_back(key.clone());
        self.entries.insert(key, value);
    }
}

impl<T> Default for Drawer<T> {
    fn default() -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new() }
    }
}

/// Uploads begun and finished.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    finished: Mutex<Drawer<Upload>>,
    sessions: Mutex<Drawer<Session>>,
}

impl Uploads {
    fn files(&self) -> MutexGuard<'_, Drawer<Upload>> {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns who began a session: its address alone is the right to go on.
    pub(super) fn owner(&self, session: &str) -> Option<Caller> {
        self.sessions().entries.get(session).map(|session| session.caller)
    }

    fn sessions(&self) -> MutexGuard<'_, Drawer<Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self, session: Session, at: Micros) -> Outcome<String> {
        let token = token()?;
        let hash = session.hash.finish();
        let sha256 =
            hash.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let file = Attachment {
            id: Id::default(),
            name: session.name.into(),
            mime: session.mime.into(),
            size: session.got,
            sha256: sha256.into(),
        };
        let upload = Upload { space: session.space, by: session.caller.who, at, file };
        self.files().put(token.clone(), upload, TOKENS);
        Ok(token)
    }
}

/// Returns the file behind an upload token, where the caller may attach it.
pub(super) fn attach(turn: &Turn<'_>, token: &str, space: Id) -> Option<Attachment> {
    let dialects = turn.dialects();
    let upload = turn.shared.uploads.files().entries.get(token).cloned()?;
    let ended = dialects.uploads_end && turn.now - upload.at >= UPLOAD_LIFE;
    let others = dialects.uploader_must_post && upload.by != turn.caller.who;
    (upload.space == space && !ended && !others).then_some(upload.file)
}

/// Lets the upload tokens of a message that was posted end, where they work once.
pub(super) fn spend(turn: &Turn<'_>) {
    let list = turn.body.get("attachment").and_then(|list| list.as_array());
    let Some(list) = list.filter(|_| turn.dialects().uploads_once) else {
        return;
    };
    for item in list {
        let token =
            item.get("attachmentDataRef").and_then(|data| data.get("attachmentUploadToken"));
        if let Some(token) = token.and_then(|token| token.as_str()) {
            turn.shared.uploads.files().entries.remove(token);
        }
    }
}

fn token() -> Outcome<String> {
    random_hex(20).map_err(|_| Refusal::injected(500))
}

/// Answers a call of media.upload on a media path.
pub(super) fn upload(turn: &mut Turn<'_>, headers: &HeaderMap, bytes: &[u8]) -> Outcome<Reply> {
    if let Some(session) = turn.query.get("upload_id") {
        return resume(turn, session, headers, bytes);
    }
    turn.user()?;
    let room = turn.room()?;
    let mut space = turn.open(&room)?;
    importing(turn, &mut space)?;
    let id = space.id;
    drop(space);
    let content_type = header(headers, "content-type").unwrap_or("application/octet-stream");
    match turn.query.get("uploadType").or_else(|| turn.query.get("upload_protocol")) {
        Some("multipart") => {
            let parts = multipart::split(content_type, bytes).ok_or_else(|| {
                Refusal::invalid(
                    Point::UploadForm,
                    "The body is no multipart/related of JSON and media.",
                )
            })?;
            let name = file_name(turn, parts.json)?;
            whole(turn, session(turn, id, name, parts.mime), parts.bytes)
        }
        Some("resumable") => begin(turn, id, headers, bytes),
        Some("media" | "raw") => whole(turn, session(turn, id, String::new(), content_type), bytes),
        _ => Err(Refusal::invalid(
            Point::UploadForm,
            "uploadType must be multipart, media or resumable.",
        )),
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn session(turn: &Turn<'_>, space: Id, name: String, mime: &str) -> Session {
    let hash = digest::Context::new(&digest::SHA256);
    Session { caller: turn.caller, space, name, mime: mime.to_owned(), got: 0, hash, done: None }
}

fn file_name(turn: &mut Turn<'_>, bytes: &[u8]) -> Outcome<String> {
    let schema = turn.method.body.ok_or_else(|| Refusal::injected(500))?;
    let body = turn.check.body(bytes, schema)?;
    turn.check.verdict()?;
    let name = body.get("filename").and_then(|name| name.as_str()).unwrap_or_default();
    if name.is_empty() {
        return Err(Refusal::invalid(Point::FileName, "filename is required."));
    }
    Ok(name.to_owned())
}

fn whole(turn: &Turn<'_>, mut session: Session, bytes: &[u8]) -> Outcome<Reply> {
    take(&mut session, bytes)?;
    let space = session.space;
    let token = turn.shared.uploads.finish(session, turn.now)?;
    Ok(done(space, &token))
}

fn take(session: &mut Session, bytes: &[u8]) -> Outcome<()> {
    session.got += bytes.len() as u64;
    if session.got > MOST {
        return Err(Refusal::invalid(Point::FileSize, "The file is larger than 200 MB."));
    }
    session.hash.update(bytes);
    Ok(())
}

fn done(space: Id, token: &str) -> Reply {
    let data = object!({ "resourceName": format!("media/{space}/{}", &token[..8]), "attachmentUploadToken": token });
    json(&object!({ "attachmentDataRef": data })).into()
}

fn begin(turn: &mut Turn<'_>, space: Id, headers: &HeaderMap, bytes: &[u8]) -> Outcome<Reply> {
    let name = file_name(turn, bytes)?;
    let length =
        header(headers, "x-upload-content-length").and_then(|length| length.parse::<u64>().ok());
    if length.is_some_and(|length| length > MOST) {
        return Err(Refusal::invalid(Point::FileSize, "The file is larger than 200 MB."));
    }
    let mime = header(headers, "x-upload-content-type").unwrap_or("application/octet-stream");
    let session = session(turn, space, name, mime);
    let id = token()?;
    let path =
        format!("/upload/v1/spaces/{space}/attachments:upload?uploadType=resumable&upload_id={id}");
    turn.shared.uploads.sessions().put(id, session, SESSIONS);
    Ok(Reply::from(Vec::new()).with("location", format!("{}{path}", turn.shared.url)))
}

/// Where a chunk stands: from which byte, to which end, of how many.
#[derive(Debug, PartialEq, Eq)]
struct Range {
    from: Option<u64>,
    total: Option<u64>,
}

fn range(text: &str) -> Option<Range> {
    let (span, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    let from = if span == "*" { None } else { Some(span.split_once('-')?.0.parse().ok()?) };
    Some(Range { from, total })
}

fn resume(turn: &Turn<'_>, id: &str, headers: &HeaderMap, bytes: &[u8]) -> Outcome<Reply> {
    let length = bytes.len() as u64;
    let range = match header(headers, "content-range") {
        Some(text) => range(text)
            .ok_or_else(|| Refusal::invalid(Point::UploadRange, "Invalid Content-Range."))?,
        None => Range { from: Some(0), total: Some(length) },
    };
    let uploads = &turn.shared.uploads;
    let mut sessions = uploads.sessions();
    let session = sessions
        .entries
        .get_mut(id)
        .ok_or_else(|| Refusal::not_found(Point::UploadSession, "The upload session is gone."))?;
    if let Some(token) = &session.done {
        return Ok(done(session.space, token));
    }
    let last =
        range.total.is_some_and(|total| range.from.is_some_and(|from| from + length >= total));
    if range.from.is_some() && !last && !length.is_multiple_of(CHUNK) {
        return Err(Refusal::invalid(
            Point::UploadRange,
            "Every chunk but the last must be a multiple of 256 KiB.",
        ));
    }
    // What is known already is skipped; what leaves a gap is not taken.
    let fresh = range
        .from
        .and_then(|from| session.got.checked_sub(from))
        .and_then(|known| bytes.get(known as usize..));
    take(session, fresh.unwrap_or_default())?;
    if range.total != Some(session.got) {
        let reply = Reply { status: 308, ..Reply::from(Vec::new()) };
        let got = session.got;
        return Ok(if got == 0 {
            reply
        } else {
            reply.with("range", format!("bytes=0-{}", got - 1))
        });
    }
    let token = uploads.finish(session.clone(), turn.now)?;
    session.done = Some(token.clone());
    Ok(done(session.space, &token))
}
