//! How fast `doctor` asks for people: on paused time, by what arrives.

use crate::sim::{ADMIN, EPOCH, on_paused_time, people};
use crate::sim_net::{Fetch, Net, Twice};
use chatferry::chat::{Base, Chosen, Client, Kept};
use chatferry::clock::{Clock, VirtualClock};
use chatferry::doctor::{Author, Listing, Mark, Memory, Patient};
use chatferry::emulator::{Action, Emulator, Fault, Options, Quotas};
use chatferry::ids::Account;
use chatferry::pace::{Backoff, Pacer, Quotas as Published};
use std::sync::Arc;
use std::time::Duration;

/// So many people a second, and what a window's edge may add.
const A_SECOND: usize = 5 + 1;

struct Ward {
    emulator: Emulator,
    net: Arc<Net>,
    patient: Patient,
    authors: Vec<Author>,
}

fn ward(crowd: usize) -> Ward {
    let emails: Vec<_> = (0..crowd).map(|n| format!("u{n}@example.com")).collect();
    let directory = people(&emails.iter().map(String::as_str).collect::<Vec<_>>());
    let options = Options {
        directory,
        admin: ADMIN.to_owned(),
        epoch: Some(EPOCH),
        quotas: Quotas::Off,
        ..Options::default()
    };
    let emulator = Emulator::detached(options).expect("an emulator");
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(EPOCH));
    let net = Arc::new(Net::to(&emulator, Twice::Never));
    let fetch = Fetch::new(Arc::clone(&net), &emulator, Arc::clone(&clock));
    let tokens = Arc::new(Kept::new(fetch, Arc::clone(&clock)).with_witness(Account::new(ADMIN)));
    let base = Base::single("http://localhost").expect("this machine");
    let patient = Patient {
        client: Client::new(net.clone(), tokens, base, Arc::clone(&clock)),
        admin: Account::new(ADMIN),
        client_id: "1".to_owned(),
        keyless: false,
        chosen: Chosen::default(),
        space: None,
        pacer: Pacer::new(Some(Published::google()), Arc::clone(&clock)),
        backoff: Backoff::google(0),
        clock,
        throttled: 0.into(),
    };
    let authors =
        emails.iter().map(|email| Author { email: Account::new(email), items: 1 }).collect();
    Ward { emulator, net, patient, authors }
}

/// The most tokens that were asked for in any second.
fn busiest(net: &Net) -> usize {
    let times: Vec<_> =
        net.seen().iter().filter(|one| one.path == "/token").map(|one| one.at).collect();
    let within = |from: &Duration| {
        times.iter().filter(|at| **at >= *from && **at < *from + Duration::from_secs(1)).count()
    };
    times.iter().map(within).max().unwrap_or(0)
}

#[test]
fn a_crowd_is_asked_for_at_five_a_second_and_not_again_for_a_day() {
    on_paused_time(async {
        let ward = ward(200);
        let examined = ward.patient.examine().await;
        let mut memory = Memory::of(None, "1", "here", EPOCH);
        let began = tokio::time::Instant::now();
        let none = Listing::default();
        let check =
            ward.patient.authors(&ward.authors, &examined, &none, &mut memory, &|_| ()).await;
        assert_eq!(check.outcome, Mark::Pass, "{check:?}");
        let (took, busiest) = (began.elapsed().as_secs(), busiest(&ward.net));
        assert!((39..=60).contains(&took), "{took} s");
        assert!(busiest <= A_SECOND, "{busiest} in a second");
        let asked = ward.net.seen().len();
        let again =
            ward.patient.authors(&ward.authors, &examined, &none, &mut memory, &|_| ()).await;
        assert_eq!((again.outcome, ward.net.seen().len()), (Mark::Pass, asked));
    });
}

#[test]
fn a_token_endpoint_that_asks_to_slow_down_is_obeyed() {
    on_paused_time(async {
        let ward = ward(10);
        let examined = ward.patient.examine().await;
        let busy = Fault::on("spaces.messages.list").every(2).times(4).before(Action::status(429));
        ward.emulator.arm(busy).expect("a fault");
        let mut memory = Memory::of(None, "1", "here", EPOCH);
        let none = Listing::default();
        let check =
            ward.patient.authors(&ward.authors, &examined, &none, &mut memory, &|_| ()).await;
        assert_eq!(check.outcome, Mark::Pass, "{check:?}");
        assert_eq!(ward.patient.throttled.load(std::sync::atomic::Ordering::Relaxed), 4);
    });
}
