//! What is asked of a provider: its own addresses, which cannot be read on the way, over the client that everything else
//! goes out by.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use tokio_rustls::rustls::RootCertStore;
use url::Url;

use super::settings::is_private;
use crate::integrations::fetch::fetch;
use crate::integrations::webhooks::client::{Client, Refusal, SystemResolver};

/// How long a provider may take for one reply.
const WITHIN: Duration = Duration::from_secs(5);

/// The client. Its operator named the provider, so that it may lie in a private network.
pub struct Outgoing(Client);

impl Default for Outgoing {
    /// Knows the authorities of the web's browsers and those of this machine, so that a company's own can sign for its
    /// provider.
    fn default() -> Self {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self(Client::with(Arc::new(SystemResolver::default()), roots, true))
    }
}

/// Why a provider could not be asked, in a word.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.name())]
pub struct Unasked(Refusal);

impl<'c> AsyncHttpClient<'c> for Outgoing {
    type Error = Unasked;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unasked>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            // What its description names may lie elsewhere, but nothing goes there in the clear.
            if !Url::parse(&request.uri().to_string()).is_ok_and(|url| is_private(&url)) {
                return Err(Unasked(Refusal::Address));
            }
            fetch(&self.0, request, WITHIN).await.map_err(Unasked)
        })
    }
}
