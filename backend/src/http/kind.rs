//! Which kind of request an address is for, by the route that it matched.

use axum::http::Method;

use crate::admission::Kind;

/// The kind of a request to a route, as the router writes it; none: it matched none.
pub(super) fn kind(method: &Method, route: Option<&str>) -> Kind {
    let Some(route) = route else { return Kind::Nowhere };
    let posts = method == Method::POST;
    match route {
        "/v1/embed/{site_key}/responses" if posts => Kind::Intake,
        "/v1/embed/{site_key}/events" if posts => Kind::Events,
        "/s/{survey}" if posts => Kind::Hosted,
        "/v1/responses" if posts => Kind::Import,
        "/healthz" | "/readyz" | "/metrics" | "/openapi.json" => Kind::Operations,
        // What is measured beside the intake comes in as the intake does.
        _ if route.starts_with("/measure/") => Kind::Intake,
        _ if route.starts_with("/docs") => Kind::Operations,
        _ if route.starts_with("/v1/embed/") => Kind::Pages,
        _ if route.starts_with("/v1/reports/") => Kind::Reports,
        _ if route.starts_with("/v1/exports/") => Kind::Exports,
        _ if route.starts_with("/v1/") => Kind::Management,
        _ => Kind::Pages,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_described_route_has_the_kind_of_its_work() {
        let openapi = crate::http::openapi();
        let of = |kind_of: Kind| -> Vec<String> {
            let paths = openapi.paths.paths.iter().flat_map(|(path, item)| {
                [(Method::GET, &item.get), (Method::POST, &item.post), (Method::PATCH, &item.patch)]
                    .into_iter()
                    .filter(|(_, operation)| operation.is_some())
                    .map(move |(method, _)| (method, path))
            });
            let found = paths.filter(|(method, path)| kind(method, Some(path)) == kind_of);
            found.map(|(method, path)| format!("{method} {path}")).collect()
        };
        assert_eq!(of(Kind::Intake), ["POST /v1/embed/{site_key}/responses"]);
        assert_eq!(of(Kind::Events), ["POST /v1/embed/{site_key}/events"]);
        assert_eq!(of(Kind::Hosted), ["POST /s/{survey}"]);
        assert_eq!(of(Kind::Import), ["POST /v1/responses"]);
        assert!(of(Kind::Exports).iter().all(|route| route.starts_with("GET /v1/exports/")));
        assert_eq!(of(Kind::Exports).len(), 4);
        assert_eq!(of(Kind::Operations), ["GET /healthz", "GET /metrics", "GET /readyz"]);
        assert!(of(Kind::Reports).iter().all(|route| route.starts_with("GET /v1/reports/")));
        assert!(of(Kind::Pages).contains(&"GET /s/{survey}".to_owned()));
        assert!(of(Kind::Management).contains(&"GET /v1/responses".to_owned()));
        assert!(of(Kind::Nowhere).is_empty());
    }
}
