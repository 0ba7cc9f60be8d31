//! A disk that is full in the middle of a run: a real one, made for the test where this machine
//! lets it mount one.

use crate::child::Running;
use crate::crash_support::{End, Golden, PEOPLE, POSTS, finish, small, words, writes};
use crate::rig::{Rig, text};
use crate::support::Export;
use chatferry::emulator::Options;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A small disk of its own under the work folder.
#[derive(Debug)]
struct Disk {
    at: PathBuf,
}

impl Disk {
    /// Mounts one, or says why it can't.
    fn mount(at: &Path) -> Result<Self, String> {
        fs::create_dir_all(at).expect("a folder");
        let mount = ["-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs"];
        let output = Command::new("mount").args(mount).arg(at).output();
        let output = output.map_err(|error| format!("no mount: {error}"))?;
        if !output.status.success() {
            return Err(text(&output.stderr));
        }
        fs::set_permissions(at, PermissionsExt::from_mode(0o700)).expect("ours");
        Ok(Self { at: at.to_owned() })
    }

    fn filler(&self) -> PathBuf {
        self.at.join("filler")
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut file = File::create(self.filler()).expect("a file");
        for chunk in [1 << 20, 1 << 12, 1] {
            let bytes = vec![1; chunk];
            loop {
                match file.write_all(&bytes) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).expect("it is there");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}

/// An emulator that takes its time, and a work folder on a disk of its own.
async fn scene() -> Option<(Disk, Rig)> {
    let slow = Options { latency: Duration::from_millis(20), ..Options::default() };
    let rig = Rig::with(&PEOPLE, slow).await;
    match Disk::mount(&rig.work()) {
        Ok(disk) => Some((disk, rig)),
        Err(why) => {
            skipped(&why);
            None
        }
    }
}

#[expect(clippy::print_stderr, reason = "says that nothing was tested")]
fn skipped(why: &str) {
    eprintln!("skipped: no small disk can be mounted here: {}", why.trim());
}

/// Starts a run whose disk is full once three posts are sent; waits until it says so.
async fn filled(disk: &Disk, rig: &Rig, export: &Export) -> (Running, String) {
    let mut run = Running::start(rig, &words("run", export));
    run.calls(rig, POSTS, 3).await;
    disk.fill();
    let said = run.says("\"disk_full\"").await;
    (run, said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_holds_the_run_up_and_with_room_it_goes_on_by_itself() {
    let Some((disk, rig)) = scene().await else { return };
    let export = small();
    let golden = Golden::of(&export, Options::default()).await;
    let (mut run, _) = filled(&disk, &rig, &export).await;
    let before = writes(&rig);
    let said = run.says("\"disk_full\"").await;
    let more = writes(&rig) - before;
    assert!(more <= 1, "{more} calls though nothing can be written down");
    assert!(said.contains("\"receipts\":"), "{said}");
    disk.make_room();
    run.says("\"resumed\"").await;
    let output = run.end().await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let ends = vec![End::of(&output, &rig.work())];
    finish(&rig, &export, &golden, ends).await;
    assert_eq!(writes(&rig), golden.writes, "nothing is sent again");
}

/// A stop while the disk is full, with the ballast or without; returns how many writes were sent
/// again, and what the program said.
async fn stopped(disk: &Disk, rig: &Rig, ballast: bool) -> (u64, String) {
    let export = small();
    let golden = Golden::of(&export, Options::default()).await;
    let mut run = Running::start(rig, &words("run", &export));
    run.calls(rig, POSTS, 3).await;
    if !ballast {
        fs::remove_file(rig.work().join("ballast")).expect("stowed");
    }
    disk.fill();
    run.says("\"disk_full\"").await;
    run.signal("TERM");
    let output = run.end().await;
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(!rig.work().join("ballast").exists(), "given up");
    disk.make_room();
    finish(rig, &export, &golden, Vec::new()).await;
    assert!(rig.work().join("ballast").exists(), "stowed anew");
    (writes(rig) - golden.writes, said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_on_a_full_disk_writes_down_what_is_paid() {
    let Some((disk, rig)) = scene().await else { return };
    let (more, said) = stopped(&disk, &rig, true).await;
    assert!(!said.contains("could not be written down"), "{said}");
    assert_eq!(more, 0, "nothing is sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_without_any_room_says_what_could_not_be_written_and_nothing_is_twice() {
    let Some((disk, rig)) = scene().await else { return };
    let (more, said) = stopped(&disk, &rig, false).await;
    assert!(said.contains("could not be written down"), "{said}");
    assert!((1..=2).contains(&more), "{more} sent again, for one or two in hand");
}
