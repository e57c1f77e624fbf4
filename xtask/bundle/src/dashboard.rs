//! The dashboard's files: its page, its style sheet, and the program with the script that starts it.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

use crate::{pack::Assets, renderer, timed, tools::Tools};

/// What stands in the page where the build's name belongs.
const BUILD: &str = "@build@";

/// What the files are made of, and with what.
#[derive(clap::Args)]
pub(crate) struct Sources {
    /// The program as rustc left it.
    #[arg(long)]
    wasm: PathBuf,
    /// The folder with `index.html`, `start.js` and `style/main.css`.
    #[arg(long)]
    page: PathBuf,
    /// The `node_modules` folder that holds esbuild and binaryen.
    #[arg(long)]
    node_modules: PathBuf,
    /// A folder for files between two steps; it must exist.
    #[arg(long)]
    scratch: PathBuf,
    /// The folder to fill.
    #[arg(long)]
    out: PathBuf,
}

/// Makes the files, named by what is in them: a browser may keep them for ever.
pub(crate) fn files(sources: &Sources) -> Result<()> {
    let tools = Tools::new(&sources.node_modules, &sources.scratch);
    let program = timed("dashboard and glue", || renderer::make(&sources.wasm, &tools))?;
    let style = tools.style_sheet(&sources.page.join("style/main.css"))?;
    let start = tools.imported_with(&sources.page.join("start.js"), &["./dashboard.js"])?;
    let parts =
        [("dashboard.js", program.glue), ("dashboard.wasm", program.wasm), ("start.js", start), ("main.css", style)];
    let digest = parts.iter().fold(Sha256::new(), |hash, (_, bytes)| hash.chain_update(bytes)).finalize();
    let build: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();

    let path = sources.page.join("index.html");
    let page = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    ensure!(page.contains(BUILD), "{} does not say where the build's name belongs: {BUILD}", path.display());
    let mut assets = Assets::default();
    assets.add("index.html", page.replace(BUILD, &build).into_bytes());
    for (name, bytes) in parts {
        assets.add(&format!("files/{build}/{name}"), bytes);
    }
    timed("brotli 11 and gzip 9", || assets.write(&sources.out))
}
