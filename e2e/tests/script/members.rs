//! What somebody meets who is not signed in: the form to sign in and an invitation, with strings for every word of them.

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use serde_json::json;

use crate::fill::is_seen;
use crate::strings::{all, bare};
use crate::watch::{Seen, look, watch};

/// Writes into every field of the form whatever the browser would not let somebody type, and sends it unchecked.
const SEND: &str = "var text = arguments[0], form = document.querySelector('form');\
    Array.from(form.querySelectorAll('input')).forEach(function (input) {\
      if (input.type === 'email') input.type = 'text';\
      input.value = input.type === 'password' ? 'short' : text });\
    document.documentElement.id = 'sent';\
    HTMLFormElement.prototype.submit.call(form)";

/// Sends the form that is open, with a string for every word, and looks at what comes back.
async fn send(browser: &Browser, string: &str) -> Result<Seen> {
    browser.look(SEND, vec![json!(string)]).await?;
    let came = "return document.documentElement.id !== 'sent' && document.readyState === 'complete'";
    until("the form again", async || Ok((browser.look(came, Vec::new()).await? == true).then_some(()))).await?;
    look(browser).await
}

/// An address with a string as the language, and as the page that is asked for.
fn asked(page: &str, string: &str) -> Result<String> {
    Ok(url::Url::parse_with_params(page, [("lang", string), ("next", string)])?.into())
}

/// Forms that did not show a string, and what came of one.
#[derive(Default)]
struct Shown {
    missing: Vec<String>,
    faults: Vec<String>,
}

impl Shown {
    /// Notes what was seen of a form that reads a string so many times.
    fn note(&mut self, seen: Seen, string: &str, times: usize) {
        if seen.words.matches(&bare(string)).count() < times {
            self.missing.push(string.to_owned());
        }
        self.faults.extend(seen.faults);
    }

    fn judge(&self) {
        assert_eq!(self.faults, Vec::<String>::new());
        assert_eq!(self.missing, Vec::<String>::new(), "never read on the form");
    }
}

#[tokio::test]
async fn no_string_of_script_runs_on_the_form_to_sign_in() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    watch(&browser).await?;
    browser.open(&asked(&format!("{}/app/sign-in", stage.server.url()), "<script>__ran()</script>")?).await?;
    let mut shown = Shown::default();
    for string in all()? {
        // The language and the page that is asked for are fields of it too.
        shown.note(send(&browser, &string).await?, &string, 1);
    }
    shown.judge();
    browser.close().await
}

#[tokio::test]
async fn no_string_of_script_runs_on_an_invitation() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let owner = Browser::start().await?;
    team::own(&owner, &stage.server).await?;
    let path = format!("/v1/invitations?site={}", stage.site);
    let (_, made) = team::ask(&owner, "POST", &path, json!({ "role": "viewer" })).await?;
    let link = made["link"].as_str().with_context(|| made.to_string())?;
    let browser = Browser::start().await?;
    watch(&browser).await?;
    let mut shown = Shown::default();
    for string in all()? {
        // Whoever is invited reads the site's name in the window's title and as a heading, where a string can be one.
        let named = is_seen(&string, 200) && string.trim() == string;
        if named {
            stage.patch_site(&json!({ "name": string })).await?;
        }
        browser.open(&asked(link, &string)?).await?;
        shown.note(look(&browser).await?, &string, if named { 2 } else { 0 });
        // A name without what nobody sees, and an address as it was typed.
        shown.note(send(&browser, &string).await?, &string, if named { 3 } else { 1 });
    }
    shown.judge();
    browser.close().await?;
    owner.close().await
}
