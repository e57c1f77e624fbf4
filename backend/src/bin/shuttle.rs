//! The same app on Shuttle; the hosted service has shut down, so this only shows that nothing stands in its way.

use std::sync::Arc;

use bearing::app::App;
use bearing::clock::SystemClock;
use bearing::http;
use shuttle_runtime::{Error, SecretStore};

/// The secret that names the database, such as `sqlite:/data/bearing.db`.
const DATABASE: &str = "DATABASE_URL";

#[shuttle_runtime::main]
async fn main(#[shuttle_runtime::Secrets] secrets: SecretStore) -> shuttle_axum::ShuttleAxum {
    let url = secrets.get(DATABASE).ok_or_else(|| Error::Database(format!("Set the secret {DATABASE}.")))?;
    let store = bearing_storage::open(&url).await.map_err(|error| Error::Database(error.to_string()))?;
    let app = App::start(store, Arc::new(SystemClock), secrets.get("PUBLIC_URL"), None);
    Ok(http::router(app).into())
}
