//! What is looked at: period, survey and touchpoint to choose, attributes as chips; all of it in the address.

use std::collections::BTreeSet;

use bearing_shared::api::Page;
use bearing_shared::api::surveys::SurveyReply;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::day::Day;
use crate::fetch::{self, Loaded};
use crate::locale::{locale, words};
use crate::part::{Icon, touchpoint_name};
use crate::site::site;
use crate::text::fill;
use crate::view::{Period, View};

/// The view that the address describes, and what puts another one there.
pub(crate) fn use_view() -> (Memo<View>, Callback<View>) {
    let location = use_location();
    let view = Memo::new(move |_| View::read(&location.search.get()));
    let navigate = use_navigate();
    let change = Callback::new(move |view: View| {
        let path = location.pathname.get_untracked();
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&format!("{path}{}", view.write()), options);
    });
    (view, change)
}

/// The surveys of the site.
pub(crate) fn surveys() -> ReadSignal<Loaded<Page<SurveyReply>>, LocalStorage> {
    let site = site();
    let pairs = move || vec![site.parameter(), ("limit".into(), "500".into())];
    fetch::reading(move || Some(fetch::address("/v1/surveys", &pairs())), || 0)
}

/// The bar in which one chooses what is looked at.
#[component]
pub(crate) fn Filters(view: Memo<View>, change: Callback<View>) -> impl IntoView {
    let (words, locale) = (&words().common, locale());
    let site = site();
    let surveys = surveys();
    let own = RwSignal::new(false);
    let (from, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let pick_period = move |event| {
        let mut next = view.get_untracked();
        match event_target_value(&event).as_str() {
            "all" => next.period = Period::All,
            "own" => {
                let (first, last) = next.period.days(site.today()).unwrap_or((site.today().plus(-27), site.today()));
                from.set(first.date());
                to.set(last.date());
                own.set(true);
                return;
            }
            days => next.period = days.parse().map_or(Period::Last(28), Period::Last),
        }
        own.set(false);
        change.run(next);
    };
    let apply = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let days = (Day::parse(&from.get_untracked()), Day::parse(&to.get_untracked()));
        if let (Some(first), Some(last)) = days {
            let (first, last) = (first.min(last), first.max(last));
            change.run(View { period: Period::Between(first, last), ..view.get_untracked() });
            own.set(false);
        }
    };
    let period_options = move || {
        let period = view.with(|view| view.period.clone());
        let mut options: Vec<(String, String, bool)> = Period::OFFERED
            .iter()
            .map(|days| {
                let text = locale.plural(&words.last_days, u64::from(*days));
                (days.to_string(), text, period == Period::Last(*days) && !own.get())
            })
            .collect();
        if let Period::Last(days) = period
            && !Period::OFFERED.contains(&days)
        {
            options.push((days.to_string(), locale.plural(&words.last_days, u64::from(days)), true));
        }
        options.push(("all".into(), words.all_time.into(), period == Period::All && !own.get()));
        let between = match &period {
            Period::Between(first, last) => {
                let (first, last) = (locale.date(&first.date()), locale.date(&last.date()));
                fill(words.interval, &[("low", &first), ("high", &last)])
            }
            _ => format!("{} – {} …", words.from, words.to),
        };
        options.push(("own".into(), between, own.get() || matches!(period, Period::Between(..))));
        options
            .into_iter()
            .map(|(value, text, selected)| view! { <option value=value selected=selected>{text}</option> })
            .collect_view()
    };
    let survey_options = move || {
        let chosen = view.with(|view| view.survey.clone());
        surveys.with(|surveys| {
            let items = surveys.ready().map(|page| page.items.as_slice()).unwrap_or_default();
            items
                .iter()
                .map(|survey| {
                    let id = survey.id.0.clone();
                    let selected = chosen.as_deref() == Some(id.as_str());
                    view! { <option value=id selected=selected>{survey.survey.name.clone()}</option> }
                })
                .collect_view()
        })
    };
    let pick_survey = move |event| {
        let survey = Some(event_target_value(&event)).filter(|id| !id.is_empty());
        change.run(View { survey, ..view.get_untracked() });
    };
    let touchpoint_options = move || {
        let chosen = view.with(|view| view.touchpoint.clone());
        surveys.with(|surveys| {
            // Every touchpoint that a survey names, once: others are counted together.
            let items = surveys.ready().map(|page| page.items.as_slice()).unwrap_or_default();
            let known: BTreeSet<String> = items.iter().flat_map(|survey| survey.survey.touchpoints.clone()).collect();
            let named = chosen.clone().filter(|chosen| !known.contains(chosen));
            known
                .into_iter()
                .chain(named)
                .map(|touchpoint| {
                    let selected = chosen.as_ref() == Some(&touchpoint);
                    let value = if touchpoint.is_empty() { "-".to_owned() } else { touchpoint.clone() };
                    view! { <option value=value selected=selected>{touchpoint_name(&touchpoint)}</option> }
                })
                .collect_view()
        })
    };
    let pick_touchpoint = move |event| {
        let touchpoint = match event_target_value(&event).as_str() {
            "" => None,
            "-" => Some(String::new()),
            other => Some(other.to_owned()),
        };
        change.run(View { touchpoint, ..view.get_untracked() });
    };
    let chips = move || {
        let attributes = view.with(|view| view.attributes.clone());
        attributes
            .into_iter()
            .enumerate()
            .map(|(place, (name, value))| {
                let label = fill(words.remove_filter, &[("name", &name)]);
                let remove = move |_| {
                    let mut next = view.get_untracked();
                    next.attributes.remove(place);
                    change.run(next);
                };
                view! {
                    <li class="chip">
                        <span>{name}": "<bdi>{value}</bdi></span>
                        <button class="icon-button" aria-label=label on:click=remove><Icon name="close" /></button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <div class="filters">
            <label><span>{words.period}</span><select on:change=pick_period>{period_options}</select></label>
            <Show when=move || own.get()>
                <form class="own-period" on:submit=apply>
                    <label><span>{words.from}</span><input type="date" required prop:value=from on:input=move |event| from.set(event_target_value(&event)) /></label>
                    <label><span>{words.to}</span><input type="date" required prop:value=to on:input=move |event| to.set(event_target_value(&event)) /></label>
                    <button class="button">{words.apply}</button>
                </form>
            </Show>
            <label><span>{words.survey}</span>
                <select on:change=pick_survey>
                    <option value="">{words.all_surveys}</option>
                    {survey_options}
                </select>
            </label>
            <label><span>{words.touchpoint}</span>
                <select on:change=pick_touchpoint>
                    <option value="">{words.all_touchpoints}</option>
                    {touchpoint_options}
                </select>
            </label>
            <ul class="chips">{chips}</ul>
        </div>
    }
}
