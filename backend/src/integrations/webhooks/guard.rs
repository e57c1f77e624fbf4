//! The guard: which addresses of the network a webhook may reach. What an owner types must never reach the server's own
//! network, its neighbours, or the metadata of the machine that it runs on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Blocks of IPv4 that nobody on the internet has, with the length of their prefix.
const REFUSED_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),        // this network; 0.0.0.0 reaches this machine
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // carriers' NAT; some clouds' metadata
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // a cloud's metadata in a public block
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local; most clouds' metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, broadcast
];

/// Blocks within IPv6's global unicast (2000::/3) that are not one host on the internet.
const REFUSED_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocols: Teredo, ORCHID, benchmarks
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4: an IPv4 address within
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

/// Whether an address is one host's on the internet.
pub fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            !REFUSED_V4.iter().any(|(block, length)| (bits ^ block.to_bits()).leading_zeros() >= *length)
        }
        // Outside global unicast there are loopback, link-local, private, multicast, and each way to write an IPv4
        // address in IPv6: mapped, compatible, NAT64. None is let through, whatever it holds.
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            let is_unicast = bits >> 125 == 0b001;
            // ISATAP: an IPv4 address behind a mark in the lower half.
            let is_tunnel = matches!((bits >> 32) as u32, 0x0000_5efe | 0x0200_5efe);
            let is_refused =
                REFUSED_V6.iter().any(|(block, length)| (bits ^ block.to_bits()).leading_zeros() >= *length);
            is_unicast && !is_tunnel && !is_refused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn global(text: &str) -> bool {
        is_global(text.parse().expect("is an address"))
    }

    #[test]
    fn hosts_on_the_internet_are_global() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2001:4860:4860::8888",
            "2a00:1450::1",
            "2003::1",
            "3ffe::1",
        ] {
            assert!(global(address), "{address}");
        }
    }

    #[test]
    fn every_other_block_is_refused_from_its_first_address_to_its_last() {
        for (block, length) in REFUSED_V4 {
            let host = if *length == 32 { 0 } else { u32::MAX >> length };
            for address in [block.to_bits(), block.to_bits() | host, block.to_bits() | (host / 2)] {
                assert!(!is_global(Ipv4Addr::from_bits(address).into()), "{block}/{length}");
            }
        }
        for (block, length) in REFUSED_V6 {
            for address in [block.to_bits(), block.to_bits() | u128::MAX >> length] {
                assert!(!is_global(Ipv6Addr::from_bits(address).into()), "{block}/{length}");
            }
        }
    }

    #[test]
    fn ipv6_hides_no_ipv4() {
        for address in [
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "::8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:0:53aa:64c:0:fbff:5601:1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "100::1",
            "2001:db8::1",
            "3fff::1",
            "5f00::1",
            "2a00:1450::5efe:7f00:1",
            "2a00:1450::200:5efe:a00:1",
        ] {
            assert!(!global(address), "{address}");
        }
    }
}
