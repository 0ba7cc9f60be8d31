//! A conversation's messages in the order of time, each once, with one day file in memory.
//!
//! Slack writes them in order, and then one pass is enough. Where an archive does not (a merged
//! one, a second export beside the first), a first pass notes where each message lies and a
//! second fetches them in order.

use super::Error;
use crate::crash::point;
use crate::ids::{Micros, SlackTs};
use crate::slack::{Bad, Conversation, DayRef, Export, Message};

/// How many messages make a batch.
const BATCH: usize = 256;

/// A stretch of a conversation.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Which export it comes from: its place in the list.
    pub(crate) export: usize,
    /// Messages, ascending, no ts twice.
    pub(crate) messages: Vec<Message>,
    /// Messages whose ts a later edition of the same message holds.
    pub(crate) superseded: Vec<Message>,
    /// What could not be read.
    pub(crate) bad: Vec<Bad>,
}

/// Why walking stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The archive does not hold the conversation in the order of time: walk it the other way.
    Disordered,
    /// Something failed, or the visitor wants no more.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Walks a conversation in one pass; `Err(Disordered)` as soon as that is not the order of time.
pub(crate) fn walk(
    sources: &[(&Export, &Conversation)],
    disordered: bool,
    visit: &mut dyn FnMut(Batch) -> Result<(), Error>,
) -> Result<(), Stop> {
    if disordered {
        return Ok(sorted::walk(sources, visit)?);
    }
    let [(export, conversation)] = sources else {
        return Err(Stop::Disordered);
    };
    let (mut scratch, mut batch) = (Vec::new(), Batch::default());
    let mut last = SlackTs::from_micros(Micros::MIN);
    for day in export.days(conversation) {
        point("reading");
        let day = export.read_day(&day, &mut scratch);
        point("read");
        let (messages, superseded) = once_each(day.messages);
        if messages.first().is_some_and(|first| first.ts <= last) {
            return Err(Stop::Disordered);
        }
        last = messages.last().map_or(last, |message| message.ts);
        batch.messages.extend(messages);
        batch.superseded.extend(superseded);
        batch.bad.extend(day.bad);
        if batch.messages.len() >= BATCH {
            visit(std::mem::take(&mut batch))?;
        }
    }
    Ok(visit(batch)?)
}

/// Takes apart a sorted day: of messages with one ts the latest edition counts, and of equal
/// editions the last.
fn once_each(day: Vec<Message>) -> (Vec<Message>, Vec<Message>) {
    let mut messages: Vec<Message> = Vec::with_capacity(day.len());
    let mut superseded = Vec::new();
    for message in day {
        match messages.last_mut() {
            Some(last) if last.ts == message.ts => {
                let older = if edition(&message) >= edition(last) {
                    std::mem::replace(last, message)
                } else {
                    message
                };
                superseded.push(older);
            }
            _ => messages.push(message),
        }
    }
    (messages, superseded)
}

fn edition(message: &Message) -> Micros {
    message.edited.as_ref().map_or(0, |edited| edited.ts.micros())
}

mod sorted {
    //! The two-pass walk.

    use super::{
        BATCH, Bad, Batch, Conversation, DayRef, Error, Export, Message, Micros, SlackTs, edition,
    };

    /// Where a message lies.
    #[derive(Clone, Copy)]
    struct Place {
        ts: SlackTs,
        edition: Micros,
        day: u32,
        at: u32,
    }

    struct Days<'a> {
        list: Vec<(usize, &'a Export, DayRef)>,
        scratch: Vec<u8>,
        /// The days in memory, the latest last: one an export, and one to turn the page.
        held: Vec<(u32, Vec<Option<Message>>)>,
        room: usize,
    }

    pub(super) fn walk(
        sources: &[(&Export, &Conversation)],
        visit: &mut dyn FnMut(Batch) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut days = Days::of(sources);
        let mut places = Vec::new();
        for index in 0..days.list.len() as u32 {
            let (export, bad) = days.note(index, &mut places);
            visit(Batch { export, bad, ..Batch::default() })?;
        }
        places.sort_by_key(|place| (place.ts, place.edition, place.day, place.at));
        let mut batch = Batch::default();
        for (index, place) in places.iter().enumerate() {
            let (export, message) = days.fetch(*place);
            if export != batch.export || batch.messages.len() + batch.superseded.len() >= BATCH {
                visit(std::mem::take(&mut batch))?;
                batch.export = export;
            }
            let again = places.get(index + 1).is_some_and(|next| next.ts == place.ts);
            let list = if again { &mut batch.superseded } else { &mut batch.messages };
            list.push(message.ok_or(Error::Order)?);
        }
        visit(batch)
    }

    impl<'a> Days<'a> {
        fn of(sources: &[(&'a Export, &Conversation)]) -> Self {
            let mut list = Vec::new();
            for (index, (export, conversation)) in sources.iter().enumerate() {
                list.extend(export.days(conversation).map(|day| (index, *export, day)));
            }
            Self { list, scratch: Vec::new(), held: Vec::new(), room: sources.len() + 1 }
        }

        /// Notes where the messages of a day lie; hands out what could not be read.
        fn note(&mut self, index: u32, places: &mut Vec<Place>) -> (usize, Vec<Bad>) {
            let (export, bad) = self.load(index);
            if let Some((day, messages)) = self.held.last() {
                places.extend(messages.iter().flatten().enumerate().map(|(at, message)| Place {
                    ts: message.ts,
                    edition: edition(message),
                    day: *day,
                    at: at as u32,
                }));
            }
            (export, bad)
        }

        fn load(&mut self, index: u32) -> (usize, Vec<Bad>) {
            let (number, export, day) = &self.list[index as usize];
            let day = export.read_day(day, &mut self.scratch);
            if self.held.len() >= self.room {
                self.held.remove(0);
            }
            self.held.push((index, day.messages.into_iter().map(Some).collect()));
            (*number, day.bad)
        }

        fn fetch(&mut self, place: Place) -> (usize, Option<Message>) {
            if !self.held.iter().any(|(held, _)| *held == place.day) {
                self.load(place.day);
            }
            let message = self
                .held
                .iter_mut()
                .find(|(held, _)| *held == place.day)
                .and_then(|(_, messages)| messages.get_mut(place.at as usize))
                .and_then(Option::take);
            (self.list[place.day as usize].0, message)
        }
    }
}
