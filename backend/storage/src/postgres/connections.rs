//! The connections to the database: how many there are for what, and how one is left that was in the middle of something.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts};
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls;
use crate::turns::Turns;
use crate::{Result, StoreError};

/// Connections for intake alone: one for answers, one for events, one more for sites whose answers are written apart.
/// Whatever else waits for a lock, answers have their own way in.
pub(super) const INTAKE: usize = 3;
/// Connections for all other quick work, of which each takes a few milliseconds.
const QUICK: usize = 6;
/// Connections for slow reads: each may keep a core of the database busy.
const SLOW: usize = 3;
/// How long a connection may be waited for before the store counts as unreachable.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// All connections of a store, by what they are for.
pub(super) struct Connections {
    /// For what comes in.
    pub(super) intake: Lane,
    /// For what takes about as long whatever there is.
    pub(super) quick: Lane,
    /// For the few reads that may meet very many rows.
    pub(super) slow: Lane,
    /// Each site's turns among the slow reads.
    pub(super) turns: Turns,
}

impl Connections {
    /// None is made before it is needed.
    pub(super) fn to(config: &Config) -> Result<Self> {
        let lane = |size| Lane::to(config, size);
        Ok(Self { intake: lane(INTAKE)?, quick: lane(QUICK)?, slow: lane(SLOW)?, turns: Turns::new(SLOW) })
    }

    /// Gives no more connections.
    pub(super) fn close(&self) {
        for lane in [&self.intake, &self.quick, &self.slow] {
            lane.close();
        }
    }
}

/// At most so many connections.
pub(super) struct Lane {
    pool: Pool,
    tls: Option<MakeRustlsConnect>,
}

impl Lane {
    pub(super) fn to(config: &Config, size: usize) -> Result<Self> {
        let manager_config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(tls::connector()?),
        };
        let manager = match &tls {
            None => Manager::from_config(config.clone(), NoTls, manager_config),
            Some(tls) => Manager::from_config(config.clone(), tls.clone(), manager_config),
        };
        let pool = Pool::builder(manager)
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) })
            .build()
            .map_err(|error| StoreError::Driver(error.to_string()))?;
        Ok(Self { pool, tls })
    }

    /// Gives no more connections.
    pub(super) fn close(&self) {
        self.pool.close();
    }

    /// A connection that nobody else uses.
    pub(super) async fn get(&self) -> std::result::Result<Connection, PoolError> {
        Ok(Connection { client: Some(self.pool.get().await?), tls: self.tls.clone() })
    }
}

/// A connection in use. Dropped, it is closed; only [`Self::give_back`] lets others have it.
pub(super) struct Connection {
    client: Option<Object>,
    tls: Option<MakeRustlsConnect>,
}

impl Connection {
    /// Whether it is lost.
    pub(super) fn is_closed(&self) -> bool {
        self.client.as_ref().is_none_or(|client| client.is_closed())
    }

    /// What statements are sent through.
    pub(super) fn client(&self) -> Result<&Object> {
        self.client.as_ref().ok_or_else(used_up)
    }

    /// As [`Self::client`], for who needs it alone.
    pub(super) fn client_mut(&mut self) -> Result<&mut Object> {
        self.client.as_mut().ok_or_else(used_up)
    }

    /// Lets others have it: nothing is under way in it.
    pub(super) fn give_back(&mut self) {
        drop(self.client.take());
    }

    /// Closes it, and those that nobody uses at the moment: where one is silent the others are too, and each would cost
    /// somebody the same wait.
    pub(super) fn give_up(&mut self) {
        let Some(client) = self.client.take() else { return };
        if let Some(pool) = Object::pool(&client) {
            pool.retain(|_, _| false);
        }
        drop(Object::take(client));
    }

    /// Ends what is under way in it, in the background, and closes it. Until the server has ended it, its place is
    /// taken: the database never does more at once for this store than there are places.
    pub(super) fn leave(&mut self, most: Duration) {
        let left = Self { client: self.client.take(), tls: self.tls.take() };
        // Outside of a runtime nothing can be waited for; in a closed connection nothing is under way.
        let Ok(runtime) = Handle::try_current() else { return };
        if left.client.as_ref().is_some_and(|client| !client.is_closed()) {
            runtime.spawn(async move {
                if timeout(most, left.ended()).await.is_err() {
                    tracing::debug!("a connection that was left does not answer");
                }
            });
        }
    }

    /// Waits until nothing is under way in it. A cancellation that is late must not meet what somebody else asks: it is
    /// not given back.
    async fn ended(&self) {
        let Ok(client) = self.client() else { return };
        let cancel = client.cancel_token();
        let cancelled = match self.tls.clone() {
            Some(tls) => cancel.cancel_query(tls).await,
            None => cancel.cancel_query(NoTls).await,
        };
        let ended = client.batch_execute("ROLLBACK").await;
        if let Err(why) = cancelled.and(ended) {
            tracing::debug!(%why, "a connection that was left has failed");
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Out of the pool: the server rolls back what was not ended.
        drop(self.client.take().map(Object::take));
    }
}

fn used_up() -> StoreError {
    StoreError::Driver("a connection was used after its end".into())
}
