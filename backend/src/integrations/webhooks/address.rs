//! The address of a webhook: what an owner may write. Where it leads is looked at again at every connection.

use std::net::IpAddr;

use url::{Host, Url};

use super::guard;

/// The most bytes of an address.
const LIMIT: usize = 2_000;

/// The address of a host that is one, in whatever form it was written.
pub fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

/// Reads an address that messages may go to.
///
/// # Errors
/// One sentence that says what to write instead.
pub fn check(text: &str, allow_private: bool) -> Result<Url, &'static str> {
    if text.len() > LIMIT {
        return Err("The address has more than 2,000 bytes; give a shorter one.");
    }
    let url = Url::parse(text).map_err(|_| "Give a whole address such as https://shop.example/bearing.")?;
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        _ => return Err("Messages hold what customers said; give an https address."),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave name and password out of the address; messages are signed.");
    }
    if url.fragment().is_some() {
        return Err("Leave out the part behind #; it is never sent.");
    }
    // What the guard refuses anyway, said while somebody is there to read it.
    let is_refused = match literal(&url) {
        Some(address) => !guard::is_global(address),
        None => url.domain().is_some_and(|name| {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }),
    };
    if is_refused && !allow_private {
        return Err("The address lies in a private network; the server was started without --allow-private-webhooks.");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_and_public_unless_private_ones_are_allowed() {
        for good in ["https://shop.example/hook?x=1", "https://shop.example:8443/", "https://1.1.1.1/", "https://a.b"] {
            assert!(check(good, false).is_ok() && check(good, true).is_ok(), "{good}");
        }
        for private in ["http://shop.example/", "https://127.0.0.1/", "https://localhost/", "https://a.localhost./"] {
            assert!(check(private, false).is_err() && check(private, true).is_ok(), "{private}");
        }
        for bad in [
            "",
            "shop.example",
            "ftp://shop.example/",
            "https://",
            "https://me@shop.example/",
            "file:///etc",
            "https://:secret@shop.example/",
            "https://shop.example/#x",
            "unix:///run/x",
            "gopher://shop.example/",
        ] {
            assert!(check(bad, false).is_err() && check(bad, true).is_err(), "{bad}");
        }
        assert!(check(&format!("https://shop.example/{}", "x".repeat(2_000)), false).is_err());
    }
}
