//! messages.create, by the rules of import mode.

use super::coverage::Point;
use super::dialects::{Bytes, Clash, Odd};
use super::ids::Id;
use super::message_view as show;
use super::people::State;
use super::refusal::{Outcome, Refusal};
use super::shared::Turn;
use super::time::Micros;
use super::world::{Attachment, Extra, Message, Replay, Space, Thread};
use super::{audit, repeats, threads, uploads};

/// The limit of a message's contents.
const TEXT_BYTES: usize = 32_000;

/// messages.create.
pub(super) fn create(turn: &mut Turn<'_>) -> Outcome<Vec<u8>> {
    let who = turn.caller.who;
    let room = turn.room()?;
    let shared = turn.shared;
    let mut space = turn.open(&room)?;
    let request = repeats::request_id(turn)?.map(|id| shared.ids.of(&[b"request", id.as_bytes()]));
    if !space.importing && request.is_some_and(|request| space.requests.contains_key(&request)) {
        return Err(over());
    }
    importing(turn, &mut space)?;
    well_formed(turn)?;
    let client_id = client_id(turn)?;
    if let Some(answer) = repeats::message(turn, &mut space, request, client_id.as_deref())? {
        return Ok(answer);
    }
    let created = created(turn, &mut space)?;
    if turn.dialects().author_must_be_member && !who.is_app() && !space.past.contains_key(&who) {
        return Err(Refusal::invalid(
            Point::AuthorAbsent,
            "The author is not a member of the space.",
        ));
    }
    let id = name(turn, &space, client_id.as_deref(), request, created);
    let (thread, reply) = threads::choose(turn, &space, id)?;
    let extra = attachments(turn, &space, id)?;
    uploads::spend(turn);
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
    let able = who.is_app()
        || shared.people().get(who).is_some_and(|account| account.state == State::Active);
    if !able {
        space.slips.note(&audit::SENDER_UNAVAILABLE, id);
    }
    let at = space.put(message, reply, threads::keyed(turn));
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
    space.slips.note(&audit::WRITE_AFTER_COMPLETION, turn.method.id);
    if turn.may(&["chat.messages", "chat.messages.create", "chat.messages.reactions", "chat.bot"]) {
        return Err(Refusal::unmodelled("writing to a space whose import is complete"));
    }
    Err(over())
}

/// A repeat that comes late is refused like any write, and is none: it would change nothing, and
/// no client can call it back.
pub(super) fn over() -> Refusal {
    Refusal::forbidden(
        Point::ImportOver,
        "The scope chat.import works on spaces in import mode only.",
    )
}

/// Refuses a text that is too large.
pub(super) fn sized(turn: &Turn<'_>, text: &str) -> Outcome<()> {
    let bytes = match turn.dialects().text_bytes {
        Bytes::Utf8 => text.len(),
        Bytes::Json => serde_json::Value::from(text).to_string().len() - 2,
    };
    if bytes > TEXT_BYTES {
        return Err(Refusal::invalid(Point::TooLarge, "The message is larger than 32000 bytes."));
    }
    Ok(())
}

fn well_formed(turn: &Turn<'_>) -> Outcome<()> {
    let text = turn.text("text").unwrap_or_default();
    sized(turn, text)?;
    if text.is_empty() && !turn.body.contains_key("attachment") {
        return Err(Refusal::invalid(
            Point::Empty,
            "Message cannot be empty. Discarding empty create message request.",
        ));
    }
    if ["cardsV2", "cards", "accessoryWidgets", "privateMessageViewer"]
        .iter()
        .any(|field| turn.body.contains_key(*field))
    {
        return Err(Refusal::invalid(
            Point::Cards,
            "Cards, widgets and private messages can't be imported.",
        ));
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
            Point::MessageId,
            "message_id must begin with client-, have at most 63 characters, and contain only lowercase letters, numbers and hyphens.",
        ));
    }
    Ok(Some(id.to_owned()))
}

fn created(turn: &Turn<'_>, space: &mut Space) -> Outcome<Micros> {
    let mut given = turn.time("createTime");
    if turn.caller.who.is_app() {
        given = apps_time(turn, given)?;
    }
    let created = given.unwrap_or(turn.now);
    let early = if turn.dialects().equal_create_time {
        created < space.created
    } else {
        created <= space.created
    };
    if early || created > turn.now {
        return Err(Refusal::invalid(
            Point::MessageTime,
            "message.create_time must be between the space's create time and the present time.",
        ));
    }
    let Some(at) = space.by_time.get(&created).copied() else {
        return Ok(created);
    };
    repeats::renamed(turn, space, at as usize);
    let text = "Message already exists: the space has a message with this create time.";
    Err(match turn.dialects().create_time_clash {
        Clash::Conflict => Refusal::exists(Point::TimeTaken, text),
        Clash::Invalid => Refusal::invalid(Point::TimeTaken, text),
    })
}

/// What becomes of a time that the app itself gives.
fn apps_time(turn: &Turn<'_>, given: Option<Micros>) -> Outcome<Option<Micros>> {
    match turn.dialects().app_history {
        Odd::Refused if given.is_some() => Err(Refusal::invalid(
            Point::AppTime,
            "message.create_time can't be set by the app itself.",
        )),
        Odd::Ignored => Ok(None),
        Odd::Refused | Odd::Taken => Ok(given),
    }
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
    let asked = request.map(|request| {
        ids.of(&[b"asked message", within.as_bytes(), request.to_string().as_bytes()])
    });
    // A request that was forgotten makes another message.
    asked
        .filter(|id| !space.by_id.contains_key(id))
        .unwrap_or_else(|| ids.of(&[b"message", within.as_bytes(), &created.to_be_bytes()]))
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
        let file = token.and_then(|token| uploads::attach(turn, token, space.id));
        let Some(file) = file else {
            return Err(Refusal::invalid(
                Point::UploadToken,
                "The attachment upload token is invalid or belongs to another space.",
            ));
        };
        let id = turn.shared.ids.of(&[
            b"attachment",
            message.to_string().as_bytes(),
            &index.to_be_bytes(),
        ]);
        extra.attachments.push(Attachment { id, ..file });
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
    pub(super) fn by_client_id(&self, turn: &Turn<'_>, client_id: &str) -> Option<u32> {
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
            .ok_or_else(|| Refusal::not_found(Point::NoMessage, "Message not found."))
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
