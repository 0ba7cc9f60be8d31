//! The admin calls that make trouble: faults and chaos.

use super::super::faults::{Fault, FaultId};
use super::super::reply::Reply;
use super::super::shared::{Shared, json};
use serde::de::DeserializeOwned;
use serde_json::json as object;

/// Answers a call about faults or chaos; nothing where it is about neither.
pub(super) fn answer(shared: &Shared, verb: &str, path: &str, bytes: &[u8]) -> Option<Reply> {
    let (what, id) = path.split_once('/').map_or((path, None), |(what, id)| (what, Some(id)));
    let done = || json(&object!({})).into();
    Some(match (verb, what, id) {
        ("GET", "faults", None) => json(&shared.faults.all()).into(),
        ("POST", "faults", None) => match read::<Fault>(bytes).and_then(|fault| arm(shared, fault))
        {
            Ok(id) => json(&object!({ "id": id })).into(),
            Err(error) => refused(&error),
        },
        ("DELETE", "faults", None) => {
            shared.faults.disarm_all();
            done()
        }
        ("GET" | "DELETE", "faults", Some(id)) => {
            let fault = FaultId::parse(id).and_then(|id| shared.faults.get(id))?;
            if verb == "GET" {
                return Some(json(&fault).into());
            }
            shared.faults.disarm(fault.id);
            done()
        }
        ("GET", "chaos", None) => json(&shared.weather.struck()).into(),
        ("POST", "chaos", None) => match read(bytes) {
            Ok(chaos) => {
                shared.weather.set(Some(chaos));
                done()
            }
            Err(error) => refused(&error),
        },
        ("DELETE", "chaos", None) => {
            shared.weather.set(None);
            done()
        }
        _ => return None,
    })
}

fn arm(shared: &Shared, fault: Fault) -> Result<FaultId, String> {
    shared.faults.arm(fault).map_err(|error| error.to_string())
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

fn refused(error: &str) -> Reply {
    Reply::of(400, json(&object!({ "error": error })))
}
