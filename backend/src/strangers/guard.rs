//! The guard of one request: which signs its answers carry, which of them are kept apart, and whether an attack begins.

use bearing_shared::answer::Submission;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::api::sites::Protect;
use bearing_shared::id::ResponseId;
use bearing_shared::suspicion::{HUMAN_MS, Sign, Suspicion, TOKEN};
use bearing_storage::{Accept, Display, MarkChange, Marking, Noted, Result, Site, States};

use super::Sender;
use super::display::{self, Shown};
use super::watch::{Guarded, LASTS, Next, USUAL_WINDOWS, WINDOW};
use crate::app::App;
use crate::directory::SiteView;
use crate::jobs::attacks;
use crate::live::News;
use crate::metrics::By;

/// Answers that are set apart in one transaction.
const AT_ONCE: usize = 500;
/// Answers that came before an attack was noticed and are set apart with it, at most: twice what is unusual for a site that
/// has a million such answers in a week.
const CAUGHT: u32 = 20_000;

/// What a submission says by itself, as it came: its signs, and the token that the store is to look at.
pub(crate) fn judge(site: &Site, sent: &Submission, sender: &Sender, now: i64) -> (Suspicion, Option<Display>) {
    let shown = display::read(site, &sent.survey, sent.display.as_deref(), now);
    let claimed = sent.age_ms.and_then(|age| age.shown?.checked_sub(age.answered?));
    let is_claimed_fast = claimed.is_some_and(|took| took < HUMAN_MS as u64);
    let mut signs =
        Suspicion::default().with_if(!sender.has_origin, Sign::NoOrigin).with_if(sender.trapped, Sign::Trap);
    let mut display = None;
    match shown {
        Shown::Untold => signs = signs.with(Sign::NoToken),
        Shown::Made => signs = signs.with(Sign::BadToken),
        Shown::Told { token, at, proved } => {
            let is_fast = (0..HUMAN_MS).contains(&(now - at));
            signs = signs.with_if(!proved, Sign::NoProof).with_if(is_fast, Sign::TooFast);
            display = Some(Display { token, is_good: true, guarded: false });
        }
    }
    // One that is no good any more still says whose an answer is, such as when the site has a new secret since.
    let display = display.or_else(|| Some(Display { token: named(sent)?, is_good: false, guarded: false }));
    (signs.with_if(is_claimed_fast, Sign::TooFast), display)
}

/// What tells the display token that a submission names from every other, good or not.
pub(crate) fn named(sent: &Submission) -> Option<[u8; TOKEN]> {
    display::named(sent.display.as_deref()?)
}

/// What one request of a stranger brings.
pub(crate) struct Guard {
    sender: Sender,
    is: Guarded,
    answers: usize,
    suspicious: usize,
    /// The signs of those.
    signs: Suspicion,
    /// Answers of its network that came before, and are too many with this one.
    crowd: Vec<ResponseId>,
}

impl Guard {
    /// The guard of a request to a site at `now`.
    pub(crate) fn new(view: &SiteView, sender: Sender, now: i64) -> Self {
        let attacked = view.is_attacked(now);
        let guarded = attacked || view.site.settings.protect == Protect::Strict;
        let (is, signs) = (Guarded { attacked, guarded }, Suspicion::default());
        Self { sender, is, answers: 0, suspicious: 0, signs, crowd: Vec::new() }
    }

    /// Looks at an answer that can be stored, and decides what it can before the store does.
    pub(crate) fn look(&mut self, app: &App, accept: &mut Accept, now: i64) {
        let Accept { site, response, display } = accept;
        if response.state == ResponseState::Test {
            return;
        }
        if let Some(network) = self.sender.network {
            let watch = &app.strangers.watch;
            let crowd = watch.crowd(site, network, response.id, now, self.is);
            response.suspicion = response.suspicion.with_if(crowd.is_one, Sign::Crowd);
            self.crowd.extend(crowd.before);
            let is_again = display
                .filter(|display| display.is_good)
                .is_some_and(|display| watch.is_anothers(display.token, response.id));
            response.suspicion = response.suspicion.with_if(is_again, Sign::ReusedToken);
            self.answers += 1;
            if response.suspicion.is_enough() {
                self.suspicious += 1;
                self.signs = self.signs.and(response.suspicion);
            }
        }
        for sign in response.suspicion.signs() {
            app.metrics.signs.get_or_create(&By { kind: sign.name() }).inc();
        }
        if let Some(display) = display {
            display.guarded = self.is.guarded;
        }
        response.keep_apart_if(self.is.guarded);
    }

    /// What follows once the answers are stored. The answers stand whatever becomes of it: what cannot be done now is done
    /// with the next.
    pub(crate) async fn finish(self, app: &App, view: &SiteView, now: i64) {
        if let Err(error) = self.follow(app, view, now).await {
            app.strangers.watch.look_again(&view.site.id);
            if let Some(network) = self.sender.network {
                app.strangers.watch.tell_again(&view.site.id, network);
            }
            tracing::warn!(site = %view.site.id, %error, "what came from strangers could not be looked at");
        }
    }

    async fn follow(&self, app: &App, view: &SiteView, now: i64) -> Result<()> {
        let site = &view.site.id;
        if !self.crowd.is_empty() {
            set_apart(app, view, &self.crowd, Suspicion::default().with(Sign::Crowd), now).await?;
        }
        if self.answers == 0 {
            return Ok(());
        }
        match app.strangers.watch.came(site, self.answers, self.suspicious, now, self.is.attacked) {
            Next::Nothing => Ok(()),
            Next::Note => match note(app, view, now).await? {
                Noted::Began { after } => {
                    attacks::began(app, site, after, self.signs, 0).await;
                    Ok(())
                }
                Noted::GoesOn | Noted::Nowhere => Ok(()),
            },
            Next::Compare { usual } => {
                let since = now - (USUAL_WINDOWS as i64 + 1) * WINDOW;
                // What was kept apart for its signs was not usual: a flood would teach us that floods are. A strict site
                // keeps all of them apart, forged or not.
                let states = if self.is.guarded { States::All } else { States::Only(ResponseState::Counted) };
                let before = app.store.suspicious(site, (since, now - WINDOW - 1), states, usual).await?;
                if before.len() >= usual as usize {
                    return Ok(());
                }
                tracing::warn!(%site, "the site is under attack: suspicious answers are kept outside its score");
                app.metrics.attacks.inc();
                let noted = note(app, view, now).await?;
                // Whoever looks at the site learns of it.
                app.live.tell(site, News::ANYTHING);
                let caught = catch(app, view, now).await;
                if let Noted::Began { after } = noted {
                    let apart = caught.as_ref().map_or(0, |apart| *apart);
                    attacks::began(app, site, after, self.signs, apart).await;
                }
                caught.map(drop)
            }
        }
    }
}

async fn note(app: &App, view: &SiteView, now: i64) -> Result<Noted> {
    let noted = app.store.note_attack(&view.site.id, now, now + LASTS).await?;
    app.directory.refresh().await?;
    Ok(noted)
}

/// Sets apart what was counted before anybody noticed; how many that were.
async fn catch(app: &App, view: &SiteView, now: i64) -> Result<usize> {
    app.settle().await?;
    let caught = app.store.suspicious(&view.site.id, (now - WINDOW, now), States::All, CAUGHT).await?;
    set_apart(app, view, &caught, Suspicion::default(), now).await
}

/// Keeps answers that count outside the score, with these signs, unless a member has judged them; how many that were.
async fn set_apart(app: &App, view: &SiteView, ids: &[ResponseId], signs: Suspicion, now: i64) -> Result<usize> {
    let (site, mut apart) = (&view.site.id, 0);
    let change = MarkChange { set_apart: Some(signs), ..MarkChange::default() };
    app.settle().await?;
    for ids in ids.chunks(AT_ONCE) {
        let done = app.store.mark(site, ids, change.clone(), now).await?;
        if let Marking::Done(marked) = done {
            let moved = marked.iter().flatten().filter(|marked| marked.before.state != marked.after.state).count();
            if moved > 0 {
                app.live.tell(site, News::ANYTHING);
            }
            apart += moved;
        }
    }
    Ok(apart)
}
