//! Where things are: the repository, what builds leave in it, and the cache folder that all checkouts share.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

/// The folders that the build tool works in.
pub(crate) struct Place {
    /// The repository.
    pub(crate) root: PathBuf,
    /// `$XDG_CACHE_HOME/bearing`, or `$HOME/.cache/bearing`.
    pub(crate) cache: PathBuf,
}

impl Place {
    pub(crate) fn find() -> Result<Self> {
        let start = match env::var_os("CARGO_MANIFEST_DIR") {
            Some(manifest) => PathBuf::from(manifest),
            None => env::current_dir().context("the current folder is gone")?,
        };
        let root = start
            .ancestors()
            .find(|folder| folder.join("Cargo.lock").is_file())
            .context("no Cargo.lock here or above; run this inside the repository")?
            .to_owned();
        let cache = match env::var_os("XDG_CACHE_HOME").filter(|folder| Path::new(folder).is_absolute()) {
            Some(folder) => PathBuf::from(folder),
            None => Path::new(&env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?).join(".cache"),
        };
        Ok(Self { root, cache: cache.join("bearing") })
    }

    /// What a build leaves for people: the binary, and the assets it carries.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// What a build leaves for the next one: stamps, logs, files between two steps.
    pub(crate) fn work(&self) -> PathBuf {
        self.dist().join(".build")
    }

    /// Where cargo puts what it compiles for this machine.
    pub(crate) fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.cache.join("target"), |folder| self.root.join(folder))
    }

    /// Where cargo puts what it compiles for browsers; apart, because other flags would disturb the native files.
    pub(crate) fn wasm_target(&self) -> PathBuf {
        let mut folder: OsString = self.target().into();
        folder.push("-wasm");
        folder.into()
    }

    /// The bundler, once built.
    pub(crate) fn bundler(&self) -> PathBuf {
        self.target().join("xtask/bearing-bundle")
    }

    /// Where npm's packages are installed.
    pub(crate) fn npm(&self) -> PathBuf {
        self.cache.join("npm")
    }

    /// Where the packages of other products are installed.
    pub(crate) fn peers(&self) -> PathBuf {
        self.cache.join("peers")
    }

    /// The cargo that started this program, or the one in `PATH`.
    pub(crate) fn cargo(&self) -> Command {
        self.toolchain_command(&env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// A toolchain's program that sees the environment of a shell, not that of the cargo which started this program.
    pub(crate) fn toolchain_command(&self, program: &OsStr) -> Command {
        let mut command = Command::new(program);
        for (name, _) in env::vars_os() {
            let inherited = name.to_str().is_some_and(|name| {
                name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "LD_LIBRARY_PATH"
            });
            if inherited {
                command.env_remove(name);
            }
        }
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", self.target());
        command
    }

    /// A cargo that installs a tool into a folder of its own. It runs for seconds: a quick build matters more than a
    /// quick program.
    pub(crate) fn quick_install(&self, tool: &str, version: &str, root: &Path) -> Command {
        let mut command = self.cargo();
        command
            .env_remove("CARGO_TARGET_DIR")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .args(["install", "--quiet", "--locked", tool, "--version", version, "--root"])
            .arg(root);
        command
    }

    /// A cargo for builds and checks: everything it needs was fetched before.
    pub(crate) fn offline_cargo(&self) -> Command {
        let mut command = self.cargo();
        command.env("CARGO_NET_OFFLINE", "true");
        command
    }
}
