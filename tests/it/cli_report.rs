//! The report and the tables, for accounts of every kind.

use chatferry::cli::{Exit, ReportContext, json, lanes, losses, paint, report};
use chatferry::ledger::{
    Account, Deadline, ItemKind, ItemState, LaneStanding, Named, Tally, Wedged,
};
use console::measure_text_width;
use std::time::Duration;

const NOW: i64 = 1_795_000_000_000_000;
const DAY: i64 = 86_400_000_000;

fn tally(counts: &[(ItemState, u64)]) -> Tally {
    let mut tally = Tally::default();
    for (state, count) in counts {
        tally.add(*state, *count);
    }
    tally
}

fn named(code: &str, text: &str, count: u64) -> Named {
    Named { code: code.to_owned(), text: text.to_owned(), count }
}

fn clean() -> Account {
    use ItemState::{Lost, Sent, Skipped, Transformed};
    Account {
        items: [
            (
                ItemKind::Message,
                tally(&[(Sent, 20_100), (Transformed, 4_802), (Skipped, 20), (Lost, 2)]),
            ),
            (ItemKind::File, tally(&[(Transformed, 312), (Lost, 8)])),
            (ItemKind::Reaction, tally(&[(Sent, 9_000), (Transformed, 41)])),
            (ItemKind::Membership, tally(&[(Sent, 190), (Skipped, 3)])),
        ]
        .into(),
        losses: vec![
            named("file_as_text", "files named in a line of text", 312),
            named("unmapped_author", "posted by the admin with the author's name in front", 4_490),
        ],
        skipped: vec![named("join_line", "lines such as \"has joined\"", 20)],
        lost: vec![named("file_deleted", "files that were deleted in Slack", 8)],
        lanes: [("completed".to_owned(), 24)].into(),
        admin_owned: vec!["general".to_owned()],
        verified: (24, 24),
        ..Account::default()
    }
}

fn wedged() -> Account {
    let mut account = clean();
    let messages =
        tally(&[(ItemState::Sent, 24_000), (ItemState::Wedged, 12), (ItemState::Owed, 912)]);
    account.items.insert(ItemKind::Message, messages);
    account.wedged = vec![Wedged {
        reason: "permission_denied".to_owned(),
        steps: 12,
        waiting: 340,
        example: 1_234,
        place: "general 1551441602.000200".to_owned(),
        detail: "403 PERMISSION_DENIED: the caller does not have permission".to_owned(),
    }];
    account.lanes = [("completed".to_owned(), 20), ("drained".to_owned(), 4)].into();
    account.next_expiry = Some(NOW + 83 * DAY + 5);
    account.verified = (20, 20);
    account
}

fn context() -> ReportContext {
    ReportContext {
        command: "run".to_owned(),
        first_line: "All 24,924 messages are in Google Chat.".to_owned(),
        elapsed: Duration::from_secs(123),
        google_lower_bound: Some(Duration::from_secs(5_000)),
        bottleneck: Some("10 posts a second into #general".to_owned()),
        next: vec![
            "chatferry verify --work acme".to_owned(),
            "chatferry complete --work acme".to_owned(),
        ],
        now: NOW,
        work: Some("acme".to_owned()),
        ..ReportContext::default()
    }
}

fn fits(text: &str) {
    assert!(text.lines().count() <= 40, "{} lines:\n{text}", text.lines().count());
    for line in text.lines() {
        assert!(measure_text_width(line) <= 80, "{line}");
    }
}

#[test]
fn h4_a_clean_run_says_what_changed_and_its_sums_are_the_inventory() {
    let text = report(&clean(), &context());
    fits(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn a_run_with_stuck_calls_says_so_first_and_how_to_free_them() {
    let text = report(&wedged(), &context());
    fits(&text);
    assert!(text.starts_with("Not finished: "));
    assert!(text.contains("\n    chatferry retry --reason permission_denied --work acme\n"));
    insta::assert_snapshot!(text);
}

#[test]
fn b11_an_interrupted_run_never_reports_that_it_finished() {
    let mut account = clean();
    account.items.insert(ItemKind::Message, tally(&[(ItemState::Sent, 9), (ItemState::Owed, 91)]));
    account.verified = (0, 0);
    let text = report(&account, &context());
    assert!(
        text.starts_with("Not finished: 91 messages are still owed.")
            || text.starts_with("Not finished: 91 messages still owed."),
        "{text}"
    );
    assert!(!text.contains("All 24,924 messages"));
    assert_eq!(json(&account, &context())["complete"], false);
}

#[test]
fn a9_an_export_without_messages_is_a_failure() {
    let mut account = clean();
    account.items.remove(&ItemKind::Message);
    let text = report(&account, &context());
    assert!(text.starts_with("Failed: the export holds no message at all."), "{text}");
    assert_eq!(json(&account, &context())["exit"], 4);
    assert!(report(&Account::default(), &context()).starts_with("Failed: "));
}

#[test]
fn a_plan_owes_everything_and_that_is_no_hole() {
    let account = Account {
        items: [(ItemKind::Message, tally(&[(ItemState::Owed, 91)]))].into(),
        ..Account::default()
    };
    let plan = ReportContext {
        command: "plan".to_owned(),
        first_line: "Planned; nothing is sent.".to_owned(),
        ..context()
    };
    assert!(report(&account, &plan).starts_with("Planned; nothing is sent.\n"));
    assert!(report(&account, &context()).starts_with("Not finished: "));
}

#[test]
fn invented_accounts_are_named_in_the_first_line_with_and_without_holes() {
    let remark = Some("Rehearsed with invented accounts for everyone.".to_owned());
    let context = ReportContext { remark, ..context() };
    for account in [clean(), wedged()] {
        let text = report(&account, &context);
        let first = text.lines().take(2).collect::<Vec<_>>().join(" ");
        assert!(first.contains("Rehearsed with invented accounts for everyone."), "{text}");
    }
}

#[test]
fn a_space_read_back_unlike_planned_comes_first() {
    let account = Account { verified: (23, 24), ..clean() };
    assert!(
        report(&account, &context()).starts_with("Not finished: 1 conversation is not as planned.")
    );
}

#[test]
fn hostile_and_endless_names_stay_within_the_screen() {
    let evil = "\u{1b}]52;c;ZXZpbA==\u{7}\u{202e}\n".repeat(40);
    let mut account = wedged();
    let many = |n: usize| {
        (0..n).map(|i| named(&format!("code_{i}_{evil}"), &format!("why {i} {evil}"), 7)).collect()
    };
    (account.losses, account.skipped, account.lost) = (many(40), many(9), many(9));
    account.admin_owned = vec![evil.clone(); 300];
    let stuck = Wedged {
        reason: evil.clone(),
        place: evil.clone(),
        detail: evil.clone(),
        ..account.wedged[0].clone()
    };
    account.wedged = vec![stuck; 9];
    account.items.insert(ItemKind::Record, tally(&[(ItemState::Lost, 12_345_678)]));
    let text = report(
        &account,
        &ReportContext { bottleneck: Some(evil.clone()), next: vec!["a".into(); 3], ..context() },
    );
    for line in text.lines() {
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    assert!(!text.contains('\u{202e}'));
    assert!(text.lines().count() <= 40, "{text}");
    assert!(losses(&account).lines().count() >= 61);
}

#[test]
fn an_expired_space_is_told() {
    let text = expiring(&[-1]);
    assert!(text.contains("The space of general expired at 2026-11-18 "), "{text}");
    assert!(text.contains("`chatferry retry --start-over` sends its conversation anew."), "{text}");
}

/// Returns the report on spaces that expire in so many minutes.
fn expiring(minutes: &[i64]) -> String {
    let deadline = |left: &i64| Deadline {
        conversation: "C1".to_owned(),
        name: "general".to_owned(),
        expires: NOW + left * 60_000_000,
    };
    let deadlines: Vec<_> = minutes.iter().map(deadline).collect();
    let next_expiry = deadlines.first().map(|first| first.expires);
    let account = Account { next_expiry, deadlines, ..clean() };
    let text = report(&account, &context());
    fits(&text);
    text.replace('\n', " ")
}

#[test]
fn b20_from_14_days_on_the_report_counts_down() {
    assert!(expiring(&[15 * 1_440]).contains("The next space expires in 15 days"));
    let text = expiring(&[13 * 1_440 + 61, 14 * 1_440, 15 * 1_440]);
    let says = "The space of general expires in 13 days 1 h (2026-12-01 12:07 UTC). 1 other expires within 14 days. Complete before: 30 minutes earlier it is too late.";
    assert!(text.contains(says), "{text}");
    let text = expiring(&[29]);
    assert!(text.contains("expires in 29 min (2026-11-18 "), "{text}");
    assert!(text.contains("too late to complete it."), "{text}");
}

#[test]
fn b20_a_space_that_is_gone_is_named_with_the_command_that_starts_it_over() {
    let gone = chatferry::ledger::Gone {
        conversation: "C0GENERAL".to_owned(),
        name: "gen\u{1b}[2Jeral".to_owned(),
    };
    let account = Account { gone: vec![gone], ..clean() };
    let text = report(&account, &context());
    assert_eq!(Exit::after("run", &account), Exit::Wedged);
    assert!(text.starts_with("Not finished: 1 space is gone."), "{text}");
    assert!(text.contains("Google deleted or expired the space of gen\u{fffd}[2Jeral"), "{text}");
    assert!(text.contains("chatferry retry --start-over C0GENERAL"), "{text}");
}

#[test]
fn b20_the_report_says_when_half_and_when_four_fifths_of_the_days_are_over() {
    for (days, says) in [(60, None), (40, Some("half")), (17, Some("80 %"))] {
        let account = Account { next_expiry: Some(NOW + days * DAY + 1), ..clean() };
        let text = report(&account, &context()).replace('\n', " ");
        assert!(text.contains(&format!("expires in {days} days")), "{text}");
        assert_eq!(text.contains("of its 90 days are over"), says.is_some(), "{text}");
        assert!(says.is_none_or(|says| text.contains(&format!("more than {says}"))), "{text}");
    }
}

#[test]
fn the_full_list_of_losses_has_every_one() {
    insta::assert_snapshot!(losses(&clean()));
}

#[test]
fn the_json_report_has_every_number() {
    insta::assert_json_snapshot!(json(&wedged(), &context()));
}

#[test]
fn without_a_terminal_nothing_is_coloured() {
    assert_eq!(paint("a\nb\n", Exit::Done), "a\nb\n");
}

fn standing(lane: i64, name: &str, state: &str) -> LaneStanding {
    LaneStanding {
        lane,
        name: name.to_owned(),
        kind: "public".to_owned(),
        state: state.to_owned(),
        messages: 12_000,
        messages_paid: 11_000,
        owed: 1_200,
        wedged: u64::from(lane == 2),
        space: None,
        expires: (lane == 1).then_some(NOW + 12 * DAY),
        admin_owned: lane == 3,
    }
}

#[test]
fn a11_lanes_line_up_whatever_their_names() {
    let all = [
        standing(1, "general", "open"),
        standing(2, "ランダム-🚀", "drained"),
        standing(3, "a\u{1b}[31m\u{200f}b", "completed"),
    ];
    for cols in [80, 40] {
        let text = lanes(&all, NOW, cols);
        assert!(text.lines().all(|line| measure_text_width(line) <= cols), "{text}");
        insta::assert_snapshot!(format!("lanes_in_{cols}_columns"), text);
    }
}
