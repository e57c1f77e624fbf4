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

/// The keys for the store at a URL. An embedded store without any gets one of its own.
///
/// # Errors
/// A sentence that says what to do: two places are given, a file cannot be read, or is gone though secrets are sealed.
pub(super) fn keyring(place: &Place, url: &str) -> anyhow::Result<Keyring> {
    let keyring = match (&place.secret_key, &place.secret_key_file) {
        (Some(_), Some(_)) => bail!("Give --secret-key or --secret-key-file, not both."),
        (Some(text), None) => read(text)?,
        (None, Some(file)) => of_file(file)?,
        (None, None) => match url.strip_prefix("sqlite:") {
            Some(store) => beside(Path::new(store), place.renew_lost_secrets)?,
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
fn beside(store: &Path, renews: bool) -> anyhow::Result<Keyring> {
    let file = store.with_file_name(FILE);
    if !file.exists() {
        if is_sealed(store) && !renews {
            let (store, file) = (store.display(), file.display());
            bail!(
                "The secrets in {store} are sealed, and their key {file} is not there; put it back, name it with \
                 --secret-key-file, or make the secrets anew with --renew-lost-secrets."
            );
        }
        make(&file).map_err(|error| anyhow!("The secret key {} cannot be made: {error}.", file.display()))?;
    }
    of_file(&file)
}

/// Where the key of a backup lies.
fn key_of(backup: &Path) -> PathBuf {
    PathBuf::from(format!("{}.key", backup.display()))
}

/// The file of an embedded store's own key; none where a key is given, or the store is no embedded one.
fn own(place: &Place, url: &str) -> Option<PathBuf> {
    let is_given = place.secret_key.is_some() || place.secret_key_file.is_some();
    url.strip_prefix("sqlite:").filter(|_| !is_given).map(|store| Path::new(store).with_file_name(FILE))
}

/// Puts an embedded store's own key beside a backup of it: without it nobody could go on from the backup alone. Where.
///
/// # Errors
/// A sentence: it cannot be read or written.
pub(super) fn put_beside(place: &Place, url: &str, backup: &Path) -> anyhow::Result<Option<PathBuf>> {
    let Some(own) = own(place, url).filter(|own| own.exists()) else { return Ok(None) };
    let beside = key_of(backup);
    let copied = fs::read_to_string(&own).and_then(|text| replace(&beside, &text));
    copied.map_err(|error| anyhow!("The secret key {} cannot be put beside the backup: {error}.", own.display()))?;
    Ok(Some(beside))
}

/// Takes the key that lies beside a backup into the folder of the store that it was restored into; whether there was one.
/// A key that is there stays, and goes first.
///
/// # Errors
/// A sentence: it cannot be read or written.
pub(super) fn take_along(place: &Place, url: &str, backup: &Path) -> anyhow::Result<bool> {
    let beside = key_of(backup);
    let Some(own) = own(place, url).filter(|_| beside.exists()) else { return Ok(false) };
    let taken = || -> std::io::Result<()> {
        let came = fs::read_to_string(&beside)?.trim().to_owned();
        let there = if own.exists() { fs::read_to_string(&own)?.trim().to_owned() } else { String::new() };
        let mut keys: Vec<&str> = there.split(',').map(str::trim).filter(|key| !key.is_empty()).collect();
        for key in came.split(',').map(str::trim) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        replace(&own, &format!("{}\n", keys.join(",")))
    };
    taken().map_err(|error| anyhow!("The secret key {} cannot be taken along: {error}.", beside.display()))?;
    Ok(true)
}

/// Writes a key's file that only its owner may read, in the place of one that is there.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let partial = partial(file, text)?;
    fs::rename(partial, file)
}

/// A key's file before it has its name.
fn partial(file: &Path, text: &str) -> std::io::Result<PathBuf> {
    let partial = PathBuf::from(format!("{}.{}.partial", file.display(), std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(&partial)?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    Ok(partial)
}

/// Makes a key's file that only its owner may read. It is there whole or not at all, and of two processes that make one at
/// once both go on with the same.
fn make(file: &Path) -> std::io::Result<()> {
    let partial = partial(file, &format!("{}\n", data_encoding::BASE64.encode(&chance::bytes::<32>())))?;
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
        let first = beside(&store, false).expect("a key is made");
        let text = fs::read_to_string(&file).expect("it is there");
        assert_eq!(format!("{:?}", beside(&store, false).expect("it is read")), format!("{first:?}"));
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
        assert!(beside(&store, false).expect_err("no key").to_string().contains("32 random bytes"));
    }

    #[test]
    fn a_key_goes_along_with_a_backup_and_back_again_behind_the_one_that_is_there() {
        use clap::Parser as _;
        let folder = tempfile::tempdir().expect("a folder can be made");
        let at = |name: &str| folder.path().join(name);
        let place = |more: &[&str]| {
            let words = ["bearing", "check"].into_iter().chain(more.iter().copied());
            super::super::options::Options::try_parse_from(words).expect("is a command").place
        };
        fs::create_dir_all(at("a")).and_then(|()| fs::create_dir_all(at("b"))).expect("can be made");
        let url = |name: &str| format!("sqlite:{}", at(name).join("bearing.db").display());
        let (backup, plain) = (at("backup"), place(&[]));
        assert_eq!(put_beside(&plain, &url("a"), &backup).expect("there is none"), None);
        beside(&at("a").join("bearing.db"), false).expect("a key is made");
        let put = put_beside(&plain, &url("a"), &backup).expect("it is put there").expect("there is one");
        let key = fs::read_to_string(&put).expect("it is there");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&put).expect("it is there").permissions().mode() & 0o777, 0o600);
        }
        assert!(take_along(&plain, &url("b"), &backup).expect("it is taken"));
        let own = at("b").join(FILE);
        assert_eq!(fs::read_to_string(&own).expect("it is there"), key);
        assert!(take_along(&plain, &url("b"), &backup).expect("once more"));
        assert_eq!(fs::read_to_string(&own).expect("it is there"), key, "it is there once");
        let other = data_encoding::BASE64.encode(&[7; 32]);
        fs::write(&own, &other).expect("can be written");
        assert!(take_along(&plain, &url("b"), &backup).expect("it is taken"));
        assert_eq!(fs::read_to_string(&own).expect("it is there"), format!("{other},{key}"));
        // Who gives a key keeps it elsewhere.
        let given = place(&["--secret-key", &other]);
        assert_eq!(put_beside(&given, &url("a"), &backup).expect("nothing is done"), None);
        assert!(!take_along(&given, &url("b"), &backup).expect("nothing is done"));
    }

    #[tokio::test]
    async fn a_key_that_is_gone_is_not_made_anew() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let store = folder.path().join("bearing.db");
        let url = format!("sqlite:{}", store.display());
        let keyring = beside(&store, false).expect("a key is made");
        let opened = bearing_storage::open_with(&url, bearing_storage::Limits::default(), keyring).await;
        opened.expect("it opens").close().await;
        fs::remove_file(folder.path().join(FILE)).expect("it is there");
        let sentence = beside(&store, false).expect_err("it is gone").to_string();
        assert!(sentence.contains("put it back"), "{sentence}");
        assert!(!folder.path().join(FILE).exists());
        // Whoever says that it is lost for good gets another, and new secrets with it.
        let anew = beside(&store, true).expect("a key is made").renewing();
        let opened = bearing_storage::open_with(&url, bearing_storage::Limits::default(), anew).await;
        opened.expect("it opens").close().await;
    }
}
