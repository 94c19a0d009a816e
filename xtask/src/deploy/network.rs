//! The network policies, judged as a cluster that enforces them would: whatever is meant is let
//! through, and nothing else.

use std::collections::BTreeSet;
use std::net::IpAddr;

use anyhow::{Context, Result, ensure};
use ipnet::IpNet;
use serde_json::{Value, json};

use super::chart::NAMESPACE;
use super::conventions::{includes, items, of_kind, text};

/// How a namespace is labelled with its own name.
const NAMESPACE_LABEL: &str = "kubernetes.io/metadata.name";

/// Where sidecars call each other, and where they are measured.
const SIDECAR: u64 = 50_002;
const SIDECAR_METRICS: u64 = 9_090;

/// Ports of a pod besides that of HTTP: of the app beside its sidecar, of the sidecar's API.
const OWN: [u64; 7] = [
    SIDECAR,
    SIDECAR_METRICS,
    3_500,
    50_001,
    18_051,
    18_052,
    18_055,
];

/// Ports out there: mail, names, HTTP and HTTPS, a database, the cluster's API, anything.
const OUTSIDE: [u64; 7] = [25, DNS, 80, 443, DATABASE, 6_443, 8_080];
const DNS: u64 = 53;
const DATABASE: u64 = 5_432;

/// Somebody on the network.
struct Peer {
    name: String,
    /// None outside of the cluster.
    namespace: Option<&'static str>,
    labels: Value,
    address: IpAddr,
    /// Where a service takes HTTP.
    http: Option<u64>,
}

/// What the rules are about, and who is beside.
struct Network<'a> {
    policies: Vec<&'a Value>,
    services: Vec<Peer>,
    /// Pods that are not selected by any policy, and machines.
    others: Vec<Peer>,
    /// The services that have a sidecar, and of these, those that the backend answers.
    with_sidecar: BTreeSet<String>,
    callers: BTreeSet<String>,
    /// Whether the front end publishes the keys of sessions.
    publishes_keys: bool,
}

/// Fails with the first way that is open and should not be, or the other way round.
pub(super) fn check(objects: &[Value]) -> Result<()> {
    let network = Network::of(objects)?;
    if network.policies.is_empty() {
        return Ok(());
    }
    let everybody = || network.services.iter().chain(&network.others);
    for to in &network.services {
        let http = to.http.context("a service has a port")?;
        for from in everybody() {
            for port in OWN.into_iter().chain([http]) {
                network.judge(from, to, port, network.asks(from, to, port == http, port))?;
            }
        }
    }
    for from in &network.services {
        for to in &network.others {
            for port in OUTSIDE {
                network.judge(from, to, port, network.leaves(from, to, port))?;
            }
        }
    }
    Ok(())
}

impl<'a> Network<'a> {
    fn of(objects: &'a [Value]) -> Result<Self> {
        let (mut services, mut with_sidecar) = (Vec::new(), BTreeSet::new());
        for deployment in of_kind(objects, "Deployment") {
            let template = &deployment["spec"]["template"];
            let name = text(&deployment["metadata"]["name"]).to_owned();
            if template["metadata"]["annotations"]["dapr.io/enabled"] == "true" {
                with_sidecar.insert(name.clone());
            }
            services.push(Peer {
                http: template["spec"]["containers"][0]["ports"][0]["containerPort"].as_u64(),
                ..Peer::pod(&name, NAMESPACE, &template["metadata"]["labels"])?
            });
        }
        let configuration = of_kind(objects, "Configuration").next();
        let configuration = configuration.context("there is no Configuration")?;
        let callers = items(&configuration["spec"]["accessControl"]["policies"]);
        let mut modes = of_kind(objects, "ConfigMap").map(|it| &it["data"]["JWT_MODE"]);
        let test = of_kind(objects, "Pod").next().context("there is no test")?;
        let nothing = json!({});
        let impostor = json!({"app": "taskflow", "component": "agent"});
        Ok(Self {
            policies: of_kind(objects, "NetworkPolicy").collect(),
            services,
            others: vec![
                Peer::pod("the chart's test", NAMESPACE, &test["metadata"]["labels"])?,
                Peer::pod("a stranger", NAMESPACE, &nothing)?,
                Peer::pod("an impostor", "elsewhere", &impostor)?,
                Peer::pod("the ingress controller", "traefik", &nothing)?,
                Peer::pod("Prometheus", "monitoring", &nothing)?,
                Peer::pod("Dapr's control plane", "dapr-system", &nothing)?,
                Peer::machine("the internet", "203.0.113.7")?,
                Peer::machine("a private network", "192.168.1.7")?,
                Peer::machine("the provider's metadata", "169.254.169.254")?,
            ],
            with_sidecar,
            callers: callers.map(|it| text(&it["appId"]).to_owned()).collect(),
            publishes_keys: modes.any(|mode| mode == "jwks"),
        })
    }

    /// Who is to be let in, as `ARCHITECTURE.md` has it.
    fn asks(&self, from: &Peer, to: &Peer, is_http: bool, port: u64) -> bool {
        let (from, to) = (from.name.as_str(), to.name.as_str());
        let has_sidecar = self.with_sidecar.contains(to);
        match from {
            "the chart's test" => is_http,
            "the ingress controller" => {
                is_http && !matches!(to, "taskflow-scheduler" | "taskflow-notifier")
            }
            "Prometheus" => has_sidecar && (is_http || port == SIDECAR_METRICS),
            "taskflow-frontend" => is_http && matches!(to, "taskflow-backend" | "taskflow-agent"),
            "taskflow-backend" | "taskflow-realtime" if is_http => {
                to == "taskflow-frontend" && self.publishes_keys
            }
            _ => port == SIDECAR && to == "taskflow-backend" && self.callers.contains(from),
        }
    }

    /// Who is to be let out.
    fn leaves(&self, from: &Peer, to: &Peer, port: u64) -> bool {
        let has_sidecar = self.with_sidecar.contains(&from.name);
        let reaches_people = matches!(from.name.as_str(), "taskflow-notifier" | "taskflow-agent");
        match (port, to.name.as_str()) {
            (DNS | DATABASE, _) => true,
            // The API of the cluster may be anywhere.
            (443 | 6_443, _) | (_, "Dapr's control plane") if has_sidecar => true,
            (_, "the internet") => reaches_people,
            _ => false,
        }
    }

    fn judge(&self, from: &Peer, to: &Peer, port: u64, meant: bool) -> Result<()> {
        let open = self.lets_out(from, to, port) && self.lets_in(from, to, port);
        let (from, to) = (&from.name, &to.name);
        ensure!(open || !meant, "{from} does not reach {to} at {port}");
        ensure!(meant || !open, "{from} reaches {to} at {port}");
        Ok(())
    }

    fn lets_out(&self, from: &Peer, to: &Peer, port: u64) -> bool {
        self.lets(from, "Egress", |policy| {
            let mut rules = items(&policy["spec"]["egress"]);
            rules.any(|rule| names(&rule["to"], to) && opens(&rule["ports"], to, port))
        })
    }

    fn lets_in(&self, from: &Peer, to: &Peer, port: u64) -> bool {
        self.lets(to, "Ingress", |policy| {
            let mut rules = items(&policy["spec"]["ingress"]);
            rules.any(|rule| names(&rule["from"], from) && opens(&rule["ports"], to, port))
        })
    }

    /// Whoever no policy selects may do anything; of others, one policy has to say so.
    fn lets(&self, whom: &Peer, way: &str, says_so: impl Fn(&Value) -> bool) -> bool {
        let mut policies = self.policies.iter().copied().filter(|policy| {
            let is_here = whom.namespace == policy["metadata"]["namespace"].as_str();
            let mut ways = items(&policy["spec"]["policyTypes"]);
            is_here && selects(&policy["spec"]["podSelector"], whom) && ways.any(|it| it == way)
        });
        let Some(first) = policies.next() else {
            return true;
        };
        says_so(first) || policies.any(says_so)
    }
}

impl Peer {
    fn pod(name: &str, namespace: &'static str, labels: &Value) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            namespace: Some(namespace),
            labels: labels.clone(),
            address: "10.244.0.7".parse()?,
            http: None,
        })
    }

    fn machine(name: &str, address: &str) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            namespace: None,
            labels: Value::Null,
            address: address.parse()?,
            http: None,
        })
    }
}

/// Whether a rule's `from` or `to` is about somebody; without any it is about everybody.
fn names(peers: &Value, somebody: &Peer) -> bool {
    let mut peers = items(peers).peekable();
    peers.peek().is_none() || peers.any(|peer| is(peer, somebody))
}

fn is(peer: &Value, somebody: &Peer) -> bool {
    if let Some(block) = peer["ipBlock"].as_object() {
        let within = |network: &Value| {
            let network = text(network).parse::<IpNet>();
            network.is_ok_and(|network| network.contains(&somebody.address))
        };
        return within(&block["cidr"]) && !items(&peer["ipBlock"]["except"]).any(within);
    }
    let Some(namespace) = somebody.namespace else {
        return false;
    };
    let is_there = match peer.get("namespaceSelector") {
        Some(selector) => {
            let labels = json!({NAMESPACE_LABEL: namespace});
            includes(&labels, &selector["matchLabels"])
        }
        None => namespace == NAMESPACE,
    };
    is_there
        && peer
            .get("podSelector")
            .is_none_or(|selector| selects(selector, somebody))
}

/// A selector without labels would be everybody's; the chart has none.
fn selects(selector: &Value, somebody: &Peer) -> bool {
    includes(&somebody.labels, &selector["matchLabels"])
}

/// Whether a rule's `ports` have this one; without any it is about all.
fn opens(ports: &Value, of: &Peer, port: u64) -> bool {
    let mut ports = items(ports).peekable();
    ports.peek().is_none()
        || ports.any(|it| match &it["port"] {
            Value::String(name) => name == "http" && of.http == Some(port),
            number => number.as_u64() == Some(port),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(namespace: &'static str, component: &str) -> Peer {
        Peer::pod(
            "it",
            namespace,
            &json!({"app": "taskflow", "component": component}),
        )
        .unwrap()
    }

    fn network(policies: &[Value]) -> Network<'_> {
        Network {
            policies: policies.iter().collect(),
            services: Vec::new(),
            others: Vec::new(),
            with_sidecar: BTreeSet::new(),
            callers: BTreeSet::new(),
            publishes_keys: false,
        }
    }

    #[test]
    fn rules_mean_what_they_mean_in_a_cluster() {
        let policies = [json!({
            "metadata": {"namespace": NAMESPACE},
            "spec": {
                "podSelector": {"matchLabels": {"component": "backend"}},
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [{
                    "from": [
                        {"podSelector": {"matchLabels": {"component": "agent"}}},
                        {"namespaceSelector": {"matchLabels": {NAMESPACE_LABEL: "traefik"}}},
                    ],
                    "ports": [{"port": 50_002}],
                }],
                "egress": [{"to": [{"ipBlock": {
                    "cidr": "0.0.0.0/0", "except": ["192.168.0.0/16"],
                }}]}],
            },
        })];
        let network = network(&policies);
        let (backend, agent) = (peer(NAMESPACE, "backend"), peer(NAMESPACE, "agent"));
        assert!(network.lets_in(&agent, &backend, 50_002));
        assert!(!network.lets_in(&agent, &backend, 8_000));
        assert!(network.lets_in(&peer("traefik", "any"), &backend, 50_002));
        // The same labels in another namespace are somebody else's.
        assert!(!network.lets_in(&peer("elsewhere", "agent"), &backend, 50_002));
        assert!(
            network.lets_in(&backend, &agent, 8_004),
            "nothing selects it"
        );
        let internet = Peer::machine("internet", "203.0.113.7").unwrap();
        let private = Peer::machine("private", "192.168.1.7").unwrap();
        assert!(network.lets_out(&backend, &internet, 25));
        assert!(!network.lets_out(&backend, &private, 25));
        assert!(network.lets_out(&agent, &private, 25), "nothing selects it");
    }

    #[test]
    fn a_way_that_is_open_or_shut_by_mistake_is_noticed() {
        let network = network(&[]);
        let (from, to) = (peer(NAMESPACE, "agent"), peer(NAMESPACE, "backend"));
        assert!(network.judge(&from, &to, 1, true).is_ok());
        assert!(network.judge(&from, &to, 1, false).is_err());
    }
}
