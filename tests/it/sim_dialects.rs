//! Sets of dialects: the likely one, each other value by itself, and random ones.

use chatferry::emulator::{Dialects, SWITCHES};
use serde_json::{Map, Value, json};

/// A memory of no length would double spaces whatever a client did: nobody can see a space that
/// is being imported. A day is short enough for everything else.
fn values(field: &str, values: Vec<Value>) -> Vec<Value> {
    let day = json!({"forgotten_after": {"secs": 86_400, "nanos": 0}});
    let tame =
        |value: Value| if value.get("forgotten_after").is_some() { day.clone() } else { value };
    if field == "request_replay" { values.into_iter().map(tame).collect() } else { values }
}

fn set(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Dialects {
    let fields: Map<String, Value> =
        fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
    serde_json::from_value(Value::Object(fields)).expect("a switch's values are its type's")
}

/// Returns the likely set, and every other value by itself.
pub(crate) fn sets() -> Vec<(String, Dialects)> {
    let mut sets = vec![("as documented".to_owned(), Dialects::default())];
    for switch in SWITCHES {
        for value in values(switch.field, (switch.values)()).into_iter().skip(1) {
            sets.push((format!("{}: {value}", switch.field), set([(switch.field, value)])));
        }
    }
    sets
}

/// Returns a set in which every second switch, by chance, has another value.
pub(crate) fn random(seed: u64) -> (String, Dialects) {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut fields, mut names) = (Vec::new(), Vec::new());
    for switch in SWITCHES {
        let values = values(switch.field, (switch.values)());
        if random.bool() {
            let value = values[random.usize(1..values.len())].clone();
            names.push(format!("{}: {value}", switch.field));
            fields.push((switch.field, value));
        }
    }
    (names.join(", "), set(fields))
}
