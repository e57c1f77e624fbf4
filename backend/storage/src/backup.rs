//! Backups: the whole store in one file while it is served, and a store made of such a file.
//!
//! What the file holds is the engine's own; names, checksums and what may be replaced are the same for all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::transfer::Purpose;
use crate::upkeep::UpkeepStore as _;
use crate::{Limits, Result, StoreError, postgres, sqlite};

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The schema's version.
    pub schema: i64,
    /// Sites.
    pub sites: u64,
    /// Responses.
    pub responses: u64,
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the store holds now.
    pub contents: Contents,
    /// Where the store is kept that was there before.
    pub aside: Option<PathBuf>,
    /// What a check of the restored store found, a sentence each; `bearing recount` mends cells.
    pub problems: Vec<String>,
}

/// Backs up the store that a URL names into a file, as it is at one moment after the call began, while others write on.
/// The file has its name only once it is whole, checked and on disk. Beside it lies its checksum, `FILE.sha256`, in the
/// form that `sha256sum -c` reads. No time limit holds for it.
///
/// # Errors
/// [`StoreError::Unusable`] with a sentence that says what to do: there is no store, the file is there and may not be
/// replaced, or it cannot be written.
pub async fn back_up(url: &str, to: &Path, replace: bool) -> Result<Contents> {
    let place = Place::of(url)?;
    if let Place::File(path) = &place
        && !path.exists()
    {
        let path = path.display();
        let sentence = format!("There is no store {path}; name its folder with --data or its URL with --database-url.");
        return Err(StoreError::Unusable(sentence));
    }
    if to.exists() && !replace {
        let to = to.display();
        let sentence = format!("{to} is there already; name another file, or replace it with --force.");
        return Err(StoreError::Unusable(sentence));
    }
    let partial = named(to, &format!(".{}.partial", std::process::id()));
    begin(&partial).map_err(|error| unwritten(to, &error))?;
    let written = match place {
        Place::File(path) => {
            let partial = partial.clone();
            blocking(move || sqlite::back_up(&path, &partial)).await
        }
        Place::Server => copy_out(url, &partial).await,
    };
    let named = written.and_then(|contents| {
        finish(&partial, to).map_err(|error| unwritten(to, &error))?;
        Ok(contents)
    });
    if named.is_err() {
        let _ = remove(&partial);
    }
    named
}

/// Copies a server's database, as it is at one moment, into a file of the embedded engine: one form of backup for both,
/// which either restores.
async fn copy_out(url: &str, partial: &Path) -> Result<Contents> {
    let source = postgres::PostgresStore::open(url, Limits::default(), Purpose::Serve, None).await?;
    let (path, limits) = (partial.to_owned(), Limits::default());
    let target = blocking(move || sqlite::SqliteStore::open(&path, limits, Purpose::Fill, None)).await?;
    let copied = source.copy_out(&target).await;
    target.close().await;
    source.close().await;
    copied?;
    let path = partial.to_owned();
    blocking(move || sqlite::settle(&path)).await
}

/// Makes the store that a URL names hold what a backup holds. The backup is checked before anything is touched, and what
/// was there before is kept aside.
///
/// # Errors
/// [`StoreError::Unusable`] with a sentence that says what to do: the file is no sound backup or needs a newer binary,
/// another process has the store open, or it holds data and may not be replaced.
pub async fn restore(url: &str, from: &Path, replace: bool) -> Result<Restored> {
    let place = Place::of(url)?;
    if !from.is_file() {
        let name = from.display();
        return Err(StoreError::Unusable(format!("There is no backup {name}; name the file that a backup wrote.")));
    }
    let backup = from.to_owned();
    blocking(move || is_as_written(&backup)).await?;
    match place {
        Place::File(path) => {
            let from = from.to_owned();
            blocking(move || sqlite::restore(&path, &from, replace)).await
        }
        Place::Server => copy_in(from, url).await,
    }
}

/// Moves a backup into an empty database of a server, and compares the two. What a database holds is never replaced: to
/// go back to a backup, make another database.
async fn copy_in(from: &Path, url: &str) -> Result<Restored> {
    // A store that is opened is written to: the backup itself stays as it is.
    let staged = named(from, &format!(".{}.restoring", std::process::id()));
    // The name under which a move that was stopped goes on: another backup's pages would not fit.
    let read = from.to_owned();
    let name = blocking(move || sum_of(&read).map_err(|error| unread(&read, &error))).await?;
    let (backup, copy) = (from.to_owned(), staged.clone());
    let checked = blocking(move || sqlite::stage(&copy, &backup)).await;
    let restored = match checked {
        Ok((contents, mut problems)) => {
            let moved =
                crate::transfer::transfer_named(&format!("sqlite:{}", staged.display()), Some(&name), url, |_| {})
                    .await;
            moved.map(|moved| {
                problems.extend(moved.differences);
                Restored { contents, aside: None, problems }
            })
        }
        Err(error) => Err(error),
    };
    let _ = remove(&staged);
    restored
}

/// Removes a file of the embedded engine with all that lies beside it, there or not: a log that is left beside another
/// file would be read into it.
pub(crate) fn remove(file: &Path) -> io::Result<()> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        match fs::remove_file(named(file, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Where a store is.
enum Place {
    /// In this file.
    File(PathBuf),
    /// At a server.
    Server,
}

impl Place {
    fn of(url: &str) -> Result<Self> {
        match url.split_once(':') {
            Some(("sqlite", path)) => Ok(Self::File(path.into())),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Server),
            // What it is instead may hold a password.
            _ => Err(StoreError::Unusable(
                "The database URL names no engine; give sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE.".into(),
            )),
        }
    }
}

/// Refuses a backup that is not as its checksum says. One that came without its checksum is taken as it is.
fn is_as_written(backup: &Path) -> Result<()> {
    let sums = named(backup, ".sha256");
    let Ok(text) = fs::read_to_string(&sums) else { return Ok(()) };
    let name = backup.display();
    let sum = sum_of(backup).map_err(|error| unread(backup, &error))?;
    if text.split_whitespace().next() == Some(sum.as_str()) {
        return Ok(());
    }
    let sums = sums.display();
    Err(StoreError::Unusable(format!("{name} is damaged: {sums} names another checksum; take another backup.")))
}

/// Makes the empty file that a backup is written to, which nobody else may read: it holds the sites' secrets.
fn begin(partial: &Path) -> io::Result<()> {
    // One of an earlier process with this id, which was cut off.
    remove(partial)?;
    private().create_new(true).open(partial).map(drop)
}

/// Options for writing a file that only its owner may read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Gives a whole backup its name and its checksum. In this order, so that a checksum never lies beside another file.
fn finish(partial: &Path, to: &Path) -> io::Result<()> {
    let sums = named(to, ".sha256");
    let file_name = to.file_name().unwrap_or_default().to_string_lossy();
    let line = format!("{}  {file_name}\n", sum_of(partial)?);
    if sums.exists() {
        fs::remove_file(&sums)?;
    }
    fs::rename(partial, to)?;
    let mut file = private().create(true).truncate(true).open(&sums)?;
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    flush_folder(to)
}

/// Flushes a folder, so that a new name in it survives a loss of power.
pub(crate) fn flush_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// The SHA-256 of a file in hexadecimal.
fn sum_of(path: &Path) -> io::Result<String> {
    let (mut file, mut hasher, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The path of a file beside another, whose name it extends.
pub(crate) fn named(path: &Path, after: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(after);
    path.with_file_name(name)
}

fn unread(from: &Path, error: &io::Error) -> StoreError {
    StoreError::Unusable(format!("{} cannot be read: {error}.", from.display()))
}

fn unwritten(to: &Path, error: &io::Error) -> StoreError {
    StoreError::Unusable(format!("{} cannot be written: {error}; name a file on a disk with room.", to.display()))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Driver(error.to_string()))?
}
