//! Chaos: what is struck depends on the seed and the operation, never on the order of arrival;
//! a client that repeats gets through; and the program ends as if nothing had been.

use crate::emulator_client::{ALICE, Api, message, options};
use crate::rig::Rig;
use crate::support::Workspace;
use chatferry::emulator::{Chaos, Options, Profile};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// What became of each try of each operation, by the operation's name.
type Tries = BTreeMap<u32, Vec<u16>>;

struct Scene {
    api: Api,
    path: String,
    alice: String,
}

impl Scene {
    /// A space and a token, made before the weather turns.
    async fn on(chaos: Chaos) -> Self {
        let api = Api::start(options()).await;
        let (space, alice) = (api.space("general").await, api.user(ALICE).await);
        api.emulator.begin(chaos);
        Self { api, path: format!("/v1/{space}/messages"), alice }
    }

    /// Posts until there is an answer that says it is there; 0 stands for no answer.
    async fn post(&self, number: u32) -> Vec<u16> {
        let path = format!("{}?requestId=r{number}", self.path);
        let mut tries = Vec::new();
        while tries.len() < 20 {
            let body = message(number, "text").to_string();
            let request = self.api.request("POST", &path, &self.alice, body);
            match self.api.send(request).await {
                Ok(answer) if answer.body["name"].is_string() => {
                    tries.push(200);
                    return tries;
                }
                // A truncated answer or a page is none.
                Ok(answer) if answer.status == 200 => tries.push(1),
                Ok(answer) => tries.push(answer.status),
                Err(_) => tries.push(0),
            }
        }
        tries
    }

    async fn one_by_one(&self, numbers: impl Iterator<Item = u32>) -> Tries {
        let mut tries = Tries::new();
        for number in numbers {
            tries.insert(number, self.post(number).await);
        }
        tries
    }

    async fn all_at_once(&self, numbers: impl Iterator<Item = u32>) -> Tries {
        join_all(numbers.map(async |number| (number, self.post(number).await)))
            .await
            .into_iter()
            .collect()
    }
}

fn hostile(seed: u64) -> Chaos {
    Chaos::new(Profile::Hostile, seed).stalling(Duration::from_millis(1))
}

#[tokio::test]
async fn the_same_operations_are_hurt_in_the_same_ways_in_whatever_order_they_arrive() {
    let forward = Scene::on(hostile(42)).await;
    let tries = forward.one_by_one(0..200).await;
    let counts = forward.api.emulator.chaos_counts();
    for backward in [true, false] {
        let scene = Scene::on(hostile(42)).await;
        let other = if backward {
            scene.one_by_one((0..200).rev()).await
        } else {
            scene.all_at_once(0..200).await
        };
        assert_eq!(other, tries);
        assert_eq!(scene.api.emulator.chaos_counts(), counts);
        assert_eq!(scene.api.emulator.canonical(), forward.api.emulator.canonical());
    }
    let another = Scene::on(hostile(43)).await;
    assert_ne!(another.one_by_one(0..200).await, tries);
}

#[tokio::test]
async fn an_operation_is_struck_no_more_often_than_its_profile_says() {
    for profile in Profile::ALL {
        let scene = Scene::on(Chaos::new(profile, 1).stalling(Duration::ZERO)).await;
        let tries = scene.one_by_one(0..400).await;
        let most = tries.values().map(Vec::len).max().unwrap();
        assert!(most <= usize::from(profile.most()) + 1, "{profile}: {most}");
        assert!(tries.values().all(|tries| tries.last() == Some(&200)), "{profile}: {tries:?}");
        assert_eq!(scene.api.emulator.audit(), []);
    }
}

#[tokio::test]
async fn each_kind_strikes_as_often_as_the_table_says() {
    const CALLS: u32 = 1_500;
    for profile in Profile::ALL {
        let scene = Scene::on(Chaos::new(profile, 5).stalling(Duration::ZERO)).await;
        for call in 0..CALLS {
            // Every call is another operation; nobody is let in.
            let path = format!("{}?pageSize={call}", scene.path);
            scene.api.send(scene.api.request("GET", &path, "nobody", "")).await.ok();
        }
        let counts = scene.api.emulator.chaos_counts();
        for (kind, rate) in profile.rates() {
            let (got, due) = (counts[kind], u64::from(CALLS * rate / 1000));
            assert!(
                (due / 2..=due * 3 / 2 + 10).contains(&got),
                "{profile} {kind}: {got} of {due}"
            );
        }
        assert_eq!(counts.len(), profile.rates().len());
    }
}

#[test]
fn the_document_has_the_table_of_rates() {
    let document = include_str!("../../docs/emulator.md");
    let (_, table) = document.split_once("| Kind | calm | rough | hostile |").expect("the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut told: [BTreeMap<String, u32>; 3] = Default::default();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let name = cells[0].split('`').nth(1).expect("a name").to_owned();
        for (day, cell) in told.iter_mut().zip(&cells[1..4]) {
            if let Ok(share) = cell.parse::<f64>() {
                day.insert(name.clone(), (share * 10.0).round() as u32);
            }
        }
    }
    for (profile, told) in Profile::ALL.into_iter().zip(told) {
        let rates = profile.rates().into_iter();
        assert_eq!(told, rates.map(|(name, rate)| (name.to_owned(), rate)).collect(), "{profile}");
    }
}

#[tokio::test]
async fn the_admin_calls_begin_and_end_a_bad_day() {
    let scene = Scene::on(hostile(1)).await;
    let get = async || scene.api.admin("GET", "chaos", &Value::Null).await.body;
    assert_eq!(get().await["chaos"], json!({ "profile": "hostile", "seed": 1, "stall_ms": 1 }));
    scene.one_by_one(0..60).await;
    let struck: u64 =
        get().await["struck"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(struck, scene.api.emulator.chaos_counts().values().sum::<u64>());
    assert!(struck > 0);
    scene.api.admin("DELETE", "chaos", &Value::Null).await;
    assert_eq!(get().await["chaos"], Value::Null);
    assert!(scene.one_by_one(60..120).await.values().all(|tries| *tries == [200]));
    let calm = json!({ "profile": "calm", "seed": 9 });
    assert_eq!(scene.api.admin("POST", "chaos", &calm).await.status, 200);
    assert_eq!(get().await["struck"], json!({}), "the counts begin anew");
    for wrong in [json!({ "profile": "wild" }), json!({}), json!({ "profile": "calm", "sead": 1 })]
    {
        assert_eq!(scene.api.admin("POST", "chaos", &wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn tokens_fail_too_by_whom_they_are_for() {
    // Assertions bear the time, so their bytes differ from try to try; whom they are for doesn't.
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let api = Api::start(options()).await;
        api.emulator.begin(hostile(3));
        let mut statuses = Vec::new();
        for person in 0..60 {
            let claims = api.claims(Some(&format!("p{person}@example.com")), &["chat.import"]);
            let assertion = crate::emulator_client::sign(api.emulator.key_json(), &claims);
            let form = format!(
                "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion={assertion}"
            );
            let answer = api.send(api.request("POST", "/token", "", form)).await;
            statuses.push(answer.map_or(0, |answer| answer.status));
        }
        let kinds: Vec<_> = api.emulator.chaos_counts().into_keys().collect();
        assert_eq!(kinds, ["closed", "closed-after", "internal-error"]);
        outcomes.push(statuses);
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert!([0, 400, 500].iter().all(|status| outcomes[0].contains(status)), "{outcomes:?}");
}

fn workspace() -> Workspace {
    let mut workspace = Workspace::new();
    for name in ["general", "random"] {
        workspace = workspace.channel(name, &["U1", "U2", "U3"]);
        for number in 0..15_u32 {
            let ts = format!("16000000{number:02}.000100");
            workspace = workspace.message("U1", &ts, &format!("{name} {number}"));
            if number % 3 == 0 {
                let reply = format!("16000000{number:02}.000200");
                workspace = workspace.react("wave", &["U2", "U3"]).reply("U2", &reply, &ts, "yes");
            }
        }
    }
    workspace
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_day_ends_as_a_quiet_one() {
    let people = ["u1", "u2", "u3"];
    let export = workspace().zip();
    let quiet = Rig::start(&people).await;
    quiet.whole(&export.path).await;
    for (profile, seed) in [(Profile::Rough, 42), (Profile::Hostile, 1), (Profile::Hostile, 2)] {
        let options = Options { chaos: Some(Chaos::new(profile, seed)), ..Options::default() };
        let rig = Rig::with(&people, options).await;
        rig.whole(&export.path).await;
        assert_eq!(rig.emulator().canonical(), quiet.emulator().canonical(), "{profile} {seed}");
        assert_eq!(rig.emulator().audit(), []);
        let strikes: u64 = rig.emulator().chaos_counts().values().sum();
        assert!(strikes > 0, "{profile} {seed}: {strikes}");
        println!(
            "chaos: {profile} {seed}: {strikes} of {} requests",
            rig.emulator().stats().total()
        );
    }
}
