//! Writes the words of each language as `FOLDER/<tag>.json`, which the bundle carries beside the program.

use std::error::Error;
use std::path::PathBuf;

use bearing_dashboard::text::{LANGUAGES, TEXTS, listed};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: texts FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    for (language, text) in LANGUAGES.iter().zip(TEXTS) {
        std::fs::write(folder.join(format!("{}.json", language.tag)), serde_json::to_vec(&listed(text))?)?;
    }
    Ok(())
}
