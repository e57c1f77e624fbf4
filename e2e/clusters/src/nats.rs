//! A NATS of three nodes on this machine, with JetStream that flushes every write; each node can be killed and started.

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, File};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::until;

/// The variable that names the server's program: set by `cargo xtask`, which installs it.
pub const PROGRAM: &str = "BEARING_NATS_SERVER";
/// The variable that names a running cluster's nodes, with commas between.
pub const URLS: &str = "BEARING_TEST_NATS";

/// As many as keep a majority when one is dead.
const NODES: usize = 3;
/// Below what the system gives to connections that go out: a dead node's ports must be free when it comes back.
const PORTS: Range<u16> = 10_000..30_000;
/// How long a node may take to answer, or to accept.
const REPLY: Duration = Duration::from_secs(2);

/// Starts a node and ends it when it is told, or when this process closes the pipe or dies, by whatever signal; only in the
/// latter case its folder goes, and with the last node's the cluster's. It waits in a group of its own: the terminal's Ctrl-C
/// is for this process.
const GUARD: &str = r#"
"$1" --config "$0/conf" >>"$0/log" 2>&1 </dev/null & node=$!
trap "" INT TERM HUP
read -r order
kill -KILL "$node"
wait "$node" 2>/dev/null
[ "$order" = keep ] || { rm -rf "$0"; rmdir "${0%/*}" 2>/dev/null; }
"#;

/// The program that [`PROGRAM`] names.
///
/// # Errors
/// It names none.
pub fn program() -> Result<PathBuf> {
    let named = env::var_os(PROGRAM).map(PathBuf::from);
    named.with_context(|| format!("{PROGRAM} names no NATS server; run this by `cargo xtask nats -- …`."))
}

/// A running cluster; its nodes are ended, and their folder gone, when this is dropped or this process dies.
pub struct Cluster {
    program: PathBuf,
    nodes: Vec<Node>,
}

/// One node, which runs or was killed.
struct Node {
    name: String,
    folder: PathBuf,
    /// Where clients connect.
    client: u16,
    /// Where the other nodes connect.
    route: u16,
    /// Where it tells of itself.
    monitor: u16,
    guard: Option<Child>,
}

impl Cluster {
    /// Starts three nodes on free ports of this machine, and waits until they have agreed who leads.
    ///
    /// # Errors
    /// They cannot be started, or do not agree in a minute.
    pub fn start(program: &Path) -> Result<Self> {
        let folder = crate::folder(Command::new("mktemp"), "nats")?;
        let mut ports = free_ports(NODES * 3)?.into_iter();
        let mut port = || ports.next().context("as many ports as were asked for");
        let mut nodes = Vec::with_capacity(NODES);
        for number in 1..=NODES {
            let name = format!("n{number}");
            let folder = folder.join(&name);
            let (client, route, monitor) = (port()?, port()?, port()?);
            nodes.push(Node { name, folder, client, route, monitor, guard: None });
        }
        let routes: Vec<String> = nodes.iter().map(|node| format!("nats://127.0.0.1:{}", node.route)).collect();
        let mut cluster = Self { program: program.to_owned(), nodes };
        for node in &mut cluster.nodes {
            fs::create_dir(&node.folder).with_context(|| format!("cannot make {}", node.folder.display()))?;
            fs::write(node.folder.join("conf"), node.settings(&routes)).context("cannot write a node's settings")?;
            node.start(&cluster.program)?;
        }
        cluster.wait()?;
        Ok(cluster)
    }

    /// The nodes' addresses for clients, with commas between.
    pub fn urls(&self) -> String {
        let urls: Vec<String> = self.nodes.iter().map(|node| format!("nats://127.0.0.1:{}", node.client)).collect();
        urls.join(",")
    }

    /// The node that leads a stream, once there is one.
    ///
    /// # Errors
    /// No node leads it for a minute.
    pub fn leader(&self, stream: &str) -> Result<usize> {
        let leader = until(&format!("a leader of the stream {stream}"), || {
            self.nodes.iter().position(|node| node.guard.is_some() && node.leads(stream))
        });
        leader.with_context(|| self.last_words())
    }

    /// Waits until whoever is asked about a stream tells of one that nobody leads. A node that is left without a majority
    /// says nothing at first: not before it has noticed, and not in the stream's first seconds.
    ///
    /// # Errors
    /// That is not what is told for a minute.
    pub fn leaderless(&self, stream: &str) -> Result<()> {
        let subject = format!("$JS.API.STREAM.INFO.{stream}");
        let leaderless = until(&format!("the stream {stream} to be told of without a leader"), || {
            let told: Value = serde_json::from_str(&self.request(&subject, "").ok()?).ok()?;
            (told["cluster"].is_object() && told["cluster"]["leader"].as_str().unwrap_or_default().is_empty())
                .then_some(())
        });
        leaderless.with_context(|| self.last_words())
    }

    /// One request of NATS's protocol to a running node; what comes back.
    fn request(&self, subject: &str, body: &str) -> Result<String> {
        let node = self.running().next().context("a node runs")?;
        let mut connection = TcpStream::connect(("127.0.0.1", node.client))?;
        connection.set_read_timeout(Some(REPLY))?;
        write!(connection, "CONNECT {{}}\r\nSUB reply 1\r\nPUB {subject} reply {}\r\n{body}\r\n", body.len())?;
        let mut lines = BufReader::new(connection).lines();
        while let Some(line) = lines.next() {
            if line?.starts_with("MSG ") {
                return lines.next().context("a message follows")?.context("it is text");
            }
        }
        anyhow::bail!("the connection ended")
    }

    /// Kills a node (SIGKILL); what it has stored stays.
    ///
    /// # Errors
    /// It does not run.
    pub fn kill(&mut self, node: usize) -> Result<()> {
        self.nodes[node].end("keep\n")
    }

    /// Starts a killed node again, and waits until it has caught up with the others.
    ///
    /// # Errors
    /// It runs already, or does not come back in a minute.
    pub fn start_again(&mut self, node: usize) -> Result<()> {
        let name = &self.nodes[node].name;
        ensure!(self.nodes[node].guard.is_none(), "{name} runs already");
        self.nodes[node].start(&self.program)?;
        self.wait()
    }

    /// Waits until every node that runs says that it is well and knows of a leader.
    fn wait(&self) -> Result<()> {
        let well = until("the NATS nodes to agree who leads", || self.running().all(Node::is_well).then_some(()));
        well.with_context(|| self.last_words())
    }

    fn running(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.guard.is_some())
    }

    /// The end of each node's log.
    fn last_words(&self) -> String {
        self.nodes.iter().map(Node::last_words).collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for node in &mut self.nodes {
            // One that was killed has nobody left to take its folder away.
            if node.end("").is_err() {
                let _ = fs::remove_dir_all(&node.folder);
            }
        }
        if let Some(folder) = self.nodes.first().and_then(|node| node.folder.parent()) {
            let _ = fs::remove_dir(folder);
        }
    }
}

impl Node {
    fn settings(&self, routes: &[String]) -> String {
        format!(
            "server_name: {}\nlisten: 127.0.0.1:{}\nhttp: 127.0.0.1:{}\n\
             jetstream {{ store_dir: \"{}\", sync_interval: always }}\n\
             cluster {{ name: bearing, listen: 127.0.0.1:{}, routes: [{}] }}\n",
            self.name,
            self.client,
            self.monitor,
            self.folder.join("store").display(),
            self.route,
            routes.join(", ")
        )
    }

    fn start(&mut self, program: &Path) -> Result<()> {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(GUARD).arg(&self.folder).arg(program);
        shell.env_clear().envs(crate::environment()).current_dir("/");
        shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        self.guard = Some(shell.spawn().context("cannot start `sh`")?);
        Ok(())
    }

    /// Has the guard end it, which knows what to do with the folder by the word it gets.
    fn end(&mut self, word: &str) -> Result<()> {
        let mut guard = self.guard.take().with_context(|| format!("{} does not run", self.name))?;
        let mut orders = guard.stdin.take().context("the guard's input is piped")?;
        orders.write_all(word.as_bytes())?;
        drop(orders);
        guard.wait().context("the guard of a node is gone")?;
        Ok(())
    }

    fn is_well(&self) -> bool {
        let knows_leader = |state: &Value| {
            state["meta_cluster"]["leader"].as_str().is_some_and(|leader| !leader.is_empty())
                && state["meta_cluster"]["cluster_size"].as_u64() == Some(NODES as u64)
        };
        self.told("/healthz").is_some() && self.told("/jsz").is_some_and(|state| knows_leader(&state))
    }

    /// Whether it leads a stream, by its own word: the others learn late of a leader's death.
    fn leads(&self, stream: &str) -> bool {
        let Some(state) = self.told("/jsz?streams=true") else { return false };
        let accounts = state["account_details"].as_array().into_iter().flatten();
        let mut streams = accounts.filter_map(|account| account["stream_detail"].as_array()).flatten();
        streams.any(|one| one["name"] == stream && one["cluster"]["leader"] == self.name.as_str())
    }

    /// What it tells of itself; nothing when it does not answer, or not with yes.
    fn told(&self, path: &str) -> Option<Value> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.monitor));
        let mut connection = TcpStream::connect_timeout(&address, REPLY).ok()?;
        connection.set_read_timeout(Some(REPLY)).ok()?;
        // The older version: the reply is not in pieces and ends with the connection.
        write!(connection, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
        let mut reply = String::new();
        connection.read_to_string(&mut reply).ok()?;
        let (head, body) = reply.split_once("\r\n\r\n")?;
        head.lines().next()?.contains(" 200").then(|| serde_json::from_str(body).ok())?
    }

    /// The end of its log.
    fn last_words(&self) -> String {
        let mut log = String::new();
        let _ = File::open(self.folder.join("log")).and_then(|mut file| file.read_to_string(&mut log));
        let lines: Vec<&str> = log.lines().collect();
        format!("{}: {}\n", self.name, lines[lines.len().saturating_sub(5)..].join("\n"))
    }
}

/// So many ports that nobody listens on.
fn free_ports(count: usize) -> Result<BTreeSet<u16>> {
    let mut ports = BTreeSet::new();
    let mut tries = 0_u32;
    while ports.len() < count {
        tries += 1;
        ensure!(tries < 10_000, "no {count} ports from {} to {} are free", PORTS.start, PORTS.end);
        let drawn = RandomState::new().hash_one(tries) % u64::from(PORTS.end - PORTS.start);
        let port = PORTS.start + u16::try_from(drawn)?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            ports.insert(port);
        }
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Publishes until it is acknowledged: right after an election a message may reach nobody. Its place in the stream.
    fn publish(cluster: &Cluster) -> Result<u64> {
        until("an acknowledgement", || {
            let reply: Value = serde_json::from_str(&cluster.request("s", "one more").ok()?).ok()?;
            reply["seq"].as_u64()
        })
    }

    #[test]
    fn a_stream_outlives_its_leader_and_the_cluster_leaves_nothing() -> Result<()> {
        let mut cluster = Cluster::start(&program()?)?;
        let stream = r#"{"name":"S","subjects":["s"],"num_replicas":3,"storage":"file"}"#;
        let made = cluster.request("$JS.API.STREAM.CREATE.S", stream)?;
        assert!(made.contains(r#""num_replicas":3"#), "{made}");
        let leader = cluster.leader("S")?;
        let first = publish(&cluster)?;
        cluster.kill(leader)?;
        let next = cluster.leader("S")?;
        assert_ne!(next, leader);
        let second = publish(&cluster)?;
        assert!(second > first, "the first one is still there");
        cluster.start_again(leader)?;
        cluster.kill(next)?;
        let last = cluster.leader("S")?;
        assert!(publish(&cluster)? > second, "it has caught up");
        cluster.kill(last)?;
        cluster.leaderless("S")?;
        let (nodes, folder) = (cluster.urls(), cluster.nodes[0].folder.clone());
        drop(cluster);
        assert!(!folder.parent().context("a folder above")?.exists());
        for node in nodes.split(',') {
            let address = node.strip_prefix("nats://").context("a URL")?;
            assert!(TcpStream::connect(address).is_err(), "{node} is gone");
        }
        Ok(())
    }
}
