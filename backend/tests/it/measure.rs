//! The routes that only measurements mount: what they store, and that nobody else is served them.

use std::sync::Arc;

use bearing::http;
use bearing_shared::fault::Code;

use crate::harness::{Server, answer};

#[tokio::test]
async fn what_is_measured_beside_the_intake_replies_as_it_does_and_is_not_served() {
    let mut server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let routes = [("noop".to_owned(), 0), ("json".to_owned(), 0), (format!("unshared/{}", site.key), 1)];
    for (route, _) in &routes {
        server.post(&format!("/measure/{route}")).json(&answer(&survey, 9)).await.refused(Code::NOT_FOUND);
    }
    server.router = http::router_with(Arc::clone(&server.app), http::measure::routes());
    let mut stored = 0;
    for (route, stores) in routes {
        let reply = server.post(&format!("/measure/{route}")).json(&answer(&survey, 9)).await.ok();
        assert_eq!(reply["results"][0]["status"], "stored", "{route}");
        stored += stores;
        assert_eq!(server.score(&site, "metric=nps").await["n"], stored, "{route}");
    }
}
