//! `bearing-bundle`: from the compiled widget, the loader and the style sheet to the files that browsers fetch.

mod dashboard;
mod glue;
mod pack;
mod renderer;
mod tools;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

use crate::{pack::Assets, tools::Tools};

/// Makes the browser assets of Bearing.
#[derive(Parser)]
#[command(name = "bearing-bundle", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes every asset below a folder; files whose content is unchanged keep their time.
    Assets(Box<Sources>),
    /// Writes the dashboard's page and files below a folder.
    Dashboard(dashboard::Sources),
    /// Prints the raw, gzip 9 and brotli 11 size of each file as one JSON object.
    Measure {
        /// `name=path`, once for each file.
        #[arg(required = true)]
        files: Vec<String>,
    },
}

/// What the assets are made of, and with what.
#[derive(clap::Args)]
struct Sources {
    /// The widget as rustc left it.
    #[arg(long)]
    wasm: PathBuf,
    /// The loader's entry module.
    #[arg(long)]
    loader: Option<PathBuf>,
    /// A module that the loader imports when it is needed; may be given several times.
    #[arg(long)]
    imported: Vec<PathBuf>,
    /// The hosted page's script.
    #[arg(long)]
    hosted: Option<PathBuf>,
    /// The card's style sheet.
    #[arg(long)]
    css: Option<PathBuf>,
    /// A style sheet that only some surveys need; it keeps its file's name.
    #[arg(long)]
    part: Vec<PathBuf>,
    /// The hosted page's style sheet.
    #[arg(long)]
    hosted_css: Option<PathBuf>,
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

fn main() -> Result<()> {
    match Args::parse().command {
        Command::Assets(sources) => assets(&sources),
        Command::Dashboard(sources) => dashboard::files(&sources),
        Command::Measure { files } => {
            let table = pack::measure(&files)?;
            writeln!(std::io::stdout(), "{table}")?;
            Ok(())
        }
    }
}

fn assets(sources: &Sources) -> Result<()> {
    let tools = Tools::new(&sources.node_modules, &sources.scratch)?;
    let mut assets = Assets::default();
    let renderer = timed("renderer and glue", || renderer::make(&sources.wasm, &tools))?;
    assets.add_renderer(renderer.glue, renderer.wasm)?;
    timed("loader, hosted page and style sheet", || {
        let script = |path: &Option<PathBuf>| path.as_deref().map(|path| tools.script(path)).transpose();
        let sheet = |path: &Path| tools.style_sheet(path);
        if let Some(loader) = script(&sources.loader)? {
            assets.add("bearing.js", loader);
        }
        for module in &sources.imported {
            assets.add(file_name(module)?, tools.imported(module)?);
        }
        if let Some(hosted) = script(&sources.hosted)? {
            assets.add("hosted.js", hosted);
        }
        if let Some(css) = sources.css.as_deref().map(sheet).transpose()? {
            assets.add("card.css", css);
        }
        for part in &sources.part {
            assets.add(file_name(part)?, sheet(part)?);
        }
        if let Some(css) = sources.hosted_css.as_deref().map(sheet).transpose()? {
            assets.add("hosted.css", css);
        }
        Ok(())
    })?;
    timed("brotli 11 and gzip 9", || assets.write(&sources.out))
}

/// The name that a file keeps among the assets.
fn file_name(path: &Path) -> Result<&str> {
    path.file_name().and_then(|name| name.to_str()).with_context(|| format!("{} has no file name", path.display()))
}

/// Runs one step and says how long it took.
fn timed<T>(name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let value = step()?;
    writeln!(std::io::stdout(), "  {name}: {:.1} s", start.elapsed().as_secs_f32())?;
    Ok(value)
}
