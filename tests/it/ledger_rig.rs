//! What the tests of lost, old and doubled ledgers share: a workspace, its golden end, and ways
//! to lose things.

use crate::rig::Rig;
use crate::support::{Export, Workspace};
use chatferry::emulator::{Dialects, Options};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// Who has an account.
pub(crate) const PEOPLE: [&str; 3] = ["u1", "u2", "u3"];
/// Messages in the workspace, and so calls of messages.create.
pub(crate) const MESSAGES: u64 = 40 + 30 + 20 + 2;
/// Calls that may be under way when a program dies: a window of posts and one of reactions, for
/// each of four conversations.
pub(crate) const IN_FLIGHT: u64 = 4 * 32;

/// Three people; a public channel with threads, reactions and files as text, a private one, a
/// group, a direct conversation.
pub(crate) fn workspace() -> Export {
    let people = ["U1", "U2", "U3"];
    let mut workspace = Workspace::new().channel("general", &people);
    for index in 0..40_u32 {
        let ts = format!("16000{:05}.000100", index * 60);
        workspace = workspace.message(people[index as usize % 3], &ts, &format!("message {index}"));
        if index % 4 == 0 {
            workspace = workspace.react("wave", &["U2", "U3"]);
            for reply in 1..4_u32 {
                let at = format!("16000{:05}.000{reply}00", index * 60 + reply);
                let who = people[(index + reply) as usize % 3];
                workspace = workspace.reply(who, &at, &ts, &format!("reply {reply}"));
            }
        }
    }
    workspace = workspace.private("board", &["U1", "U2"]);
    for index in 0..20_u32 {
        workspace = workspace.message("U1", &format!("1600100{index:03}.000100"), "between us");
    }
    workspace
        .mpim("mpdm-u1--u2--u3-1", &people)
        .message("U3", "1600200000.000100", "three of us")
        .dm("D1", &["U1", "U2"])
        .message("U2", "1600300000.000100", "two of us")
        .zip()
}

/// An emulator that takes a moment for every call.
pub(crate) fn slow(dialects: Dialects) -> Options {
    Options { latency: Duration::from_millis(1), dialects, ..Options::default() }
}

/// Starts an emulator with the workspace's people.
pub(crate) async fn rig(dialects: Dialects) -> Rig {
    Rig::with(&PEOPLE, slow(dialects)).await
}

/// Returns the state after an undisturbed migration, and how many requests it took.
pub(crate) async fn golden(export: &Export) -> (String, u64) {
    let rig = rig(Dialects::default()).await;
    rig.whole(&export.path).await;
    assert_eq!(rig.emulator().audit(), []);
    (rig.emulator().canonical(), rig.emulator().stats().total())
}

impl Rig {
    /// Returns the ledger's path.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.work().join("ledger.sqlite")
    }

    /// Loses the ledger.
    pub(crate) fn lose_ledger(&self) {
        for suffix in ["", "-wal", "-shm"] {
            fs::remove_file(self.work().join(format!("ledger.sqlite{suffix}"))).ok();
        }
    }

    /// Loses what SQLite keeps beside the ledger.
    pub(crate) fn lose_side_files(&self) {
        for suffix in ["-wal", "-shm"] {
            fs::remove_file(self.work().join(format!("ledger.sqlite{suffix}"))).ok();
        }
    }

    /// Copies the ledger away, as a backup would.
    pub(crate) fn back_up(&self) -> Vec<(&'static str, Option<Vec<u8>>)> {
        let files = ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"];
        files.iter().map(|name| (*name, fs::read(self.work().join(name)).ok())).collect()
    }

    /// Brings a copy back.
    pub(crate) fn bring_back(&self, backup: &[(&'static str, Option<Vec<u8>>)]) {
        for (name, bytes) in backup {
            let path = self.work().join(name);
            match bytes {
                Some(bytes) => fs::write(path, bytes).expect("room"),
                None => drop(fs::remove_file(path)),
            }
        }
    }

    /// Goes all the way from wherever it stands, without naming the export.
    pub(crate) async fn finish(&self) {
        self.ok(&["run"]).await;
        self.ok(&["verify"]).await;
        self.ok(&["complete"]).await;
    }

    /// Asserts that the end is the golden one, by a bounded number of posts.
    pub(crate) fn is_golden(&self, golden: &str, posts: u64, what: &str) {
        assert_eq!(self.emulator().canonical(), golden, "{what}");
        assert_eq!(self.emulator().audit(), [], "{what}");
        let stats = self.emulator().stats();
        let sent = stats.of("spaces.messages.create");
        assert!(sent <= posts, "{what}: {sent} posts, {posts} at most: {stats:?}");
        assert_eq!(stats.of("spaces.delete"), 0, "{what}");
    }
}
