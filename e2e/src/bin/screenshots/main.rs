//! Takes pictures of what people see, to be looked at: `screenshots FOLDER DOCS [widget|dashboard]` writes one PNG a view,
//! and the dashboard's twelve best into DOCS as well.

mod camera;
mod dashboard;
mod widget;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut given = std::env::args_os().skip(1).map(PathBuf::from);
    let mut folder = || given.next().context("usage: screenshots FOLDER DOCS [widget|dashboard]");
    let (folder, docs) = (folder()?, folder()?);
    std::fs::create_dir_all(&folder)?;
    std::fs::create_dir_all(&docs)?;
    match given.next().as_deref().map(|what| what.to_str()) {
        Some(Some("widget")) => widget::all(&folder).await,
        Some(Some("dashboard")) => dashboard::all(&folder, &docs).await,
        None => {
            widget::all(&folder).await?;
            dashboard::all(&folder, &docs).await
        }
        Some(_) => bail!("`widget` or `dashboard`, or nothing for both"),
    }
}
