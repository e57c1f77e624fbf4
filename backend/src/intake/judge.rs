//! Judging one submission: its survey, version and time, who sent it, and where it counts.

use bearing_shared::answer::{self, Submission};
use bearing_shared::api::intake::EventIn;
use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{ResponseId, SurveyId};
use bearing_shared::privacy::redact;
use bearing_storage::{Accept, Arrival, EventCount, Marks, PublishedVersion, Right, StoredResponse, Withdrawal};

use super::Source;
use crate::auth;
use crate::directory::SiteView;
use crate::strangers::{Sender, guard};
use crate::time;

/// Whether the fault may come from a view that is a moment behind the store.
pub(super) fn may_be_stale(fault: &Fault) -> bool {
    matches!(fault.code, Code::UNKNOWN_SURVEY | Code::UNPUBLISHED_VERSION | Code::SURVEY_CLOSED)
}

fn version<'a>(
    view: &'a SiteView,
    survey: &str,
    version: u32,
    now: i64,
    source: Source,
) -> Result<&'a PublishedVersion, Fault> {
    let published = known(view, survey, version)?;
    // Answers wait 7 days in the browser; what was shown in good faith is taken a day longer.
    let closed = published.closed_at.is_some_and(|closed| now - closed > time::OLDEST_MS);
    if closed && source != Source::Server {
        return Err(Fault::at(Code::SURVEY_CLOSED, "version", Code::SURVEY_CLOSED.meaning));
    }
    Ok(published)
}

/// A version that was published at some time.
fn known<'a>(view: &'a SiteView, survey: &str, version: u32) -> Result<&'a PublishedVersion, Fault> {
    let versions = view.versions(&SurveyId::from(survey));
    let found = versions.iter().find(|published| published.version == version);
    found.ok_or_else(|| match versions.is_empty() {
        true => Fault::at(Code::UNKNOWN_SURVEY, "survey", "The site has no published survey with that id."),
        false => Fault::at(Code::UNPUBLISHED_VERSION, "version", Code::UNPUBLISHED_VERSION.meaning),
    })
}

/// Makes a submission something to take in.
pub(super) fn arrival(
    sent: &Submission,
    view: &SiteView,
    now: i64,
    source: Source,
    sender: &Sender,
) -> Result<Arrival, Fault> {
    if sent.withdrawn {
        withdrawal(sent, view, now, source).map(Arrival::Withdrawal)
    } else {
        response(sent, view, now, source, sender).map(Arrival::Answer)
    }
}

/// Makes a submission the end of a response. A closed survey does not stand in the way: what was answered can be taken back.
fn withdrawal(sent: &Submission, view: &SiteView, now: i64, source: Source) -> Result<Withdrawal, Fault> {
    known(view, &sent.survey, sent.version)?;
    let id = answer::response_id(sent)?;
    // An id that nobody has used is remembered only if its answer can still come: strangers could otherwise fill the
    // store with the ids of any time. Within these days it costs them as much as an answer does.
    let keeps_out = source == Source::Server || made_at(id).is_some_and(|made| (now - made).abs() <= time::OLDEST_MS);
    let right = match source {
        Source::Server => Right::Site,
        Source::Embed | Source::Hosted => Right::Visitor { token: guard::named(sent) },
    };
    Ok(Withdrawal { site: view.site.id.clone(), id, right, keeps_out, at: now })
}

/// When a UUIDv7 was made, ms since 1970 UTC by its maker's clock; `None` for another kind of id.
fn made_at(id: ResponseId) -> Option<i64> {
    let is_v7 = id.0[6] >> 4 == 7 && id.0[8] >> 6 == 0b10;
    is_v7.then(|| id.0[..6].iter().fold(0, |ms, byte| ms << 8 | i64::from(*byte)))
}

/// Whether the site signed the customer's id: as it is stored, or with the white space around it that the site's own
/// record has. What was cut or cleaned otherwise is another id. The secret before holds as long as it was given.
fn is_signed(view: &SiteView, sent: &Submission, customer: &str, signature: &str, now: i64) -> bool {
    let raw = sent.respondent.customer.as_deref().filter(|raw| raw.trim() == customer);
    let previous = view.site.previous.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
    let by =
        |secret: &String| [Some(customer), raw].into_iter().flatten().any(|id| auth::is_signed(secret, id, signature));
    by(&view.site.identity_secret) || previous.is_some_and(by)
}

/// Makes a submission a row to store.
fn response(sent: &Submission, view: &SiteView, now: i64, source: Source, sender: &Sender) -> Result<Accept, Fault> {
    let published = version(view, &sent.survey, sent.version, now, source)?;
    let checked = answer::check(sent, &published.survey)?;
    // A site's server brings years of answers from another system.
    let oldest = if source == Source::Server { time::FIRST_MS } else { now - time::OLDEST_MS };
    let (shown_at, answered_at) =
        time::dated(sent.age_ms, sent.shown_at.as_deref(), sent.answered_at.as_deref(), now, oldest)?;
    let settings = &view.site.settings;
    let identity = match (&checked.respondent.customer, &checked.respondent.signature) {
        (None, _) => Identity::Anonymous,
        (Some(customer), Some(signature)) if is_signed(view, sent, customer, signature, now) => Identity::Verified,
        // Whoever holds a key could sign as well.
        (Some(_), _) if source == Source::Server => Identity::Verified,
        (Some(_), _) => Identity::Unverified,
    };
    // The answer is kept either way; where the site demands signing, nobody can write into a customer's record.
    let linked = identity == Identity::Verified || !settings.require_signature;
    let mut context = checked.context;
    // Who holds a key is no stranger.
    let (suspicion, display) = match source {
        Source::Embed | Source::Hosted => guard::judge(&view.site, sent, sender, now),
        Source::Server => Default::default(),
    };
    let kept = |address: Option<String>| plain_address(&address?, &settings.url_parameters);
    context.url = kept(context.url);
    context.referrer = kept(context.referrer);
    let mut answers = checked.answers;
    if !settings.redact.is_empty() {
        // What people write, and the title, which a page may have made of it. What the site itself says (touchpoint,
        // attributes, the customer's id) is its own choice, and told apart by its exact words.
        let texts = answers.iter_mut().filter_map(|answer| answer.text.as_mut()).chain(&mut context.title);
        for text in texts {
            *text = redact(text, &settings.redact);
        }
    }
    let response = StoredResponse {
        id: checked.id,
        seq: sent.seq,
        survey: published.id.clone(),
        version: published.version,
        instrument: published.survey.instrument,
        touchpoint: checked.touchpoint,
        score: checked.score,
        completed: sent.completed,
        state: if sent.test { ResponseState::Test } else { ResponseState::Counted },
        identity,
        visitor: checked.respondent.visitor,
        customer: checked.respondent.customer.filter(|_| linked),
        answers,
        attributes: checked.attributes,
        context,
        shown_at,
        answered_at,
        // Never before `shown_at`, which `time::dated` holds to now at the latest: lists rely on it.
        received_at: now,
        source: source.name().to_owned(),
        suspicion,
        marks: Marks::default(),
    };
    Ok(Accept { site: view.site.id.clone(), response, display })
}

/// An address without what may identify a person: no fragment, name or password, and of its query only the parameters of
/// these names, in the order sent. `None` for what is no http(s) address.
pub(super) fn plain_address(text: &str, parameters: &[String]) -> Option<String> {
    let mut url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let is_kept = |part: &&str| {
        let name = url::form_urlencoded::parse(part.as_bytes()).next().map(|(name, _)| name);
        name.is_some_and(|name| parameters.iter().any(|kept| *kept == name))
    };
    let query: Vec<&str> = url.query().unwrap_or_default().split('&').filter(is_kept).collect();
    let query = (!query.is_empty()).then(|| query.join("&"));
    url.set_query(query.as_deref());
    url.set_fragment(None);
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url.into())
}

/// Makes an event a count.
pub(super) fn event(sent: EventIn, view: &SiteView, now: i64) -> Result<EventCount, Fault> {
    let published = version(view, &sent.survey, sent.version, now, Source::Embed)?;
    let attributes = answer::check_attributes(&sent.attributes)?;
    Ok(EventCount {
        site: view.site.id.clone(),
        kind: sent.kind,
        survey: published.id.clone(),
        version: published.version,
        instrument: published.survey.instrument,
        touchpoint: answer::cleaned(sent.touchpoint.as_deref().unwrap_or_default()),
        at: now,
        device: sent.device,
        locale: sent.locale,
        attributes,
        count: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_when_it_was_made() {
        let made = |text: &str| made_at(ResponseId::parse(text).expect("is an id"));
        assert_eq!(made("01932f6e-7a51-7bd2-9c4f-5d0c2f6f0e11"), Some(0x0193_2f6e_7a51));
        assert_eq!(made("01932f6e-7a51-4bd2-9c4f-5d0c2f6f0e11"), None, "another version");
        assert_eq!(made("01932f6e-7a51-7bd2-4c4f-5d0c2f6f0e11"), None, "another variant");
    }

    #[test]
    fn addresses_are_kept_without_query_fragment_and_password() {
        let kept = plain_address("https://me:secret@shop.example/thanks?token=1#x", &[]);
        assert_eq!(kept.as_deref(), Some("https://shop.example/thanks"));
        for text in ["javascript:alert(1)", "data:text/html,x", "not an address", ""] {
            assert_eq!(plain_address(text, &["x".into()]), None, "{text}");
        }
    }

    #[test]
    fn parameters_stay_that_the_site_names_and_no_other() {
        let names = ["utm_source".to_owned(), "a b".to_owned(), "list[]".to_owned()];
        for (query, expected) in [
            ("?utm_source=news&token=1", "?utm_source=news"),
            ("?token=1&list[]=2&utm_source=x&list[]=1", "?list[]=2&utm_source=x&list[]=1"),
            ("?utm_source=a%26token%3D1&UTM_SOURCE=b", "?utm_source=a%26token%3D1"),
            ("?utm%5Fsource=x&a+b=1&a%20b=2", "?utm%5Fsource=x&a+b=1&a%20b=2"),
            ("?utm_source", "?utm_source"),
            ("?xutm_source=1&utm_source_=2;utm_source=3&=utm_source&?utm_source=4", ""),
            ("?&&", ""),
            ("?utm_source=x#utm_source=y", "?utm_source=x"),
        ] {
            let kept = plain_address(&format!("https://me:secret@shop.example/{query}"), &names);
            assert_eq!(kept, Some(format!("https://shop.example/{expected}")), "{query}");
        }
    }
}
