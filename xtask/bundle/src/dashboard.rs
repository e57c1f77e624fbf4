//! The dashboard's files: its page, its style sheet, the script that starts it, its programs, and its words by language.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

use crate::{pack::Assets, renderer, timed, tools::Tools};

/// What stands in the page where the build's name belongs.
const BUILD: &str = "@build@";

/// What the files are made of, and with what.
#[derive(clap::Args)]
pub(crate) struct Sources {
    /// A program as rustc left it, which keeps its file's name; given once for each.
    #[arg(long, required = true)]
    wasm: Vec<PathBuf>,
    /// The folder with the words, a file a language.
    #[arg(long)]
    words: PathBuf,
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
    let tools = Tools::new(&sources.node_modules, &sources.scratch)?;
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for path in &sources.wasm {
        let name = path.file_stem().and_then(|name| name.to_str()).context("a program has no file name")?;
        let program = timed(&format!("{name} and glue"), || renderer::make(path, &tools))?;
        parts.push((format!("{name}.js"), program.glue));
        parts.push((format!("{name}.wasm"), program.wasm));
    }
    let folder = fs::read_dir(&sources.words).with_context(|| format!("cannot list {}", sources.words.display()))?;
    for entry in folder {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).context("words have no file name")?.to_owned();
        parts.push((name, fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?));
    }
    parts.push(("start.js".into(), tools.imported(&sources.page.join("start.js"))?));
    parts.push(("main.css".into(), tools.style_sheet(&sources.page.join("style/main.css"))?));
    // A folder is listed in any order; the name of the build must not depend on it.
    parts.sort();

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
