//! Clients that begin a request and never finish it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long it takes until all of them have begun: at once it would be the load that stands still.
const BEGIN: Duration = Duration::from_secs(1);

/// Between two bytes of a body that drips.
const DROP: Duration = Duration::from_secs(1);
/// What a body that drips says its length is: the most that the intake takes.
const ANNOUNCED: usize = 64 * 1024;

/// How many begin and never finish.
pub(crate) struct Slow {
    /// With half a head.
    pub(crate) heads: usize,
    /// With half a body, and then nothing.
    pub(crate) bodies: usize,
    /// With a large body of which a byte comes now and then.
    pub(crate) drips: usize,
}

/// How long the last of them was held.
pub(crate) struct Closed {
    /// Of those that sent half a head, seconds.
    pub(crate) heads_s: f64,
    /// Of those that sent half a body, seconds.
    pub(crate) bodies_s: f64,
    /// Of those whose body dripped, seconds.
    pub(crate) drips_s: f64,
}

/// Opens these connections, and waits until the server has closed them all.
pub(crate) async fn stand_still(address: SocketAddr, path: &str, slow: Slow) -> anyhow::Result<Closed> {
    let head = format!("POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-");
    let body = format!("{head}type: text/plain\r\ncontent-length: 500\r\n\r\n{{\"id\":");
    let drip = format!("{head}type: text/plain\r\ncontent-length: {ANNOUNCED}\r\n\r\n");
    let all = |count: usize, text: String, drips: bool| {
        let after = |number: usize| BEGIN.mul_f64(number as f64 / count as f64);
        let one = |number| tokio::spawn(until_closed(address, text.clone(), after(number), drips));
        (0..count).map(one).collect::<Vec<_>>()
    };
    let (heads, bodies) = (all(slow.heads, head, false), all(slow.bodies, body, false));
    let drips = all(slow.drips, drip, true);
    Ok(Closed { heads_s: longest(heads).await?, bodies_s: longest(bodies).await?, drips_s: longest(drips).await? })
}

async fn longest(tasks: Vec<tokio::task::JoinHandle<anyhow::Result<f64>>>) -> anyhow::Result<f64> {
    let mut longest = 0.0_f64;
    for task in tasks {
        longest = longest.max(task.await??);
    }
    Ok(longest)
}

/// Sends bytes that begin a request, after a while, and more now and then if it drips; the seconds until the server ends
/// the connection.
async fn until_closed(address: SocketAddr, text: String, after: Duration, drips: bool) -> anyhow::Result<f64> {
    tokio::time::sleep(after).await;
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(text.as_bytes()).await?;
    let begun = Instant::now();
    let mut reply = [0; 1_024];
    loop {
        let dropped = async {
            match drips {
                true => tokio::time::sleep(DROP).await,
                false => std::future::pending().await,
            }
        };
        tokio::select! {
            // A reply, then the end; a reset is an end too.
            read = stream.read(&mut reply) => if read.is_ok_and(|count| count > 0) { continue } else { break },
            () = dropped => if stream.write_all(b" ").await.is_err() { break },
        }
    }
    Ok(begun.elapsed().as_secs_f64())
}
