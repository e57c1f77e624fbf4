//! The lists of an ad blocker, as Debian ships them in uBlock Origin: unpacked into the cache, never installed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    inputs,
    place::Place,
    process::{complain, find_program, run, say, step, succeeds},
};

/// Debian's package.
const PACKAGE: &str = "webext-ublock-origin-firefox";

/// The version that the tests were last read with. Debian keeps one version of a package: once there is a newer one,
/// that is taken, and said.
const VERSION: &str = "1.67.0+dfsg-1~deb12u1";

/// A text file among the lists that is no list of rules.
const NO_RULES: &str = "badlists.txt";

/// Where the lists are: `easylist.txt`, `easyprivacy.txt` and uBlock's own.
pub(crate) fn folder(place: &Place) -> PathBuf {
    place.cache.join("blocklists")
}

/// Makes sure that the lists are there.
pub(crate) fn ensure(place: &Place) -> Result<()> {
    let folder = folder(place);
    inputs::when_changed(&folder.join("complete"), VERSION, || step("lists of an ad blocker", || fetch(&folder)))?;
    Ok(())
}

fn fetch(folder: &Path) -> Result<()> {
    for program in ["apt-get", "dpkg"] {
        if find_program(program).is_none() {
            bail!(
                "the lists come from Debian's {PACKAGE}, and there is no {program} here; run this on Debian or Ubuntu"
            );
        }
    }
    let work = folder.join("unpacked");
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))?;
    }
    fs::create_dir_all(&work).with_context(|| format!("cannot make the folder {}", work.display()))?;
    let download = |what: &str| {
        let mut apt = Command::new("apt-get");
        apt.current_dir(&work).args(["download", "--quiet", what]);
        apt
    };
    if !succeeds(download(&format!("{PACKAGE}={VERSION}"))) {
        complain(&format!("Debian offers no {PACKAGE} {VERSION} here; taking the version that it does offer"));
        run(download(PACKAGE), &format!("`apt-get download {PACKAGE}` (`apt-get update` may have to come first)"))?;
    }
    let archive = files(&work)?.into_iter().find(|file| file.extension().is_some_and(|ending| ending == "deb"));
    let archive = archive.context("apt-get left no archive")?;
    say(archive.file_name().unwrap_or_default().display());
    let mut dpkg = Command::new("dpkg");
    dpkg.arg("--extract").arg(&archive).arg(work.join("files"));
    run(dpkg, "`dpkg --extract`")?;
    let mut taken = Vec::new();
    for file in files(&work.join("files"))? {
        let name = file.file_name().unwrap_or_default().to_owned();
        let is_list = file.extension().is_some_and(|ending| ending == "txt")
            && file.components().any(|part| part.as_os_str() == "assets")
            && name != NO_RULES;
        if is_list {
            fs::copy(&file, folder.join(&name)).with_context(|| format!("cannot copy {}", file.display()))?;
            taken.push(name);
        }
    }
    for needed in ["easylist.txt", "easyprivacy.txt"] {
        ensure!(taken.iter().any(|name| name == needed), "{} holds no {needed}", archive.display());
    }
    fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))
}

/// Every file below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
