//! The site that is looked at: its settings, its surveys, its day, and what the member may do in it.

use bearing_shared::api::members::Role;
use bearing_shared::api::sites::SiteReply;
use leptos::prelude::*;

use crate::day::Day;
use crate::fetch::{self, Loaded};
use crate::live::Live;
use crate::locale;
use crate::session::session;

/// The site that is looked at.
#[derive(Clone, Copy)]
pub(crate) struct SiteContext {
    /// Its id, from the address.
    pub(crate) id: Memo<String>,
    /// Its settings.
    pub(crate) loaded: ReadSignal<Loaded<SiteReply>, LocalStorage>,
    changed: RwSignal<u32>,
}

/// The site that is looked at.
pub(crate) fn site() -> SiteContext {
    expect_context()
}

impl SiteContext {
    /// The site of this id, read again when `live` says that it may have changed.
    pub(crate) fn of(id: Memo<String>, live: Live) -> Self {
        let changed = RwSignal::new(0_u32);
        let address = move || Some(format!("/v1/sites/{}", crate::query::segment(&id.get())));
        Self { id, loaded: fetch::keeping(address, move || changed.get().wrapping_add(live.site.get())), changed }
    }

    /// Reads the settings again: they were changed.
    pub(crate) fn again(&self) {
        // Who changed them may have left the site by now.
        let _ = self.changed.try_update(|count| *count += 1);
    }

    /// Today, where the site is.
    pub(crate) fn today(&self) -> Day {
        self.loaded.with(|site| locale::today(site.ready().map_or("UTC", |site| &site.settings.time_zone)))
    }

    /// Whether the member may change surveys and responses.
    pub(crate) fn may_edit(&self) -> bool {
        self.role().is_some_and(|role| role >= Role::Editor)
    }

    /// Whether the member may change the site and its members.
    pub(crate) fn may_own(&self) -> bool {
        self.role() == Some(Role::Owner)
    }

    fn role(&self) -> Option<Role> {
        let id = self.id.get();
        session().sites.into_iter().find(|site| site.id.0 == id).map(|site| site.role)
    }

    /// An address below the site, such as `/app/st_1/responses`.
    pub(crate) fn path(&self, below: &str) -> String {
        let id = self.id.get();
        if below.is_empty() { format!("/app/{id}") } else { format!("/app/{id}/{below}") }
    }

    /// The site as a parameter of the API.
    pub(crate) fn parameter(&self) -> (String, String) {
        ("site".into(), self.id.get())
    }
}
