//! A provider that people sign in by, which lies by plan: it signs with another key, for somebody else, or not at all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use bearing::auth::hash_bytes;
use bearing::auth::provider::{Given, Provider, Settings};
use bearing::chance;
use bearing_shared::id::SiteId;
use bearing_storage::{AuditEntry, InvitationPurpose, Role};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use hmac::{Hmac, KeyInit, Mac};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::harness::{Ask, NOW, Reply, Server, Site, at};

const CLIENT: (&str, &str) = ("bearing", "a secret of both");
/// The address of the server that people come back to.
pub(crate) const PUBLIC: &str = "https://bearing.example";

/// How a token is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Signed {
    /// As it has to be.
    #[default]
    Well,
    /// With a key of somebody else, under the provider's key's name.
    ByAnother,
    /// With the secret that it shares with the client.
    WithTheSecret,
    /// Not at all, and says so.
    Not,
}

/// What the provider does.
#[derive(Default)]
pub(crate) struct Plan {
    /// How tokens are signed.
    pub(crate) signed: Signed,
    /// What is put into tokens in the place of what belongs there; null takes it out.
    pub(crate) lies: Value,
    /// What is told beside the token.
    pub(crate) told: Value,
    /// What is put into its description.
    pub(crate) described: Value,
    /// It answers nobody.
    pub(crate) down: bool,
    /// How often it was asked for its description.
    pub(crate) asked: u32,
    /// Which of its keys it has now.
    generation: u32,
    codes: HashMap<String, Granted>,
}

/// What a code stands for.
struct Granted {
    claims: Value,
    challenge: String,
    redirect: String,
}

#[derive(Clone)]
pub(crate) struct Issuer {
    pub(crate) url: String,
    plan: Arc<Mutex<Plan>>,
}

/// Where a browser is sent to, as the provider reads it.
pub(crate) struct Asked(HashMap<String, String>);

impl Asked {
    pub(crate) fn read(location: &str) -> Self {
        let url = url::Url::parse(location).expect("is an address");
        Self(url.query_pairs().into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// A key of its own, made on the spot.
fn key(kid: &str) -> CoreEdDsaPrivateSigningKey {
    // PKCS #8 of Ed25519: always this head, then 32 bytes.
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let bytes = hash_bytes(kid.as_bytes());
    let pem = BASE64.encode(&[&head[..], &bytes[..]].concat());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n");
    let kid = kid.trim_end_matches('!').to_owned();
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(kid))).expect("is a key")
}

fn encoded(value: &Value) -> String {
    BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

fn put(into: &mut Value, lies: &Value) {
    for (name, value) in lies.as_object().into_iter().flatten() {
        match value {
            Value::Null => into.as_object_mut().expect("is an object").remove(name),
            value => into.as_object_mut().expect("is an object").insert(name.clone(), value.clone()),
        };
    }
}

impl Issuer {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let issuer = Self { url, plan: Arc::default() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(me))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    pub(crate) fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().expect("not poisoned")
    }

    /// What a server that people sign in to by this provider knows of it.
    pub(crate) fn provider(&self) -> Provider {
        let (client_id, client_secret) = CLIENT;
        let given = Given { issuer: &self.url, client_id, client_secret, name: "Shop <login>", public_url: PUBLIC };
        Provider::new(Settings::read(given).expect("can be read").expect("is there"))
    }

    /// Has another key from now on.
    pub(crate) fn rotate(&self) {
        self.plan().generation += 1;
    }

    /// Signs somebody in for what was asked: the code to come back with. `said` is what it says of them.
    pub(crate) fn grant(&self, asked: &Asked, said: &Value) -> String {
        assert_eq!(asked.get("client_id"), CLIENT.0);
        assert_eq!((asked.get("response_type"), asked.get("code_challenge_method")), ("code", "S256"));
        for scope in ["openid", "email", "profile"] {
            assert!(asked.get("scope").split(' ').any(|one| one == scope), "{}", asked.get("scope"));
        }
        let now = at(NOW) / 1_000;
        let mut claims =
            json!({ "iss": self.url, "aud": CLIENT.0, "iat": now, "exp": now + 300, "nonce": asked.get("nonce") });
        put(&mut claims, said);
        let granted = Granted {
            claims,
            challenge: asked.get("code_challenge").to_owned(),
            redirect: asked.get("redirect_uri").to_owned(),
        };
        let code = chance::secret("");
        self.plan().codes.insert(code.clone(), granted);
        code
    }

    fn sign(&self, claims: &Value) -> String {
        let plan = self.plan();
        let kid = format!("key-{}", plan.generation);
        let alg = match plan.signed {
            Signed::Well | Signed::ByAnother => "EdDSA",
            Signed::WithTheSecret => "HS256",
            Signed::Not => "none",
        };
        let signed = format!("{}.{}", encoded(&json!({ "alg": alg, "kid": kid })), encoded(claims));
        let by = |key: CoreEdDsaPrivateSigningKey| {
            key.sign(&CoreJwsSigningAlgorithm::EdDsa, signed.as_bytes()).expect("it can sign")
        };
        let signature = match plan.signed {
            Signed::Well => by(key(&kid)),
            Signed::ByAnother => by(key(&format!("{kid}!"))),
            Signed::WithTheSecret => {
                let mut mac = Hmac::<Sha256>::new_from_slice(CLIENT.1.as_bytes()).expect("any length will do");
                mac.update(signed.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            Signed::Not => Vec::new(),
        };
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}

type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

fn denied(status: StatusCode, error: &str) -> (StatusCode, Json<Value>) {
    (status, Json(json!({ "error": error })))
}

async fn describe(State(issuer): State<Issuer>) -> Answer {
    let mut plan = issuer.plan();
    plan.asked += 1;
    if plan.down {
        return Err(denied(StatusCode::BAD_GATEWAY, "down"));
    }
    let url = &issuer.url;
    let mut described = json!({
        "issuer": url, "authorization_endpoint": format!("{url}/auth"), "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"), "userinfo_endpoint": format!("{url}/me"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        // It says that it would sign in ways that nobody may believe.
        "id_token_signing_alg_values_supported": ["EdDSA", "RS256", "HS256", "none"],
    });
    put(&mut described, &plan.described);
    Ok(Json(described))
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    let kid = format!("key-{}", issuer.plan().generation);
    Json(json!({ "keys": [key(&kid).as_verification_key()] }))
}

async fn token(State(issuer): State<Issuer>, headers: HeaderMap, Form(form): Form<HashMap<String, String>>) -> Answer {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = BASE64.encode(format!("{}:{}", encode(CLIENT.0), encode(CLIENT.1)).as_bytes());
    if headers.get("authorization").is_none_or(|sent| sent != &format!("Basic {basic}")) {
        return Err(denied(StatusCode::UNAUTHORIZED, "invalid_client"));
    }
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let granted = issuer.plan().codes.remove(field("code"));
    let fits = |granted: &Granted| {
        let challenge = BASE64URL_NOPAD.encode(&hash_bytes(field("code_verifier").as_bytes()));
        granted.challenge == challenge && granted.redirect == field("redirect_uri")
    };
    let Some(granted) = granted.filter(fits) else { return Err(denied(StatusCode::BAD_REQUEST, "invalid_grant")) };
    let mut claims = granted.claims;
    put(&mut claims, &issuer.plan().lies);
    Ok(Json(json!({ "access_token": "opaque", "token_type": "Bearer", "id_token": issuer.sign(&claims) })))
}

async fn me(State(issuer): State<Issuer>, headers: HeaderMap) -> Answer {
    match headers.get("authorization").is_some_and(|sent| sent == "Bearer opaque") {
        true => Ok(Json(issuer.plan().told.clone())),
        false => Err(denied(StatusCode::UNAUTHORIZED, "invalid_token")),
    }
}

/// A server and its provider.
pub(crate) struct Pair {
    pub(crate) server: Server,
    pub(crate) issuer: Issuer,
}

/// A sign-in that has begun: what the browser keeps, and what the provider was asked.
pub(crate) struct Begun {
    pub(crate) cookie: String,
    pub(crate) asked: Asked,
}

/// What the provider says of Ann.
pub(crate) fn ann() -> Value {
    json!({ "sub": "a-1", "email": "Ann@Shop.example", "email_verified": true, "name": "Ann Archer" })
}

/// The value of a cookie that a reply sets.
fn cookie(reply: &Reply, name: &str) -> Option<String> {
    let cookies = reply.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().expect("is text"));
    let found = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('=')).find(|(key, _)| *key == name);
    found.map(|(_, value)| value.to_owned()).filter(|value| !value.is_empty())
}

/// The cookie header of a browser in which a session has begun.
pub(crate) fn session(reply: &Reply) -> Option<String> {
    cookie(reply, "__Host-bearing").map(|secret| format!("__Host-bearing={secret}"))
}

impl Pair {
    pub(crate) async fn start() -> Self {
        let issuer = Issuer::start().await;
        Self { server: Server::start_by(PUBLIC, issuer.provider()).await, issuer }
    }

    pub(crate) async fn invite(&self, site: &Site, role: Role, email: &str) -> String {
        let purpose = InvitationPurpose::Join { site: SiteId::from(site.id.as_str()), role };
        self.server.invite(purpose, Some(email)).await
    }

    pub(crate) async fn begin(&self) -> Begun {
        let reply = self.server.get("/app/sign-in/provider?next=%2Fapp%2Fsurveys&lang=en").await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        let cookie = cookie(&reply, "__Host-bearing-pending").expect("the browser keeps it");
        Begun { cookie: format!("__Host-bearing-pending={cookie}"), asked: Asked::read(reply.header("location")) }
    }

    /// What the browser is sent back with.
    pub(crate) fn back(&self, begun: &Begun, code: &str) -> Ask {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("code", code), ("state", begun.asked.get("state")), ("iss", &self.issuer.url)])
            .finish();
        self.server.get(&format!("/app/sign-in/callback?{query}"))
    }

    /// The whole way of somebody of whom the provider says this.
    pub(crate) async fn come(&self, said: &Value) -> Reply {
        let begun = self.begin().await;
        let code = self.issuer.grant(&begun.asked, said);
        self.back(&begun, &code).header("cookie", &begun.cookie).await
    }

    /// Checks that somebody is not let in, is told why, and that nothing of the sign-in is left.
    #[track_caller]
    pub(crate) fn kept_out(&self, reply: &Reply, status: u16, words: &str) {
        assert_eq!((reply.status, session(reply)), (status, None), "{}", reply.text());
        assert!(reply.text().contains("role=\"alert\"") && reply.text().contains(words), "{}", reply.text());
        assert!(reply.text().contains("href=\"/app/sign-in?lang="), "{}", reply.text());
        let gone = "__Host-bearing-pending=; Secure; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
        assert!(reply.headers.get_all("set-cookie").iter().any(|cookie| cookie == gone), "{:?}", reply.headers);
    }

    pub(crate) async fn who(&self, reply: &Reply) -> Value {
        let session = session(reply).unwrap_or_else(|| panic!("nobody came in: {}", reply.text()));
        self.server.get("/v1/session").session(&session).await.ok()
    }

    pub(crate) async fn audit(&self, site: &Site) -> Vec<AuditEntry> {
        let site = SiteId::from(site.id.as_str());
        let entries = self.server.app.store.audit(&site, None, 99).await.expect("the store answers");
        entries.into_iter().map(|found| found.entry).collect()
    }
}
