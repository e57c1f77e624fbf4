//! `bench formulas`: an export of the real server in LibreOffice, whose formula cells are counted, and the same texts raw.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{binary, built};
use crate::{
    place::Place,
    process::{output, say},
    setup::{self, Part},
};

/// How LibreOffice reads a file: commas, double quotes, UTF-8, from the first line; what looks like a number or a date is
/// one, as a member of the team would tick it.
const READ_AS: &str = "CSV:44,34,76,1,,0,false,true,false,false,false,-1";

/// What LibreOffice writes of a cell that it computes.
const FORMULA: &str = "table:formula=";

/// Exports what was written like formulas, and fails where a cell is one, or where none is when nothing was defused.
pub(crate) fn formulas(place: &Place) -> Result<()> {
    built(place)?;
    setup::ensure(place, &[Part::Crates, Part::Office])?;
    let folder = place.work().join("formulas");
    if folder.exists() {
        // An earlier run's must not pass for this one's.
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let (exported, raw) = (folder.join("exported.csv"), folder.join("raw.csv"));
    let mut cargo = place.offline_cargo();
    cargo.args([
        "test",
        "--quiet",
        "--locked",
        "--package=bearing-e2e",
        "--test=journeys",
        "an_export_holds_no_formula",
    ]);
    cargo.env("BEARING_BIN", binary(place)).env("BEARING_FORMULAS_OUT", &exported);
    output(cargo, "the journey that exports them")?;
    let texts = texts(place)?;
    let quoted = |text: &String| format!("1,\"{}\",1\r\n", text.replace('"', "\"\""));
    fs::write(&raw, texts.iter().map(quoted).collect::<String>())?;
    let (exported, raw) = (opened(&folder, &exported)?, opened(&folder, &raw)?);
    let found = exported.matches(FORMULA).count();
    let control = raw.matches(FORMULA).count();
    // The head, and a row for each text: a table that was not read holds no formula either.
    let rows = exported.matches("<table:table-row").count();
    say(json!({ "texts": texts.len(), "rows": rows, "formulas": found, "formulas_when_not_defused": control }));
    ensure!(rows > texts.len(), "LibreOffice read {rows} rows of {}", texts.len() + 1);
    ensure!(control > 0, "LibreOffice finds no formula where nothing was defused: this check could not fail");
    ensure!(found == 0, "LibreOffice finds {found} formulas in an export; see {}", folder.display());
    Ok(())
}

fn texts(place: &Place) -> Result<Vec<String>> {
    let path = place.root.join("shared/tests/formulas.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let corpus: Value = serde_json::from_str(&text)?;
    Ok(serde_json::from_value(corpus["formulas"].clone())?)
}

/// A table as LibreOffice understands it, as its own flat XML.
fn opened(folder: &Path, table: &Path) -> Result<String> {
    let mut office = Command::new("soffice");
    // A profile of its own: an office that somebody has open would take the work and say nothing.
    office.arg(format!("-env:UserInstallation=file://{}", folder.join("profile").display()));
    office.args(["--headless", "--norestore", &format!("--infilter={READ_AS}"), "--convert-to", "fods", "--outdir"]);
    office.arg(folder).arg(table);
    output(office, "LibreOffice")?;
    let path: PathBuf = table.with_extension("fods");
    fs::read_to_string(&path).with_context(|| format!("LibreOffice left no {}", path.display()))
}
