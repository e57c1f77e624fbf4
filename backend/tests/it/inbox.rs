//! The inbox from outside: marks, states that members give, their undoing, and the lists and numbers beside them.

use bearing_shared::fault::Code;
use serde_json::{Value, json};

use crate::harness::{Reply, Server, Site, answer, with};

struct Place {
    server: Server,
    site: Site,
    survey: String,
}

impl Place {
    async fn new() -> Self {
        let server = Server::start().await;
        let (site, survey) = server.site_with_survey().await;
        Self { server, site, survey }
    }

    async fn answered(&self, score: u8, more: Value) -> String {
        self.server.answered(&self.site, &with(answer(&self.survey, score), more)).await
    }

    async fn change(&self, id: &str, change: Value) -> Reply {
        self.server.patch(&format!("/v1/responses/{id}")).key(&self.site.write).json(&change).await
    }

    async fn change_many(&self, change: Value) -> Reply {
        self.server.patch("/v1/responses").key(&self.site.write).json(&change).await
    }

    async fn read(&self, path: &str) -> Reply {
        self.server.get(path).key(&self.site.read).await
    }

    /// The ids that a list has.
    async fn listed(&self, query: &str) -> Vec<String> {
        let page = self.read(&format!("/v1/responses?{query}")).await.ok();
        let items = page["items"].as_array().expect("items").iter();
        items.map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    }

    async fn n(&self) -> Value {
        self.server.score(&self.site, "metric=nps").await["n"].clone()
    }
}

#[tokio::test]
async fn what_a_member_changes_is_read_back_and_can_be_undone() {
    let place = Place::new().await;
    let id = place.answered(3, json!({})).await;
    let path = format!("/v1/responses/{id}");
    let fresh = place.read(&path).await.ok();
    assert_eq!((&fresh["read"], &fresh["tags"]), (&json!(false), &json!([])));
    let change = json!({ "read": true, "tags": [" call  back\n", "late", "late"], "state": "excluded" });
    let reply = place.change(&id, change).await.ok();
    let before = json!({ "id": id, "state": "counted", "read": false, "tags": [] });
    assert_eq!(reply["before"], before);
    let changed = place.read(&path).await.ok();
    assert_eq!(reply["response"], changed);
    assert_eq!((&changed["read"], &changed["tags"]), (&json!(true), &json!(["call back", "late"])));
    assert_eq!((&changed["state"], place.n().await), (&json!("excluded"), json!(0)));
    assert_eq!(
        place.read("/v1/tags").await.ok(),
        json!([{ "tag": "call back", "count": 1 }, { "tag": "late", "count": 1 }])
    );
    // What a reply says of before is what undoes it.
    let mut undo = before;
    undo.as_object_mut().expect("an object").remove("id");
    place.change(&id, undo).await.ok();
    assert_eq!((place.read(&path).await.ok(), place.n().await), (fresh, json!(1)));
}

#[tokio::test]
async fn many_are_changed_at_once_and_each_says_how_it_was() {
    let place = Place::new().await;
    let (one, two) = (place.answered(1, json!({})).await, place.answered(2, json!({})).await);
    let test = place.answered(0, json!({ "test": true })).await;
    place.change(&two, json!({ "tags": ["old"] })).await.ok();
    let unknown = crate::harness::new_id();
    let ids = json!([one, two, test, unknown, "nonsense"]);
    let reply =
        place.change_many(json!({ "ids": ids, "state": "excluded", "add_tags": ["spam"], "remove_tags": ["old"] }));
    assert_eq!(
        reply.await.ok(),
        json!({ "changed": 3, "missing": [unknown, "nonsense"], "items": [
            { "id": one, "state": "counted", "read": false, "tags": [] },
            { "id": two, "state": "counted", "read": false, "tags": ["old"] },
            { "id": test, "state": "test", "read": false, "tags": [] },
        ] })
    );
    assert_eq!(place.n().await, 0);
    assert_eq!(place.listed("state=excluded").await, [two.clone(), one.clone()]);
    assert_eq!(place.listed("state=test").await, [test.clone()], "a test stays one");
    assert_eq!(place.listed("tag=spam&state=all").await, [test, two.clone(), one.clone()]);
    let again = place.change_many(json!({ "ids": [one, two], "state": "excluded" })).await.ok();
    assert_eq!(again, json!({ "changed": 0, "missing": [], "items": [] }));
    place.change_many(json!({ "ids": [one, two], "state": "counted" })).await.ok();
    assert_eq!(place.n().await, 2);
}

#[tokio::test]
async fn a_test_can_be_read_and_never_counted() {
    let place = Place::new().await;
    let test = place.answered(0, json!({ "test": true })).await;
    assert_eq!(place.change(&test, json!({ "state": "counted" })).await.refused(Code::CONFLICT), "state");
    place.change(&test, json!({ "read": true })).await.ok();
    let counted = place.answered(9, json!({})).await;
    assert_eq!(place.change(&counted, json!({ "state": "test" })).await.refused(Code::INVALID_FIELD), "state");
    assert_eq!(place.n().await, 1);
}

#[tokio::test]
async fn lists_are_found_by_what_is_noted_and_by_customer() {
    let place = Place::new().await;
    let theirs = json!({ "respondent": { "customer": "cust-42" } });
    let (first, second) = (place.answered(9, theirs.clone()).await, place.answered(2, theirs).await);
    let other = place.answered(5, json!({})).await;
    place.change(&second, json!({ "state": "excluded", "read": true })).await.ok();
    assert_eq!(place.listed("customer=cust-42").await, [first.clone()]);
    assert_eq!(place.listed("customer=cust-42&state=all").await, [second.clone(), first.clone()]);
    assert_eq!(place.listed("customer=cust-4&state=all").await, Vec::<String>::new());
    assert_eq!(place.listed("read=false&state=all").await, [other.clone(), first]);
    assert_eq!(place.listed("read=true&state=all").await, [second]);
    for wrong in ["read=maybe", "state=gone", "tag=%20"] {
        let field = place.read(&format!("/v1/responses?{wrong}")).await.refused(Code::INVALID_PARAMETER);
        assert!(wrong.starts_with(&field), "{wrong}");
    }
    let counts = place.read("/v1/responses/count?customer=cust-42").await.ok();
    let by_state = json!({ "counted": 1, "quarantined": 0, "test": 0, "excluded": 1 });
    assert_eq!(counts, json!({ "count": 1, "unread": 1, "by_state": by_state, "most": 1_000 }));
    assert_eq!(place.read("/v1/responses/count?state=all").await.ok()["count"], 3);
}

#[tokio::test]
async fn what_is_too_much_is_refused_before_anything_changes() {
    let place = Place::new().await;
    let id = place.answered(9, json!({})).await;
    let tags: Vec<String> = (0..21).map(|number| format!("t{number}")).collect();
    assert_eq!(place.change(&id, json!({ "tags": tags })).await.refused(Code::INVALID_FIELD), "tags");
    for wrong in ["", "  ", &"x".repeat(41)] {
        assert_eq!(place.change(&id, json!({ "tags": ["a", wrong] })).await.refused(Code::INVALID_FIELD), "tags[1]");
    }
    place.change(&id, json!({ "tags": tags[..20] })).await.ok();
    let one_more = json!({ "ids": [id], "read": true, "add_tags": ["one more"] });
    assert_eq!(place.change_many(one_more).await.refused(Code::INVALID_FIELD), "add_tags");
    assert_eq!(place.read(&format!("/v1/responses/{id}")).await.ok()["read"], false);
    let many: Vec<String> = (0..501).map(|_| crate::harness::new_id()).collect();
    assert_eq!(place.change_many(json!({ "ids": many, "read": true })).await.refused(Code::TOO_MANY_ITEMS), "ids");
    assert_eq!(place.change_many(json!({ "read": true })).await.refused(Code::MISSING_FIELD), "ids");
    place.change(&crate::harness::new_id(), json!({ "read": true })).await.refused(Code::NOT_FOUND);
}

#[tokio::test]
async fn exports_have_the_marks() {
    let place = Place::new().await;
    let id = place.answered(9, json!({})).await;
    place.change(&id, json!({ "read": true, "tags": ["=1+1", "late"], "state": "excluded" })).await.ok();
    let csv = place.read("/v1/exports/responses.csv?state=excluded&tag=late").await.text();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 2, "{csv}");
    assert!(lines[0].contains(",title,read,tags,") && lines[1].contains(",true,'=1+1 | late,"), "{csv}");
    assert!(lines[1].contains(",excluded,"), "{csv}");
    let line: Value =
        serde_json::from_str(&place.read("/v1/exports/responses.jsonl?state=all").await.text()).expect("JSON");
    assert_eq!((&line["tags"], &line["read"]), (&json!(["=1+1", "late"]), &json!(true)));
}
