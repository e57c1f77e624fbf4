//! Clients that begin a request and never finish it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long it takes until all of them have begun: at once it would be the load that stands still.
const BEGIN: Duration = Duration::from_secs(1);

/// How long the last of them was held.
pub(crate) struct Closed {
    /// Of those that sent half a head, seconds.
    pub(crate) heads_s: f64,
    /// Of those that sent half a body, seconds.
    pub(crate) bodies_s: f64,
}

/// Opens connections with half a head and others with half a body, and waits until the server has closed them all.
pub(crate) async fn stand_still(
    address: SocketAddr,
    path: &str,
    heads: usize,
    bodies: usize,
) -> anyhow::Result<Closed> {
    let head = format!("POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-");
    let body = format!("{head}type: text/plain\r\ncontent-length: 500\r\n\r\n{{\"id\":");
    let all = |count: usize, text: String| {
        let after = |number: usize| BEGIN.mul_f64(number as f64 / count as f64);
        (0..count).map(|number| tokio::spawn(until_closed(address, text.clone(), after(number)))).collect::<Vec<_>>()
    };
    let (heads, bodies) = (all(heads, head), all(bodies, body));
    Ok(Closed { heads_s: longest(heads).await?, bodies_s: longest(bodies).await? })
}

async fn longest(tasks: Vec<tokio::task::JoinHandle<anyhow::Result<f64>>>) -> anyhow::Result<f64> {
    let mut longest = 0.0_f64;
    for task in tasks {
        longest = longest.max(task.await??);
    }
    Ok(longest)
}

/// Sends bytes that begin a request, after a while; the seconds until the server ends the connection.
async fn until_closed(address: SocketAddr, text: String, after: Duration) -> anyhow::Result<f64> {
    tokio::time::sleep(after).await;
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(text.as_bytes()).await?;
    let begun = Instant::now();
    let mut reply = [0; 1_024];
    // A reply, then the end; a reset is an end too.
    while stream.read(&mut reply).await.is_ok_and(|count| count > 0) {}
    Ok(begun.elapsed().as_secs_f64())
}
