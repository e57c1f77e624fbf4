//! A team at its dashboard: joining by a link, signing in, screens that have come, and two people in two browsers.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::server::Server;
use crate::wait::until;

/// The password of everybody here.
pub const PASSWORD: &str = "four quiet words here";

/// The newest link by which the first owner joins, as the server printed it.
///
/// # Errors
/// It printed none.
pub async fn first_link(server: &Server) -> Result<String> {
    until("the owner's link", async || {
        let printed = server.printed();
        let link = printed.iter().rev().find_map(|line| line.strip_prefix("Make the owner: "));
        Ok(link.map(|link| link.trim().to_owned()))
    })
    .await
}

/// Joins by a link, and arrives at the dashboard.
///
/// # Errors
/// The link is not taken.
pub async fn join(browser: &Browser, link: &str, name: &str, email: &str) -> Result<()> {
    browser.open(link).await?;
    fill(browser, "input[name=name]", name).await?;
    // An invitation to an address has it in the form already.
    if browser.client.find(Locator::Css("input[name=email]:not([readonly])")).await.is_ok() {
        fill(browser, "input[name=email]", email).await?;
    }
    fill(browser, "input[name=password]", PASSWORD).await?;
    browser.click("form button").await?;
    arrived(browser).await
}

/// Signs in at the form.
///
/// # Errors
/// It is refused.
pub async fn sign_in(browser: &Browser, server: &Server, email: &str) -> Result<()> {
    browser.open(&format!("{}/app", server.url())).await?;
    fill(browser, "input[name=email]", email).await?;
    fill(browser, "input[name=password]", PASSWORD).await?;
    browser.click("form button").await?;
    arrived(browser).await
}

/// Makes the first owner, named Ada.
///
/// # Errors
/// The link is not taken.
pub async fn own(browser: &Browser, server: &Server) -> Result<()> {
    let link = first_link(server).await?;
    join(browser, &link, "Ada Lovelace", "ada@shop.example").await
}

/// Waits until the dashboard has drawn a heading, and nothing is on its way.
///
/// # Errors
/// It never does.
pub async fn arrived(browser: &Browser) -> Result<()> {
    until("the dashboard", async || {
        let script = "return !document.querySelector('#opening, .waiting') && !!document.querySelector('main h1')";
        Ok((browser.look(script, Vec::new()).await? == true).then_some(()))
    })
    .await
}

/// Opens a screen of the dashboard, `/app/…`, and waits for it.
///
/// # Errors
/// It never comes.
pub async fn open(browser: &Browser, server: &Server, path: &str) -> Result<()> {
    browser.open(&format!("{}{path}", server.url())).await?;
    arrived(browser).await
}

/// Writes into a field, in the place of what is there.
///
/// # Errors
/// There is no such field.
pub async fn fill(browser: &Browser, css: &str, text: &str) -> Result<()> {
    let field = browser.find(css).await?;
    field.clear().await?;
    Ok(field.send_keys(text).await?)
}

/// The first visible element below `css` whose words hold these.
///
/// # Errors
/// It never comes.
pub async fn saying(browser: &Browser, css: &str, words: &str) -> Result<Element> {
    until(words, async || {
        for element in browser.client.find_all(Locator::Css(css)).await? {
            let text = element.prop("innerText").await?.unwrap_or_default();
            if text.contains(words) && element.is_displayed().await? {
                return Ok(Some(element));
            }
        }
        Ok(None)
    })
    .await
}

/// Clicks the first visible element below `css` whose words hold these.
///
/// # Errors
/// It never comes, or something lies over it.
pub async fn press(browser: &Browser, css: &str, words: &str) -> Result<()> {
    let element = saying(browser, css, words).await?;
    browser.look("arguments[0].scrollIntoView({ behavior: 'instant', block: 'center' })", vec![json!(element)]).await?;
    Ok(element.click().await?)
}

/// Asks the API as the browser's session does: from the page, with its cookie.
///
/// # Errors
/// The session broke.
pub async fn ask(browser: &Browser, method: &str, path: &str, body: Value) -> Result<(u64, Value)> {
    let script = "const [method, path, body, done] = arguments;\
        const send = body === null ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };\
        fetch(path, { method, ...send }).then(async reply => {\
            const text = await reply.text();\
            let value = null; try { value = JSON.parse(text); } catch {}\
            done([reply.status, value]);\
        }, error => done([0, String(error)]))";
    let reply = browser.client.execute_async(script, vec![json!(method), json!(path), body]).await?;
    let status = reply[0].as_u64().context("a status")?;
    ensure!(status != 0, "{method} {path}: {}", reply[1]);
    Ok((status, reply[1].clone()))
}
