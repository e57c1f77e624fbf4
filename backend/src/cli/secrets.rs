//! The key that the store's secrets are sealed with: given, or made beside the embedded store at its first start.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use bearing_storage::{Keyring, is_sealed};

use super::options::Place;
use crate::chance;

/// The key's file, in the folder of an embedded store.
const FILE: &str = "secret.key";

/// The keys for the store at a URL. An embedded store without any gets one of its own, which no backup holds.
///
/// # Errors
/// A sentence that says what to do: two places are given, a file cannot be read, or is gone though secrets are sealed.
pub(super) fn keyring(place: &Place, url: &str) -> anyhow::Result<Keyring> {
    let keyring = match (&place.secret_key, &place.secret_key_file) {
        (Some(_), Some(_)) => bail!("Give --secret-key or --secret-key-file, not both."),
        (Some(text), None) => read(text)?,
        (None, Some(file)) => of_file(file)?,
        (None, None) => match url.strip_prefix("sqlite:") {
            Some(store) => beside(Path::new(store))?,
            None => Keyring::none(),
        },
    };
    Ok(if place.renew_lost_secrets { keyring.renewing() } else { keyring })
}

fn read(text: &str) -> anyhow::Result<Keyring> {
    Keyring::read(text.trim(), chance::bytes).map_err(|sentence| anyhow!(sentence))
}

fn of_file(file: &Path) -> anyhow::Result<Keyring> {
    let text = fs::read_to_string(file);
    read(&text.map_err(|error| anyhow!("The secret key in {} cannot be read: {error}.", file.display()))?)
}

/// The key of an embedded store.
fn beside(store: &Path) -> anyhow::Result<Keyring> {
    let file = store.with_file_name(FILE);
    if !file.exists() {
        if is_sealed(store) {
            let (store, file) = (store.display(), file.display());
            bail!(
                "The secrets in {store} are sealed, and their key {file} is not there; put it back, or name it with \
                 --secret-key-file."
            );
        }
        make(&file).map_err(|error| anyhow!("The secret key {} cannot be made: {error}.", file.display()))?;
    }
    of_file(&file)
}

/// Makes a key's file that only its owner may read. It is there whole or not at all, and of two processes that make one at
/// once both go on with the same.
fn make(file: &Path) -> std::io::Result<()> {
    let partial = PathBuf::from(format!("{}.{}.partial", file.display(), std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(&partial)?;
    writeln!(written, "{}", data_encoding::BASE64.encode(&chance::bytes::<32>()))?;
    written.sync_all()?;
    let linked = fs::hard_link(&partial, file);
    fs::remove_file(&partial)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // A key that a loss of power takes away would take the secrets along.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedded_store_gets_one_key_that_only_its_owner_reads() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (store, file) = (folder.path().join("bearing.db"), folder.path().join(FILE));
        let first = beside(&store).expect("a key is made");
        let text = fs::read_to_string(&file).expect("it is there");
        assert_eq!(format!("{:?}", beside(&store).expect("it is read")), format!("{first:?}"));
        assert_eq!(fs::read_to_string(&file).expect("it is there"), text, "it is made once");
        assert_eq!(fs::read_dir(folder.path()).expect("can be listed").count(), 1, "nothing else is left");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
        }
        make(&file).expect("the one that is there stays");
        assert_eq!(fs::read_to_string(&file).expect("it is there"), text);
        fs::write(&file, "nothing").expect("can be written");
        assert!(beside(&store).expect_err("no key").to_string().contains("32 random bytes"));
    }

    #[tokio::test]
    async fn a_key_that_is_gone_is_not_made_anew() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let store = folder.path().join("bearing.db");
        let url = format!("sqlite:{}", store.display());
        let keyring = beside(&store).expect("a key is made");
        let opened = bearing_storage::open_with(&url, bearing_storage::Limits::default(), keyring).await;
        opened.expect("it opens").close().await;
        fs::remove_file(folder.path().join(FILE)).expect("it is there");
        let sentence = beside(&store).expect_err("it is gone").to_string();
        assert!(sentence.contains("put it back"), "{sentence}");
        assert!(!folder.path().join(FILE).exists());
    }
}
