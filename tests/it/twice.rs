//! Proof 4: a network that delivers every write twice leaves the state that a quiet one leaves.

use crate::proof::counted;
use crate::sim::{Golden, Plan, Setup, Sim, on_paused_time, people};
use crate::sim_dialects::{random, sets};
use crate::sim_net::Twice;
use crate::support::{Export, Workspace};

/// Three kinds of conversation, a thread, reactions.
pub(crate) fn small() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "release is out")
        .react("wave", &["U1", "U2"])
        .reply("U2", "1600000009.000200", "1600000000.000100", "well done")
        .react("tada", &["U1"])
        .reply("U1", "1600000010.000200", "1600000000.000100", "at last")
        .message("U2", "1600000020.000100", "next one?")
        .private("board", &["U1", "U2"])
        .message("U1", "1600000030.000100", "between us")
        .dm("D1", &["U1", "U2"])
        .message("U2", "1600000040.000100", "two of us")
        .zip()
}

/// The least that makes every kind of call.
pub(crate) fn tiny() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "release is out")
        .react("wave", &["U2"])
        .reply("U2", "1600000009.000200", "1600000000.000100", "well done")
        .dm("D1", &["U1", "U2"])
        .message("U2", "1600000040.000100", "two of us")
        .zip()
}

pub(crate) const PEOPLE: [&str; 2] = ["u1@example.com", "u2@example.com"];

#[test]
fn every_write_delivered_twice_leaves_the_same_state_under_each_dialect() {
    let plan = Plan::of(small(), people(&PEOPLE));
    let (mut runs, mut writes) = (0, 0);
    for (name, dialects) in sets().into_iter().chain((0..8).map(random)) {
        let golden = Golden::of(&plan, Setup { dialects: dialects.clone(), ..Setup::default() });
        for twice in [Twice::Second, Twice::First, Twice::AtOnce] {
            let setup = Setup { dialects: dialects.clone(), twice, ..Setup::default() };
            on_paused_time(async {
                let sim = Sim::begin(&plan, setup);
                let told = sim.whole().await;
                golden.assert_same(&sim, &told, &format!("{name}, {twice:?}"));
                for method in ["spaces.create", "spaces.messages.create", "spaces.completeImport"] {
                    let (now, once) = (sim.emulator.stats().of(method), golden.stats.of(method));
                    assert!(now >= 2 * once, "{name}, {twice:?}: {now} {method}, {once} golden");
                    writes += now;
                }
                runs += 1;
            });
        }
    }
    let sets = runs / 3;
    counted(
        "twice",
        &format!("{sets} sets of dialects x 3 ways, {runs} runs, {writes} writes, 0 states differ"),
    );
}
