//! Serves a template's page twice, without the tag and with it, until its standard input ends: `stand TEMPLATE`.

use std::io::{Read as _, Write as _, stdin};

use anyhow::{Context, Result};
use bearing_e2e::stage::Stage;
use bearing_e2e::template::{Template, TemplateHost};
use serde_json::json;
use tokio::task::spawn_blocking;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let template = Template::named(&std::env::args().nth(1).context("usage: stand TEMPLATE")?)?;
    let (without, with) = (TemplateHost::start(template, "").await?, TemplateHost::start(template, "").await?);
    let stage = Stage::set("nps").await?;
    stage.patch_site(&json!({ "origins": [with.origin()] })).await?;
    with.put_tag(&stage.tag(&stage.server.url(), ""));
    writeln!(std::io::stdout(), "{}", json!({ "without": without.page(), "with": with.page() }))?;
    spawn_blocking(|| stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}
