//! Fresh databases for tests: one a place, on the engine that the test or its environment names, gone with the place.

mod clerk;

use std::any::Any;
use std::env;

/// Which engine the suites that run on one at a time take: `sqlite` (which is also what they take without it) or
/// `postgres`.
pub const ENGINE: &str = "BEARING_TEST_STORE";

/// The PostgreSQL in which tests make their databases, as a role that may.
pub const POSTGRES: &str = "BEARING_TEST_POSTGRES";

/// Where a fresh database lies, and what keeps it there.
pub struct Place {
    /// What a store is opened with.
    pub url: String,
    _guard: Box<dyn Any + Send + Sync>,
}

/// A file that is not there yet, in a folder of its own.
#[must_use]
pub fn sqlite() -> Place {
    let folder = tempfile::tempdir().expect("a folder can be made");
    Place { url: format!("sqlite:{}", folder.path().join("bearing.db").display()), _guard: Box::new(folder) }
}

/// An empty database of the server that [`POSTGRES`] names.
///
/// # Panics
/// Without that variable: a suite that left out an engine in silence would say that it passed.
#[must_use]
pub fn postgres() -> Place {
    let database = clerk::Database::make();
    Place { url: database.url(), _guard: Box::new(database) }
}

/// A database that somebody else made and keeps.
#[must_use]
pub fn elsewhere(url: &str) -> Place {
    Place { url: url.to_owned(), _guard: Box::new(()) }
}

/// A place on the engine that [`ENGINE`] names.
///
/// # Panics
/// It names no engine.
#[must_use]
pub fn chosen() -> Place {
    if postgres_is_chosen() { postgres() } else { sqlite() }
}

/// Whether [`ENGINE`] names PostgreSQL.
///
/// # Panics
/// It names no engine.
#[must_use]
pub fn postgres_is_chosen() -> bool {
    match env::var(ENGINE).as_deref() {
        Ok("postgres") => true,
        Ok("sqlite") | Err(_) => false,
        Ok(other) => panic!("{ENGINE}={other} names no engine; give sqlite or postgres."),
    }
}
