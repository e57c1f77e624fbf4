//! The settings of a provider: all of them or none, and none that would send a secret in the clear.

use openidconnect::{ClientId, ClientSecret, IssuerUrl};
use url::{Host, Url};

/// Where a provider sends people back to, below the public address.
const RETURN: &str = "/app/sign-in/callback";
/// The most characters of a provider's name.
const NAME_LIMIT: usize = 40;

/// What is known of a provider before it has been asked anything.
#[derive(Debug)]
pub struct Settings {
    /// Its address, letter by letter as it calls itself.
    pub issuer: IssuerUrl,
    /// What it calls this server.
    pub client_id: ClientId,
    /// What this server proves that with.
    pub client_secret: ClientSecret,
    /// What members know it as.
    pub name: String,
    /// Where it sends people back to.
    pub redirect: String,
}

/// What was given; an empty text is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The provider's address.
    pub issuer: &'a str,
    /// What it calls this server.
    pub client_id: &'a str,
    /// The secret.
    pub client_secret: &'a str,
    /// What members know it as; none: its host.
    pub name: &'a str,
    /// The address under which the outside knows this server.
    pub public_url: &'a str,
}

/// Whether an address is that of this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether what is sent to an address cannot be read on the way: it goes by TLS, or never leaves this machine.
pub(super) fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || url.scheme() == "http" && is_loopback(url)
}

impl Settings {
    /// Reads what was given; `None` where nothing was.
    ///
    /// # Errors
    /// One sentence that says what is missing or wrong.
    pub fn read(given: Given<'_>) -> Result<Option<Self>, String> {
        let asked = [
            ("--oidc-issuer", given.issuer),
            ("--oidc-client-id", given.client_id),
            ("--oidc-client-secret or --oidc-client-secret-file", given.client_secret),
        ];
        if asked.iter().all(|(_, text)| text.is_empty()) && given.name.is_empty() {
            return Ok(None);
        }
        if let Some((flag, _)) = asked.iter().find(|(_, text)| text.is_empty()) {
            return Err(format!("Signing in by a provider is half set up: give {flag} as well, or none of them."));
        }
        let issuer = Url::parse(given.issuer)
            .map_err(|_| "--oidc-issuer is no address; give one such as https://login.example.".to_owned())?;
        if !is_private(&issuer) {
            let message = "--oidc-issuer has to be an https address; http is for a provider on this machine alone.";
            return Err(message.into());
        }
        let is_plain = issuer.username().is_empty() && issuer.password().is_none();
        if !is_plain || issuer.query().is_some() || issuer.fragment().is_some() {
            return Err(
                "--oidc-issuer holds more than an address; leave out what is before @, or behind ? or #.".into()
            );
        }
        if given.public_url.is_empty() {
            let message = "Signing in by a provider needs to know where it sends people back to: give --public-url.";
            return Err(message.into());
        }
        if !Url::parse(given.public_url).is_ok_and(|url| is_private(&url)) {
            let message = "Signing in by a provider needs a --public-url with https; http is for this machine alone.";
            return Err(message.into());
        }
        let name = match given.name {
            "" => issuer.host_str().unwrap_or_default(),
            name => name,
        };
        if name.chars().count() > NAME_LIMIT || name.chars().any(char::is_control) {
            return Err(format!("--oidc-name has to fit on a button; give at most {NAME_LIMIT} characters."));
        }
        Ok(Some(Self {
            issuer: IssuerUrl::new(given.issuer.to_owned()).map_err(|error| error.to_string())?,
            client_id: ClientId::new(given.client_id.to_owned()),
            client_secret: ClientSecret::new(given.client_secret.to_owned()),
            name: name.to_owned(),
            redirect: format!("{}{RETURN}", given.public_url.trim_end_matches('/')),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Given<'static> = Given {
        issuer: "https://login.example/realms/shop",
        client_id: "bearing",
        client_secret: "secret",
        name: "Shop login",
        public_url: "https://surveys.example/",
    };

    fn refused(given: Given<'_>) -> String {
        Settings::read(given).expect_err("it is refused")
    }

    #[test]
    fn all_of_them_are_taken_and_none_of_them_is_none() {
        assert!(
            Settings::read(Given { public_url: "https://surveys.example", ..Given::default() })
                .is_ok_and(|read| read.is_none())
        );
        let read = Settings::read(WHOLE).expect("can be read").expect("is there");
        assert_eq!((read.issuer.as_str(), read.name.as_str()), (WHOLE.issuer, "Shop login"));
        assert_eq!(read.redirect, "https://surveys.example/app/sign-in/callback");
        let unnamed = Settings::read(Given { name: "", ..WHOLE }).expect("can be read").expect("is there");
        assert_eq!(unnamed.name, "login.example");
        assert!(!format!("{read:?}").contains("secret\""), "{read:?}");
    }

    #[test]
    fn half_of_them_is_refused_with_what_is_missing() {
        for (given, missing) in [
            (Given { issuer: "", ..WHOLE }, "--oidc-issuer"),
            (Given { client_id: "", ..WHOLE }, "--oidc-client-id"),
            (Given { client_secret: "", ..WHOLE }, "--oidc-client-secret or --oidc-client-secret-file"),
            (Given { public_url: "", ..WHOLE }, "--public-url"),
            (Given { name: "Shop", ..Given::default() }, "--oidc-issuer"),
        ] {
            assert!(refused(given).contains(missing), "{missing}");
        }
    }

    #[test]
    fn nothing_goes_in_the_clear_but_to_this_machine() {
        for issuer in [
            "http://login.example",
            "http://10.0.0.1",
            "ftp://login.example",
            "login.example",
            "http://localhost.example",
        ] {
            assert!(refused(Given { issuer, ..WHOLE }).contains("--oidc-issuer"), "{issuer}");
        }
        for issuer in ["https://me@login.example", "https://login.example?x=1", "https://login.example/#x"] {
            assert!(refused(Given { issuer, ..WHOLE }).contains("holds more"), "{issuer}");
        }
        for issuer in ["http://localhost:4120", "http://127.0.0.1:4120/x", "http://[::1]:4120"] {
            assert!(Settings::read(Given { issuer, ..WHOLE }).is_ok(), "{issuer}");
        }
        assert!(refused(Given { public_url: "http://surveys.example", ..WHOLE }).contains("--public-url"));
        assert!(Settings::read(Given { public_url: "http://127.0.0.1:8787", ..WHOLE }).is_ok());
    }

    #[test]
    fn a_name_fits_on_a_button() {
        let long = "x".repeat(41);
        for name in [long.as_str(), "a\nb"] {
            assert!(refused(Given { name, ..WHOLE }).contains("--oidc-name"), "{name}");
        }
    }
}
