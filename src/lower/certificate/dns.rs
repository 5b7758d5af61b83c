//! What certbot's plugins for DNS are called by lego, which NixOS orders certificates with, and how lego wants to be told
//! what a plugin reads from its file of credentials.
//!
//! Sources: <https://go-acme.github.io/lego/dns/>, and the documentation of each plugin.

pub(super) struct Plugin {
    /// `cloudflare` of `--dns-cloudflare`.
    pub(super) name: &'static str,
    /// `security.acme.certs.<name>.dnsProvider`
    pub(super) provider: &'static str,
    /// Names in the plugin's file without `dns_<name>_`, and the variable of lego.
    pub(super) variables: &'static [(&'static str, &'static str)],
}

const PLUGINS: [Plugin; 19] = [
    plugin(
        "cloudflare",
        "cloudflare",
        &[
            ("api_token", "CLOUDFLARE_DNS_API_TOKEN"),
            ("email", "CLOUDFLARE_EMAIL"),
            ("api_key", "CLOUDFLARE_API_KEY"),
        ],
    ),
    plugin("desec", "desec", &[("token", "DESEC_TOKEN")]),
    plugin(
        "digitalocean",
        "digitalocean",
        &[("token", "DO_AUTH_TOKEN")],
    ),
    plugin("dnsimple", "dnsimple", &[("token", "DNSIMPLE_OAUTH_TOKEN")]),
    plugin(
        "dnsmadeeasy",
        "dnsmadeeasy",
        &[
            ("api_key", "DNSMADEEASY_API_KEY"),
            ("secret_key", "DNSMADEEASY_API_SECRET"),
        ],
    ),
    plugin("duckdns", "duckdns", &[("token", "DUCKDNS_TOKEN")]),
    plugin(
        "gandi",
        "gandiv5",
        &[
            ("token", "GANDIV5_PERSONAL_ACCESS_TOKEN"),
            ("api_key", "GANDIV5_API_KEY"),
        ],
    ),
    plugin(
        "godaddy",
        "godaddy",
        &[("key", "GODADDY_API_KEY"), ("secret", "GODADDY_API_SECRET")],
    ),
    plugin("google", "gcloud", &[]),
    plugin("hetzner", "hetzner", &[("api_token", "HETZNER_API_KEY")]),
    plugin(
        "infomaniak",
        "infomaniak",
        &[("token", "INFOMANIAK_ACCESS_TOKEN")],
    ),
    plugin("linode", "linode", &[("key", "LINODE_TOKEN")]),
    plugin(
        "luadns",
        "luadns",
        &[
            ("email", "LUADNS_API_USERNAME"),
            ("token", "LUADNS_API_TOKEN"),
        ],
    ),
    plugin("nsone", "ns1", &[("api_key", "NS1_API_KEY")]),
    plugin(
        "ovh",
        "ovh",
        &[
            ("endpoint", "OVH_ENDPOINT"),
            ("application_key", "OVH_APPLICATION_KEY"),
            ("application_secret", "OVH_APPLICATION_SECRET"),
            ("consumer_key", "OVH_CONSUMER_KEY"),
        ],
    ),
    plugin(
        "porkbun",
        "porkbun",
        &[
            ("key", "PORKBUN_API_KEY"),
            ("secret", "PORKBUN_SECRET_API_KEY"),
        ],
    ),
    plugin(
        "rfc2136",
        "rfc2136",
        &[
            ("server", "RFC2136_NAMESERVER"),
            ("name", "RFC2136_TSIG_KEY"),
            ("secret", "RFC2136_TSIG_SECRET"),
            ("algorithm", "RFC2136_TSIG_ALGORITHM"),
        ],
    ),
    plugin(
        "route53",
        "route53",
        &[
            ("aws_access_key_id", "AWS_ACCESS_KEY_ID"),
            ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"),
        ],
    ),
    plugin("vultr", "vultr", &[("key", "VULTR_API_KEY")]),
];

const fn plugin(
    name: &'static str,
    provider: &'static str,
    variables: &'static [(&'static str, &'static str)],
) -> Plugin {
    Plugin {
        name,
        provider,
        variables,
    }
}

/// Names in the files of plugins whose values are for everybody.
const OPEN: [&str; 5] = ["algorithm", "email", "endpoint", "name", "server"];

/// Tells whether what a file of credentials says under a name is no secret.
pub(super) fn is_open(name: &str) -> bool {
    OPEN.contains(&name)
}

pub(super) fn find(name: &str) -> Option<&'static Plugin> {
    PLUGINS.iter().find(|it| it.name == name)
}
