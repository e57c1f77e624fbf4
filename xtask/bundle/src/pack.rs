//! The assets as files: compressed beside themselves, named by content where they never change, listed in a manifest.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Hexadecimal digits of the SHA-256 that names a build of the renderer.
const HASH_DIGITS: usize = 16;

/// Every file to write, by its path below the assets folder.
#[derive(Default)]
pub(crate) struct Assets {
    files: BTreeMap<String, Vec<u8>>,
}

impl Assets {
    pub(crate) fn add(&mut self, path: &str, content: Vec<u8>) {
        self.files.insert(path.to_owned(), content);
    }

    /// Files the renderer and its glue under a folder named by both contents, and the manifest that names them.
    pub(crate) fn add_renderer(&mut self, glue: Vec<u8>, wasm: Vec<u8>) -> Result<()> {
        let digest = Sha256::new().chain_update(&glue).chain_update(&wasm).finalize();
        let mut build: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        build.truncate(HASH_DIGITS);
        let (js, module) = (format!("w/{build}/widget.js"), format!("w/{build}/widget.wasm"));
        let manifest = json!({"build": build, "js": js, "wasm": module});
        self.add(&js, glue);
        self.add(&module, wasm);
        self.add("manifest.json", serde_json::to_vec(&manifest)?);
        Ok(())
    }

    /// Makes `out` hold exactly these files and their compressed twins; what is already right is left alone.
    pub(crate) fn write(mut self, out: &Path) -> Result<()> {
        for (path, content) in self.files.clone() {
            if path != "manifest.json" {
                self.files.insert(format!("{path}.br"), brotli(&content)?);
                self.files.insert(format!("{path}.gz"), gzip(&content)?);
            }
        }
        fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
        remove_others(out, out, &self.files)?;
        for (path, content) in &self.files {
            let path = out.join(path);
            if fs::read(&path).is_ok_and(|old| old == *content) {
                continue;
            }
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
            }
            fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

/// Removes what an earlier build left below `folder` and this one has no use for, empty folders included.
fn remove_others(root: &Path, folder: &Path, keep: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(root, &path, keep)?;
            if fs::read_dir(&path)?.next().is_none() {
                fs::remove_dir(&path)?;
            }
        } else if !path.strip_prefix(root)?.to_str().is_some_and(|name| keep.contains_key(name)) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// `{"name":{"raw":…,"gzip":…,"brotli":…}}` for arguments of the form `name=path`.
pub(crate) fn measure(files: &[String]) -> Result<Value> {
    let mut table = serde_json::Map::new();
    for file in files {
        let (name, path) = file.split_once('=').with_context(|| format!("{file} is not of the form name=path"))?;
        let content = fs::read(PathBuf::from(path)).with_context(|| format!("cannot read {path}"))?;
        let sizes = json!({"raw": content.len(), "gzip": gzip(&content)?.len(), "brotli": brotli(&content)?.len()});
        table.insert(name.to_owned(), sizes);
    }
    Ok(Value::Object(table))
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4096, 11, 22);
    writer.write_all(content)?;
    drop(writer);
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content)?;
    Ok(writer.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_names_the_renderer_by_its_content() {
        let mut assets = Assets::default();
        assets.add_renderer(b"glue".to_vec(), b"wasm".to_vec()).unwrap();
        let manifest: Value = serde_json::from_slice(&assets.files["manifest.json"]).unwrap();
        let build = manifest["build"].as_str().unwrap();
        assert_eq!(build.len(), HASH_DIGITS);
        assert_eq!(manifest["wasm"], format!("w/{build}/widget.wasm"));
        assert!(assets.files.contains_key(&format!("w/{build}/widget.js")));
    }

    #[test]
    fn compressed_twins_unpack_to_the_original() {
        let text = b"How likely are you to recommend us? ".repeat(50);
        let mut unpacked = Vec::new();
        std::io::Read::read_to_end(&mut brotli::Decompressor::new(&brotli(&text).unwrap()[..], 4096), &mut unpacked)
            .unwrap();
        assert_eq!(unpacked, text);
        unpacked.clear();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&gzip(&text).unwrap()[..]), &mut unpacked)
            .unwrap();
        assert_eq!(unpacked, text);
    }
}
