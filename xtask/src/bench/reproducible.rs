//! `bench reproducible`: two clean builds of the same commit in two folders, and whether every byte that ships is the same.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use crate::{
    place::Place,
    process::{output, run, say, step},
};

/// Where the two builds lie, below the folder for temporary files: unlike each other in name, length and depth.
const FOLDERS: [&str; 2] = ["bearing-one", "bearing/somewhere/else/two"];

/// What a build leaves that ships.
const SHIPS: [&str; 3] = ["dist/bearing", "dist/assets", "dist/dashboard"];

/// Builds twice and compares; takes two whole builds' time and some 8 GB, which it gives back.
pub(crate) fn reproducible(place: &Place) -> Result<()> {
    let mut git = Command::new("git");
    git.current_dir(&place.root).args(["-c", "safe.directory=*", "status", "--porcelain"]);
    let unsaved = output(git, "git")?;
    ensure!(unsaved.is_empty(), "commit first: what is built twice is the last commit, and this differs:\n{unsaved}");
    let mut builds = Vec::new();
    for name in FOLDERS {
        let folder = env::temp_dir().join(name);
        ensure!(!folder.exists(), "{} is there already; remove it", folder.display());
        let built = step(&format!("a build in {}", folder.display()), || build(place, &folder));
        let removed = fs::remove_dir_all(&folder);
        builds.push(built?);
        removed.with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let [one, other] = [&builds[0], &builds[1]];
    let differ = differing(one, other);
    let size = one.get(Path::new(SHIPS[0])).map_or(0, Vec::len);
    say(json!({ "files": one.len(), "binary_bytes": size, "differ": differ }));
    if !differ.is_empty() {
        let kept = place.work().join("reproducible");
        keep(&kept, one, other)?;
        let (differ, files) = (differ.len(), one.len());
        bail!("{differ} of {files} files differ between the two builds; both are kept in {}", kept.display());
    }
    Ok(())
}

/// Keeps what differs of both builds: the place of a difference seldom says where it comes from.
fn keep(folder: &Path, one: &Built, other: &Built) -> Result<()> {
    for (name, built, others) in [("one", one, other), ("other", other, one)] {
        for (path, bytes) in built.iter().filter(|(path, bytes)| others.get(*path) != Some(bytes)) {
            let file = folder.join(name).join(path);
            file.parent()
                .map_or(Ok(()), fs::create_dir_all)
                .and_then(|()| fs::write(&file, bytes))
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
    }
    Ok(())
}

/// What ships of a build, by path below the repository.
type Built = BTreeMap<PathBuf, Vec<u8>>;

fn build(place: &Place, folder: &Path) -> Result<Built> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let mut git = Command::new("git");
    git.args(["-c", "safe.directory=*", "clone", "--quiet", "--no-hardlinks"]).arg(&place.root).arg(folder);
    run(git, "`git clone`")?;
    let mut cargo = place.offline_cargo();
    cargo.current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target")).args(["xtask", "build"]);
    run(cargo, "`cargo xtask build`")?;
    let mut built = Built::new();
    SHIPS.iter().try_for_each(|path| gather(folder, Path::new(path), &mut built))?;
    Ok(built)
}

fn gather(root: &Path, path: &Path, found: &mut Built) -> Result<()> {
    let whole = root.join(path);
    if whole.is_dir() {
        for entry in fs::read_dir(&whole).with_context(|| format!("cannot list {}", whole.display()))? {
            gather(root, &path.join(entry?.file_name()), found)?;
        }
    } else {
        let bytes = fs::read(&whole).with_context(|| format!("cannot read {}", whole.display()))?;
        found.insert(path.to_owned(), bytes);
    }
    Ok(())
}

/// The files that only one of the two has, or that hold other bytes, each with the first place where they do.
fn differing(one: &Built, other: &Built) -> Vec<String> {
    let mut differ = Vec::new();
    for (path, bytes) in one {
        match other.get(path) {
            Some(others) if others == bytes => {}
            Some(others) => {
                let place = bytes.iter().zip(others).position(|(one, other)| one != other);
                let place = place.unwrap_or(bytes.len().min(others.len()));
                differ.push(format!("{} at byte {place}", path.display()));
            }
            None => differ.push(format!("{} is in the first alone", path.display())),
        }
    }
    let second = other.keys().filter(|path| !one.contains_key(*path));
    differ.extend(second.map(|path| format!("{} is in the second alone", path.display())));
    differ
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_difference_is_told() {
        let built = |files: &[(&str, &str)]| -> Built {
            files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect()
        };
        let one = built(&[("same", "abc"), ("other", "abc"), ("longer", "abc"), ("first", "")]);
        let other = built(&[("same", "abc"), ("other", "abd"), ("longer", "abcd"), ("second", "")]);
        let told =
            ["first is in the first alone", "longer at byte 3", "other at byte 2", "second is in the second alone"];
        assert_eq!(differing(&one, &other), told);
        assert!(differing(&one, &one.clone()).is_empty());
        let folder = env::temp_dir().join(format!("bearing-kept-{}", std::process::id()));
        keep(&folder, &one, &other).expect("it can be written");
        let kept = |path: &str| fs::read_to_string(folder.join(path)).ok();
        assert_eq!([kept("one/longer"), kept("other/longer")], [Some("abc".into()), Some("abcd".into())]);
        assert_eq!(
            [kept("one/first"), kept("other/second"), kept("one/same")],
            [Some("".into()), Some("".into()), None]
        );
        fs::remove_dir_all(&folder).expect("it is ours");
    }
}
