//! Using an invitation: a link that makes whoever has it a member, or sets a member's password anew.
//!
//! A GET shows what one is invited to and never uses the link up, since mail scanners follow links; a POST does.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bearing_shared::answer::cleaned;
use bearing_shared::api::audit::Action;
use bearing_shared::fault::Fault;
use bearing_shared::id::{MemberId, SiteId};
use bearing_storage::{Accepted, Actor, ActorKind, Invitation, InvitationPurpose as Purpose, Joining, Member, Role};

use super::forms::{self, Fields, first};
use super::member_page::{Field, alert, form, page, texts};
use super::page::escaped;
use super::sign_in::{self, Denied};
use super::{extract, provider};
use crate::app::{App, Shared};
use crate::auth::common::is_common;
use crate::auth::email::{is_email, normal};
use crate::auth::limits::Peer;
use crate::auth::passwords::LENGTHS;
use crate::auth::{self, cross_site, session};
use crate::texts::Texts;
use crate::{audit, chance};

/// An invitation as its page tells of it.
struct Told {
    invitation: Invitation,
    /// The name of the site that it leads into.
    site: Option<String>,
    /// The address that is fixed.
    email: Option<String>,
    /// The account that is there with the fixed address.
    known: bool,
}

impl Told {
    /// The invitation with this secret; `None` where it leads nowhere.
    async fn find(app: &App, secret: &str) -> bearing_storage::Result<Option<Self>> {
        let Some(invitation) = app.store.invitation_by_hash(auth::hash(secret), app.clock.now()).await? else {
            return Ok(None);
        };
        let (mut site, mut email) = (None, invitation.email.clone());
        match &invitation.purpose {
            Purpose::Join { site: id, .. } => {
                let Some(found) = app.store.site(id).await? else { return Ok(None) };
                site = Some(found.settings.name);
            }
            Purpose::Operator => {}
            Purpose::Password(id) => {
                let Some(member) = app.store.member(id).await? else { return Ok(None) };
                email = Some(member.email);
            }
        }
        let known = match &email {
            Some(email) => app.store.member_by_email(email).await?.is_some(),
            None => false,
        };
        Ok(Some(Self { invitation, site, email, known }))
    }

    /// Whether it is for a password, and nothing else is asked.
    fn is_renewal(&self) -> bool {
        matches!(self.invitation.purpose, Purpose::Password(_))
    }

    fn title(&self, texts: &Texts) -> String {
        match &self.invitation.purpose {
            Purpose::Join { .. } => texts.join.replace("{site}", self.site.as_deref().unwrap_or_default()),
            Purpose::Operator => texts.operate.to_owned(),
            Purpose::Password(_) => texts.renew.to_owned(),
        }
    }

    fn purpose(&self, texts: &Texts) -> &'static str {
        match &self.invitation.purpose {
            Purpose::Join { role: Role::Viewer, .. } => texts.as_viewer,
            Purpose::Join { role: Role::Editor, .. } => texts.as_editor,
            Purpose::Join { role: Role::Owner, .. } => texts.as_owner,
            Purpose::Operator => texts.as_operator,
            Purpose::Password(_) => texts.renewing,
        }
    }
}

/// What is wrong with what was entered, by field.
#[derive(Default)]
struct Faults {
    name: Option<&'static str>,
    email: Option<&'static str>,
    password: Option<&'static str>,
    /// What is said above the form.
    whole: Option<String>,
}

impl Faults {
    fn are_some(&self) -> bool {
        self.name.is_some() || self.email.is_some() || self.password.is_some()
    }
}

/// What was entered.
struct Entered {
    name: String,
    email: String,
    password: String,
}

impl Entered {
    fn of(sent: &Fields, told: &Told) -> Self {
        // A fixed address is the invitation's, whatever was sent.
        let email = told.email.clone().unwrap_or_else(|| normal(first(sent, "email")));
        Self { name: cleaned(first(sent, "name")), email, password: first(sent, "password").to_owned() }
    }

    /// What a new account would be refused for.
    fn check(&self, texts: &Texts, needs_name: bool) -> Faults {
        let named = extract::name(&self.name).is_some();
        Faults {
            name: (needs_name && !named).then_some(texts.name_fault),
            email: (!is_email(&self.email)).then_some(texts.email_fault),
            password: match LENGTHS.contains(&self.password.chars().count()) {
                false => Some(texts.password_fault),
                true => is_common(&self.password, &self.email).then_some(texts.password_common),
            },
            whole: None,
        }
    }
}

fn reply(
    app: &App,
    texts: &Texts,
    secret: &str,
    told: &Told,
    entered: &Entered,
    (faults, status): (&Faults, StatusCode),
) -> Response {
    let field = |name, kind, autocomplete, label, value, fault| Field {
        name,
        kind,
        autocomplete,
        label,
        value,
        fixed: false,
        hint: None,
        fault,
    };
    let mut fields = String::new();
    if !told.is_renewal() && !told.known {
        fields += &field("name", "text", "name", texts.name, entered.name.as_str(), faults.name).html();
    }
    let email = field("email", "email", "username", texts.email, entered.email.as_str(), faults.email);
    fields += &Field { fixed: told.email.is_some(), ..email }.html();
    let password = match told.known && !told.is_renewal() {
        true => field("password", "password", "current-password", texts.password, "", faults.password),
        false => Field {
            hint: Some(texts.hint),
            ..field("password", "password", "new-password", texts.choose, "", faults.password)
        },
    };
    fields += &password.html();
    let button = if told.is_renewal() { texts.set } else { texts.accept };
    let above = faults.whole.as_deref().map(alert).unwrap_or_default();
    let known = match told.is_renewal() {
        true => String::new(),
        false => format!("<p class=\"dim\">{}</p>", escaped(texts.known)),
    };
    let purpose = format!("<p>{}</p>", escaped(told.purpose(texts)));
    let form = form(texts, &format!("/app/join/{secret}"), &fields, button);
    // The provider can vouch for the one address that may use this link.
    let other = match &told.email {
        Some(_) if !told.is_renewal() => provider::button(app, texts, sign_in::HOME),
        _ => String::new(),
    };
    page(texts, &told.title(texts), &[purpose, above, form, known, other].concat(), status)
}

fn gone(texts: &Texts) -> Response {
    page(texts, texts.gone, &format!("<p>{}</p>", escaped(texts.gone_more)), StatusCode::NOT_FOUND)
}

fn failed(texts: &Texts, denied: &Denied) -> Response {
    let (status, told) = denied.told(texts);
    denied.with_wait(page(texts, texts.gone, &alert(&told), status))
}

/// What one is invited to, with a form.
pub(super) async fn read(
    State(app): State<Shared>,
    Path(secret): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = forms::fields(query.unwrap_or_default().as_bytes());
    let texts = texts(first(&asked, "lang"), &headers);
    match Told::find(&app, &secret).await {
        Ok(Some(told)) => {
            let email = told.email.clone().unwrap_or_default();
            let entered = Entered { name: String::new(), email, password: String::new() };
            reply(&app, texts, &secret, &told, &entered, (&Faults::default(), StatusCode::OK))
        }
        Ok(None) => gone(texts),
        Err(error) => failed(texts, &error.into()),
    }
}

/// Takes the form.
pub(super) async fn submit(
    State(app): State<Shared>,
    Path(secret): Path<String>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let sent = match forms::sent(&headers, body, sign_in::FORM_LIMIT).await {
        Ok(sent) => sent,
        Err(fault) => return sign_in::refused(texts("", &headers), &fault),
    };
    let texts = texts(first(&sent, "lang"), &headers);
    if let Err(refused) = cross_site::check_form(&app, &headers) {
        return failed(texts, &refused.into());
    }
    let told = match Told::find(&app, &secret).await {
        Ok(Some(told)) => told,
        Ok(None) => return gone(texts),
        Err(error) => return failed(texts, &error.into()),
    };
    let entered = Entered::of(&sent, &told);
    match join(&app, peer, &headers, texts, &secret, &told, &entered).await {
        Ok(response) => response,
        Err(Stopped::Gone) => gone(texts),
        Err(Stopped::Faults(faults)) => {
            reply(&app, texts, &secret, &told, &entered, (&faults, StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(Stopped::Denied(denied)) => {
            let (status, told_why) = denied.told(texts);
            let faults = Faults { whole: Some(told_why), ..Faults::default() };
            denied.with_wait(reply(&app, texts, &secret, &told, &entered, (&faults, status)))
        }
    }
}

/// Why an invitation was not used.
enum Stopped {
    Gone,
    Faults(Faults),
    Denied(Denied),
}

impl<E: Into<Denied>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Denied(error.into())
    }
}

async fn join(
    app: &App,
    peer: Option<Extension<Peer>>,
    headers: &HeaderMap,
    texts: &'static Texts,
    secret: &str,
    told: &Told,
    entered: &Entered,
) -> Result<Response, Stopped> {
    let hashed = async || app.passwords.hash(entered.password.clone()).await.map_err(denied);
    let is_known = app.store.member_by_email(&entered.email).await?.is_some();
    let joining = if told.is_renewal() {
        let faults = entered.check(texts, false);
        if faults.are_some() {
            return Err(Stopped::Faults(faults));
        }
        Joining::Password(hashed().await?)
    } else if is_known {
        match sign_in::proved(app, peer, &entered.email, &entered.password).await {
            Ok(member) => Joining::Known(member.id),
            Err(Denied::Wrong) => return Err(account_fault(texts)),
            Err(other) => return Err(other.into()),
        }
    } else {
        let faults = entered.check(texts, true);
        if faults.are_some() {
            return Err(Stopped::Faults(faults));
        }
        Joining::New(Member {
            id: MemberId(chance::id(MemberId::PREFIX)),
            email: entered.email.clone(),
            name: entered.name.clone(),
            password: Some(hashed().await?),
            operator: false,
            locale: None,
            created_at: app.clock.now(),
        })
    };
    sign_in::end_present(app, headers).await?;
    let (session, cookie) = session::begin(app, MemberId(String::new()), headers);
    match app.store.accept_invitation(auth::hash(secret), joining, session).await? {
        Accepted::Done(member) => {
            note(app, told, &member).await;
            Ok(sign_in::signed_in(app, &cookie, "/app"))
        }
        Accepted::Gone => Err(Stopped::Gone),
        // Somebody with this address was quicker.
        Accepted::EmailTaken => Err(account_fault(texts)),
    }
}

fn denied(fault: Fault) -> Stopped {
    Stopped::Denied(Denied::Fault(fault))
}

fn account_fault(texts: &Texts) -> Stopped {
    Stopped::Faults(Faults { password: Some(texts.account_fault), ..Faults::default() })
}

/// Notes in the audit log that an invitation was used.
async fn note(app: &App, told: &Told, id: &MemberId) {
    let actor = match app.store.member(id).await {
        Ok(Some(member)) => auth::member_actor(&member),
        _ => Actor { kind: ActorKind::Member, id: id.0.clone(), name: String::new() },
    };
    let (site, action, role): (Option<&SiteId>, _, _) = match &told.invitation.purpose {
        Purpose::Join { site, role } => (Some(site), Action::MemberJoined, role.name()),
        Purpose::Operator => (None, Action::MemberJoined, "operator"),
        Purpose::Password(_) => (None, Action::MemberPasswordSet, ""),
    };
    let detail = [("role", role)];
    let detail = if role.is_empty() { &detail[..0] } else { &detail[..] };
    audit::note(app, actor, site, action, &id.0, detail).await;
}
