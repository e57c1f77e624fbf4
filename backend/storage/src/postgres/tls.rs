//! TLS to the database: the certificate is always checked, against the machine's own list of authorities.

use std::sync::Arc;

use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{Result, StoreError};

/// What makes a connection secret. `SSL_CERT_FILE` names a file of other authorities (a company's own, for one).
pub(super) fn connector() -> Result<MakeRustlsConnect> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = rustls::RootCertStore::empty();
    let (known, _) = roots.add_parsable_certificates(found.certs);
    if known == 0 {
        return Err(StoreError::Unusable(
            "This machine knows no certificate authority to check PostgreSQL's with; install ca-certificates, name a \
             file of authorities by SSL_CERT_FILE, or add sslmode=disable to the database URL."
                .into(),
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Driver(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
