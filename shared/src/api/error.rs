//! The one error envelope: `{"error":{"code","message","field"}}`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// The envelope of every reply that is not a success.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong, for a program and for a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorDetail {
    /// A snake_case code; docs/API.md lists them all.
    pub code: Cow<'static, str>,
    /// One sentence that says what to do.
    pub message: String,
    /// The field at fault, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl From<Fault> for ErrorDetail {
    fn from(fault: Fault) -> Self {
        Self { code: fault.code.name.into(), message: fault.message, field: fault.field }
    }
}
