//! Random plans under random damage: exactly the damage is told.

mod case;

use super::*;
use case::{Case, START, Told, conversation, faithful, plan, row};
use proptest::prelude::*;

/// Feeds both sides in pages, as reading does.
fn compare(case: &Case, page: usize, held: usize) -> (Vec<Entry>, Verdict) {
    let mut comparison = Comparison::new(&conversation(), false);
    comparison.held = held;
    let (mut rows, mut messages) = (case.rows.chunks(page), case.listed.chunks(page));
    let (mut planned, mut more) = (true, true);
    let mut entries = Vec::new();
    while planned || more {
        if planned && (comparison.wants_plan() || !more) {
            let page = rows.next();
            planned = page.is_some();
            comparison.expect(page.unwrap_or_default().to_vec());
        } else {
            let page = messages.next();
            more = page.is_some();
            comparison.find(page.unwrap_or_default().to_vec());
        }
        entries.extend(comparison.take());
    }
    let (last, verdict) = comparison.finish();
    entries.extend(last);
    (entries, verdict)
}

fn told(entries: &[Entry]) -> Vec<Told> {
    let place = |entry: &Entry| entry.ts.map(|ts| ((ts - START) / 10) as usize);
    let mut told: Vec<Told> = entries
        .iter()
        .map(|entry| (entry.mark, entry.thing, place(entry), entry.note.clone()))
        .collect();
    told.sort();
    told
}

proptest! {
    #[test]
    fn exactly_the_damage_is_told(plan in plan()) {
        let case = Case::of(&plan);
        let (entries, verdict) = compare(&case, plan.page, HELD);
        prop_assert_eq!(told(&entries), case.told.clone());
        prop_assert_eq!((verdict.planned, verdict.as_planned), case.messages);
        let harmed = case.told.iter().any(|(mark, ..)| !matches!(mark, Mark::Same | Mark::Unchecked));
        prop_assert_eq!(verdict.clean(), !harmed);
        let lines = |mark| case.told.iter().filter(|told| told.0 == mark).count() as u64;
        prop_assert_eq!(verdict.marks.unchecked, lines(Mark::Unchecked));
        prop_assert_eq!(verdict.marks.same, lines(Mark::Same));
    }

    #[test]
    fn what_waits_is_bounded_and_the_same_is_told(plan in plan()) {
        let case = Case::of(&plan);
        let (entries, _) = compare(&case, plan.page, 2 * plan.page);
        prop_assert_eq!(told(&entries), case.told);
    }
}

#[test]
fn a_plan_out_of_order_is_told_unless_it_had_to_move() {
    for (revised, moved) in [(false, 0), (true, 1)] {
        let mut rows = vec![
            row(0, None, &[], &Standing::Done),
            row(1, None, &[], &Standing::Done),
            row(2, None, &[], &Standing::Done),
        ];
        (rows[0].created, rows[0].revised) = (rows[1].created + 1, revised);
        let listed: Vec<_> =
            rows.iter().enumerate().map(|(nth, row)| faithful(nth, row, true)).collect();
        let case = Case { rows, listed, told: Vec::new(), messages: (0, 0) };
        let (entries, verdict) = compare(&case, 10, HELD);
        assert_eq!((verdict.moved, verdict.clean()), (moved, revised));
        assert_eq!(entries.iter().any(|entry| entry.note == "order"), !revised);
    }
}

#[test]
fn after_completion_people_may_write_react_and_no_more() {
    let rows = vec![row(0, None, &[0], &Standing::Done), row(1, None, &[], &Standing::Done)];
    let mut listed: Vec<_> =
        rows.iter().enumerate().map(|(nth, row)| faithful(nth, row, true)).collect();
    listed[0].reactions = vec![("👍".to_owned(), 3), ("🎉".to_owned(), 1)];
    let mut later = faithful(2, &row(2, None, &[], &Standing::Done), false);
    later.text = "new".to_owned();
    listed.push(later);
    let read = |listed: Vec<ListedMessage>| {
        let mut comparison = Comparison::new(&conversation(), true);
        comparison.expect(rows.clone());
        comparison.find(listed);
        comparison.finish()
    };
    let (_, verdict) = read(listed.clone());
    assert!(verdict.clean() && verdict.since == 1, "{verdict:?}");
    listed[1].text = "edited".to_owned();
    listed[0].reactions = vec![("🎉".to_owned(), 1)];
    let (entries, verdict) = read(listed);
    assert_eq!((verdict.marks.different, verdict.marks.missing), (1, 1), "{entries:?}");
}
