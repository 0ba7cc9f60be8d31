//! Target audiences and people from outside the organisation, as the emulator has them.

use crate::emulator_client::{ADMIN, ALICE, Api, options, space};
use chatferry::emulator::Options;
use serde_json::json;

/// Somebody of another organisation.
const OUTSIDE: &str = "ext@elsewhere.example";

#[tokio::test]
async fn an_audience_is_set_by_a_manager_by_itself_and_never_while_importing() {
    let api = Api::start(options()).await;
    let (admin, alice) = (api.user(ADMIN).await, api.user(ALICE).await);
    let name = api.space("general").await;
    let path = |mask: &str| format!("/v1/{name}?updateMask={mask}");
    let body =
        |audience: &str| json!({"accessSettings": {"audience": audience}, "displayName": "x"});
    let alone = path("access_settings.audience");
    let early = api.call("PATCH", &alone, &admin, body("audiences/default")).await;
    assert_eq!(early.error(), (400, "INVALID_ARGUMENT"), "in import mode");
    api.complete(&name, &admin).await;
    let foreign = api.call("PATCH", &alone, &alice, body("audiences/default")).await;
    assert_eq!(foreign.error(), (403, "PERMISSION_DENIED"));
    let both = path("access_settings.audience,display_name");
    let both = api.call("PATCH", &both, &admin, body("audiences/default")).await;
    assert_eq!(both.error(), (400, "INVALID_ARGUMENT"), "not alone");
    let unknown = api.call("PATCH", &alone, &admin, body("audiences/none")).await;
    assert_eq!(unknown.error(), (400, "INVALID_ARGUMENT"));
    let set = api.call("PATCH", &alone, &admin, body("audiences/default")).await;
    assert_eq!(set.body["accessSettings"]["accessState"], "DISCOVERABLE", "{:?}", set.body);
    assert!(api.emulator.canonical().contains("audiences/default"));
}

#[tokio::test]
async fn outsiders_come_after_completion_and_only_where_the_space_takes_them() {
    let api = Api::start(Options { outsiders: vec![OUTSIDE.to_owned()], ..options() }).await;
    let admin = api.user(ADMIN).await;
    for external in [false, true] {
        let mut body = space(if external { "open" } else { "closed" });
        body["externalUserAllowed"] = external.into();
        let name = api.post("/v1/spaces", &admin, body).await.name();
        let members = format!("/v1/{name}/members");
        let who = json!({"member": {"name": format!("users/{OUTSIDE}"), "type": "HUMAN"}});
        assert_eq!(api.post(&members, &admin, who.clone()).await.status, 403, "while importing");
        api.complete(&name, &admin).await;
        let added = api.post(&members, &admin, who).await;
        assert_eq!(added.status, if external { 200 } else { 403 });
        assert_eq!(added.body["state"] == "INVITED", external);
    }
    let listed = api.get("/admin/directory/v1/users?customer=my_customer", &admin).await;
    assert!(!listed.body.to_string().contains(OUTSIDE));
}
