//! Writes the words of each language as `FOLDER/<tag>.json`, and why a survey is not shown as `FOLDER/reasons-<tag>.json`;
//! the bundle carries both beside the program.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use bearing_dashboard::text::{LANGUAGES, REASONS, TEXTS, listed};
use bearing_shared::rule::Reason;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: texts FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    for (language, text) in LANGUAGES.iter().zip(TEXTS) {
        std::fs::write(folder.join(format!("{}.json", language.tag)), serde_json::to_vec(&listed(text))?)?;
    }
    for (language, said) in LANGUAGES.iter().zip(REASONS) {
        let reasons: BTreeMap<_, _> = Reason::ALL.iter().map(|reason| (reason.code(), said(*reason))).collect();
        std::fs::write(folder.join(format!("reasons-{}.json", language.tag)), serde_json::to_vec(&reasons)?)?;
    }
    Ok(())
}
