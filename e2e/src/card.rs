//! The widget's card as a visitor meets it: scores to click, a box to write in, buttons with words on them.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::elements::{Element, ElementRef, ShadowRoot};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::wait::until;

/// The only node that the loader adds to a page.
pub const HOST: &str = "bearing-survey";

/// A card on the page that is open.
pub struct Card<'a> {
    browser: &'a Browser,
    root: ShadowRoot,
}

impl<'a> Card<'a> {
    /// Waits until the card shows its first question.
    ///
    /// # Errors
    /// It does not.
    pub async fn shown(browser: &'a Browser) -> Result<Self> {
        let root = until("the card", async || {
            let root = browser.client.find(Locator::Css(HOST)).await?.shadow_root().await?;
            Ok(root.find(Locator::Css("label")).await?.is_displayed().await?.then_some(root))
        })
        .await?;
        Ok(Self { browser, root })
    }

    /// Waits for an element of the card that can be seen.
    ///
    /// # Errors
    /// It does not come.
    pub async fn find(&self, css: &str) -> Result<Element> {
        until(css, async || {
            for element in self.root.find_all(Locator::Css(css)).await? {
                if element.is_displayed().await? {
                    return Ok(Some(element));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Waits for a button by its words or its accessible name.
    ///
    /// # Errors
    /// It does not come.
    pub async fn button(&self, words: &str) -> Result<Element> {
        until(words, async || {
            for button in self.root.find_all(Locator::Css("button")).await? {
                let named = button.text().await? == words || button.attr("aria-label").await?.as_deref() == Some(words);
                if named && button.is_displayed().await? {
                    return Ok(Some(button));
                }
            }
            Ok(None)
        })
        .await
    }

    /// What a visitor clicks for a score: the label around the radio button.
    ///
    /// # Errors
    /// The score is not offered.
    pub async fn score(&self, score: u8) -> Result<Element> {
        let radio = self.root.find(Locator::Css(&format!("input[type=radio][value='{score}']"))).await?;
        let label = self.browser.look("return arguments[0].labels[0]", vec![json!(radio)]).await?;
        element(self.browser, &label)
    }

    /// Clicks a score.
    ///
    /// # Errors
    /// It cannot be clicked.
    pub async fn pick(&self, score: u8) -> Result<()> {
        Ok(self.score(score).await?.click().await?)
    }

    /// The score whose radio button is checked.
    ///
    /// # Errors
    /// The card is gone.
    pub async fn picked(&self) -> Result<Option<String>> {
        for radio in self.root.find_all(Locator::Css("fieldset input[type=radio]")).await? {
            if radio.is_selected().await? {
                return Ok(radio.attr("value").await?);
            }
        }
        Ok(None)
    }

    /// Writes into the text box, with any letters there are.
    ///
    /// # Errors
    /// There is no box, or it does not take the text.
    pub async fn write(&self, text: &str) -> Result<()> {
        let area = self.find("textarea").await?;
        area.click().await?;
        self.browser.insert(text).await?;
        let written = area.prop("value").await?.unwrap_or_default();
        ensure!(written == text, "the box holds {written:?}");
        Ok(())
    }

    /// Clicks the button that sends.
    ///
    /// # Errors
    /// There is none.
    pub async fn send(&self) -> Result<()> {
        Ok(self.button("Send").await?.click().await?)
    }

    /// Waits until the card reads this.
    ///
    /// # Errors
    /// It never does.
    pub async fn reads(&self, words: &str) -> Result<()> {
        until(words, async || Ok(self.text().await?.contains(words).then_some(()))).await
    }

    /// The words that can be seen in the card.
    ///
    /// # Errors
    /// The card is gone.
    pub async fn text(&self) -> Result<String> {
        let script = "return Array.from(document.querySelector(arguments[0]).shadowRoot.children)\
                      .map(function (child) { return child.innerText || '' }).join('\\n')";
        let text = self.browser.look(script, vec![json!(HOST)]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// What has the focus inside the card: its tag and its value, such as `input 9` or `button`; empty for nothing.
    ///
    /// # Errors
    /// The session broke.
    pub async fn focus(&self) -> Result<String> {
        let script = "var host = document.querySelector(arguments[0]); var at = host && host.shadowRoot.activeElement;\
                      return at ? (at.localName + ' ' + (at.localName === 'input' ? at.value : '')).trim() : ''";
        let focus = self.browser.look(script, vec![json!(HOST)]).await?;
        Ok(focus.as_str().unwrap_or_default().to_owned())
    }
}

/// Whether a card can be seen on the page.
///
/// # Errors
/// The session broke.
pub async fn is_shown(browser: &Browser) -> Result<bool> {
    let script = "var host = document.querySelector(arguments[0]);\
                  return !!host && !!host.shadowRoot && Array.from(host.shadowRoot.querySelectorAll('form, button, [role=status]'))\
                  .some(function (part) { return part.checkVisibility() && part.getBoundingClientRect().height > 0 })";
    Ok(browser.look(script, vec![json!(HOST)]).await? == true)
}

/// Waits until no card can be seen.
///
/// # Errors
/// It stays.
pub async fn gone(browser: &Browser) -> Result<()> {
    until("the card to go", async || Ok((!is_shown(browser).await?).then_some(()))).await
}

/// An element that a script returned.
fn element(browser: &Browser, value: &Value) -> Result<Element> {
    let id = value.as_object().and_then(|reference| reference.values().next()).and_then(Value::as_str);
    let id = id.context("the script returns an element")?;
    Ok(Element::from_element_id(browser.client.clone(), ElementRef::from(id.to_owned())))
}
