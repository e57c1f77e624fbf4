//! The two npm tools as child processes: esbuild makes scripts and style sheets small, wasm-opt makes the renderer small.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

/// What every browser that gets the scripts must understand.
const SCRIPT_TARGET: &str = "--target=es2021";

/// Only what Chromium, Firefox and WebKit all have: `--all-features` emits custom descriptors, which browsers refuse.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Where the tools are and where they may leave files between two steps.
pub(crate) struct Tools {
    node_modules: PathBuf,
    scratch: PathBuf,
}

impl Tools {
    /// Tools that leave their files in a folder of this process below `scratch`: two builds at once must not take each
    /// other's.
    pub(crate) fn new(node_modules: &Path, scratch: &Path) -> Result<Self> {
        let scratch = scratch.join(format!("bundler-{}", std::process::id()));
        fs::create_dir_all(&scratch).with_context(|| format!("cannot make {}", scratch.display()))?;
        Ok(Self { node_modules: node_modules.to_owned(), scratch })
    }

    /// A classic script from an entry module and what it imports, minified.
    pub(crate) fn script(&self, entry: &Path) -> Result<Vec<u8>> {
        self.bundle(entry, "--format=iife")
    }

    fn bundle(&self, entry: &Path, format: &str) -> Result<Vec<u8>> {
        self.esbuild([
            entry.as_os_str(),
            OsStr::new("--bundle"),
            OsStr::new("--minify"),
            OsStr::new(format),
            OsStr::new("--legal-comments=none"),
            OsStr::new("--charset=utf8"),
            OsStr::new(SCRIPT_TARGET),
        ])
    }

    /// A module that the loader imports when it is needed, with what it imports, minified.
    pub(crate) fn imported(&self, entry: &Path) -> Result<Vec<u8>> {
        self.bundle(entry, "--format=esm")
    }

    /// A style sheet, minified.
    pub(crate) fn style_sheet(&self, entry: &Path) -> Result<Vec<u8>> {
        self.esbuild([entry.as_os_str(), OsStr::new("--bundle"), OsStr::new("--minify"), OsStr::new("--charset=utf8")])
    }

    /// An ES module without what nothing reaches, its names kept unless `minify`.
    pub(crate) fn module(&self, source: &str, minify: bool) -> Result<String> {
        let path = self.scratch.join("glue.js");
        fs::write(&path, source).with_context(|| format!("cannot write {}", path.display()))?;
        let mut args = vec![
            path.as_os_str(),
            OsStr::new("--bundle"),
            OsStr::new("--format=esm"),
            OsStr::new("--tree-shaking=true"),
            OsStr::new("--legal-comments=none"),
            OsStr::new(SCRIPT_TARGET),
        ];
        if minify {
            args.push(OsStr::new("--minify"));
        }
        Ok(String::from_utf8(self.esbuild(args)?)?)
    }

    /// A module with what nothing reaches removed (`full` false, quick), or as small as it gets (`full` true).
    pub(crate) fn wasm_opt(&self, wasm: &[u8], full: bool) -> Result<Vec<u8>> {
        let (before, after) = (self.scratch.join("before.wasm"), self.scratch.join("after.wasm"));
        fs::write(&before, wasm).with_context(|| format!("cannot write {}", before.display()))?;
        let mut command = Command::new("node");
        command.arg(self.node_modules.join("binaryen/bin/wasm-opt")).arg(&before).arg("-o").arg(&after);
        command.args(WASM_FEATURES);
        if full {
            command.args(["-Oz", "--converge", "--strip-debug", "--strip-producers", "--strip-target-features"]);
        } else {
            command.arg("--remove-unused-module-elements");
        }
        run(command, "wasm-opt")?;
        fs::read(&after).with_context(|| format!("wasm-opt left no {}", after.display()))
    }

    fn esbuild<'a>(&self, args: impl IntoIterator<Item = &'a OsStr>) -> Result<Vec<u8>> {
        let mut command = Command::new("node");
        command.arg(self.node_modules.join("esbuild/bin/esbuild")).arg("--log-level=warning").args(args);
        run(command, "esbuild")
    }
}

impl Drop for Tools {
    fn drop(&mut self) {
        // What is left of a build that failed is only in the way of nobody.
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

/// The child's standard output, or its complaint as the error.
fn run(mut command: Command, name: &str) -> Result<Vec<u8>> {
    let output = command.output().with_context(|| format!("cannot start node for {name}; run `cargo xtask setup`"))?;
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}
