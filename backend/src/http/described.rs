//! What the descriptions of handlers leave out, since it holds for many: credentials, the site, and how routes refuse.

use utoipa::Modify;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, AllOf, Components, Object, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{OpenApi, Ref, RefOr, Required, ResponseBuilder, Schema};

use axum::http::StatusCode;

/// Where the schemas are.
const SCHEMAS: &str = "#/components/schemas/";

/// Says in the description that management routes take a key or a session.
pub(super) struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("key", scheme);
        components.add_security_scheme("link", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let cookie = ApiKeyValue::new("__Host-bearing");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// The description with what handlers leave out: the key that every management route asks for, the refusals of every
/// route, and what OpenAPI 3.1 requires: ids that differ, and a word for each status.
pub(super) fn completed(mut openapi: OpenApi) -> OpenApi {
    for (path, item) in &mut openapi.paths.paths {
        let resource = path.strip_prefix("/v1/").and_then(|rest| rest.split('/').next());
        let operations =
            [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete].into_iter().filter_map(Option::as_mut);
        for operation in operations {
            secured(operation);
            refusing(operation);
            // Handlers of two resources have the same names: `sites_read`, `surveys_read`.
            if let (Some(resource), Some(id)) = (resource, &mut operation.operation_id) {
                *id = format!("{resource}_{id}");
            }
            for (status, response) in &mut operation.responses.responses {
                let word = status.parse().ok().and_then(|status: StatusCode| status.canonical_reason());
                if let (RefOr::T(response), Some(word)) = (response, word)
                    && response.description.is_empty()
                {
                    word.clone_into(&mut response.description);
                }
            }
        }
    }
    if let Some(components) = &mut openapi.components {
        open_parts(components);
    }
    openapi
}

fn tagged(operation: &Operation, wanted: &str) -> bool {
    operation.tags.iter().flatten().any(|tag| tag == wanted)
}

/// Which credentials a route takes.
fn secured(operation: &mut Operation) {
    let by = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
    if tagged(operation, "management") {
        operation.security = Some(vec![by("key"), by("session")]);
        take_site(operation);
    } else if tagged(operation, "shared") {
        operation.security = Some(vec![by("link")]);
    } else if tagged(operation, "session") {
        operation.security = Some(vec![by("session")]);
    }
}

/// Every management route takes the site's id: a key's own may be left out, and so may a member's only one.
fn take_site(operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    if parameters.iter().all(|parameter| !matches!(parameter, RefOr::T(parameter) if parameter.name == "site")) {
        let mut site = Parameter::new("site");
        site.parameter_in = ParameterIn::Query;
        site.required = Required::False;
        site.schema = Some(Object::with_type(Type::String).into());
        parameters.push(RefOr::T(site));
    }
}

/// How a route can refuse that its handler does not name: who asks, what is asked for, the body, and want of room.
fn refusing(operation: &mut Operation) {
    let mut statuses: Vec<&str> = Vec::new();
    if tagged(operation, "management") {
        // The site that is named may be another's.
        statuses.extend(["401", "403", "404", "422"]);
    } else if tagged(operation, "session") || tagged(operation, "shared") {
        statuses.extend(["401", "403", "422"]);
    }
    let reads_json = matches!(&operation.request_body,
        Some(RefOr::T(body)) if body.content.contains_key("application/json"));
    if reads_json {
        statuses.extend(["400", "413", "415", "422"]);
    }
    if !tagged(operation, "operations") {
        statuses.extend(["408", "503"]);
    }
    for status in statuses {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| {
            let schema = Ref::new(format!("{SCHEMAS}ErrorBody"));
            let content = ContentBuilder::new().schema(Some(schema)).build();
            RefOr::T(ResponseBuilder::new().content("application/json", content).build())
        });
    }
}

/// Lets the parts that a larger reply is made of stand beside its own fields: a part that is closed against others would
/// forbid them.
fn open_parts(components: &mut Components) {
    let mut parts = Vec::new();
    for schema in components.schemas.values() {
        if let RefOr::T(Schema::AllOf(AllOf { items, .. })) = schema {
            let named = items.iter().filter_map(|item| match item {
                RefOr::Ref(part) => part.ref_location.strip_prefix(SCHEMAS).map(str::to_owned),
                RefOr::T(_) => None,
            });
            parts.extend(named);
        }
    }
    for part in parts {
        if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(&part)
            && matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
        {
            object.additional_properties = None;
        }
    }
}
