//! One request, owned, so that its effect can come twice or later than its answer.

use super::door::{self, Door};
use super::faults::{Call, Strike};
use super::iam;
use super::ids::Id;
use super::reply::Reply;
use super::serve;
use super::shared::Shared;
use super::token::{self, Caller};
use axum::body::Bytes;
use http::request::Parts;
use serde_json::Value;
use std::sync::Arc;

/// A request as it came.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) shared: Arc<Shared>,
    pub(super) head: Parts,
    /// Empty while the body is still coming.
    pub(super) bytes: Bytes,
}

impl Exchange {
    /// Returns where the request goes.
    pub(super) fn door(&self) -> Door<'_> {
        door::of(self.head.method.as_str(), self.head.uri.path())
    }

    /// Returns the method's id, or what stands for it.
    pub(super) fn label(&self) -> &'static str {
        self.door().label()
    }

    /// Returns who asks, by the token.
    pub(super) fn caller(&self) -> Option<Caller> {
        serve::caller(&self.shared, &self.head)
    }

    /// Lets the call take effect.
    pub(super) fn apply(&self) -> (Reply, Option<Caller>) {
        let mut caller = self.caller();
        let reply = serve::apply(&self.shared, &self.head, self.door(), &mut caller, &self.bytes);
        (reply, caller)
    }

    /// Lets the call take effect and writes it down.
    pub(super) fn perform(&self) -> Reply {
        let (reply, caller) = self.apply();
        self.journal(caller, &reply);
        reply
    }

    /// Writes down what was asked and answered, and lets happen what waited for this call.
    pub(super) fn journal(&self, caller: Option<Caller>, reply: &Reply) {
        let method = self.label();
        self.shared.agenda.served(&self.shared, method);
        serve::journal(&self.shared, &self.head, method, caller, &self.bytes, reply);
    }

    /// Asks what strikes this request: while its body is coming, or once it is whole.
    pub(super) fn strike(&self, whole: bool) -> Option<Strike> {
        let Shared { faults, weather, .. } = self.shared.as_ref();
        let planned = if faults.idle() { None } else { faults.strike(&self.call(whole)) };
        planned.or_else(|| if whole { weather.strike(self) } else { None })
    }

    fn call(&self, whole: bool) -> Call<'_> {
        let door = self.door();
        Call {
            method: door.label(),
            subject: self.subject(),
            spaces: self.spaces(&door),
            body: whole.then_some(&self.bytes),
        }
    }

    /// Returns whom the request speaks for, or nothing where nobody is known.
    pub(super) fn subject(&self) -> String {
        match self.door() {
            Door::Token => return token::subject_of(&self.bytes).unwrap_or_default(),
            Door::SignJwt(_) => return iam::subject_of(&self.bytes).unwrap_or_default(),
            _ => {}
        }
        let session = || self.shared.uploads.owner(upload_id(self.head.uri.query()?)?);
        let caller = self.caller().or_else(session);
        caller.map(|caller| self.shared.people().email(caller.who).to_owned()).unwrap_or_default()
    }

    fn spaces(&self, door: &Door<'_>) -> Vec<String> {
        let Door::Chat(method, _, names) = door else { return Vec::new() };
        if method.id == "spaces.create" {
            let body = serde_json::from_slice::<Value>(&self.bytes).unwrap_or_default();
            return body["displayName"].as_str().map(str::to_owned).into_iter().collect();
        }
        let about = method.id.starts_with("spaces.") || method.id == "media.upload";
        let Some(name) = names.first().filter(|_| about) else { return Vec::new() };
        let room = Id::parse(name).and_then(|id| self.shared.world.room(id));
        let shown = room.and_then(|room| room.lock().display_name.clone());
        [format!("spaces/{name}")].into_iter().chain(shown).collect()
    }
}

fn upload_id(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("upload_id="))
}
