//! Memberships, planned and listed. Pure. People are few: each side is held whole.

use super::entry::{Entry, Mark, Thing};
use super::verdict::Verdict;
use crate::chat::ListedMember;
use crate::ids::Micros;
use crate::ledger::{ExpectedMember, Standing};
use std::collections::{BTreeMap, BTreeSet};

/// Who is planned.
#[derive(Debug)]
pub(super) struct Planned {
    /// Of the past, before completion; those of the present, after it.
    pub(super) people: Vec<ExpectedMember>,
    pub(super) completed: bool,
}

type Span = (Option<Micros>, Option<Micros>);

impl Planned {
    /// Compares with what is listed; counts into the verdict and returns the lines.
    pub(super) fn compare(self, listed: Vec<ListedMember>, verdict: &mut Verdict) -> Vec<Entry> {
        let thing = if self.completed { Thing::Member } else { Thing::Past };
        let mut found: BTreeMap<String, Span> = listed
            .into_iter()
            // Before completion nobody is present; whoever is listed so was not made by us.
            .filter(|member| member.deleted.is_some() != self.completed)
            .map(|member| (member.user, (member.created, member.deleted)))
            .collect();
        let (mut entries, mut sums) = (Vec::new(), (0, 0));
        let line = |mark, user: &str, time, note: String| Entry {
            mark,
            thing,
            ts: None,
            part: 0,
            time,
            name: Some(user.to_owned()),
            note,
        };
        let mut told = BTreeSet::new();
        // Two steps for one person are one membership.
        for person in self.people.iter().filter(|person| told.insert(&person.user)) {
            let from = person.span.map(|(from, _)| from);
            let there = found.remove(&person.user).or_else(|| by_span(person, &mut found));
            // Chat knows them by a number that nobody told us.
            let outside = self.completed && person.user.contains('@') && there.is_none();
            let (mark, note) = match (&person.standing, there) {
                (Standing::Done, None) if outside => (Mark::Unchecked, "outside".to_owned()),
                (Standing::Done, None) => (Mark::Missing, String::new()),
                (Standing::Done, Some(span)) => differs(person.span, span),
                (_, Some(_)) => (Mark::Different, "unsettled".to_owned()),
                (Standing::Wedged(reason), None) => (Mark::Unchecked, reason.clone()),
                (Standing::Owed, None) => (Mark::Unchecked, "owed".to_owned()),
            };
            sums.0 += u64::from(person.standing == Standing::Done && !outside);
            sums.1 += u64::from(mark == Mark::Same);
            entries.push(line(mark, &person.user, from, note));
        }
        // Once a space is open, whoever joins it may.
        if !self.completed {
            let strangers = found.into_iter();
            entries.extend(
                strangers
                    .map(|(user, (from, _))| line(Mark::Unplanned, &user, from, String::new())),
            );
        }
        *(if self.completed { &mut verdict.members } else { &mut verdict.past_members }) = sums;
        verdict.note(&entries);
        entries
    }
}

/// An address is an alias that Chat never answers with: only the span can tell.
fn by_span(person: &ExpectedMember, found: &mut BTreeMap<String, Span>) -> Option<Span> {
    let (from, until) = person.span.filter(|_| person.user.contains('@'))?;
    let user = found.iter().find(|(_, span)| **span == (Some(from), Some(until)))?.0.clone();
    found.remove(&user)
}

/// A begin that is not listed can't differ; an end is what makes a membership a past one.
fn differs(planned: Option<(Micros, Micros)>, (from, until): Span) -> (Mark, String) {
    let Some((begin, end)) = planned else { return (Mark::Same, String::new()) };
    let differences =
        [("from", from.is_some_and(|from| from != begin)), ("until", until != Some(end))];
    let codes: Vec<&str> =
        differences.iter().filter(|(_, differs)| *differs).map(|(code, _)| *code).collect();
    let mark = if codes.is_empty() { Mark::Same } else { Mark::Different };
    (mark, codes.join(","))
}
