//! The parsers that a stranger reaches, by name and fed with bytes: what `cargo xtask fuzz` calls, and a short test beside.
//!
//! Each may refuse whatever it likes. It must not panic, and what it lets through keeps what is said of it here.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use bearing_shared::api::sites::SiteSettings;
use bearing_shared::api::surveys::SurveyContent;
use bearing_shared::formula::defused;
use bearing_shared::id::{ResponseId, SiteId, SiteKey};
use bearing_shared::instrument::Instrument;
use bearing_shared::look::{Colour, is_address};
use bearing_shared::survey::Survey;
use bearing_storage::Site;
use bearing_widget::server::{SiteFacts, SurveyView, first_question_tree};
use bearing_widget::tree;

use super::params::Params;
use super::{exports, extract, files, forms, reader, responses, sign_in};
use crate::auth::{email, session, share::Hold};
use crate::integrations::webhooks::address as webhook_address;
use crate::strangers::display::{self, Shown};
use crate::strangers::{Proxies, address};
use crate::{intake, origins, strangers};

/// A parser that takes any bytes.
pub type Parser = fn(&[u8]);

/// Every parser by its name, which is the name of its corpus too.
pub const PARSERS: [(&str, Parser); 14] = [
    ("responses", intake::parsers::responses),
    ("events", intake::parsers::events),
    ("query", query),
    ("form", form),
    ("cookie", cookie),
    ("headers", headers),
    ("cursor", cursor),
    ("address", address_of_a_page),
    ("webhook", webhook),
    ("display", display_token),
    ("forwarded", forwarded),
    ("export", export),
    ("tree", element_tree),
    ("survey", survey),
];

/// The bytes as text; what is no UTF-8 has its bytes replaced, as a stranger may send those too.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The bytes as the value of a header, if a server would take it off the wire.
fn of_header(name: HeaderName, bytes: &[u8]) -> HeaderMap {
    HeaderValue::from_bytes(bytes).map(|value| HeaderMap::from_iter([(name, value)])).unwrap_or_default()
}

/// What says that a survey was shown: nobody who does not know the site's secret makes one.
fn display_token(bytes: &[u8]) {
    let site = Site {
        id: SiteId::from("st_a"),
        key: SiteKey::from("pk_a"),
        identity_secret: "secret".into(),
        previous: Some(("before".into(), i64::MAX)),
        settings: SiteSettings::named("Shop"),
        created_at: 0,
    };
    let text = text(bytes);
    let shown = display::read(&site, "sv_a", Some(&text), 1_800_000_000_000);
    assert!(!matches!(shown, Shown::Told { .. }), "{shown:?}");
    if let Some(token) = display::named(&text) {
        // The nineteenth letter holds bits of what follows the token too.
        let written = data_encoding::BASE64URL_NOPAD.encode(&token);
        assert_eq!(text.get(..18), written.get(..18), "what it names is what it says");
    }
}

/// What proxies say of whom they were connected to: of one that is not named nothing is believed, and what a client wrote
/// changes nothing.
fn forwarded(bytes: &[u8]) {
    let proxies = Proxies::read(&["10.0.0.0/8".to_owned()]).unwrap_or_default();
    let (ours, client) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([203, 0, 113, 9]));
    let name = HeaderName::from_static("x-forwarded-for");
    let mut headers = of_header(name.clone(), bytes);
    assert_eq!(strangers::client(&proxies, client, &headers), client);
    // Whoever it is, a bucket can be found for.
    address::network(strangers::client(&proxies, ours, &headers));
    headers.append(name, HeaderValue::from_static("203.0.113.9"));
    assert_eq!(strangers::client(&proxies, ours, &headers), client);
}

/// The queries of lists, exports and reports, and what a shared link is held to.
fn query(bytes: &[u8]) {
    let query = text(bytes);
    let read = || Params::read(Some(query.clone()));
    let mut params = read();
    let filter = responses::filter(&mut params);
    let limit = params.limit();
    if let (Ok(_), Ok(limit), Ok(())) = (filter, limit, params.end()) {
        assert!((1..=500).contains(&limit), "{limit}");
    }
    let mut params = read();
    if let Ok(Some((from, to))) = params.window("baseline_from", "baseline_to") {
        assert!(from <= to, "{from} {to}");
    }
    let asked: Vec<(String, String)> = url::form_urlencoded::parse(bytes).into_owned().collect();
    let hold = Hold { filter: [("survey".to_owned(), "sv_held".to_owned())].into(), comments: false };
    if let Ok(held) = hold.held(asked) {
        let surveys: Vec<&String> = held.iter().filter(|(name, _)| name == "survey").map(|(_, value)| value).collect();
        assert_eq!(surveys, ["sv_held"], "nothing widens a link");
    }
}

/// Fields of forms, an address that somebody signs in with, and where they go then.
fn form(bytes: &[u8]) {
    let fields = forms::fields(bytes);
    let next = sign_in::safe_next(forms::first(&fields, "next"));
    assert!(next.starts_with("/app") && !next.contains("//"), "{next}");
    let normal = email::normal(forms::first(&fields, "email"));
    if email::is_email(&normal) {
        assert!(email::is_email(&email::normal(&normal)), "{normal}");
    }
}

/// Cookies of sessions and sign-ins.
fn cookie(bytes: &[u8]) {
    for value in session::named(&of_header(header::COOKIE, bytes), &["__Host-bearing", "bearing"]) {
        assert!(!value.is_empty() && !value.contains(';'), "{value}");
    }
}

/// What browsers say of languages, encodings and copies that they have, media types, and of the page's origin.
fn headers(bytes: &[u8]) {
    let languages = reader::Languages::new("", &of_header(header::ACCEPT_LANGUAGE, bytes));
    let _ = (languages.language(), languages.nearest(["en", "nl", "pt-BR", "zh-Hant"].into_iter()));
    let sent = text(bytes);
    let _ = (files::takes(&sent, "br"), files::matches(&sent, "\"tag\""));
    extract::has_type(&of_header(header::CONTENT_TYPE, bytes), &["application/json"]);
    let _ = origins::is_of(&sent, "https://*.shop.example");
    if let Some(origin) = origins::written(&sent) {
        assert_eq!(origins::written(&origin).as_ref(), Some(&origin), "written one way");
    }
}

/// Cursors and ids in paths.
fn cursor(bytes: &[u8]) {
    let sent = text(bytes);
    let _ = responses::cursor(&sent);
    if let Some(id) = ResponseId::parse(&sent) {
        assert_eq!(ResponseId::parse(&id.to_string()), Some(id), "an id reads as it was written");
    }
}

/// Addresses of pages that browsers send, and links of owners.
fn address_of_a_page(bytes: &[u8]) {
    let sent = text(bytes);
    intake::parsers::address(&sent);
    if is_address(&sent) {
        // In the clear only to this machine, as a browser reads the address.
        let url = url::Url::parse(&sent).ok().filter(|url| url.scheme() != "https");
        let host = url.as_ref().and_then(url::Url::host_str).unwrap_or("localhost");
        let is_local = ["localhost", "127.0.0.1", "[::1]"].contains(&host) || host.ends_with(".localhost");
        assert!(is_local, "{sent}");
    }
}

/// Addresses of webhooks.
fn webhook(bytes: &[u8]) {
    if let Ok(url) = webhook_address::check(&text(bytes), false) {
        assert_eq!(url.scheme(), "https", "{url}");
        let literal = webhook_address::literal(&url);
        assert!(literal.is_none_or(crate::integrations::webhooks::guard::is_global), "{url}");
    }
}

/// A row of an export, whose cells are what lies between bytes of 255.
fn export(bytes: &[u8]) {
    // As every row begins: a mark of the byte order at the very start would be the file's.
    let mut cells = vec!["id".to_owned()];
    cells.extend(bytes.split(|byte| *byte == 0xff).map(|cell| defused(&text(cell)).into_owned()));
    let Ok(written) = exports::record(&cells) else { return };
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(&written[..]);
    let mut read = csv::StringRecord::new();
    let found = rows.read_record(&mut read).unwrap_or(false);
    assert!(found && read.iter().eq(cells.iter().map(String::as_str)), "a row reads as it was written: {cells:?}");
    assert!(!rows.read_record(&mut read).unwrap_or(true), "one row is one row");
    for cell in &cells {
        let shown = cell.trim_start_matches(|letter: char| letter.is_whitespace() || letter.is_control());
        assert!(!shown.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{cell:?}");
    }
}

/// Markup of a first question, and the colours of a theme.
fn element_tree(bytes: &[u8]) {
    let sent = text(bytes);
    if let Ok(node) = tree::parse(&sent) {
        let written = serde_json::to_string(&node).unwrap_or_default();
        assert!(!written.contains("[\"script\""), "{written}");
    }
    let _ = Colour::parse(&sent);
}

/// What an editor sends of a survey. One that can be asked can be drawn, whatever its texts are.
fn survey(bytes: &[u8]) {
    let read: Result<SurveyContent, _> = serde_json::from_slice(bytes);
    let Ok(content) = read else { return };
    let mut survey = Survey::standard("Any", Instrument::Nps);
    content.apply(&mut survey);
    if survey.check().is_ok() {
        let view = SurveyView { survey: &survey, locale: &survey.default_locale, site: SiteFacts::default() };
        assert!(first_question_tree(&view).is_ok(), "{survey:?}");
    }
}
