//! The fields of an HTML form, by name.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::HeaderMap;
use bearing_shared::fault::{Code, Fault};

use super::extract;

/// Form fields by name; a name may repeat.
pub(super) type Fields = BTreeMap<String, Vec<String>>;

/// Reads fields as forms and queries encode them.
pub(super) fn fields(encoded: &[u8]) -> Fields {
    let mut fields = Fields::new();
    for (name, value) in url::form_urlencoded::parse(encoded) {
        fields.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    fields
}

/// The first value of a field; empty without one.
pub(super) fn first<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(|values| values.first()).map_or("", String::as_str)
}

/// Reads the fields of a form that was sent.
///
/// # Errors
/// `unsupported_media_type`, and those of [`extract::body`].
pub(super) async fn sent(headers: &HeaderMap, body: Body, limit: usize) -> Result<Fields, Fault> {
    if !extract::has_type(headers, &["application/x-www-form-urlencoded"]) {
        let message = "Send the form as application/x-www-form-urlencoded.";
        return Err(Fault::new(Code::UNSUPPORTED_MEDIA_TYPE, message));
    }
    Ok(fields(&extract::body(headers, body, limit).await?))
}
