//! Whether what NATS says of the stream is the word of most of its servers: one that has lost the others answers too.

use async_nats::jetstream::stream::Info;

/// Refuses what is not said by a leader whom a majority follows.
///
/// A server that no longer hears of a leader answers from its own memory, for as long as that lasts: it may lack what was
/// acknowledged, and nothing can be put in. A leader that is left alone notices after ten seconds.
///
/// # Errors
/// Why it cannot be relied on.
pub(super) fn stands_behind(info: &Info) -> Result<(), &'static str> {
    let cluster = info.cluster.as_ref().filter(|cluster| cluster.leader.as_ref().is_some_and(|name| !name.is_empty()));
    let Some(cluster) = cluster else { return Err("no server leads its stream") };
    // The leader is not among them.
    let current = cluster.replicas.iter().filter(|replica| replica.current).count();
    if 2 * (current + 1) > cluster.replicas.len() + 1 {
        return Ok(());
    }
    Err("the leader of its stream is without a majority")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// What a server says, with these words about the cluster.
    fn said(cluster: Value) -> Info {
        let mut info = json!({
            "config": { "name": "S", "subjects": ["s"], "retention": "limits", "storage": "file", "discard": "new",
                "max_consumers": -1, "max_msgs": -1, "max_bytes": -1, "max_age": 0, "max_msgs_per_subject": -1,
                "num_replicas": 3 },
            "created": "2026-11-23T09:16:19Z",
            "state": { "messages": 1, "bytes": 40, "first_seq": 1, "first_ts": "2026-11-23T09:16:20Z", "last_seq": 1,
                "last_ts": "2026-11-23T09:16:20Z", "consumer_count": 0 },
        });
        info["cluster"] = cluster;
        serde_json::from_value(info).expect("is what NATS says")
    }

    fn replica(name: &str, current: bool, active: u64) -> Value {
        json!({ "name": name, "current": current, "active": active })
    }

    #[test]
    fn only_a_leader_whom_a_majority_follows_is_believed() {
        let led = |replicas: [Value; 2]| said(json!({ "name": "c", "leader": "n0", "replicas": replicas }));
        let heard = 300_000_000;
        assert_eq!(stands_behind(&led([replica("n1", true, heard), replica("n2", true, heard)])), Ok(()));
        assert_eq!(stands_behind(&led([replica("n1", false, 0), replica("n2", true, heard)])), Ok(()), "one is dead");
        let alone = led([replica("n1", false, 11 * heard), replica("n2", false, 0)]);
        assert_eq!(stands_behind(&alone), Err("the leader of its stream is without a majority"));

        // What a follower of NATS 2.15 says once both others are dead: itself is among the replicas.
        let replicas = [replica("n0", false, 0), replica("n1", false, 0), replica("n2", true, heard)];
        let nobody = "no server leads its stream";
        assert_eq!(stands_behind(&said(json!({ "name": "c", "replicas": replicas }))), Err(nobody));
        assert_eq!(stands_behind(&said(json!({ "name": "c", "leader": "", "replicas": replicas }))), Err(nobody));
        assert_eq!(stands_behind(&said(Value::Null)), Err(nobody));
    }
}
