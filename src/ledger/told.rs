//! What `spaces.jsonl` tells, lane by lane. Pure.

use super::Line;
use crate::ids::{Account, ConversationId, Micros};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How long Google keeps a space in import mode.
const WINDOW: Micros = 90 * 86_400 * 1_000_000;
/// A space whose days have only just begun to count was made by the very call that named it.
const FRESH: Micros = 3_600 * 1_000_000;

/// All that is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// By conversation and part.
    lanes: BTreeMap<(ConversationId, u32), ToldLane>,
    orphans: BTreeSet<Orphan>,
    given_up: Vec<(ConversationId, Option<String>)>,
    /// Spaces that are deleted, or open, or may be open.
    settled: BTreeSet<String>,
    /// Spaces that the admin has left, or was about to leave.
    leaving: BTreeMap<String, Left>,
}

/// What is told of one lane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToldLane {
    /// How often it was started over.
    pub generation: u32,
    /// Its space, once it was named.
    pub space: Option<ToldSpace>,
}

/// What is told of one space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldSpace {
    /// `spaces/…`.
    pub space: String,
    /// The name that it got.
    pub name: Option<String>,
    /// When Google deletes it unless completed.
    pub expires: Option<Micros>,
    /// How far its completion went.
    pub ending: Ending,
}

/// How far a space's completion went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It was not begun.
    None,
    /// It was begun: it may have happened.
    Begun(Ends),
    /// It happened.
    Over(Ends),
}

/// Who ends a space's import mode, and on what ground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// Who ends it, and owns it then.
    pub owner: Account,
    /// What the last read-back found.
    pub verdict: Option<String>,
}

/// An open space that the admin has left, or was about to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Who was to be in charge then; none where an earlier version did not say.
    pub heir: Option<Account>,
}

/// A space in import mode that nobody may know any more. Google deletes it after its 90 days.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orphan {
    /// Slack's id of its conversation.
    pub conversation: ConversationId,
    /// `spaces/…`; none where only another space of the same conversation tells of it.
    pub space: Option<String>,
}

impl Told {
    /// Reads the lines in order: later ones count more.
    pub fn of(lines: &[Line]) -> Self {
        let (mut told, mut by_space, mut lost) = (Self::default(), HashMap::new(), false);
        for line in lines {
            match line {
                Line::Made { conversation, part, space, .. } => {
                    let key = (ConversationId::new(conversation), *part);
                    by_space.insert(space.clone(), key);
                    told.made(line, lost);
                }
                Line::Completing { space, owner, verdict, .. } => {
                    let ends = Ends { owner: Account::new(owner), verdict: verdict.clone() };
                    told.settled.insert(space.clone());
                    told.ending(by_space.get(space), space, Ending::Begun(ends));
                }
                Line::Importing { space, .. } => {
                    told.settled.remove(space);
                    told.ending(by_space.get(space), space, Ending::None);
                }
                Line::Completed { space, owner, .. } => {
                    let ends = Ends { owner: Account::new(owner), verdict: None };
                    told.settled.insert(space.clone());
                    told.ending(by_space.get(space), space, Ending::Over(ends));
                }
                Line::Abandoned { conversation, part, generation, space, .. } => {
                    let id = ConversationId::new(conversation);
                    let lane = told.lanes.entry((id.clone(), *part)).or_default();
                    if lane.generation <= *generation {
                        *lane = ToldLane { generation: generation + 1, space: None };
                        told.given_up.push((id, space.clone()));
                    }
                }
                Line::Leaving { space, heir, .. } => {
                    let heir = heir.as_deref().map(Account::new);
                    told.leaving.insert(space.clone(), Left { heir });
                }
                // It may be there or not: whoever asks for it next sees.
                Line::Deleting { .. } => {}
                Line::Deleted { space, .. } => told.deleted(by_space.get(space), space),
                Line::Lost { .. } => lost = true,
            }
        }
        told
    }

    fn made(&mut self, line: &Line, lost: bool) {
        let Line::Made { conversation, part, generation, space, name, expires, at, .. } = line
        else {
            return;
        };
        let conversation = ConversationId::new(conversation);
        let at = micros(at);
        let end = expires.as_deref().and_then(micros).or_else(|| at.map(|at| at + WINDOW));
        let lane = self.lanes.entry((conversation.clone(), *part)).or_default();
        let known = lane.space.as_mut().filter(|_| lane.generation == *generation);
        match known {
            Some(known) if known.space == *space => {
                known.expires = [known.expires, end].into_iter().flatten().min();
                return;
            }
            Some(other) => {
                let space = Some(other.space.clone());
                self.orphans.insert(Orphan { conversation: conversation.clone(), space });
            }
            None if *generation < lane.generation => return,
            None => {}
        }
        // An older space of this conversation would have come back with fewer days left.
        let fresh = end.zip(at).is_none_or(|(end, at)| end - at > WINDOW - FRESH);
        if lost && fresh && lane.space.is_none() {
            self.orphans.insert(Orphan { conversation, space: None });
        }
        lane.generation = *generation;
        lane.space = Some(ToldSpace {
            space: space.clone(),
            name: name.clone(),
            expires: end,
            ending: Ending::None,
        });
    }

    /// A deleted space is nobody's any more; its lane goes on with the next generation.
    fn deleted(&mut self, key: Option<&(ConversationId, u32)>, space: &str) {
        self.settled.insert(space.to_owned());
        self.orphans.retain(|orphan| orphan.space.as_deref() != Some(space));
        self.given_up.retain(|(_, given_up)| given_up.as_deref() != Some(space));
        let Some(lane) = key.and_then(|key| self.lanes.get_mut(key)) else { return };
        if lane.space.as_ref().is_some_and(|known| known.space == space) {
            *lane = ToldLane { generation: lane.generation + 1, space: None };
        }
    }

    fn ending(&mut self, key: Option<&(ConversationId, u32)>, space: &str, ending: Ending) {
        let lane = key.and_then(|key| self.lanes.get_mut(key));
        let Some(known) = lane.and_then(|lane| lane.space.as_mut()) else { return };
        if known.space != space {
            return;
        }
        known.ending = match (ending, &known.ending) {
            // What was found before is in the line of the attempt.
            (Ending::Over(ends), Ending::Begun(begun)) => {
                Ending::Over(Ends { verdict: begun.verdict.clone(), ..ends })
            }
            (_, Ending::Over(over)) => Ending::Over(over.clone()),
            (ending, _) => ending,
        };
    }

    /// Returns what is told of a lane.
    pub fn lane(&self, conversation: &ConversationId, part: u32) -> Option<&ToldLane> {
        self.lanes.get(&(conversation.clone(), part))
    }

    /// Tells whether a lane's space may have left import mode.
    pub fn may_have_ended(&self, conversation: &ConversationId, part: u32) -> bool {
        let space = self.lane(conversation, part).and_then(|lane| lane.space.as_ref());
        space.is_some_and(|space| space.ending != Ending::None)
    }

    /// Returns to whom the admin has left a space, or may have; none where the admin is in.
    pub fn left(&self, space: &str) -> Option<&Left> {
        self.leaving.get(space)
    }

    /// Returns the conversations that have a space.
    pub fn conversations(&self) -> impl Iterator<Item = &ConversationId> {
        self.lanes.iter().filter(|(_, lane)| lane.space.is_some()).map(|((id, _), _)| id)
    }

    /// Returns conversations that were started over, each with the space that was given up.
    pub fn given_up(&self) -> impl Iterator<Item = (&ConversationId, Option<&str>)> {
        self.given_up.iter().map(|(id, space)| (id, space.as_deref()))
    }

    /// Returns spaces that were given up or doubled, and that nobody deleted or completed since.
    pub fn left_behind(&self) -> impl Iterator<Item = (&ConversationId, Option<&str>)> {
        let orphans = self.orphans.iter().map(|one| (&one.conversation, one.space.as_deref()));
        let given_up = self.given_up().filter(|(_, space)| space.is_some());
        given_up
            .chain(orphans)
            .filter(|(_, space)| space.is_none_or(|space| !self.settled.contains(space)))
    }

    /// Returns spaces that may have been left behind.
    pub fn orphans(&self) -> impl Iterator<Item = &Orphan> {
        self.orphans.iter()
    }
}

fn micros(text: &str) -> Option<Micros> {
    text.parse().ok().map(jiff::Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(generation: u32, space: &str, expires: &str) -> Line {
        Line::Made {
            conversation: "C1".to_owned(),
            part: 0,
            generation,
            space: space.to_owned(),
            request: String::new(),
            name: None,
            expires: Some(expires.to_owned()),
            at: "2026-01-01T00:00:00Z".to_owned(),
        }
    }

    fn completing(space: &str) -> Line {
        let (owner, at) = ("a@example.com".to_owned(), String::new());
        Line::Completing { space: space.to_owned(), owner, verdict: Some("{}".to_owned()), at }
    }

    fn completed(space: &str) -> Line {
        let (owner, at) = ("a@example.com".to_owned(), String::new());
        Line::Completed { space: space.to_owned(), owner, at }
    }

    fn lane(lines: &[Line]) -> ToldLane {
        Told::of(lines).lane(&"C1".into(), 0).cloned().unwrap_or_default()
    }

    const LATE: &str = "2026-04-01T00:00:00Z";
    const EARLY: &str = "2026-03-20T00:00:00Z";

    #[test]
    fn a_completion_counts_for_its_own_space_and_keeps_the_verdict_of_its_attempt() {
        let lines = [made(0, "spaces/A", LATE), completing("spaces/A"), completed("spaces/A")];
        for until in [1, 2, 3] {
            let ending = lane(&lines[..until]).space.expect("made").ending;
            let verdict = match &ending {
                Ending::None => None,
                Ending::Begun(ends) | Ending::Over(ends) => ends.verdict.as_deref(),
            };
            assert_eq!(verdict.is_some(), until > 1);
            assert_eq!(matches!(ending, Ending::Over(_)), until == 3);
        }
        let other = [made(0, "spaces/A", LATE), completed("spaces/B")];
        assert_eq!(lane(&other).space.expect("made").ending, Ending::None);
    }

    #[test]
    fn a_repeated_line_keeps_the_earlier_end_and_a_generation_given_up_its_space() {
        let twice = [made(0, "spaces/A", EARLY), made(0, "spaces/A", LATE)];
        assert_eq!(lane(&twice).space.expect("made").expires, micros(EARLY));
        let abandoned = Line::Abandoned {
            conversation: "C1".to_owned(),
            part: 0,
            generation: 0,
            space: None,
            at: String::new(),
        };
        // The line may stand there twice: the program died before the ledger heard of it.
        let twice = [made(0, "spaces/A", LATE), abandoned.clone(), abandoned.clone()];
        assert_eq!(lane(&twice), ToldLane { generation: 1, space: None });
        assert_eq!(Told::of(&twice).given_up().count(), 1);
        let lines = [made(0, "spaces/A", LATE), abandoned, made(0, "spaces/A", LATE)];
        assert_eq!(lane(&lines), ToldLane { generation: 1, space: None });
        let again = [&lines[..], &[made(1, "spaces/B", LATE)]].concat();
        assert_eq!(lane(&again).space.expect("made").space, "spaces/B");
        assert_eq!(Told::of(&again).orphans().count(), 0, "what is given up is no orphan");
    }

    #[test]
    fn a_deleted_space_is_nobodys_and_what_was_given_up_before_is_left_behind() {
        let at = String::new;
        let abandoned = Line::Abandoned {
            conversation: "C1".to_owned(),
            part: 0,
            generation: 0,
            space: Some("spaces/A".to_owned()),
            at: at(),
        };
        let mut lines = vec![made(0, "spaces/A", LATE), abandoned, made(1, "spaces/B", LATE)];
        let left = |lines: &[Line]| {
            let told = Told::of(lines);
            told.left_behind().map(|(_, space)| space.map(str::to_owned)).collect::<Vec<_>>()
        };
        assert_eq!(left(&lines), [Some("spaces/A".to_owned())]);
        lines.push(Line::Deleting { space: "spaces/B".to_owned(), at: at() });
        assert_eq!(lane(&lines).space.expect("it may be there").space, "spaces/B");
        lines.push(Line::Deleted { space: "spaces/B".to_owned(), at: at() });
        assert_eq!(lane(&lines), ToldLane { generation: 2, space: None });
        lines.push(Line::Deleted { space: "spaces/A".to_owned(), at: at() });
        assert_eq!(left(&lines), [None::<String>; 0]);
        assert_eq!(Told::of(&lines).given_up().count(), 0);
        lines.push(made(2, "spaces/C", LATE));
        lines.push(completing("spaces/C"));
        lines.push(made(2, "spaces/D", LATE));
        assert_eq!(left(&lines), [None::<String>; 0], "it may be open: not to be deleted");
    }

    #[test]
    fn an_orphan_is_another_space_of_the_lane_or_a_fresh_one_after_a_loss() {
        let two = Told::of(&[made(0, "spaces/A", LATE), made(0, "spaces/B", LATE)]);
        let spaces: Vec<_> = two.orphans().map(|orphan| orphan.space.as_deref()).collect();
        assert_eq!(spaces, [Some("spaces/A")]);
        let lost = Line::Lost { at: String::new() };
        let fresh = Told::of(&[lost.clone(), made(0, "spaces/B", LATE)]);
        assert_eq!(fresh.orphans().count(), 1);
        let replayed = Told::of(&[lost, made(0, "spaces/A", EARLY)]);
        assert_eq!(replayed.orphans().count(), 0, "its days had begun to count long before");
    }
}
