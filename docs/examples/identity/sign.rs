//! Signs a customer's id for Bearing: `sign` for a server; as a command, prints the signature of its argument.
//!
//! It needs the crates `hmac` 0.13 and `sha2` 0.11. `BEARING_IDENTITY_SECRET=… sign cust-42` runs it.

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The signature of `customer`, the id exactly as the page will send it; `secret` as Bearing printed it.
///
/// # Errors
/// One of them is empty.
pub fn sign(secret: &str, customer: &str) -> Result<String, &'static str> {
    if secret.is_empty() {
        return Err("the identity secret is empty");
    }
    if customer.is_empty() {
        return Err("the customer id is empty");
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| "the identity secret is no key")?;
    mac.update(customer.as_bytes());
    Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn main() -> ExitCode {
    let secret = env::var("BEARING_IDENTITY_SECRET").unwrap_or_default();
    let customer = env::args().nth(1).unwrap_or_default();
    let (printed, code) = match sign(&secret, &customer) {
        Ok(signature) => (writeln!(io::stdout(), "{signature}"), ExitCode::SUCCESS),
        Err(fault) => (writeln!(io::stderr(), "{fault}"), ExitCode::from(2)),
    };
    printed.map_or(ExitCode::FAILURE, |()| code)
}
