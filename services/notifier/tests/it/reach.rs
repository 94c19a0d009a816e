//! What may be called, and what may not.

use notifier::reach::{Reach, Refusal};

/// Every way we know to name what is not on the public internet.
const REFUSED: [(&str, Refusal); 76] = [
    // No URL at all, or one of another kind.
    ("", Refusal::Malformed),
    ("example.org", Refusal::Malformed),
    ("//example.org/", Refusal::Malformed),
    ("http://", Refusal::Malformed),
    ("http://[::1", Refusal::Malformed),
    ("http://[fe80::1%25eth0]/", Refusal::Malformed),
    ("http://300.1.1.1/", Refusal::Malformed),
    ("http://exa mple.org/", Refusal::Malformed),
    ("file:///etc/passwd", Refusal::Scheme),
    ("ftp://example.org/", Refusal::Scheme),
    ("gopher://example.org:80/", Refusal::Scheme),
    ("ws://example.org/", Refusal::Scheme),
    ("data:text/plain,hello", Refusal::Scheme),
    ("javascript:alert(1)", Refusal::Scheme),
    ("mailto:a@example.org", Refusal::Scheme),
    // With credentials, which also disguise the host.
    ("http://user@example.org/", Refusal::Credentials),
    ("http://:password@example.org/", Refusal::Credentials),
    ("https://example.org@127.0.0.1/", Refusal::Credentials),
    // Ports of other services.
    ("http://example.org:22/", Refusal::Port),
    ("http://example.org:25/", Refusal::Port),
    ("http://example.org:8080/", Refusal::Port),
    ("https://example.org:6379/", Refusal::Port),
    ("http://93.184.216.34:5432/", Refusal::Port),
    ("http://[2606:2800:220:1::1]:9200/", Refusal::Port),
    // Loopback, in every notation of IPv4.
    ("http://127.0.0.1/", Refusal::Address),
    ("http://127.1/", Refusal::Address),
    ("http://127.255.255.254/", Refusal::Address),
    ("http://2130706433/", Refusal::Address),
    ("http://0x7f000001/", Refusal::Address),
    ("http://0x7f.1/", Refusal::Address),
    ("http://0177.0.0.1/", Refusal::Address),
    ("http://017700000001/", Refusal::Address),
    ("http://127.0.0.1./", Refusal::Address),
    ("http://%31%32%37.0.0.1/", Refusal::Address),
    ("http://\u{ff11}\u{ff12}\u{ff17}.0.0.1/", Refusal::Address),
    ("http:127.0.0.1", Refusal::Address),
    ("http:\\\\127.0.0.1\\", Refusal::Address),
    ("HTTP://127.0.0.1:443/", Refusal::Address),
    // This network, private, shared, link-local.
    ("http://0.0.0.0/", Refusal::Address),
    ("http://0/", Refusal::Address),
    ("http://10.0.0.1/", Refusal::Address),
    ("http://10.255.255.255/", Refusal::Address),
    ("http://172.16.0.1/", Refusal::Address),
    ("http://172.31.255.255/", Refusal::Address),
    ("http://192.168.1.1/", Refusal::Address),
    ("http://100.64.0.1/", Refusal::Address),
    ("http://100.127.255.255/", Refusal::Address),
    ("http://169.254.1.1/", Refusal::Address),
    // Metadata of clouds.
    ("http://169.254.169.254/latest/meta-data/", Refusal::Address),
    ("http://0xa9fea9fe/", Refusal::Address),
    ("http://100.100.100.200/", Refusal::Address),
    ("http://168.63.129.16/", Refusal::Address),
    ("http://192.0.0.192/", Refusal::Address),
    ("http://[fd00:ec2::254]/", Refusal::Address),
    // Reserved, documentation, benchmarks, multicast, broadcast.
    ("http://192.0.2.1/", Refusal::Address),
    ("http://198.51.100.1/", Refusal::Address),
    ("http://203.0.113.1/", Refusal::Address),
    ("http://198.18.0.1/", Refusal::Address),
    ("http://198.19.255.255/", Refusal::Address),
    ("http://192.88.99.1/", Refusal::Address),
    ("http://224.0.0.1/", Refusal::Address),
    ("http://240.0.0.1/", Refusal::Address),
    ("http://255.255.255.255/", Refusal::Address),
    // IPv6, and IPv4 in its clothes: unspecified, loopback, mapped, compatible, NAT64, 6to4, Teredo.
    ("http://[::]/", Refusal::Address),
    ("http://[::1]/", Refusal::Address),
    ("http://[::ffff:127.0.0.1]/", Refusal::Address),
    ("http://[::ffff:8.8.8.8]/", Refusal::Address),
    ("http://[::127.0.0.1]/", Refusal::Address),
    ("http://[64:ff9b::7f00:1]/", Refusal::Address),
    ("http://[64:ff9b:1::a00:1]/", Refusal::Address),
    ("http://[2002:7f00:1::]/", Refusal::Address),
    ("http://[2001:0:5ef5:79fb::1]/", Refusal::Address),
    ("http://[2001:db8::1]/", Refusal::Address),
    ("http://[fe80::1]/", Refusal::Address),
    ("http://[fc00::1]/", Refusal::Address),
    ("http://[ff02::1]/", Refusal::Address),
];

const ADMITTED: [&str; 14] = [
    "https://example.org/hook?a=b",
    "http://example.org:80/",
    "http://example.org:443/",
    "https://example.org:80/",
    "https://xn--bcher-kva.example/",
    "https://93.184.216.34/",
    "https://9.255.255.255/",
    "https://11.0.0.0/",
    "https://100.63.255.255/",
    "https://100.128.0.0/",
    "https://172.32.0.0/",
    "https://223.255.255.255/",
    "https://[2606:2800:220:1:248:1893:25c8:1946]/",
    "https://[2a00:1450:4001:81b::200e]/",
];

#[test]
fn only_the_public_internet_is_called() {
    let reach = Reach::default();
    for (url, refusal) in REFUSED {
        assert_eq!(reach.check(url).err(), Some(refusal), "{url}");
    }
    for url in ADMITTED {
        assert_eq!(reach.check(url).err(), None, "{url}");
    }
}

#[test]
fn what_is_listed_is_called_at_any_port() {
    let allowed = "10.1.0.0/16,127.0.0.1, fd00::/8 ,Hooks.Internal".split(',');
    let reach = Reach::new(allowed.map(|text| text.parse().unwrap()));
    for url in [
        "http://10.1.2.3:8080/",
        "http://127.0.0.1:9/",
        "http://0x7f000001:9/",
        "http://[fd12::1]:8080/",
        "http://hooks.internal:8080/",
        "http://hooks.internal./",
    ] {
        assert_eq!(reach.check(url).err(), None, "{url}");
    }
    for (url, refusal) in [
        ("http://10.2.0.1/", Refusal::Address),
        ("http://127.0.0.2/", Refusal::Address),
        ("http://[::ffff:127.0.0.1]/", Refusal::Address),
        ("http://[fe80::1]/", Refusal::Address),
        ("http://more.hooks.internal:8080/", Refusal::Port),
        ("http://user@10.1.2.3/", Refusal::Credentials),
        ("ftp://hooks.internal/", Refusal::Scheme),
    ] {
        assert_eq!(reach.check(url).err(), Some(refusal), "{url}");
    }
}

#[test]
fn an_empty_list_lists_nothing() {
    let reach = Reach::new(["".parse().unwrap()]);
    assert_eq!(reach.check("http://.:81/").err(), Some(Refusal::Port));
    assert_eq!(
        reach.check("http://127.0.0.1/").err(),
        Some(Refusal::Address)
    );
}
