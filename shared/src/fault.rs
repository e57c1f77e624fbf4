//! Every way a request can be wrong: one code, one HTTP status and one plain meaning each.

/// A machine-readable reason for a refusal. The list is the whole list: docs/API.md is generated from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    /// The snake_case name on the wire.
    pub name: &'static str,
    /// The HTTP status of a request that fails with it alone.
    pub status: u16,
    /// What it means and what to do, for docs/API.md.
    pub meaning: &'static str,
}

macro_rules! codes {
    ($($constant:ident $name:literal $status:literal $meaning:literal;)+) => {
        impl Code {
            $(#[doc = $meaning] pub const $constant: Self = Self { name: $name, status: $status, meaning: $meaning };)+
            /// Every code, in the order of the table in docs/API.md.
            pub const ALL: &'static [Self] = &[$(Self::$constant),+];
        }
    };
}

codes! {
    MALFORMED_JSON "malformed_json" 400 "The body is not JSON; send one JSON object or array.";
    INVALID_UTF8 "invalid_utf8" 400 "The body is not UTF-8; encode it as UTF-8.";
    INCOMPLETE_BODY "incomplete_body" 400 "The connection ended before the whole body arrived; send it again.";
    MALFORMED_REQUEST "malformed_request" 400 "The bytes are no HTTP/1.1 request; speak HTTP/1.1 here, and TLS or HTTP/2 to the proxy in front.";
    UNAUTHORIZED "unauthorized" 401 "Send `Authorization: Bearer sk_…` with a key that is not revoked, or sign in.";
    ORIGIN_NOT_ALLOWED "origin_not_allowed" 403 "The page's origin is not on the site's list; add it to the site's origins.";
    INSUFFICIENT_SCOPE "insufficient_scope" 403 "The key's scope or the member's role does not allow this; the message names the one that does.";
    CROSS_SITE "cross_site" 403 "Another site's page sent this in a member's name; use the dashboard's own pages, or a key.";
    SESSION_REQUIRED "session_required" 403 "Only a member who is signed in may do this, never a key; use the dashboard.";
    NOT_FOUND "not_found" 404 "Nothing here has that address or id, or it belongs to another site.";
    UNKNOWN_SITE "unknown_site" 404 "No site has that key; copy the tag again from the site's settings.";
    METHOD_NOT_ALLOWED "method_not_allowed" 405 "The address exists, but not for this method; see /docs.";
    REQUEST_TIMEOUT "request_timeout" 408 "The body took too long to arrive; send it again.";
    CONFLICT "conflict" 409 "The thing is not in a state that allows this; the message says which state it is in.";
    BODY_TOO_LARGE "body_too_large" 413 "The body is larger than this address takes; send it in parts.";
    RESPONSE_TOO_LARGE "response_too_large" 413 "One response is larger than 16 KiB; shorten it.";
    UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" 415 "Send `content-type: application/json` (or `text/plain` from a tag).";
    INVALID_FIELD "invalid_field" 422 "The field named in `field` has a wrong type or form; the message says what it takes.";
    MISSING_FIELD "missing_field" 422 "The field named in `field` is required.";
    UNKNOWN_FIELD "unknown_field" 422 "The field named in `field` is not known here; the message lists those that are.";
    MISSING_PARAMETER "missing_parameter" 422 "The query parameter named in `field` is required here.";
    UNKNOWN_PARAMETER "unknown_parameter" 422 "The query parameter named in `field` is not known here.";
    INVALID_PARAMETER "invalid_parameter" 422 "The query parameter named in `field` has a value that is not allowed; the message says what is.";
    JSON_TOO_DEEP "json_too_deep" 422 "The JSON nests deeper than 16 levels.";
    TOO_MANY_ITEMS "too_many_items" 422 "The array holds more items than one request takes (50, with a key 1,000); send the rest in another.";
    TOO_MANY_ANSWERS "too_many_answers" 422 "A response holds at most 20 answers.";
    TOO_MANY_ATTRIBUTES "too_many_attributes" 422 "A response holds at most 20 attributes.";
    INVALID_ATTRIBUTE "invalid_attribute" 422 "An attribute's name is 1 to 40 of a–z, 0–9 and _, its value text of at most 200 characters.";
    TEXT_TOO_LONG "text_too_long" 422 "A text answer holds at most 4,000 characters.";
    INVALID_ID "invalid_id" 422 "A response's id is a UUID such as 01932f6e-7a51-7bd2-9c4f-5d0c2f6f0e11.";
    UNKNOWN_SURVEY "unknown_survey" 422 "The site has no survey with that id.";
    UNPUBLISHED_VERSION "unpublished_version" 422 "That version of the survey was never published.";
    SURVEY_CLOSED "survey_closed" 422 "The survey was paused, or the version replaced, more than 8 days ago.";
    UNKNOWN_QUESTION "unknown_question" 422 "That version of the survey has no question with that id.";
    REPEATED_QUESTION "repeated_question" 422 "A question is answered twice in one response.";
    MISSING_SCORE "missing_score" 422 "A response needs a score: an answer to the survey's first question.";
    OUT_OF_SCALE "out_of_scale" 422 "The score is not a whole number on the question's scale; 0 is on the NPS scale.";
    UNKNOWN_CHOICE "unknown_choice" 422 "The question has no choice with that id, or takes only one.";
    TIME_OUT_OF_RANGE "time_out_of_range" 422 "The time lies more than 8 days back (with a key: before 1970) or more than 5 minutes ahead; send `age_ms`.";
    NOT_YOURS "not_yours" 422 "Only the browser that gave a response may change it or take it back: for 8 days, and by the display token that the response came with, if it came with one. A key with the scope `write` may at any time.";
    ERASED "erased" 422 "A response with this id was erased and cannot come back.";
    MIXED_INSTRUMENTS "mixed_instruments" 422 "The answers come from two instruments (CES 1.0 and 2.0); name one survey.";
    TOO_MUCH_TO_READ "too_much_to_read" 422 "So many answers cannot be read within 5 seconds; take fewer days, or declare the attribute so that it is counted.";
    TOO_MANY_TRIES "too_many_tries" 429 "The password was tried too often; come back after `Retry-After` seconds.";
    RATE_LIMITED "rate_limited" 429 "Too much came from this network, or for this site; send it again after `Retry-After` seconds.";
    TOO_MANY_STREAMS "too_many_streams" 429 "The site has as many live streams open as it may: 1,000, of them 500 by shared links; close one, or try again after `Retry-After` seconds.";
    HEAD_TOO_LARGE "head_too_large" 431 "The request's address or headers are too large; send at most 100 headers and 64 KiB.";
    INTERNAL "internal" 500 "Something failed on the server; the request id in `x-request-id` finds it in the log.";
    OVERLOADED "overloaded" 503 "The server has too much to do; try again after `Retry-After` seconds.";
    STORAGE_UNAVAILABLE "storage_unavailable" 503 "The server cannot write to its store; try again after `Retry-After` seconds.";
    SHUTTING_DOWN "shutting_down" 503 "The server is stopping; try again after `Retry-After` seconds.";
}

/// One thing that is wrong with an input: the code, where, and one sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault it is.
    pub code: Code,
    /// The path of the field at fault (`answers[0].value`), where there is one.
    pub field: Option<String>,
    /// One sentence for a person.
    pub message: String,
}

impl Fault {
    /// A fault without a field.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, field: None, message: message.into() }
    }

    /// A fault at a field.
    pub fn at(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, field: Some(field.into()), message: message.into() }
    }

    /// The same fault, its field below `parent` (`answers[0]` + `value` = `answers[0].value`).
    #[must_use]
    pub fn under(mut self, parent: &str) -> Self {
        self.field = Some(match self.field {
            Some(field) => format!("{parent}.{field}"),
            None => parent.to_owned(),
        });
        self
    }
}
