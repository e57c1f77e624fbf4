//! The contract of a store: every case runs on every engine, each time against a fresh database.
//!
//! PostgreSQL's cases need a server: `cargo xtask postgres -- cargo test -p bearing-storage` starts one for them.
//!
//! **To add a case:** an `async fn(&Database) -> Result<()>` in its topic's file, and its name in that file's
//! `contract!` list (the compiler reports a case that is in no list). **To add an engine:** a line in `contract!` below
//! and its places in `backend/storage/fresh`. What only one engine can show (files, schema) is in a file of
//! that engine's own.

/// Makes a test of each listed case on each engine; the engines are listed here and nowhere else.
macro_rules! contract {
    ($($case:ident)+) => {
        crate::expand!(sqlite: $($case)+);
        crate::expand!(postgres: $($case)+);
    };
}
use contract;

macro_rules! expand {
    ($engine:ident: $($case:ident)+) => {
        mod $engine {
            $(
                #[tokio::test]
                async fn $case() {
                    let database = crate::builders::Database::fresh(crate::builders::$engine).await;
                    super::$case(&database).await.expect("the store works");
                }
            )+
        }
    };
}
use expand;

mod attacks;
mod audit;
mod axes;
mod builders;
mod generations;
mod histories;
mod identities;
mod inbox;
mod keys;
mod learning;
mod lists;
mod live;
mod logs;
mod members;
mod methods;
mod model;
mod postgres_commits;
mod postgres_connections;
mod postgres_erased;
mod postgres_locks;
mod postgres_races;
mod postgres_schema;
mod reports;
mod responses;
mod retention;
mod rights;
mod sealing;
mod sessions;
mod shares;
mod sightings;
mod sites;
mod sqlite_backups;
mod sqlite_counts;
mod sqlite_damage;
mod sqlite_file;
mod sqlite_reads;
mod surveys;
mod tampering;
mod transfers;
mod upkeep;
mod webhooks;
mod withdrawals;
