//! The wire's limits of time, under a clock that the tests move.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep};

use super::wire::{Busy, HEAD, IDLE, PACE, SLOW, WRITE, Wire};
use crate::metrics::{By, Connections};

/// Both ends of a connection whose buffers hold so much; who serves on it; what is counted.
fn connected(room: usize) -> (DuplexStream, Wire<DuplexStream>, Busy, Connections) {
    let (client, server) = duplex(room);
    let (busy, counted) = (Busy::default(), Connections::default());
    (client, Wire::new(server, busy.clone(), counted.clone()), busy, counted)
}

/// Reads until the wire ends it; how long that took, and the bytes that came before.
async fn cut_off(wire: &mut Wire<DuplexStream>) -> (Duration, Vec<u8>) {
    let (begun, mut came) = (Instant::now(), Vec::new());
    let error = wire.read_to_end(&mut came).await.expect_err("it is cut off");
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    (begun.elapsed(), came)
}

fn timed_out(counted: &Connections, kind: &'static str) -> u64 {
    counted.timed_out.get_or_create(&By { kind }).get()
}

#[tokio::test(start_paused = true)]
async fn a_connection_on_which_nothing_comes_is_closed_as_one_with_half_a_head() {
    let (_client, mut wire, _, counted) = connected(1_024);
    assert_eq!(cut_off(&mut wire).await, (HEAD, Vec::new()));
    let (mut client, mut wire, ..) = connected(1_024);
    let dripping = tokio::spawn(async move {
        for byte in b"GET / HTTP/1.1".chunks(1) {
            client.write_all(byte).await.expect("it is open");
            sleep(Duration::from_secs(1)).await;
        }
    });
    // A byte now and then does not make it longer.
    let (took, came) = cut_off(&mut wire).await;
    assert_eq!((took, came.starts_with(b"GET /")), (HEAD, true));
    assert_eq!((timed_out(&counted, "head"), timed_out(&counted, "idle")), (1, 0));
    dripping.abort();
}

#[tokio::test(start_paused = true)]
async fn between_two_requests_there_is_more_time_and_a_heads_time_begins_with_its_first_byte() {
    let (mut client, mut wire, busy, counted) = connected(1_024);
    let mut part = [0; 64];
    for _ in 0..3 {
        client.write_all(b"a request").await.expect("it is open");
        assert_eq!(wire.read(&mut part).await.expect("it comes"), 9);
        // However long it is served, and whether or not anybody reads meanwhile.
        let working = busy.begin();
        sleep(HEAD * 4).await;
        drop(working);
        let later = sleep(IDLE - Duration::from_secs(1));
        tokio::select! {
            read = wire.read(&mut part) => panic!("{read:?}"),
            () = later => {}
        }
    }
    client.write_all(b"half a").await.expect("it is still open");
    let (took, came) = cut_off(&mut wire).await;
    assert_eq!((took, &*came), (HEAD, &b"half a"[..]));
    let (mut client, mut wire, busy, _) = connected(1_024);
    client.write_all(b"a request").await.expect("it is open");
    assert_eq!(wire.read(&mut part).await.expect("it comes"), 9);
    drop(busy.begin());
    assert_eq!(cut_off(&mut wire).await.0, IDLE);
    assert_eq!((timed_out(&counted, "head"), timed_out(&counted, "write")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn while_a_request_is_served_its_client_may_be_silent() {
    let (mut client, mut wire, busy, _) = connected(1_024);
    let mut part = [0; 64];
    client.write_all(b"a request").await.expect("it is open");
    assert_eq!(wire.read(&mut part).await.expect("it comes"), 9);
    let _working = busy.begin();
    tokio::select! {
        read = wire.read(&mut part) => panic!("{read:?}"),
        () = sleep(IDLE * 10) => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_reads_nothing_is_cut_off_and_a_slow_one_is_not() {
    let (mut client, mut wire, busy, counted) = connected(8);
    let working = busy.begin();
    let slow = tokio::spawn(async move {
        let mut part = [0; 8];
        for _ in 0..3 {
            sleep(WRITE - Duration::from_secs(1)).await;
            client.read_exact(&mut part).await.expect("it goes on");
        }
        // And then it reads no more.
        std::future::pending::<()>().await;
        drop(client);
    });
    wire.write_all(&[1; 32]).await.expect("it takes them");
    drop(working);
    let _working = busy.begin();
    let begun = Instant::now();
    let error = wire.write_all(&[1; 8]).await.expect_err("nobody reads");
    assert_eq!((error.kind(), begun.elapsed()), (ErrorKind::TimedOut, WRITE));
    assert_eq!(timed_out(&counted, "write"), 1);
    slow.abort();
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_is_read_a_little_now_and_then_ends_and_one_at_its_pace_does_not() {
    let read_each_second = |mut client: DuplexStream, bytes: usize| {
        tokio::spawn(async move {
            let mut part = vec![0; bytes];
            while client.read_exact(&mut part).await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        })
    };
    let whole = vec![1; PACE as usize * 300];
    let (client, mut wire, busy, counted) = connected(PACE as usize);
    let _working = busy.begin();
    let reading = read_each_second(client, PACE as usize);
    wire.write_all(&whole).await.expect("five minutes, and it is well");
    reading.abort();
    let (client, mut wire, busy, _) = connected(PACE as usize);
    let _working = busy.begin();
    let (begun, reading) = (Instant::now(), read_each_second(client, PACE as usize / 4));
    let error = wire.write_all(&whole).await.expect_err("a quarter of it is too slow");
    // Each second has a quarter of its time.
    let longest = SLOW * 4 / 3 + Duration::from_secs(2);
    assert_eq!((error.kind(), timed_out(&counted, "write")), (ErrorKind::TimedOut, 0));
    assert!((SLOW..longest).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    reading.abort();
}

#[tokio::test(start_paused = true)]
async fn the_end_reads_what_still_comes_but_not_for_ever() {
    let (mut client, mut wire, ..) = connected(16);
    let sending = tokio::spawn(async move { (client.write_all(&[1; 4_000]).await.is_ok(), client) });
    wire.write_all(b"refused").await.expect("it is open");
    tokio::select! {
        ended = wire.shutdown() => ended.expect("it ends"),
        () = sleep(Duration::from_secs(1)) => panic!("it waits for more"),
    }
    drop(wire);
    let (sent, mut client) = sending.await.expect("no panic");
    assert!(sent, "all of it was read");
    let mut reply = Vec::new();
    client.read_to_end(&mut reply).await.expect("it ends");
    assert_eq!(reply, b"refused");
}

#[tokio::test(start_paused = true)]
async fn connections_are_counted_while_they_are_open() {
    let counted = Connections::default();
    let (_client, server) = duplex(8);
    let wire = Wire::new(server, Busy::default(), counted.clone());
    assert_eq!(counted.open.get(), 1);
    drop(wire);
    assert_eq!(counted.open.get(), 0);
}
