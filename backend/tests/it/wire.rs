//! The wire types read what they write: the dashboard parses every reply into the type that the server made it of.

use bearing_shared::api::Page;
use bearing_shared::api::audit::{AuditReply, ChainReply};
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::explain::ExplainReply;
use bearing_shared::api::keys::KeyReply;
use bearing_shared::api::members::{InvitationReply, SiteMemberReply};
use bearing_shared::api::reports::{
    BreakdownReport, ChangesReport, CompareReport, DriversReport, FunnelReport, Reported, ScoreReport, TrendReport,
};
use bearing_shared::api::responses::ResponseReply;
use bearing_shared::api::session::{OpenSession, SessionPatch, SessionReply};
use bearing_shared::api::sites::{SitePatch, SiteReply};
use bearing_shared::api::surveys::{SurveyContent, SurveyReply, VersionReply};
use bearing_shared::api::webhooks::{DeliveryReply, WebhookPatch, WebhookReply};
use bearing_storage::Role;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::harness::{DAY, Server, answer};

/// Reads JSON into a type and writes it again: nothing may be lost or changed on the way.
#[track_caller]
fn survives<T: Serialize + DeserializeOwned>(value: &Value) {
    let read: T = serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error} in {value}"));
    assert_eq!(&serde_json::to_value(read).expect("serialises"), value);
}

#[tokio::test]
async fn every_reply_reads_as_the_type_it_was_made_of() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let key = &site.admin;
    let hook = json!({ "url": "https://receiver.invalid/", "events": ["response.stored"] });
    let hook = server.post("/v1/webhooks").key(key).json(&hook).await.ok();
    survives::<WebhookReply>(&hook);
    for score in [9, 10, 3] {
        server.answered(&site, &answer(&survey, score)).await;
    }
    server.pass(DAY);
    server.answered(&site, &answer(&survey, 7)).await;
    let get = async |path: &str| server.get(path).key(key).await.ok();
    let whole = "metric=nps&from=2026-11-22&to=2026-11-22";
    survives::<SiteReply>(&get(&format!("/v1/sites/{}", site.id)).await);
    survives::<Page<SurveyReply>>(&get("/v1/surveys").await);
    survives::<SurveyReply>(&get(&format!("/v1/surveys/{survey}")).await);
    survives::<Page<VersionReply>>(&get(&format!("/v1/surveys/{survey}/versions")).await);
    survives::<ExplainReply>(&get(&format!("/v1/surveys/{survey}/explain")).await);
    survives::<Page<ResponseReply>>(&get("/v1/responses").await);
    survives::<Page<DeliveryReply>>(
        &get(&format!("/v1/webhooks/{}/deliveries", hook["id"].as_str().expect("an id"))).await,
    );
    survives::<Reported<ScoreReport>>(&get("/v1/reports/score?metric=nps").await);
    survives::<Reported<ScoreReport>>(&get(&format!("/v1/reports/score?{whole}&target=30")).await);
    survives::<Reported<TrendReport>>(&get("/v1/reports/trend?metric=nps&bucket=day").await);
    survives::<Reported<BreakdownReport>>(&get("/v1/reports/breakdown?metric=nps&by=device").await);
    survives::<Reported<CompareReport>>(&get(&format!("/v1/reports/compare?{whole}")).await);
    survives::<Reported<ChangesReport>>(&get("/v1/reports/changes?metric=nps").await);
    survives::<Reported<DriversReport>>(&get("/v1/reports/drivers?metric=nps").await);
    survives::<Reported<FunnelReport>>(&get("/v1/reports/funnel?metric=nps").await);
    let owner = server.member(&[(&site, Role::Owner)]).await;
    let by_owner = async |path: &str| server.get(path).session(&owner).await.ok();
    let invite = json!({ "role": "editor" });
    survives::<InvitationReply>(&server.post("/v1/invitations").session(&owner).json(&invite).await.ok());
    survives::<SessionReply>(&by_owner("/v1/session").await);
    survives::<Page<OpenSession>>(&by_owner("/v1/sessions").await);
    survives::<Page<SiteReply>>(&by_owner("/v1/sites").await);
    survives::<Page<SiteMemberReply>>(&by_owner("/v1/members").await);
    survives::<Page<InvitationReply>>(&by_owner("/v1/invitations").await);
    survives::<Page<KeyReply>>(&by_owner("/v1/keys").await);
    survives::<Page<AuditReply>>(&by_owner("/v1/audit").await);
    survives::<ChainReply>(&by_owner("/v1/audit/verify?head=ab").await);
    survives::<ErrorBody>(&server.get("/v1/surveys").await.value());
}

#[test]
fn what_a_patch_leaves_out_it_leaves_out_on_the_wire() {
    for patch in [json!({}), json!({ "score_max": null }), json!({ "score_max": 3, "enabled": true })] {
        survives::<WebhookPatch>(&patch);
    }
    for patch in [json!({}), json!({ "locale": null }), json!({ "name": "Ann", "locale": "nl" })] {
        survives::<SessionPatch>(&patch);
    }
    survives::<SitePatch>(&json!({ "name": "Shop" }));
    survives::<SurveyContent>(&json!({ "priority": 3 }));
}
