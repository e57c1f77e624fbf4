//! Every screen, empty and full, light and dark, on a phone and in a language that runs from right to left: no fault that axe
//! can find, nothing wider than the window, no control beside its card.

use anyhow::Result;
use bearing_e2e::axe;
use bearing_e2e::browser::Browser;
use bearing_e2e::calm::prefer;
use bearing_e2e::server::Server;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use serde_json::{Value, json};

/// The screens of a site; `{survey}` and `{response}` stand for ids.
const SCREENS: [&str; 20] = [
    "",
    "/explore?metric=nps&by=device",
    "/responses",
    "/responses/{response}",
    "/responses?state=quarantined",
    "/responses/{aside}",
    "/surveys",
    "/surveys/{survey}",
    "/settings",
    "/settings/tag",
    "/settings/segments",
    "/settings/rest",
    "/settings/numbers",
    "/settings/look",
    "/settings/privacy",
    "/settings/keys",
    "/settings/members",
    "/settings/shares",
    "/settings/audit",
    "/tv",
];

async fn faults(browser: &Browser, what: &str) -> Result<Vec<String>> {
    let found = axe::inspect(browser, None).await?;
    let mut faults: Vec<String> = found.violations.iter().map(|fault| format!("{what}: {fault}")).collect();
    let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let over = browser.look(wide, Vec::new()).await?;
    if over.as_f64().unwrap_or_default() > 1.0 {
        faults.push(format!("{what}: {over} px wider than the window"));
    }
    // What is cut off where it stands beside its card makes no window wider.
    let beside = "return [...document.querySelectorAll('.card :is(input, select, textarea, button)')].filter(control => {\
            const [at, card] = [control, control.closest('.card')].map(element => element.getBoundingClientRect());\
            return at.width > 1 && (at.left < card.left - 1 || at.right > card.right + 1);\
        }).map(control => control.id || control.outerHTML)";
    for control in browser.look(beside, Vec::new()).await?.as_array().into_iter().flatten() {
        faults.push(format!("{what}: {control} stands beside its card"));
    }
    Ok(faults)
}

#[tokio::test]
async fn no_screen_has_a_fault_that_axe_finds() -> Result<()> {
    // A site under attack, with what is kept outside its score, and with two identity secrets: the most there is to see.
    let stage = Stage::set_on(Server::launch("serve", &["--rate-limits", "on"]).await?, "nps").await?;
    let answers: Vec<Value> = (0..12).map(|number| stage.response(number, (number % 11) as u8)).collect();
    stage.api.bring(&answers).await?;
    let forged: Vec<Value> = (20..80).map(|number| stage.response(number, 0)).collect();
    for some in forged.chunks(30) {
        stage.api.post_from(&stage.host.origin(), &stage.intake(), &json!(some)).await?;
    }
    let id = |number| stage.response(number, 3)["id"].as_str().unwrap_or_default().to_owned();
    let (response, aside) = (id(3), id(70));
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    for _ in 0..2 {
        let path = format!("/v1/sites/{}", stage.site);
        let (status, site) = team::ask(&browser, "PATCH", &path, json!({ "rotate_identity_secret": true })).await?;
        assert_eq!(status, 200, "{site}");
    }
    let (_, site) = team::ask(&browser, "GET", &format!("/v1/sites/{}", stage.site), Value::Null).await?;
    assert!(site["attack"].is_object(), "{site}");
    let mut found = Vec::new();
    for (scheme, width, locale) in [("light", 1280, "en"), ("dark", 390, "ar")] {
        prefer(&browser, scheme).await?;
        browser.client.set_window_size(width, 900).await?;
        let (status, _) = team::ask(&browser, "PATCH", "/v1/session", json!({ "locale": locale })).await?;
        assert_eq!(status, 200);
        let account = "/app/account".to_owned();
        let screens = SCREENS.iter().map(|screen| {
            let screen =
                screen.replace("{survey}", &stage.survey).replace("{response}", &response).replace("{aside}", &aside);
            format!("/app/{}{screen}", stage.site)
        });
        for path in screens.chain([account]) {
            team::open(&browser, &stage.server, &path).await?;
            found.extend(faults(&browser, &format!("{path}, {scheme}, {width}, {locale}")).await?);
        }
    }
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(browser.console().await?, Vec::<String>::new());
    browser.close().await
}

#[tokio::test]
async fn an_empty_dashboard_leads_to_the_first_site() -> Result<()> {
    let server = Server::start().await?;
    let browser = Browser::start().await?;
    team::own(&browser, &server).await?;
    assert_eq!(faults(&browser, "no site yet").await?, Vec::<String>::new());
    let (status, session) = team::ask(&browser, "GET", "/v1/session", Value::Null).await?;
    assert_eq!((status, session["sites"].as_array().map(Vec::len)), (200, Some(0)));
    browser.close().await
}
