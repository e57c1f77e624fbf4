//! The accept loop over real sockets: clients that stand still are closed, and the end is orderly.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bearing::server::Limits;
use bearing_shared::fault::Code;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::faulty::{Mode, Switch};
use crate::harness::{Reply, Server, answer};

/// A server on a free port of its own.
struct Listening {
    server: Server,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn listen(server: Server) -> Listening {
    listen_within(server, Limits::default()).await
}

async fn listen_within(server: Server, limits: Limits) -> Listening {
    let listener = bearing::server::bind("127.0.0.1:0".parse().expect("is an address")).await.expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let (app, router) = (server.app.clone(), server.router.clone());
    let ended = tokio::spawn(async move {
        let stop = async {
            let _ = stopped.await;
        };
        bearing::server::serve_within(listener, app, router, stop, limits).await.expect("it ends in order");
    });
    Listening { server, address, stop, ended }
}

/// A connection on which these bytes were sent.
fn send(address: SocketAddr, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("can be set");
    stream.write_all(bytes.as_bytes()).expect("it takes them");
    stream
}

/// All that comes until the server closes the connection, and how long that took.
fn rest(mut stream: TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("the server closes the connection");
    (String::from_utf8(bytes).expect("is text"), begun.elapsed())
}

/// One whole request on a connection of its own; the reply.
fn exchange(address: SocketAddr, request: &str) -> String {
    rest(send(address, request)).0
}

/// The reply to bytes on a connection of their own.
pub(crate) async fn raw(request: &str) -> Reply {
    let listening = listen(Server::start().await).await;
    let (address, request) = (listening.address, request.to_owned());
    let reply = spawn_blocking(move || exchange(address, &request)).await.expect("no panic");
    listening.stop.send(()).expect("it runs");
    listening.ended.await.expect("no panic");
    parsed(&reply)
}

/// A reply as it came over the wire.
fn parsed(reply: &str) -> Reply {
    let (head, body) = reply.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let headers: HeaderMap = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| {
            let name: HeaderName = name.parse().expect("a name");
            (name, HeaderValue::from_str(value).expect("a value"))
        })
        .collect();
    Reply { status, headers, body: body.to_owned().into() }
}

fn post(path: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bearing.example\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_stand_still_are_closed_after_5_seconds() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let body = answer(&survey, 9).to_string();
    let listening = listen(server).await;
    let address = listening.address;
    let whole = post(&site.responses(), &body);
    let (head, half_body) = (whole[..40].to_owned(), whole[..whole.len() - 1].to_owned());
    let idle = spawn_blocking(move || rest(send(address, "")));
    let half_sent_head = spawn_blocking(move || rest(send(address, &head)));
    let half_sent_body = spawn_blocking(move || rest(send(address, &half_body)));
    let limits = Duration::from_millis(4_500)..Duration::from_millis(9_000);
    for (what, task) in [("nothing", idle), ("half a head", half_sent_head)] {
        let (reply, took) = task.await.expect("no panic");
        assert!(limits.contains(&took), "{what}: {took:?}");
        assert!(!reply.contains(" 200 "), "{what}: {reply}");
    }
    let (reply, took) = half_sent_body.await.expect("no panic");
    assert!(reply.starts_with("HTTP/1.1 408 ") && reply.contains("request_timeout"), "{reply}");
    for header in ["x-request-id: ", "access-control-allow-origin: *", "x-content-type-options: nosniff"] {
        assert!(reply.contains(header), "{header} in {reply}");
    }
    assert!(limits.contains(&took), "half a body: {took:?}");
    // Nobody else had to wait, and nothing was stored by halves.
    assert_eq!(listening.server.score(&site, "metric=nps").await["n"], 0);
    listening.stop.send(()).expect("it runs");
    listening.ended.await.expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_is_cut_off_after_15_seconds() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let whole = post(&site.responses(), &answer(&survey, 9).to_string());
    let listening = listen(server).await;
    let address = listening.address;
    let dripped = spawn_blocking(move || {
        let begun = Instant::now();
        let (head, body) = whole.split_at(whole.find("\r\n\r\n").expect("a head") + 4);
        let mut stream = send(address, head);
        stream.set_read_timeout(Some(Duration::from_millis(1_000))).expect("can be set");
        let mut reply = Vec::new();
        for byte in body.bytes() {
            if stream.write_all(&[byte]).is_err() {
                break;
            }
            let mut part = [0; 4_096];
            match stream.read(&mut part) {
                Ok(0) => break,
                Ok(count) => reply.extend_from_slice(&part[..count]),
                // Nothing yet.
                Err(_) => {}
            }
        }
        (String::from_utf8(reply).expect("is text"), begun.elapsed())
    });
    let (reply, took) = dripped.await.expect("no panic");
    assert!(reply.starts_with("HTTP/1.1 408 ") && reply.contains("request_timeout"), "{took:?} {reply}");
    assert!(reply.contains("x-request-id: ") && reply.contains("access-control-allow-origin: *"), "{reply}");
    assert!((Duration::from_secs(14)..Duration::from_secs(22)).contains(&took), "{took:?}");
    listening.stop.send(()).expect("it runs");
    listening.ended.await.expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_served_over_a_socket_one_after_the_other() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let body = answer(&survey, 9).to_string();
    let listening = listen(server).await;
    let address = listening.address;
    let path = site.responses();
    let reply = spawn_blocking(move || {
        let get = "GET /healthz HTTP/1.1\r\nhost: bearing.example\r\n\r\n";
        exchange(address, &format!("{get}{get}{}", post(&path, &body)))
    });
    let reply = reply.await.expect("no panic");
    assert_eq!(reply.matches("HTTP/1.1 200 ").count(), 3, "{reply}");
    assert!(reply.contains("\"stored\""), "{reply}");
    let broken = spawn_blocking(move || exchange(address, "nonsense\r\n\r\n")).await.expect("no panic");
    parsed(&broken).refused(Code::MALFORMED_REQUEST);
    assert!(broken.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{broken}");
    assert_eq!(listening.server.score(&site, "metric=nps").await["n"], 1);
    listening.stop.send(()).expect("it runs");
    listening.ended.await.expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_finishes_what_is_open_and_takes_nothing_new() {
    let switch = Switch::new();
    let server = Server::start_with(None, |store| switch.around(store)).await;
    let (site, survey) = server.site_with_survey().await;
    let request = post(&site.responses(), &answer(&survey, 9).to_string());
    let listening = listen(server).await;
    let address = listening.address;
    switch.set(Mode::Stuck);
    let open = spawn_blocking(move || exchange(address, &request));
    let idle = spawn_blocking(move || {
        let mut stream = send(address, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
        let mut part = [0; 1_024];
        assert!(stream.read(&mut part).expect("a reply") > 0);
        rest(stream)
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    listening.stop.send(()).expect("it runs");
    // Nobody new is let in while the open request goes on.
    let begun = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(2), "it still listens");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (rest, took) = idle.await.expect("no panic");
    assert!(rest.is_empty() && took < Duration::from_secs(2), "an idle connection is closed at once: {took:?} {rest}");
    assert!(!listening.ended.is_finished() && !open.is_finished(), "the open request is waited for");
    assert_eq!(listening.server.get("/readyz").await.status, 503, "balancers are told");
    switch.set(Mode::Well);
    let reply = open.await.expect("no panic");
    assert!(reply.starts_with("HTTP/1.1 200 ") && reply.contains("\"stored\""), "{reply}");
    listening.ended.await.expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_closes_live_streams_at_once() {
    let server = Server::start().await;
    let site = server.site().await;
    let listening = listen(server).await;
    let head = format!("GET /v1/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", site.read);
    let address = listening.address;
    let mut stream = spawn_blocking(move || send(address, &head)).await.expect("no panic");
    let mut greeted = String::new();
    while !greeted.contains(": connected\n") {
        let mut part = [0; 1_024];
        let count = stream.read(&mut part).expect("a greeting");
        greeted.push_str(std::str::from_utf8(&part[..count]).expect("is text"));
    }
    listening.stop.send(()).expect("it runs");
    let (last, _) = spawn_blocking(move || rest(stream)).await.expect("no panic");
    assert!(last.ends_with("0\r\n\r\n"), "it ends as a whole: {last}");
    listening.ended.await.expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_too_many_is_told_to_come_again() {
    let limits = Limits { connections: 2, ..Limits::default() };
    let listening = listen_within(Server::start().await, limits).await;
    let address = listening.address;
    let replies = spawn_blocking(move || {
        let get = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
        let mut open = [send(address, get), send(address, get)];
        for stream in &mut open {
            assert!(stream.read(&mut [0; 1_024]).expect("a reply") > 0);
        }
        let refused = exchange(address, get);
        drop(open);
        // As soon as the server has seen them go.
        let begun = Instant::now();
        loop {
            let reply = exchange(address, "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            if reply.starts_with("HTTP/1.1 200 ") || begun.elapsed() > Duration::from_secs(20) {
                return (refused, reply);
            }
        }
    });
    let (refused, measured) = replies.await.expect("no panic");
    let refused = parsed(&refused);
    refused.refused(Code::OVERLOADED);
    assert!((2..=10).contains(&refused.header("retry-after").parse::<u64>().expect("seconds")));
    assert_eq!((refused.header("connection"), refused.header("access-control-allow-origin")), ("close", "*"));
    assert_eq!(refused.header("access-control-expose-headers"), "x-request-id, retry-after");
    assert!(measured.contains("\nbearing_connections_refused_total "), "{measured}");
    assert!(!measured.contains("\nbearing_connections_refused_total 0"), "{measured}");
    listening.stop.send(()).expect("it runs");
    listening.ended.await.expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_delay_takes_new_connections_and_says_that_it_is_not_ready() {
    let limits = Limits { drain_delay: Duration::from_secs(3), ..Limits::default() };
    let listening = listen_within(Server::start().await, limits).await;
    let address = listening.address;
    listening.stop.send(()).expect("it runs");
    let replies = spawn_blocking(move || {
        let ready = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let begun = Instant::now();
        loop {
            let reply = exchange(address, ready);
            if reply.starts_with("HTTP/1.1 503 ") || begun.elapsed() > Duration::from_secs(2) {
                return (reply, exchange(address, &ready.replace("/readyz", "/healthz")));
            }
        }
    });
    let (ready, well) = replies.await.expect("no panic");
    parsed(&ready).refused(Code::SHUTTING_DOWN);
    assert!(well.starts_with("HTTP/1.1 200 "), "it goes on serving: {well}");
    listening.ended.await.expect("no panic");
}

#[tokio::test]
async fn a_port_in_use_is_said_in_one_sentence() {
    let first = bearing::server::bind("127.0.0.1:0".parse().expect("is an address")).await.expect("a port is free");
    let address = first.local_addr().expect("it has an address");
    let error = bearing::server::bind(address).await.expect_err("it is taken").to_string();
    assert!(error.contains(&address.to_string()) && error.contains("--listen") && error.ends_with('.'), "{error}");
}
