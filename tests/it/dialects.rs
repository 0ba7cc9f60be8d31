//! One small migration under every dialect: by default, each switch by itself, all pairs of values.

use crate::proof::counted;
use crate::rig::Rig;
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Dialects, Fault, Mark, Options, Quotas, SWITCHES};
use futures_util::StreamExt;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How many sets the pairwise array may have.
const MOST: usize = 16;

/// A choice: for each switch the place of one of its values.
type Row = Vec<usize>;

fn values() -> Vec<Vec<Value>> {
    SWITCHES.iter().map(|switch| (switch.values)()).collect()
}

/// Builds the dialects of a choice.
fn chosen(row: &[usize]) -> Dialects {
    let fields: Map<_, _> = SWITCHES
        .iter()
        .zip(row)
        .map(|(switch, at)| (switch.field.to_owned(), (switch.values)()[*at].clone()))
        .collect();
    serde_json::from_value(Value::Object(fields)).expect("a switch's values are its type's")
}

/// Two switches with a value each.
type Pair = ((usize, usize), (usize, usize));

fn pairs(row: &[usize]) -> impl Iterator<Item = Pair> + '_ {
    let all = row.iter().copied().enumerate();
    all.clone().flat_map(move |left| all.clone().skip(left.0 + 1).map(move |right| (left, right)))
}

fn all_pairs(sizes: &[usize]) -> BTreeSet<Pair> {
    let of = |at: usize| (0..sizes[at]).map(move |value| (at, value));
    let switches = 0..sizes.len();
    switches
        .clone()
        .flat_map(|a| (a + 1..sizes.len()).map(move |b| (a, b)))
        .flat_map(|(a, b)| of(a).flat_map(move |left| of(b).map(move |right| (left, right))))
        .collect()
}

/// Covers all pairs of values. The first two values of each switch by a construction: a row of
/// first values, then rows in which each switch has its second value in a majority of its own,
/// so that any two of them meet, part, and part the other way round. Further values greedily.
fn pairwise(sizes: &[usize]) -> Vec<Row> {
    let majorities = majorities(sizes.len());
    let length = majorities[0].len();
    let row = |at: usize| majorities.iter().map(|one| usize::from(one[at])).collect();
    let mut rows = vec![vec![0; sizes.len()]];
    rows.extend((0..length).map(row));
    let mut left = all_pairs(sizes);
    loop {
        for pair in rows.iter().flat_map(|row: &Row| pairs(row)) {
            left.remove(&pair);
        }
        let Some(first) = left.first() else { return rows };
        rows.push(grown(sizes, &left, *first));
    }
}

/// Returns so many different majorities of as few places as give that many.
fn majorities(count: usize) -> Vec<Vec<bool>> {
    let of = |length: u32| {
        let words = (0..1_u32 << length).filter(move |word| word.count_ones() == length / 2 + 1);
        words.map(move |word| (0..length).map(|place| word >> place & 1 == 1).collect())
    };
    let length = (1..24).find(|length| of(*length).count() >= count).expect("few switches");
    of(length).take(count).collect()
}

/// A row with this pair, and with as many of the others as can be had one after the other.
fn grown(sizes: &[usize], left: &BTreeSet<Pair>, first: Pair) -> Row {
    let mut set = BTreeMap::from([first.0, first.1]);
    for (at, size) in sizes.iter().enumerate() {
        let gain = |value: usize| {
            let pair = |other: (usize, usize)| {
                if other.0 < at { (other, (at, value)) } else { ((at, value), other) }
            };
            set.iter().filter(|other| left.contains(&pair((*other.0, *other.1)))).count()
        };
        let best = (0..*size).rev().max_by_key(|value| gain(*value)).expect("it has values");
        set.entry(at).or_insert(best);
    }
    set.into_values().collect()
}

#[test]
fn the_pairwise_array_covers_all_pairs_with_few_sets() {
    let sizes: Vec<_> = values().iter().map(Vec::len).collect();
    let rows = pairwise(&sizes);
    println!("{} switches, {} sets", sizes.len(), rows.len());
    assert!(rows.len() <= MOST, "{} sets", rows.len());
    let covered: BTreeSet<_> = rows.iter().flat_map(|row| pairs(row).collect::<Vec<_>>()).collect();
    assert_eq!(covered, all_pairs(&sizes));
    assert_eq!(rows, pairwise(&sizes), "the same every time");
    assert!(sizes.iter().all(|size| *size >= 2), "a switch has both values");
}

#[test]
fn the_default_is_each_switchs_first_value() {
    assert_eq!(chosen(&vec![0; SWITCHES.len()]), Dialects::default());
    for (switch, values) in SWITCHES.iter().zip(values()) {
        let distinct: BTreeSet<_> = values.iter().map(Value::to_string).collect();
        assert_eq!(distinct.len(), values.len(), "{}", switch.field);
        assert!(switch.decides.ends_with('.') && !switch.why.is_empty(), "{}", switch.field);
        if let Mark::Documented(page) | Mark::Observed(page) = switch.mark {
            assert!(!page.is_empty(), "{}", switch.field);
        }
    }
}

#[test]
fn the_document_has_the_switches_as_the_code_has_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/emulator.md")).expect("it is there");
    let section = text.split("\n## Dialects\n").nth(1).expect("a section Dialects");
    let section = section.split("\n## ").next().expect("a text");
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let ours: Vec<_> = SWITCHES.iter().map(chatferry::emulator::Switch::row).collect();
    assert_eq!(rows, ours, "docs/emulator.md, Dialects:\n{}", ours.join("\n"));
}

const PEOPLE: [&str; 3] = ["u1", "u2", "u3"];

/// Three people, one more who has no account; a public channel with a thread and reactions, a
/// private one, a group and a direct conversation.
fn workspace() -> Export {
    let root = "1600000000.000100";
    Workspace::new()
        .channel("general", &PEOPLE_IDS)
        .message("U1", root, "a *bold* beginning")
        .react("wave", &["U2", "U3"])
        .react("heart", &["U1"])
        .reply("U2", "1600000060.000200", root, "a reply")
        .reply("U3", "1600000060.000300", root, "another")
        .react("tada", &["U1"])
        .message("U2", "1600000100.000100", "afterwards")
        .message("U4", "1600000120.000100", "from somebody without an account")
        .message("U3", "1600000120.000101", "a microsecond later")
        .private("board", &["U1", "U2"])
        .message("U1", "1600100000.000100", "between us")
        .message("U2", "1600100001.000100", "yes")
        .mpim("mpdm-u1--u2--u3-1", &PEOPLE_IDS)
        .message("U3", "1600200000.000100", "three of us")
        .dm("D1", &["U1", "U2"])
        .message("U2", "1600300000.000100", "two of us")
        .zip()
}

const PEOPLE_IDS: [&str; 3] = ["U1", "U2", "U3"];

/// What no dialect may change. An invitation that nobody accepted yet is the dialect's doing.
fn essence(canonical: &str) -> String {
    canonical.replace(r#","state":"INVITED""#, "")
}

/// Lost answers, one for each kind of write.
fn lose_answers(rig: &Rig, dialects: &Dialects) {
    // A space whose requestId is forgotten at once is made twice: nothing else tells them apart.
    let forgets = json!(dialects.request_replay).is_object();
    let kinds = [
        ("spaces.create", 2),
        ("spaces.messages.create", 3),
        ("spaces.messages.reactions.create", 2),
        ("spaces.members.create", 2),
        ("spaces.members.create", 12),
        ("spaces.completeImport", 1),
    ];
    for (method, nth) in
        kinds.into_iter().filter(|(method, _)| !forgets || *method != "spaces.create")
    {
        rig.emulator().arm(Fault::on(method).nth(nth).after(Action::Close)).expect("a good fault");
    }
}

async fn migrate(export: &Export, dialects: Dialects, faults: bool) -> Result<String, String> {
    let options =
        Options { dialects: dialects.clone(), quotas: Quotas::Scaled(0.4), ..Options::default() };
    let rig = Rig::paced(&PEOPLE, options).await;
    if faults {
        lose_answers(&rig, &dialects);
    }
    let path = export.path.display().to_string();
    for words in [["run", &path].as_slice(), &["verify"], &["complete"]] {
        let output = rig.run(words).await;
        if !output.status.success() {
            rig.emulator().disarm_all();
            let text = crate::rig::text(&output.stdout) + &crate::rig::text(&output.stderr);
            return Err(format!("{} ends with {:?}\n{text}", words[0], output.status.code()));
        }
    }
    let (audit, lints) = (rig.emulator().audit(), rig.emulator().lints());
    if audit.is_empty() && lints.is_empty() {
        Ok(essence(&rig.emulator().canonical()))
    } else {
        Err(format!("audit {audit:?}, lints {lints:?}"))
    }
}

/// The default, each other value by itself, and the pairwise array.
fn sets() -> Vec<(String, Row)> {
    let none = vec![0; SWITCHES.len()];
    let mut sets = vec![("default".to_owned(), none.clone())];
    for (at, values) in values().iter().enumerate() {
        for (value, json) in values.iter().enumerate().skip(1) {
            let mut row = none.clone();
            row[at] = value;
            sets.push((format!("{} = {json}", SWITCHES[at].field), row));
        }
    }
    let sizes: Vec<_> = values().iter().map(Vec::len).collect();
    let array = pairwise(&sizes).into_iter().enumerate();
    sets.extend(array.map(|(at, row)| (format!("pairs {at}"), row)));
    sets
}

#[tokio::test(flavor = "multi_thread")]
async fn one_migration_ends_the_same_under_every_dialect_though_answers_are_lost() {
    let export = workspace();
    let golden = migrate(&export, Dialects::default(), false).await.expect("an undisturbed run");
    assert!(golden.lines().count() > 20, "{golden}");
    let runs = sets().into_iter().map(|(name, row)| {
        let (export, golden) = (&export, &golden);
        async move {
            let outcome = migrate(export, chosen(&row), true).await;
            match outcome {
                Ok(state) if state == *golden => None,
                Ok(state) => Some(format!("{name}:\n{}", difference(golden, &state))),
                Err(error) => Some(format!("{name}: {error}")),
            }
        }
    });
    let failed: Vec<_> = futures_util::stream::iter(runs)
        .buffer_unordered(3)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(failed.is_empty(), "{} sets:\n{}", failed.len(), failed.join("\n"));
    let (all, pairs) =
        (sets(), sets().iter().filter(|(name, _)| name.starts_with("pairs")).count());
    let (switches, sets) = (SWITCHES.len(), all.len());
    counted(
        "dialects",
        &format!(
            "{sets} sets of {switches} switches, {pairs} of them all pairs, lost answers in each, 0 states differ"
        ),
    );
}

fn difference(golden: &str, state: &str) -> String {
    let only = |a: &str, b: &str, mark: &str| {
        let lines = a.lines().filter(|line| !b.lines().any(|other| other == *line));
        lines.map(|line| [mark, line].join(" ")).collect::<Vec<_>>().join("\n")
    };
    [only(golden, state, "-"), only(state, golden, "+")].join("\n")
}
