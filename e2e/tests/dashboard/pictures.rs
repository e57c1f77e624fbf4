//! Charts kept as pictures: files that stand alone, with the number that the screen shows.

use std::path::Path;

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::image::Picture;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use serde_json::json;

/// The file of this name, once it is whole.
async fn downloaded(folder: &Path, name: &str) -> Result<Vec<u8>> {
    // Until then it has another name.
    until(name, async || Ok(std::fs::read(folder.join(name)).ok().filter(|bytes| !bytes.is_empty()))).await
}

/// Keeps a chart both ways and looks at the files; what the SVG says in words.
async fn kept(browser: &Browser, folder: &Path, name: &str) -> Result<String> {
    team::press(browser, ".picture button", "SVG").await?;
    team::press(browser, ".picture button", "PNG").await?;
    let svg = String::from_utf8(downloaded(folder, &format!("{name}.svg")).await?)?;
    let read =
        "const read = new DOMParser().parseFromString(arguments[0], 'image/svg+xml'), root = read.documentElement;
                if (read.querySelector('parsererror')) return null;
                return { words: [...read.querySelectorAll('text')].map(text => text.textContent).join('\\n'),
                    drawn: read.querySelectorAll('path[d], line, circle').length,
                    width: root.width.baseVal.value, height: root.height.baseVal.value }";
    let found = browser.look(read, vec![json!(svg)]).await?;
    assert!(found.is_object(), "it is XML: {svg}");
    assert!(found["drawn"].as_u64() > Some(0), "{svg}");
    for absent in ["var(", "href", "url(", "class=", "style=", "rgba("] {
        assert!(!svg.contains(absent), "{absent} in {svg}");
    }
    let twice = |side: &str| found[side].as_u64().map(|pixels| pixels * 2);
    let png = Picture::read(&downloaded(folder, &format!("{name}.png")).await?)?;
    assert_eq!((Some(png.width as u64), Some(png.height as u64)), (twice("width"), twice("height")));
    Ok(found["words"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_chart_is_kept_as_a_picture_that_stands_alone() -> Result<()> {
    let stage = Stage::set("nps").await?;
    for number in 0..60 {
        let mut answer = stage.response(number, if number % 3 == 0 { 3 } else { 10 });
        answer["context"] = json!({ "device": if number % 2 == 0 { "mobile" } else { "desktop" } });
        stage.api.post_from(&stage.host.origin(), &stage.intake(), &answer).await?;
    }
    let folder = tempfile::tempdir()?;
    let browser = Browser::start().await?;
    let allow = json!({ "behavior": "allow", "downloadPath": folder.path() });
    browser.devtools("Page.setDownloadBehavior", allow).await?;
    team::own(&browser, &stage.server).await?;

    team::open(&browser, &stage.server, &format!("/app/{}?metric=nps", stage.site)).await?;
    team::saying(&browser, ".trend .picture", "Save picture").await?;
    let words = kept(&browser, folder.path(), "trend").await?;
    // The score of the day, as the trend says it: 40 promoters and 20 detractors of 60.
    for said in ["NPS", "Shop", "Last 28 days", "n = 60", "33.3", "60 answers"] {
        assert!(words.contains(said), "{said}: {words}");
    }

    let explore = format!("/app/{}/explore?metric=nps&by=device", stage.site);
    team::open(&browser, &stage.server, &explore).await?;
    team::saying(&browser, ".segments", "mobile").await?;
    let words = kept(&browser, folder.path(), "segments").await?;
    let score = "const row = [...document.querySelectorAll('.segments tbody tr')].find(row => row.innerText.includes('mobile'));
                 return row.querySelector('td').innerText";
    let score = browser.look(score, Vec::new()).await?;
    let line = words.lines().skip_while(|line| *line != "mobile").nth(1).context("the segment's line")?;
    assert!(line.starts_with(score.as_str().context("a score")?), "{score}: {line}");
    assert!(line.contains("n = 30") && words.contains("Shop"), "{words}");
    assert_eq!(browser.console().await?, Vec::<String>::new());
    browser.close().await
}
