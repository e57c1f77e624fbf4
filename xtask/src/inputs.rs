//! Fingerprints of a step's inputs, and stamps that say which inputs a step last ran with.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
};

use anyhow::{Context, Result};

/// Sixteen hexadecimal digits for the names and contents of files below `root` (folders whole) and of `more`.
pub(crate) fn fingerprint(root: &Path, paths: &[&str], more: &str) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    more.hash(&mut hasher);
    for path in paths {
        path.hash(&mut hasher);
        add(&root.join(path), &mut hasher)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    if path.is_dir() {
        let entries = fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))?;
        let mut names = entries.map(|entry| Ok(entry?.file_name())).collect::<Result<Vec<_>>>()?;
        names.sort();
        for name in names.iter().filter(|name| *name != "node_modules" && *name != "target") {
            name.hash(hasher);
            add(&path.join(name), hasher)?;
        }
    } else if path.exists() {
        fs::read(path).with_context(|| format!("cannot read {}", path.display()))?.hash(hasher);
    }
    Ok(())
}

/// Runs `action` unless `stamp` says that it last ended well with the same inputs; says whether it ran.
pub(crate) fn when_changed(stamp: &Path, inputs: &str, action: impl FnOnce() -> Result<()>) -> Result<bool> {
    if fs::read_to_string(stamp).is_ok_and(|last| last == inputs) {
        return Ok(false);
    }
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    // A step that is cut short must not look like one that ended well.
    if stamp.exists() {
        fs::remove_file(stamp).with_context(|| format!("cannot remove {}", stamp.display()))?;
    }
    action()?;
    fs::write(stamp, inputs).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_runs_again_only_when_its_inputs_change() {
        let folder = std::env::temp_dir().join(format!("bearing-inputs-{}", std::process::id()));
        fs::create_dir_all(folder.join("source")).unwrap();
        fs::write(folder.join("source/a"), "one").unwrap();
        let first = fingerprint(&folder, &["source"], "").unwrap();
        let stamp = folder.join("stamp");
        assert!(when_changed(&stamp, &first, || Ok(())).unwrap());
        assert!(!when_changed(&stamp, &first, || anyhow::bail!("must not run")).unwrap());
        fs::write(folder.join("source/a"), "two").unwrap();
        let second = fingerprint(&folder, &["source"], "").unwrap();
        assert_ne!(first, second);
        assert!(when_changed(&stamp, &second, || anyhow::bail!("fails")).is_err());
        assert!(when_changed(&stamp, &first, || Ok(())).unwrap(), "a failed step leaves no stamp");
        fs::remove_dir_all(&folder).unwrap();
    }
}
