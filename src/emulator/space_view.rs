//! Spaces as they are answered.

use super::time;
use super::world::{Kind, Space};
use serde::Serialize;
use serde_json::{Value, json as object};

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    space_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    import_mode: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    import_mode_expire_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_user_allowed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    space_history_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    space_threading_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    space_details: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_settings: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    space_uri: Option<String>,
}

/// The least that the replay of a requestId gives.
pub(super) fn name_only(space: &Space) -> View<'static> {
    View { name: format!("spaces/{}", space.id), ..View::default() }
}

/// A space with all its fields.
pub(super) fn full(space: &Space, expiry: bool) -> View<'_> {
    let details = object!({ "description": space.description, "guidelines": space.guidelines });
    let named = space.kind == Kind::Space;
    View {
        name: format!("spaces/{}", space.id),
        space_type: Some(space.kind.word()),
        display_name: space.display_name.as_deref(),
        import_mode: space.importing.then_some(true),
        create_time: Some(time::format(space.created)),
        import_mode_expire_time: (space.importing && expiry).then(|| time::format(space.expires())),
        external_user_allowed: space.external.then_some(true),
        space_history_state: Some(if space.history { "HISTORY_ON" } else { "HISTORY_OFF" }),
        space_threading_state: Some(if named {
            "THREADED_MESSAGES"
        } else {
            "UNTHREADED_MESSAGES"
        }),
        space_details: (!space.description.is_empty() || !space.guidelines.is_empty())
            .then_some(details),
        access_settings: space
            .audience
            .as_ref()
            .map(|name| object!({ "accessState": "DISCOVERABLE", "audience": name })),
        space_uri: Some(format!("https://chat.google.com/room/{}?cls=11", space.id)),
    }
}
