//! The fault plan: what a rule matches, what each action looks like from outside, and whether
//! the call took effect.

use crate::emulator_client::{ADMIN, ALICE, Api, BOB, message, options};
use chatferry::emulator::{Action, BadFault, Fault, FaultId};
use serde_json::{Value, json};

const POST: &str = "spaces.messages.create";

/// A space, and Alice and Bob who post in it.
struct Scene {
    api: Api,
    space: String,
    alice: String,
    bob: String,
}

impl Scene {
    async fn set() -> Self {
        let api = Api::start(options()).await;
        let space = api.space("general").await;
        let (alice, bob) = (api.user(ALICE).await, api.user(BOB).await);
        Self { api, space, alice, bob }
    }

    fn arm(&self, fault: Fault) -> FaultId {
        self.api.emulator.arm(fault).expect("a good fault")
    }

    fn path(&self) -> String {
        format!("/v1/{}/messages", self.space)
    }

    /// Posts as somebody and returns the status.
    async fn post(&self, token: &str, second: u32) -> u16 {
        self.api.post(&self.path(), token, message(second, &format!("text {second}"))).await.status
    }

    /// Posts so many messages as Alice and returns which of them were refused, counted from 1.
    async fn refused(&self, messages: u32) -> Vec<u32> {
        let mut refused = Vec::new();
        for second in 1..=messages {
            if self.post(&self.alice, second).await != 200 {
                refused.push(second);
            }
        }
        refused
    }
}

#[tokio::test]
async fn a_rule_strikes_the_nth_call_so_many_times_or_every_kth_or_for_good() {
    let refuse = || Action::status(503);
    let on = || Fault::on(POST);
    for (fault, struck) in [
        (on().before(refuse()), vec![1]),
        (on().nth(3).before(refuse()), vec![3]),
        (on().nth(3).times(2).before(refuse()), vec![3, 4]),
        (on().nth(6).forever().before(refuse()), vec![6, 7, 8]),
        (on().every(3).forever().before(refuse()), vec![3, 6]),
        (on().every(3).nth(2).forever().before(refuse()), vec![2, 5, 8]),
        (on().every(2).times(2).before(refuse()), vec![2, 4]),
        (on().chance(1.0, 7).forever().before(refuse()), (1..=8).collect()),
        (on().chance(0.0, 7).maybe().before(refuse()), vec![]),
    ] {
        let scene = Scene::set().await;
        let id = scene.arm(fault.clone());
        assert_eq!(scene.refused(8).await, struck, "{fault:?}");
        let status = scene.api.emulator.fault(id).unwrap();
        let strikes = struck.len() as u64;
        assert_eq!((status.fired, status.completed), (strikes, strikes));
    }
}

#[tokio::test]
async fn chance_is_decided_by_its_seed() {
    let mut outcomes = Vec::new();
    for seed in [1, 1, 2] {
        let scene = Scene::set().await;
        scene.arm(Fault::on(POST).chance(0.3, seed).forever().before(Action::status(500)));
        outcomes.push(scene.refused(40).await);
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert_ne!(outcomes[0], outcomes[2]);
    assert!((5..20).contains(&outcomes[0].len()), "{outcomes:?}");
}

#[tokio::test]
async fn a_rule_may_name_who_where_and_what() {
    let scene = Scene::set().await;
    let other = scene.api.space("random").await;
    let elsewhere = format!("/v1/{other}/messages");
    let refuse = || Action::status(503);
    let ids = [
        scene.arm(Fault::on(POST).of("Bob@example.com").before(refuse())),
        scene.arm(Fault::on(POST).in_space(other.as_str()).before(refuse())),
        scene.arm(Fault::on("*").in_space("random").containing("needle").before(refuse())),
    ];
    assert_eq!(scene.post(&scene.alice, 1).await, 200);
    assert_eq!(scene.post(&scene.bob, 2).await, 503);
    let post = async |text: &str, second| {
        scene.api.post(&elsewhere, &scene.alice, message(second, text)).await.status
    };
    assert_eq!(post("hay", 3).await, 503);
    assert_eq!(post("hay", 3).await, 200);
    assert_eq!(post("a needle in it", 4).await, 503);
    assert_eq!(post("a needle in it", 4).await, 200);
    assert_eq!(ids.map(|id| scene.api.emulator.fired(id)), [1, 1, 1]);
    // A space that is being made has a display name alone; a token's subject is in its assertion.
    scene.arm(Fault::on("spaces.create").in_space("late").before(refuse()));
    scene.arm(Fault::on("token").of(ALICE).before(refuse()));
    let admin = scene.api.user(ADMIN).await;
    let made = scene
        .api
        .post("/v1/spaces?requestId=z", &admin, crate::emulator_client::space("late"))
        .await;
    assert_eq!(made.status, 503);
    scene.api.user(BOB).await;
    let refused = scene.api.assertion(&scene.api.claims(Some(ALICE), &["chat.import"])).await;
    assert_eq!((refused.status, &refused.body["error"]), (503, &json!("internal_failure")));
}

#[tokio::test]
async fn a_rule_that_makes_no_sense_is_refused_with_its_reason() {
    let scene = Scene::set().await;
    for fault in [
        Fault::on("spaces.messages.creat"),
        Fault::on(POST).nth(0),
        Fault::on(POST).every(0),
        Fault::on(POST).times(0),
        Fault::on(POST).chance(1.5, 0),
        Fault::on(POST).chance(f64::NAN, 0),
        Fault::on(POST).before(Action::status(99)),
        Fault::on(POST).before(Action::redirect("http://a\nb")),
        Fault::on(POST).before(Action::truncate(3)),
        Fault::on(POST).before(Action::ApplyTwice),
        Fault::on(POST).during_response(Action::status(500)),
        Fault::on(POST).after(Action::Drip { bytes: 0, ms: 1 }),
        Fault::on(POST).containing("x").during_request(Action::Close),
        Fault::on("token").of(ALICE).during_request(Action::Close),
    ] {
        let refused = scene.api.emulator.arm(fault.clone());
        assert!(refused.is_err(), "{fault:?}");
        let text = serde_json::to_value(&fault).unwrap();
        if fault != Fault::on(POST).chance(f64::NAN, 0) && !text["p"].is_null() {
            assert_eq!(scene.api.admin("POST", "faults", &text).await.status, 400);
        }
    }
    assert_eq!(scene.api.emulator.arm(Fault::on(POST).nth(0)), Err(BadFault::Zero("nth")));
    for wrong in [
        json!({ "method": POST, "phase": "later", "action": "close" }),
        json!({ "method": POST, "phase": "before", "action": "explode" }),
        json!({ "method": POST, "phase": "before", "action": "close", "nht": 1 }),
        json!({ "method": POST, "phase": "before", "action": { "stall": { "ms": 1, "than": "close" } } }),
        json!({ "method": POST, "phase": "before", "action": "close", "nth": 0 }),
        json!({ "method": POST, "phase": "before", "action": "close", "p": 2 }),
        json!({ "method": "x", "phase": "before", "action": "close" }),
        json!({ "method": POST }),
    ] {
        let answer = scene.api.admin("POST", "faults", &wrong).await;
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(answer.body["error"].is_string());
    }
}

#[tokio::test]
async fn the_admin_calls_arm_ask_and_disarm() {
    let scene = Scene::set().await;
    let rule = json!({
        "method": POST, "subject": ALICE, "space": "general", "body_contains": "text", "nth": 2,
        "every": 1, "p": 1.0, "seed": 3, "times": null, "phase": "before",
        "action": { "status": { "code": 429, "retry_after": { "date": 5 }, "body": "html" } },
    });
    let id = scene.api.admin("POST", "faults", &rule).await.body["id"].clone();
    assert_eq!(scene.refused(3).await, [2, 3]);
    let ask = format!("faults/{id}");
    let status = scene.api.admin("GET", &ask, &Value::Null).await.body;
    for (field, value) in
        [("armed", json!(true)), ("seen", json!(3)), ("fired", json!(2)), ("completed", json!(2))]
    {
        assert_eq!(status[field], value, "{status}");
    }
    assert_eq!(status["fault"]["action"], rule["action"]);
    assert_eq!(scene.api.admin("DELETE", &ask, &Value::Null).await.status, 200);
    assert_eq!(scene.api.admin("GET", &ask, &Value::Null).await.body["armed"], false);
    assert_eq!(scene.api.admin("GET", "faults/7", &Value::Null).await.status, 404);
    assert_eq!(scene.post(&scene.alice, 9).await, 200);
    // The shortest rule there is, and all rules taken out at once.
    let short = json!({ "method": "*", "phase": "before", "action": "close" });
    scene.api.admin("POST", "faults", &short).await;
    assert_eq!(scene.api.emulator.unfired().len(), 1);
    scene.api.admin("DELETE", "faults", &Value::Null).await;
    assert_eq!((scene.post(&scene.alice, 10).await, scene.api.emulator.unfired()), (200, vec![]));
}

#[tokio::test]
#[should_panic(expected = "armed, but never fired")]
async fn a_test_whose_fault_never_fires_fails() {
    let scene = Scene::set().await;
    scene.arm(Fault::on(POST).nth(2).before(Action::Close));
    assert_eq!(scene.post(&scene.alice, 1).await, 200);
}
