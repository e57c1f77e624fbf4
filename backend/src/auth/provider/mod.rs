//! Signing in by a provider (OpenID Connect): the way there, and who came back.
//!
//! The authorization code flow with PKCE, a state and a nonce. What this server knows of a sign-in that has begun is in the
//! browser's cookie; a token counts only with the provider's signature, for this server, for this sign-in.

mod entry;
mod known;
mod outgoing;
mod pending;
mod settings;

use std::error::Error;
use std::time::{Duration, UNIX_EPOCH};

use bearing_shared::answer::cleaned;
use bearing_storage::Identity;
use moka::sync::Cache;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreIdToken,
    CoreIdTokenClaims, CoreJwsSigningAlgorithm as Signing, CoreProviderMetadata,
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClaimsVerificationError, CsrfToken, EmptyAdditionalClaims,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, Scope, SignatureVerificationError, StandardClaims, StandardErrorResponse,
    SubjectIdentifier, TokenResponse, UserInfoClaims,
};
use subtle::ConstantTimeEq;

pub use self::entry::{Entered, enter};
pub use self::outgoing::Outgoing;
pub use self::pending::Pending;
use self::settings::is_private;
pub use self::settings::{Given, Settings};
use super::email;

/// Signatures that only the provider can make. The secret that this server shares with it signs nothing.
const SIGNATURES: [Signing; 9] = [
    Signing::RsaSsaPkcs1V15Sha256,
    Signing::RsaSsaPkcs1V15Sha384,
    Signing::RsaSsaPkcs1V15Sha512,
    Signing::RsaSsaPssSha256,
    Signing::RsaSsaPssSha384,
    Signing::RsaSsaPssSha512,
    Signing::EcdsaP256Sha256,
    Signing::EcdsaP384Sha384,
    Signing::EdDsa,
];
/// The most characters of a provider's id of a person, which OpenID Connect says as well.
const SUBJECT_LIMIT: usize = 255;
/// Sign-ins that are remembered as used; the provider takes no code twice either.
const REMEMBERED: u64 = 10_000;

/// The client of a provider whose addresses are known.
type Asking =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Why somebody did not come in by the provider.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// The provider cannot be asked, or does not take this server for its client.
    Down,
    /// The provider said no: the member stopped there, or may not use this server.
    Refused,
    /// It did not begin in this browser, was used already, or took too long.
    Stale,
    /// What came is not the provider's, or not for this sign-in.
    Untrusted,
    /// The provider does not vouch for an address.
    Unverified,
    /// Nobody here has this address, and nobody invited it.
    Unknown(String),
    /// The member with this address is somebody else to the provider.
    Taken(String),
}

/// A person as the provider vouches for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who it is.
    pub identity: Identity,
    /// The address in lower case, where the provider has verified it.
    pub email: Option<String>,
    /// The name, perhaps empty.
    pub name: String,
}

/// The provider that members may sign in by.
pub struct Provider {
    settings: Settings,
    outgoing: Outgoing,
    known: known::Known,
    used: Cache<String, ()>,
}

impl Provider {
    /// A provider that has not been asked anything yet.
    pub fn new(settings: Settings) -> Self {
        let used = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(Duration::from_millis(pending::LASTS.unsigned_abs()))
            .build();
        Self { settings, outgoing: Outgoing::default(), known: known::Known::default(), used }
    }

    /// What members know it as.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Its address.
    pub fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    /// Where to send a browser that begins to sign in.
    ///
    /// # Errors
    /// `Down`.
    pub async fn begin(&self, pending: &Pending) -> Result<String, Failure> {
        let client = self.client(false, pending.begun_at).await?;
        let verifier = PkceCodeVerifier::new(pending.verifier.clone());
        let (state, nonce) = (CsrfToken::new(pending.state.clone()), Nonce::new(pending.nonce.clone()));
        let (url, _, _) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .add_scope(Scope::new("email".into()))
            .add_scope(Scope::new("profile".into()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        if is_private(&url) { Ok(url.into()) } else { Err(self.down("its address for signing in is not https")) }
    }

    /// Who came back: `answer` is what the provider sent along.
    ///
    /// # Errors
    /// `Stale`, `Refused`, `Untrusted` and `Down`.
    pub async fn finish(&self, pending: Pending, answer: &Answer<'_>, now: i64) -> Result<Person, Failure> {
        if !bool::from(pending.state.as_bytes().ct_eq(answer.state.as_bytes())) {
            return Err(Failure::Stale);
        }
        if !self.used.entry(pending.state.clone()).or_insert(()).is_fresh() {
            return Err(Failure::Stale);
        }
        // Another provider's reply, brought here by somebody in between.
        if !answer.issuer.is_empty() && answer.issuer != self.issuer() {
            return Err(self.untrusted("the reply names another issuer"));
        }
        if !answer.error.is_empty() {
            tracing::warn!(provider = self.name(), error = answer.error, "the provider refused a sign-in");
            return Err(Failure::Refused);
        }
        let client = self.client(false, now).await?;
        let asked = client
            .exchange_code(AuthorizationCode::new(answer.code.to_owned()))
            .map_err(|error| self.down(&error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier));
        let tokens = asked.request_async(&self.outgoing).await.map_err(|error| self.unexchanged(&error))?;
        let token = tokens.id_token().ok_or_else(|| self.untrusted("there is no id token"))?;
        let nonce = Nonce::new(pending.nonce);
        let claims = match claims(&client, token, &nonce, now) {
            // The provider has other keys than it had.
            Err(error) if is_key_missing(&error) => claims(&self.client(true, now).await?, token, &nonce, now),
            claims => claims,
        };
        let claims = claims.map_err(|error| self.untrusted(&chain(&error)))?;
        let subject = claims.subject().clone();
        if subject.is_empty() || subject.chars().count() > SUBJECT_LIMIT {
            return Err(self.untrusted("the subject is empty or too long"));
        }
        let told = match claims.email() {
            Some(_) => None,
            None => self.more(&client, tokens.access_token().clone(), &subject).await?,
        };
        Ok(self.person(&subject, told.as_ref().map_or_else(|| Claimed::of(claims), Claimed::told)))
    }

    /// What the provider tells of somebody beside the token; `None` where it has no address for that.
    async fn more(
        &self,
        client: &Asking,
        token: AccessToken,
        subject: &SubjectIdentifier,
    ) -> Result<Option<UserInfoClaims<EmptyAdditionalClaims, CoreGenderClaim>>, Failure> {
        let Ok(asked) = client.user_info(token, Some(subject.clone())) else { return Ok(None) };
        asked.request_async(&self.outgoing).await.map(Some).map_err(|error| self.untrusted(&chain(&error)))
    }

    fn person(&self, subject: &SubjectIdentifier, claimed: Claimed<'_>) -> Person {
        let email = claimed.email.filter(|_| claimed.verified).map(email::normal);
        Person {
            identity: Identity { issuer: self.issuer().to_owned(), subject: subject.to_string() },
            email: email.filter(|email| email::is_email(email)),
            name: cleaned(claimed.name.unwrap_or_default()),
        }
    }

    async fn client(&self, anew: bool, now: i64) -> Result<Asking, Failure> {
        let settings = &self.settings;
        let known = self.known.get(&settings.issuer, &self.outgoing, anew, now).await;
        let known = known.map_err(|why| self.down(&why))?;
        let redirect = RedirectUrl::new(settings.redirect.clone()).map_err(|error| self.down(&error.to_string()))?;
        let way = if wants_secret_in_body(&known) { AuthType::RequestBody } else { AuthType::BasicAuth };
        let (id, secret) = (settings.client_id.clone(), settings.client_secret.clone());
        let client = CoreClient::from_provider_metadata(known.as_ref().clone(), id, Some(secret));
        Ok(client.set_redirect_uri(redirect).set_auth_type(way))
    }

    fn unexchanged<E: Error + 'static>(
        &self,
        error: &RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>,
    ) -> Failure {
        match error {
            // A code that was used, is too old, or was given to another sign-in.
            RequestTokenError::ServerResponse(said) if *said.error() == CoreErrorResponseType::InvalidGrant => {
                Failure::Stale
            }
            error => self.down(&chain(error)),
        }
    }

    fn down(&self, why: &str) -> Failure {
        tracing::error!(provider = self.name(), why, "the provider cannot be asked");
        Failure::Down
    }

    fn untrusted(&self, why: &str) -> Failure {
        tracing::warn!(provider = self.name(), why, "what came from the provider is not trusted");
        Failure::Untrusted
    }
}

/// What a provider sends a browser back with; what it leaves out is empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answer<'a> {
    /// Which sign-in it is about.
    pub state: &'a str,
    /// What the token is got for.
    pub code: &'a str,
    /// Why there is none.
    pub error: &'a str,
    /// Which provider it is.
    pub issuer: &'a str,
}

/// What is said of a person.
struct Claimed<'a> {
    email: Option<&'a str>,
    verified: bool,
    name: Option<&'a str>,
}

impl<'a> Claimed<'a> {
    fn standard(claims: &'a StandardClaims<CoreGenderClaim>) -> Self {
        Self {
            email: claims.email().map(|email| email.as_str()),
            verified: claims.email_verified() == Some(true),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.as_str()),
        }
    }

    fn of(claims: &'a CoreIdTokenClaims) -> Self {
        Self {
            email: claims.email().map(|email| email.as_str()),
            verified: claims.email_verified() == Some(true),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.as_str()),
        }
    }

    fn told(claims: &'a UserInfoClaims<EmptyAdditionalClaims, CoreGenderClaim>) -> Self {
        Self::standard(claims.standard_claims())
    }
}

/// What a token says, if it is the provider's, for this server and this sign-in, and has not ended at `now`.
fn claims<'a>(
    client: &Asking,
    token: &'a CoreIdToken,
    nonce: &Nonce,
    now: i64,
) -> Result<&'a CoreIdTokenClaims, ClaimsVerificationError> {
    let time = move || (UNIX_EPOCH + Duration::from_millis(now.unsigned_abs())).into();
    token.claims(&client.id_token_verifier().set_allowed_algs(SIGNATURES).set_time_fn(time), nonce)
}

fn is_key_missing(error: &ClaimsVerificationError) -> bool {
    let ClaimsVerificationError::SignatureVerification(error) = error else { return false };
    // A key may also have been replaced under its old name.
    matches!(error, SignatureVerificationError::NoMatchingKey | SignatureVerificationError::CryptoError(_))
}

/// Whether a provider takes a client's secret in the body alone; most take it in a head.
fn wants_secret_in_body(known: &CoreProviderMetadata) -> bool {
    known.token_endpoint_auth_methods_supported().is_some_and(|methods| {
        methods.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
    })
}

/// An error with its causes, for the log.
fn chain(error: &dyn Error) -> String {
    let (mut told, mut cause) = (error.to_string(), error.source());
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}
