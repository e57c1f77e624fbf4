//! The intake's parsers without the store: what `crate::http::parsers` feeds with bytes that nobody meant well.

use bearing_shared::answer::{self, Submission};
use bearing_shared::api::intake::EventIn;
use bearing_shared::fault::Fault;
use bearing_shared::instrument::Instrument;
use bearing_shared::survey::Survey;

use super::{Source, judge, parse};
use crate::time;

/// The moment at which it is judged, ms since 1970 UTC.
const NOW: i64 = 1_790_000_000_000;

/// Reads answers as a browser and as a site's own server send them, and checks each against a survey of every instrument.
pub(crate) fn responses(body: &[u8]) {
    for source in [Source::Embed, Source::Server] {
        let Ok(parsed) = parse::items::<Submission>(body, source) else { continue };
        parsed.items.into_iter().filter_map(|item| item.value.ok()).for_each(|sent| one(&sent));
    }
}

fn one(sent: &Submission) {
    for instrument in [Instrument::Nps, Instrument::Csat, Instrument::Ces1, Instrument::Ces2] {
        let checked = answer::check(sent, &Survey::standard("Any", instrument));
        let Ok(checked) = checked else { continue };
        for address in [checked.context.url, checked.context.referrer].into_iter().flatten() {
            self::address(&address);
        }
        if let (Some(customer), Some(signature)) = (&checked.respondent.customer, &checked.respondent.signature) {
            crate::auth::is_signed("secret", customer, signature);
        }
    }
    let oldest = NOW - time::OLDEST_MS;
    let dated = time::dated(sent.age_ms, sent.shown_at.as_deref(), sent.answered_at.as_deref(), NOW, oldest);
    // Lists rely on it: nothing was shown after it was answered, nor answered long after it arrived.
    if let Ok((shown, answered)) = dated {
        assert!(shown <= answered && shown >= oldest, "{shown} {answered}");
    }
}

/// Reads events.
pub(crate) fn events(body: &[u8]) {
    let parsed: Result<parse::Parsed<EventIn>, Fault> = parse::items(body, Source::Embed);
    for sent in parsed.into_iter().flat_map(|parsed| parsed.items).filter_map(|item| item.value.ok()) {
        let _ = answer::check_attributes(&sent.attributes);
    }
}

/// Makes an address plain: what is left holds nothing that was to go, and stays as it is.
pub(crate) fn address(text: &str) {
    let kept = ["utm_source".to_owned()];
    let Some(plain) = judge::plain_address(text, &[]) else { return };
    assert!(!plain.contains(['?', '#']), "{plain}");
    assert_eq!(judge::plain_address(&plain, &[]).as_ref(), Some(&plain), "plain already");
    if let Some(some) = judge::plain_address(text, &kept) {
        assert_eq!(judge::plain_address(&some, &[]), Some(plain), "the rest is the same");
        assert_eq!(judge::plain_address(&some, &kept).as_ref(), Some(&some), "plain already");
    }
}
