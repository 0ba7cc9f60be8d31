//! Completed spaces read again: only where that is asked for, and with scopes that only read.

use crate::certificate::{self, Certificate};
use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Change, Options, Tamper};
use std::fs;

const PEOPLE: [&str; 2] = ["u1", "u2"];
const FIRST: &str = "1600000001.000100";

fn workspace() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", FIRST, "hello")
        .react("wave", &["U1", "U2"])
        .reply("U2", "1600000002.000100", FIRST, "hi")
        // Nobody of it has an account, so the admin owns it.
        .channel("strangers", &["U7"])
        .message("U7", FIRST, "hm")
        .zip()
}

/// What a migration needs, and no more.
fn scopes(more: &[&str]) -> Options {
    let few = ["chat.import", "admin.directory.user.readonly"];
    let url = |scope: &&str| format!("https://www.googleapis.com/auth/{scope}");
    Options { delegated: Some(few.iter().chain(more).map(url).collect()), ..Options::default() }
}

async fn completed(options: Options) -> Rig {
    let rig = Rig::with(&PEOPLE, options).await;
    rig.whole(&workspace().path).await;
    rig
}

fn again(rig: &Rig, conversation: &str) -> Certificate {
    certificate::of(rig, &format!("{conversation}-after-completion"))
}

#[tokio::test(flavor = "multi_thread")]
async fn completed_spaces_are_read_as_their_owners_where_that_is_asked_for() {
    let rig = completed(scopes(&["chat.messages.readonly", "chat.memberships.readonly"])).await;
    let before = certificate::of(&rig, "CGENERAL").text;
    let reads = || rig.emulator().stats().of("spaces.messages.list");
    let first = reads();
    let told = rig.ok(&["verify"]).await;
    assert!(
        told.contains("The migration looks good") && told.contains("2 spaces are complete"),
        "{told}"
    );
    assert_eq!(reads(), first, "nothing is read unless asked for");
    let told = rig.ok(&["verify", "--completed"]).await;
    assert!(told.contains("The migration looks good: 3 of 3 planned"), "{told}");
    assert!(reads() > first);
    let members: Vec<String> = again(&rig, "CGENERAL")
        .lines
        .iter()
        .filter(|line| line.thing == "member")
        .map(|line| line.mark.clone())
        .collect();
    assert_eq!(members, ["=", "="]);
    assert!(rig.emulator().stats().with("spaces.messages.list", 403) == 0);
    assert_eq!(
        certificate::of(&rig, "CGENERAL").text,
        before,
        "the certificate of completion stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_completion_is_found() {
    let rig = completed(Options::default()).await;
    let name = certificate::of(&rig, "CGENERAL").name(FIRST);
    assert!(rig.emulator().tamper(&name, &Tamper::Author("u2@example.com".to_owned())));
    rig.ok(&["verify"]).await;
    let verdict = rig.run(&["verify", "--completed"]).await;
    assert_eq!(verdict.status.code(), Some(7), "{}", text(&verdict.stdout));
    assert_eq!(again(&rig, "CGENERAL").wrong(), [format!("* message {FIRST} author")]);
    assert_eq!(again(&rig, "CSTRANGERS").wrong(), Vec::<String>::new());
    let kept = rig.ok(&["verify"]).await;
    assert!(kept.contains("The migration looks good"), "the verdict of completion stays: {kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_scopes_it_says_which_to_add_where() {
    let rig = completed(scopes(&[])).await;
    let refused = rig.run(&["verify", "--completed"]).await;
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(6), "{said}");
    assert!(said.contains("completed spaces can't be read again"), "{said}");
    assert!(said.contains("https://www.googleapis.com/auth/chat.messages.readonly,https://www.googleapis.com/auth/chat.memberships.readonly"), "{said}");
    assert!(said.contains("Admin console") && said.contains("client ID"), "{said}");
    assert!(said.contains("\nhint: only `verify --completed` needs these two scopes"), "{said}");
    rig.ok(&["verify"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c6_where_an_owner_was_suspended_since_another_member_reads_and_else_the_rest_is_read() {
    let export = Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", FIRST, "hello")
        .channel("alone", &["U1"])
        .message("U1", FIRST, "only me")
        .channel("others", &["U2"])
        .message("U2", FIRST, "not me")
        .zip();
    let rig = Rig::start(&PEOPLE).await;
    rig.whole(&export.path).await;
    let change = Change::SuspendUser("u1@example.com".to_owned());
    rig.emulator().change(&change).expect("they are there");
    let spaces = || fs::read_to_string(rig.work().join("spaces.jsonl")).expect("it is there");
    let before = spaces();
    let output = rig.run(&["verify", "--completed"]).await;
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(9), "{said}");
    assert!(flat.contains("alone: not read back: nobody who is in can be asked: "), "{said}");
    assert!(!said.contains("hint: is the disk"), "{said}");
    assert_eq!(again(&rig, "CGENERAL").wrong(), Vec::<String>::new());
    assert_eq!(again(&rig, "COTHERS").wrong(), Vec::<String>::new());
    assert_eq!(spaces(), before, "nothing was found to be completed anew");
    rig.ok(&["verify"]).await;
}
