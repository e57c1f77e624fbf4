//! One thing of a list: what it is, what to know about it, and what can be done with it.

use bearing_shared::api::Page;
use leptos::prelude::*;

use crate::fetch::{Loaded, Problem};
use crate::locale::words;
use crate::part::{Empty, Failed, Icon, Waiting, copyable};

/// One thing of a list.
pub(crate) fn row(main: AnyView, about: AnyView, actions: AnyView) -> AnyView {
    view! {
        <li class="entry">
            <div class="what"><div>{main}</div><div class="quiet">{about}</div></div>
            <div class="acts">{actions}</div>
        </li>
    }
    .into_any()
}

/// A button that removes the thing that `label` names.
pub(crate) fn remover(label: String, act: impl Fn() + 'static) -> AnyView {
    let act: Box<dyn Fn()> = Box::new(act);
    view! {
        <button type="button" class="icon-button" aria-label=label on:click=move |_| act()><Icon name="close" /></button>
    }
    .into_any()
}

/// What was read, without what kind of thing it is: rows to show, or what stands in their place.
pub(crate) fn rows<T: 'static>(
    loaded: ReadSignal<Loaded<Page<T>>, LocalStorage>,
    empty: &'static str,
    draw: impl Fn(&T) -> AnyView + Send + 'static,
) -> AnyView {
    let list = move || {
        loaded.with(|loaded| match loaded {
            Loaded::Ready(page) => listed(page.items.iter().map(&draw).collect(), empty),
            Loaded::Failed(problem) => refused(problem),
            Loaded::Waiting(seconds) => view! { <Waiting seconds=*seconds /> }.into_any(),
            Loaded::Idle => ().into_any(),
        })
    };
    list.into_any()
}

/// Rows, or what to say where there are none.
pub(crate) fn listed(rows: Vec<AnyView>, empty: &'static str) -> AnyView {
    if rows.is_empty() {
        view! { <Empty text=empty.to_owned() /> }.into_any()
    } else {
        view! { <ul class="entries">{rows}</ul> }.into_any()
    }
}

/// What could not be read; what a role may not see is no failure.
pub(crate) fn refused(problem: &Problem) -> AnyView {
    if problem.status == 403 {
        view! { <Empty text=words().settings.owners_only.to_owned() /> }.into_any()
    } else {
        view! { <Failed problem=problem.clone() /> }.into_any()
    }
}

/// Something that is shown once, as soon as it is there.
pub(crate) fn revealed(secret: RwSignal<String>, what: &'static str, lead: &'static str) -> AnyView {
    let shown = move || {
        let secret = secret.get();
        (!secret.is_empty()).then(|| {
            view! {
                <div class="revealed" role="status">
                    <p><b>{what}</b>" "{lead}</p>
                    {copyable(secret, what)}
                </div>
            }
        })
    };
    shown.into_any()
}
