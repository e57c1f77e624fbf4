//! Whose address a request counts as: of whoever is connected, or, behind proxies that the operator named, of whoever the
//! last of them was connected to.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

/// The proxies whose word is taken for who is behind them.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Proxies by their addresses or networks, such as `10.0.0.0/8`, `::1` and `192.0.2.7`.
    ///
    /// # Errors
    /// The first text that is neither.
    pub fn read(texts: &[String]) -> Result<Self, String> {
        let one = |text: &String| {
            let text = text.trim();
            let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
            net.ok_or_else(|| text.to_owned())
        };
        texts.iter().filter(|text| !text.trim().is_empty()).map(one).collect::<Result<_, _>>().map(Self)
    }

    fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|net| net.contains(&address))
    }

    /// The client of a request from `peer` with these headers `X-Forwarded-For`, in the order in which they came: the
    /// right-most address that is no proxy of ours. What stands left of it anybody may have written. Where something that
    /// is no address stands in its way, the last proxy that is known counts.
    pub fn client<'a>(&self, peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        let mut client = peer.to_canonical();
        let mut hops = forwarded.rev().flat_map(|value| value.rsplit(','));
        while self.has(client) {
            let Some(before) = hops.next().and_then(address) else { break };
            client = before;
        }
        client
    }
}

/// The address of one hop, as proxies write it: with a port, in brackets, or bare.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address| address.to_canonical())
}

/// What an address counts as: a household or a server has a whole network of the newer kind.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        older @ IpAddr::V4(_) => older,
    }
}

/// Whether an address is a stranger's on the internet: not this machine's, and not one of a private network, where a proxy
/// of the operator's own stands.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            !(address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
                || is_shared)
        }
        IpAddr::V6(address) => {
            !(address.is_loopback()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_unspecified())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("is an address")
    }

    fn client(proxies: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies = Proxies::read(&proxies.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        proxies.expect("are proxies").client(ip(peer), forwarded.iter().copied()).to_string()
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_of_ours_counts() {
        let ours = &["10.0.0.0/8", "::1", "2001:db8:ff::/48"];
        for (peer, forwarded, expected) in [
            // Nobody's word is taken who is not named.
            ("198.51.100.7", &["203.0.113.9"][..], "198.51.100.7"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            // What the client wrote itself stands left, in one header or in two.
            ("10.0.0.1", &["1.2.3.4, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["1.2.3.4", "203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["10.9.9.9, 203.0.113.9"], "203.0.113.9"),
            // Two proxies of ours in a row.
            ("10.0.0.1", &["1.2.3.4, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9", "10.0.0.2"], "203.0.113.9"),
            ("::1", &["2001:db8:ff::2"], "2001:db8:ff::2"),
            // All ways of writing one address are that address.
            ("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("10.0.0.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
            ("::ffff:10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            // What is no address ends the way: the proxy that passed it on counts.
            ("10.0.0.1", &["unknown"], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9, "], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9, 10.0.0.2, x"], "10.0.0.1"),
            ("10.0.0.1", &["0x7f.1"], "10.0.0.1"),
            ("10.0.0.1", &["\u{fffd}"], "10.0.0.1"),
        ] {
            assert_eq!(client(ours, peer, forwarded), expected, "{peer} with {forwarded:?}");
        }
    }

    #[test]
    fn proxies_are_addresses_or_networks() {
        let read = |text: &str| Proxies::read(&[text.to_owned()]).map(|proxies| proxies.0.len());
        assert_eq!((read("10.0.0.0/8"), read("192.0.2.1"), read("::1"), read(" ")), (Ok(1), Ok(1), Ok(1), Ok(0)));
        assert_eq!(
            (read("proxy.example"), read("10.0.0.0/33")),
            (Err("proxy.example".into()), Err("10.0.0.0/33".into()))
        );
    }

    #[test]
    fn private_networks_are_not_the_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.4",
            "172.16.0.1",
            "100.64.0.1",
            "169.254.1.1",
            "0.0.0.0",
            "::1",
            "fd00::1",
            "fe80::1",
            "::",
        ] {
            assert!(!is_public(ip(inside)), "{inside}");
        }
        for outside in ["203.0.113.9", "8.8.8.8", "2001:db8::1", "100.128.0.1", "100.63.0.1", "172.32.0.1"] {
            assert!(is_public(ip(outside)), "{outside}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_a_client_writes_changes_whom_it_counts_as(written in "[ -~]{0,200}") {
            let behind = format!("{written}, 203.0.113.9");
            prop_assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &[&behind]), "203.0.113.9");
            prop_assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &[&written, "203.0.113.9"]), "203.0.113.9");
            prop_assert_eq!(client(&[], "198.51.100.7", &[&written]), "198.51.100.7");
        }
    }
}
