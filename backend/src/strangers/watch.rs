//! The watch: how many answers come from each network, and whether a site is under attack.
//!
//! In memory, of the last ten minutes, and never which address it was. That an attack is under way is in the store, so that
//! every server knows and a restart changes nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bearing_shared::id::{ResponseId, SiteId};
use bearing_shared::suspicion::TOKEN;
use moka::sync::Cache;

/// How far back the watch looks, ms.
pub const WINDOW: i64 = 10 * 60_000;
/// Answers of one network within the window that people there may give.
const CROWD: usize = 30;
/// The same while the site is under attack, where who is many is more likely one.
const CROWD_UNDER_ATTACK: usize = 5;
/// Suspicious answers within the window from which on there may be an attack, where they are half of all that come.
const ALARM: usize = 60;
/// How much more than usual they must be.
const UNUSUAL: usize = 8;
/// How far back what is usual is looked for, in windows: seven days.
pub(super) const USUAL_WINDOWS: usize = 7 * 24 * 6;
/// How long until what is usual is looked for again, ms, unless there are twice as many by then.
const LOOK_AGAIN: i64 = 60_000;
/// How long an attack is taken to go on after the last sign of it, ms.
pub const LASTS: i64 = WINDOW;
/// How long until it is noted again that an attack goes on, ms.
const NOTE_AGAIN: i64 = 60_000;
/// Networks and sites that are watched; what came least is forgotten first.
const WATCHED: u64 = 50_000;
/// Answers of one network that are remembered: from a site's whole crowd and one more.
const REMEMBERED: usize = CROWD + 1;

/// How often the answers of a crowd are told.
const TOLD: u8 = 2;

/// The answers that came from one network lately.
#[derive(Debug, Default)]
struct Recent {
    answers: VecDeque<(i64, ResponseId)>,
    /// How often they have been told as a crowd since they became one.
    told: u8,
}

/// What a network's answers come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crowd {
    /// Whether they are more than people there would give.
    pub is_one: bool,
    /// Those that came before the one that made them a crowd.
    pub before: Vec<ResponseId>,
}

/// What came to one site, minute by minute.
#[derive(Debug, Default)]
struct Traffic {
    /// The minute, how many came, and how many of them were suspicious.
    minutes: VecDeque<(i64, usize, usize)>,
    /// When what is usual was last looked for, or the attack last noted, ms since 1970 UTC.
    looked_at: i64,
    /// How many suspicious answers there were then.
    looked_odd: usize,
}

/// What is to be asked next of a site's traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Nothing,
    /// Whether there were fewer suspicious answers than this in the windows before; then it is an attack.
    Compare {
        /// This many in [`USUAL_WINDOWS`] are usual.
        usual: u32,
    },
    /// To note that the attack goes on.
    Note,
}

/// How a site stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guarded {
    /// Whether it is under attack.
    pub attacked: bool,
    /// Whether suspicious answers are kept apart: under attack, or because the site asks for it.
    pub guarded: bool,
}

/// The watch.
pub struct Watch {
    networks: Cache<(SiteId, u64), Arc<Mutex<Recent>>>,
    traffic: Cache<SiteId, Arc<Mutex<Traffic>>>,
    /// Which response a display token came with lately: the store knows of all, and this only of what to count.
    tokens: Cache<[u8; TOKEN], ResponseId>,
}

impl Default for Watch {
    fn default() -> Self {
        let idle = Duration::from_millis(2 * WINDOW as u64);
        Self {
            networks: Cache::builder().max_capacity(WATCHED).time_to_idle(idle).build(),
            traffic: Cache::builder().max_capacity(WATCHED).time_to_idle(idle).build(),
            tokens: Cache::builder().max_capacity(WATCHED).time_to_idle(idle).build(),
        }
    }
}

impl Watch {
    /// Notes that a response came from a network ([`super::Rates::key`]) to a site at `now`. What came before is told where
    /// the site is guarded, and once more with the next, since some may have been on their way into the store: each further
    /// one of a crowd is known for itself.
    pub fn crowd(&self, site: &SiteId, network: u64, id: ResponseId, now: i64, is: Guarded) -> Crowd {
        let recent = self.networks.get_with((site.clone(), network), Arc::default);
        let mut recent = recent.lock().unwrap_or_else(PoisonError::into_inner);
        let Recent { answers, told } = &mut *recent;
        answers.retain(|(at, _)| (now - at).abs() <= WINDOW);
        // What comes again is no other.
        if !answers.iter().any(|(_, known)| *known == id) {
            if answers.len() == REMEMBERED {
                answers.pop_front();
            }
            answers.push_back((now, id));
        }
        let most = if is.attacked { CROWD_UNDER_ATTACK } else { CROWD };
        let is_one = answers.len() > most;
        let tells = is_one && is.guarded && *told < TOLD;
        *told = if is_one { *told + u8::from(tells) } else { 0 };
        let others = answers.iter().map(|(_, id)| *id).filter(|known| *known != id);
        Crowd { is_one, before: if tells { others.collect() } else { Vec::new() } }
    }

    /// Has the answers of a network told again, which could not be set apart.
    pub fn tell_again(&self, site: &SiteId, network: u64) {
        if let Some(recent) = self.networks.get(&(site.clone(), network)) {
            recent.lock().unwrap_or_else(PoisonError::into_inner).told = 0;
        }
    }

    /// Whether a display token came with another response lately.
    pub fn is_anothers(&self, token: [u8; TOKEN], id: ResponseId) -> bool {
        self.tokens.get_with(token, || id) != id
    }

    /// Notes what a request brought to a site at `now`, how many of it suspicious; what is to be asked next.
    pub fn came(&self, site: &SiteId, answers: usize, suspicious: usize, now: i64, attacked: bool) -> Next {
        let traffic = self.traffic.get_with(site.clone(), Arc::default);
        let mut traffic = traffic.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.div_euclid(60_000);
        let minutes = &mut traffic.minutes;
        minutes.retain(|(at, ..)| (minute - at).abs() < WINDOW / 60_000);
        match minutes.back_mut() {
            Some((at, all, odd)) if *at == minute => (*all, *odd) = (*all + answers, *odd + suspicious),
            _ => minutes.push_back((minute, answers, suspicious)),
        }
        let (all, odd) = minutes.iter().fold((0, 0), |(all, odd), (_, more, odder)| (all + more, odd + odder));
        let pause = if attacked { NOTE_AGAIN } else { LOOK_AGAIN };
        // An attack that is fading is still one: half of what begins it keeps it going.
        let enough = if attacked { ALARM / 2 } else { ALARM };
        // What was usual a moment ago is so no more where thousands came since.
        let is_soon = (now - traffic.looked_at).abs() < pause && (attacked || odd < 2 * traffic.looked_odd);
        if suspicious == 0 || odd < enough || (!attacked && odd * 2 < all) || is_soon {
            return Next::Nothing;
        }
        (traffic.looked_at, traffic.looked_odd) = (now, odd);
        if attacked {
            return Next::Note;
        }
        Next::Compare { usual: u32::try_from(odd * USUAL_WINDOWS / UNUSUAL).unwrap_or(u32::MAX) }
    }

    /// Says that what came to a site is to be looked at again at once: that could not be asked.
    pub fn look_again(&self, site: &SiteId) {
        if let Some(traffic) = self.traffic.get(site) {
            traffic.lock().unwrap_or_else(PoisonError::into_inner).looked_at = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn id(number: u128) -> ResponseId {
        ResponseId(number.to_be_bytes())
    }

    const ATTACKED: Guarded = Guarded { attacked: true, guarded: true };
    const PEACE: Guarded = Guarded { attacked: false, guarded: false };

    fn crowd(before: impl IntoIterator<Item = u128>) -> Crowd {
        Crowd { is_one: true, before: before.into_iter().map(id).collect() }
    }

    #[test]
    fn a_network_is_a_crowd_when_more_answers_come_than_people_give() {
        let (watch, site) = (Watch::default(), SiteId::from("st_a"));
        let came = |number: u128, now: i64, is: Guarded| watch.crowd(&site, 7, id(number), now, is);
        for number in 0..5 {
            assert_eq!(came(number, NOW, ATTACKED), Crowd::default());
        }
        assert_eq!(came(4, NOW, ATTACKED), Crowd::default(), "the same answer again is no other");
        assert_eq!(came(5, NOW, ATTACKED), crowd(0..5), "all that came before are told");
        assert_eq!(came(6, NOW, ATTACKED), crowd(0..6), "some may not have been stored by then");
        assert_eq!(came(7, NOW, ATTACKED), crowd([]), "and that is all");
        watch.tell_again(&site, 7);
        assert_eq!(came(7, NOW, ATTACKED), crowd(0..7), "unless it could not be done");
        assert_eq!(came(8, NOW, PEACE), Crowd::default(), "in peace more may come");
        assert_eq!(watch.crowd(&site, 8, id(9), NOW, ATTACKED), Crowd::default(), "another network");
        assert_eq!(watch.crowd(&SiteId::from("st_b"), 7, id(9), NOW, ATTACKED), Crowd::default(), "another site");
        assert_eq!(came(10, NOW + WINDOW + 1, ATTACKED), Crowd::default(), "what is long ago is forgotten");
        for number in 11..15 {
            assert_eq!(came(number, NOW + WINDOW + 1, ATTACKED), Crowd::default());
        }
        assert_eq!(came(15, NOW + WINDOW + 1, ATTACKED), crowd(10..15), "and a new crowd is told again");
    }

    #[test]
    fn a_crowd_in_peace_is_thirty_and_is_told_when_somebody_guards() {
        let (watch, site) = (Watch::default(), SiteId::from("st_a"));
        let came = |number: u128, is: Guarded| watch.crowd(&site, 7, id(number), NOW, is);
        for number in 0..30 {
            assert_eq!(came(number, PEACE), Crowd::default());
        }
        assert_eq!(came(30, PEACE), crowd([]), "nobody is to do anything about it");
        assert_eq!(came(31, PEACE), crowd([]));
        let strict = Guarded { attacked: false, guarded: true };
        assert_eq!(came(32, strict), crowd(2..32), "what is remembered does not grow");
        assert_eq!(came(33, strict), crowd(3..33));
        assert_eq!(came(34, strict), crowd([]));
    }

    #[test]
    fn many_suspicious_answers_that_are_half_of_all_may_be_an_attack() {
        let (watch, site) = (Watch::default(), SiteId::from("st_a"));
        for _ in 0..59 {
            assert_eq!(watch.came(&site, 1, 1, NOW, false), Next::Nothing);
        }
        assert_eq!(watch.came(&site, 1, 1, NOW, false), Next::Compare { usual: 7_560 });
        assert_eq!(watch.came(&site, 1, 1, NOW, false), Next::Nothing, "it is not asked at every answer");
        assert_eq!(watch.came(&site, 1, 1, NOW + 60_000, false), Next::Compare { usual: 62 * 126 });
        watch.look_again(&site);
        assert!(matches!(watch.came(&site, 1, 1, NOW + 60_000, false), Next::Compare { .. }));
        assert_eq!(watch.came(&site, 62, 62, NOW + 60_001, false), Next::Nothing);
        assert!(
            matches!(watch.came(&site, 1, 1, NOW + 60_001, false), Next::Compare { .. }),
            "there are twice as many"
        );
    }

    #[test]
    fn suspicious_answers_among_many_others_are_none() {
        let (watch, site) = (Watch::default(), SiteId::from("st_a"));
        assert_eq!(watch.came(&site, 1_000, 400, NOW, false), Next::Nothing);
        assert!(matches!(watch.came(&site, 300, 300, NOW, false), Next::Compare { .. }));
    }

    #[test]
    fn an_attack_goes_on_while_signs_come_and_fades_after_ten_minutes() {
        let (watch, site) = (Watch::default(), SiteId::from("st_a"));
        assert!(matches!(watch.came(&site, 60, 60, NOW, false), Next::Compare { .. }));
        assert_eq!(watch.came(&site, 1, 1, NOW + 30_000, true), Next::Nothing, "noted a moment ago");
        assert_eq!(watch.came(&site, 1_000, 1, NOW + 60_000, true), Next::Note, "among any number of others");
        assert_eq!(watch.came(&site, 1, 0, NOW + 180_000, true), Next::Nothing, "without a sign");
        assert_eq!(watch.came(&site, 1, 1, NOW + WINDOW + 60_000, true), Next::Nothing, "what began it is long ago");
    }
}
