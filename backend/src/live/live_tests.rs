//! The hub by itself: who is told what, and who is not.

use bearing_shared::api::stream::ResponseStored;
use bearing_shared::id::SurveyId;
use bearing_shared::metric::Metric;
use futures_util::FutureExt as _;

use super::*;

/// A hub of one server.
fn hub(limits: Limits) -> Arc<Hub> {
    Arc::new(Hub {
        watched: Mutex::default(),
        listeners: AtomicUsize::new(0),
        limits,
        fleet: None,
        closing: watch::Sender::new(false),
        linked: watch::Sender::new(false),
        waits: Arc::default(),
        metrics: Arc::default(),
    })
}

fn site(name: &str) -> SiteId {
    SiteId::from(name)
}

fn response(state: ResponseState) -> News {
    News::Stored(ResponseStored {
        id: "01932f6e-7a51-7bd2-9c4f-000000000001".into(),
        seq: 0,
        survey: SurveyId::from("sv_a"),
        metric: Metric::Nps,
        touchpoint: "checkout".into(),
        score: 9,
        state,
        has_comment: false,
        received_at: "2026-11-21T12:00:00.000Z".into(),
    })
}

/// The names of the frames that are there already.
fn heard(listener: &mut Listener) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(Some(frame)) = listener.next().now_or_never() {
        let text = String::from_utf8(frame.to_vec()).expect("is text");
        let (name, rest) = text.split_once('\n').expect("two lines");
        let data = rest.strip_prefix("data: ").and_then(|rest| rest.strip_suffix("\n\n")).expect("data and an end");
        let empty = if data == "{}" { " {}" } else { "" };
        names.push(format!("{}{empty}", name.strip_prefix("event: ").expect("a name")));
    }
    names
}

#[tokio::test(start_paused = true)]
async fn only_the_listeners_of_a_site_are_told_of_it() {
    let hub = hub(Limits::default());
    let (mut ours, mut theirs) = (
        hub.listen(&site("st_a"), By::Team).expect("may listen"),
        hub.listen(&site("st_b"), By::Team).expect("may listen"),
    );
    hub.tell(&site("st_a"), response(ResponseState::Counted));
    assert_eq!(heard(&mut ours), ["response.stored", "score.changed"]);
    assert_eq!(heard(&mut theirs), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_counted_changes_no_score() {
    let hub = hub(Limits::default());
    let mut listener = hub.listen(&site("st_a"), By::Team).expect("may listen");
    for state in [ResponseState::Test, ResponseState::Quarantined, ResponseState::Excluded] {
        hub.tell(&site("st_a"), response(state));
        assert_eq!(heard(&mut listener), ["response.stored"], "{state:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_too_slow_reads_everything_again() {
    let hub = hub(Limits::default());
    let mut listener = hub.listen(&site("st_a"), By::Team).expect("may listen");
    for number in 0..2 * BEHIND {
        let touchpoint = Some(number.to_string());
        hub.tell(&site("st_a"), News::Changed(ScoreChanged { touchpoint, ..ScoreChanged::ANYTHING }));
        tokio::time::advance(Duration::from_secs(1)).await;
        for watched in hub.watched().values_mut() {
            watched.tell_due(Instant::now());
        }
    }
    assert_eq!(heard(&mut listener), ["score.changed {}"]);
    assert_eq!(hub.metrics.streams.lagged.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_crowd_of_responses_is_told_as_one() {
    let hub = hub(Limits::default());
    let mut listener = hub.listen(&site("st_a"), By::Team).expect("may listen");
    (0..60).for_each(|_| hub.tell(&site("st_a"), response(ResponseState::Test)));
    let names = heard(&mut listener);
    assert_eq!(names.iter().filter(|name| *name == "response.stored").count(), 50);
    assert_eq!(names.last().map(String::as_str), Some("score.changed {}"));
}

#[tokio::test(start_paused = true)]
async fn no_more_listen_than_may_and_a_place_is_free_when_one_leaves() {
    let hub = hub(Limits { all: 3, of_a_site: 2, by_links: 2 });
    let (one, two) = (hub.listen(&site("st_a"), By::Team), hub.listen(&site("st_a"), By::Team));
    assert_eq!(hub.listen(&site("st_a"), By::Team).err(), Some(Refused::OfSite));
    let three = hub.listen(&site("st_b"), By::Team);
    assert_eq!(hub.listen(&site("st_c"), By::Team).err(), Some(Refused::All));
    drop((one, three));
    assert!(hub.listen(&site("st_a"), By::Team).is_ok());
    drop(two);
    assert_eq!((hub.watched().len(), hub.metrics.streams.open.get()), (0, 0), "nothing is kept of who has left");
}

#[tokio::test(start_paused = true)]
async fn shared_links_leave_room_for_the_team() {
    let hub = hub(Limits { all: 9, of_a_site: 3, by_links: 1 });
    let listen = |by| hub.listen(&site("st_a"), by);
    let link = listen(By::Link).expect("one may");
    assert_eq!(listen(By::Link).err(), Some(Refused::OfSite));
    let team = [listen(By::Team).expect("there is room"), listen(By::Team).expect("there is room")];
    assert_eq!(listen(By::Team).err(), Some(Refused::OfSite));
    drop(link);
    let again = listen(By::Link).expect("its place is free");
    drop((team, again));
    assert_eq!(hub.watched().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_ends_them_all() {
    let hub = hub(Limits::default());
    let mut listener = hub.listen(&site("st_a"), By::Team).expect("may listen");
    hub.close();
    assert_eq!(listener.next().await, None);
    assert_eq!(hub.listen(&site("st_a"), By::Team).err(), Some(Refused::Closing));
}

#[tokio::test(start_paused = true)]
async fn nobody_prepares_what_nobody_hears() {
    let hub = hub(Limits::default());
    let withdrawal = |name: &str| {
        let id = bearing_shared::id::ResponseId([7; 16]);
        Arrival::Withdrawal(bearing_storage::Withdrawal {
            site: site(name),
            id,
            right: bearing_storage::Right::Site,
            keeps_out: false,
            at: 0,
        })
    };
    let batch = [withdrawal("st_b"), withdrawal("st_a")];
    assert_eq!(hub.prepare(&batch), []);
    let mut listener = hub.listen(&site("st_a"), By::Team).expect("may listen");
    let prepared = hub.prepare(&batch);
    assert_eq!(prepared, [(1, site("st_a"), News::ANYTHING)]);
    hub.came(prepared.clone(), &[Outcome::Withdrawn, Outcome::Unknown]);
    assert_eq!(heard(&mut listener), Vec::<String>::new(), "nothing was withdrawn");
    hub.came(prepared, &[Outcome::Unknown, Outcome::Withdrawn]);
    assert_eq!(heard(&mut listener), ["score.changed {}"]);
}
