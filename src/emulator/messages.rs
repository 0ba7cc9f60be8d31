//! messages.create, by the rules of import mode.

use super::dialects::{Clash, Repeat};
use super::ids::Id;
use super::message_view as show;
use super::people::Who;
use super::refusal::{Outcome, Refusal};
use super::shared::Turn;
use super::spaces;
use super::time::Micros;
use super::world::{Attachment, Extra, Kind, Message, Replay, Space, Thread};

/// The limit of a message's contents.
const TEXT_BYTES: usize = 32_000;
const THREAD_KEY_CHARS: usize = 4000;

/// messages.create.
pub(super) fn create(turn: &mut Turn<'_>) -> Outcome<Vec<u8>> {
    let who = turn.caller.who;
    let room = turn.room()?;
    let shared = turn.shared;
    let mut space = turn.open(&room)?;
    importing(turn, &mut space)?;
    well_formed(turn)?;
    let client_id = client_id(turn)?;
    let request = turn.query.get("requestId").map(|id| shared.ids.of(&[b"request", id.as_bytes()]));
    if let Some(at) = replayed(turn, &space, request, who)? {
        return Ok(show::echo(turn, &space, at));
    }
    if let Some(answer) = repeated(turn, &space, client_id.as_deref())? {
        return Ok(answer);
    }
    let created = created(turn, &space)?;
    if turn.dialects().author_must_be_member && !who.is_app() && !space.past.contains_key(&who) {
        return Err(Refusal::invalid("The author is not a member of the space."));
    }
    let id = name(turn, &space, client_id.as_deref(), request, created);
    let (thread, reply) = thread(turn, &space, id)?;
    let extra = attachments(turn, &space, id)?;
    let text = turn.text("text").unwrap_or_default().into();
    let client_id = client_id.map(Into::into);
    let message = Message {
        id,
        thread,
        sender: who,
        created,
        touched: 0,
        deleted: false,
        text,
        client_id,
        extra,
    };
    let at = space.put(message, reply, threads_by_key(turn));
    if let Some(request) = request {
        let replay = Replay { who, target: at, fingerprint: turn.fingerprint, at: turn.now };
        space.requests.insert(request, replay);
    }
    Ok(show::full(turn, &space, at))
}

/// Refuses what only import mode takes, once it is over.
pub(super) fn importing(turn: &Turn<'_>, space: &mut Space) -> Outcome<()> {
    if space.importing {
        return Ok(());
    }
    space.late_writes += 1;
    if turn.may(&["chat.messages", "chat.messages.create", "chat.messages.reactions", "chat.bot"]) {
        return Err(Refusal::unmodelled("writing to a space whose import is complete"));
    }
    Err(Refusal::forbidden("The scope chat.import works on spaces in import mode only."))
}

fn well_formed(turn: &Turn<'_>) -> Outcome<()> {
    let text = turn.text("text").unwrap_or_default();
    if text.len() > TEXT_BYTES {
        return Err(Refusal::invalid("The message is larger than 32000 bytes."));
    }
    if text.is_empty() && !turn.body.contains_key("attachment") {
        return Err(Refusal::invalid(
            "Message cannot be empty. Discarding empty create message request.",
        ));
    }
    if ["cardsV2", "cards", "accessoryWidgets", "privateMessageViewer"]
        .iter()
        .any(|field| turn.body.contains_key(*field))
    {
        return Err(Refusal::invalid("Cards, widgets and private messages can't be imported."));
    }
    if turn.body.contains_key("quotedMessageMetadata") {
        return Err(Refusal::unmodelled("quotes in import mode"));
    }
    Ok(())
}

/// Reads and checks the messageId: `client-`, lower case, at most 63 characters.
fn client_id(turn: &Turn<'_>) -> Outcome<Option<String>> {
    let Some(id) = turn.query.get("messageId") else {
        return Ok(None);
    };
    let letters =
        id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !id.starts_with("client-") || id.len() > 63 || id.len() == 7 || !letters {
        return Err(Refusal::invalid(
            "message_id must begin with client-, have at most 63 characters, and contain only lowercase letters, numbers and hyphens.",
        ));
    }
    Ok(Some(id.to_owned()))
}

fn replayed(
    turn: &mut Turn<'_>,
    space: &Space,
    request: Option<Id>,
    who: Who,
) -> Outcome<Option<u32>> {
    let Some(replay) = request.and_then(|request| space.requests.get(&request)).copied() else {
        return Ok(None);
    };
    if spaces::forgotten(turn, replay.at) {
        return Ok(None);
    }
    spaces::same_request(turn, replay.who, who, replay.fingerprint)?;
    Ok(Some(replay.target))
}

/// A used messageId under a new requestId. A deleted message keeps its id.
fn repeated(turn: &Turn<'_>, space: &Space, client_id: Option<&str>) -> Outcome<Option<Vec<u8>>> {
    let used = client_id.and_then(|id| space.by_client_id(turn, id));
    match used {
        None => Ok(None),
        Some(at) if turn.dialects().message_id_repeat == Repeat::Same => {
            Ok(Some(show::full(turn, space, at)))
        }
        Some(_) => Err(Refusal::exists("A message with this custom message ID already exists.")),
    }
}

fn created(turn: &Turn<'_>, space: &Space) -> Outcome<Micros> {
    let created = turn.time("createTime").unwrap_or(turn.now);
    let early = if turn.dialects().equal_create_time {
        created < space.created
    } else {
        created <= space.created
    };
    if early || created > turn.now {
        return Err(Refusal::invalid(
            "message.create_time must be between the space's create time and the present time.",
        ));
    }
    if !space.by_time.contains_key(&created) {
        return Ok(created);
    }
    let text = "Message already exists: the space has a message with this create time.";
    Err(match turn.dialects().create_time_clash {
        Clash::Conflict => Refusal::exists(text),
        Clash::Invalid => Refusal::invalid(text),
    })
}

/// The message's name derives from what is unique about it.
fn name(
    turn: &Turn<'_>,
    space: &Space,
    client_id: Option<&str>,
    request: Option<Id>,
    created: Micros,
) -> Id {
    if let Some(client_id) = client_id {
        return space.client_name(turn, client_id);
    }
    let (ids, within) = (&turn.shared.ids, space.id.to_string());
    match request {
        Some(request) => {
            ids.of(&[b"asked message", within.as_bytes(), request.to_string().as_bytes()])
        }
        None => ids.of(&[b"message", within.as_bytes(), &created.to_be_bytes()]),
    }
}

fn threads_by_key(turn: &Turn<'_>) -> bool {
    turn.inner("thread", "threadKey").is_some() || turn.query.get("threadKey").is_some()
}

/// Decides the thread: its name, and whether the message replies in it.
fn thread(turn: &mut Turn<'_>, space: &Space, message: Id) -> Outcome<(Id, bool)> {
    let option = turn.query.get("messageReplyOption").unwrap_or("MESSAGE_REPLY_OPTION_UNSPECIFIED");
    let name = turn.inner("thread", "name");
    let key = turn.inner("thread", "threadKey").or_else(|| turn.query.get("threadKey"));
    if option == "MESSAGE_REPLY_OPTION_UNSPECIFIED" {
        if name.is_some() || key.is_some() {
            turn.check.lint("thread-ignored", "thread");
        }
        return Ok((message, false));
    }
    if space.kind == Kind::GroupChat {
        return Err(Refusal::invalid("message_reply_option is only supported in named spaces."));
    }
    let fail = option == "REPLY_MESSAGE_OR_FAIL";
    match (name, key) {
        (Some(name), _) => match space.thread_named(name) {
            Some(thread) => Ok((thread, true)),
            None if fail => Err(Refusal::not_found("The thread to reply to was not found.")),
            None => Ok((message, false)),
        },
        (None, Some(key)) if key.chars().count() > THREAD_KEY_CHARS => {
            Err(Refusal::invalid("thread.thread_key must have at most 4000 characters."))
        }
        (None, Some(key)) => {
            let thread =
                turn.shared.ids.of(&[b"thread", space.id.to_string().as_bytes(), key.as_bytes()]);
            Ok((thread, space.threads.contains_key(&thread)))
        }
        (None, None) => Ok((message, false)),
    }
}

fn attachments(turn: &Turn<'_>, space: &Space, message: Id) -> Outcome<Option<Box<Extra>>> {
    let Some(list) = turn
        .body
        .get("attachment")
        .and_then(|list| list.as_array())
        .filter(|list| !list.is_empty())
    else {
        return Ok(None);
    };
    let mut extra = Extra::default();
    for (index, item) in list.iter().enumerate() {
        let token = item
            .get("attachmentDataRef")
            .and_then(|data| data.get("attachmentUploadToken")?.as_str());
        let upload = token.and_then(|token| turn.shared.uploads.finished(token));
        let upload = upload.filter(|upload| upload.space == space.id);
        let Some(upload) = upload else {
            return Err(Refusal::invalid(
                "The attachment upload token is invalid or belongs to another space.",
            ));
        };
        let id = turn.shared.ids.of(&[
            b"attachment",
            message.to_string().as_bytes(),
            &index.to_be_bytes(),
        ]);
        extra.attachments.push(Attachment { id, ..upload.file });
    }
    Ok(Some(Box::new(extra)))
}

impl Space {
    /// Returns the name of a message that the client called so.
    fn client_name(&self, turn: &Turn<'_>, client_id: &str) -> Id {
        turn.shared.ids.of(&[
            b"client message",
            self.id.to_string().as_bytes(),
            client_id.as_bytes(),
        ])
    }

    /// Finds a message by the id that the client gave it.
    fn by_client_id(&self, turn: &Turn<'_>, client_id: &str) -> Option<u32> {
        self.by_id.get(&self.client_name(turn, client_id)).copied()
    }

    /// Finds a message by the last part of its resource name, or by its client id.
    pub(super) fn message_at(&self, turn: &Turn<'_>, name: &str) -> Outcome<u32> {
        let at = if name.starts_with("client-") {
            self.by_client_id(turn, name)
        } else {
            let (thread, message) = name.split_once('.').unwrap_or(("", name));
            let at = Id::parse(message).and_then(|id| self.by_id.get(&id)).copied();
            at.filter(|at| Id::parse(thread) == Some(self.messages[*at as usize].thread))
        };
        at.filter(|at| !self.messages[*at as usize].deleted)
            .ok_or_else(|| Refusal::not_found("Message not found."))
    }

    /// Finds a thread by its full resource name.
    pub(super) fn thread_named(&self, name: &str) -> Option<Id> {
        let (space, thread) = name.strip_prefix("spaces/")?.split_once("/threads/")?;
        let id = Id::parse(thread).filter(|_| Id::parse(space) == Some(self.id))?;
        let own = || self.by_id.get(&id).filter(|at| self.messages[**at as usize].thread == id);
        (self.threads.contains_key(&id) || own().is_some()).then_some(id)
    }

    fn put(&mut self, message: Message, reply: bool, keyed: bool) -> u32 {
        let at = self.messages.len() as u32;
        if reply {
            let root = self.by_id.get(&message.thread).copied().unwrap_or(at);
            self.threads.entry(message.thread).or_insert(Thread { root, replies: 0 }).replies += 1;
        } else if keyed && message.thread != message.id {
            self.threads.insert(message.thread, Thread { root: at, replies: 0 });
        }
        self.by_id.insert(message.id, at);
        self.by_time.insert(message.created, at);
        self.messages.push(message);
        at
    }
}
