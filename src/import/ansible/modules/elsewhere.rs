//! Modules that act on another machine or on a service far away, through its API: whatever they make there is no part of
//! this machine. So are messages that a play sends.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/index.html>

use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};

pub(super) const CLOUD: Module = Module {
    names: &[
        "ali_*",
        "amazon.aws.*",
        "aws_*",
        "azure.azcollection.*",
        "azure_rm_*",
        "cloudformation",
        "cloudfront_*",
        "cloudscale_ch.cloud.*",
        "community.aws.*",
        "community.digitalocean.*",
        "cs_*",
        "digital_ocean*",
        "ec2*",
        "ecs_*",
        "elb_*",
        "gc_*",
        "gce*",
        "gcp_*",
        "google.cloud.*",
        "hcloud_*",
        "heroku_collaborator",
        "hetzner.hcloud.*",
        "hwc_*",
        "iam_*",
        "ibm.*",
        "lambda*",
        "lightsail",
        "linode*",
        "memset_*",
        "ngine_io.*",
        "oci_*",
        "oneandone_*",
        "online_*",
        "openstack.cloud.*",
        "os_*",
        "oracle.*",
        "ovh_*",
        "packet_*",
        "rax*",
        "rds*",
        "redshift*",
        "s3_*",
        "scaleway_*",
        "serverless",
        "sl_vm",
        "spotinst_aws_elastigroup",
        "telekom_mms.*",
        "terraform",
        "upcloud.*",
        "vultr.*",
        "vultr_*",
    ],
    becomes: "Nothing: what it makes in an account of a cloud is no part of the machine.",
    run: |params, run| act(params, run, "it acts on an account of a cloud"),
    ..ELSEWHERE
};

pub(super) const CLUSTER: Module = Module {
    names: &[
        "community.kubernetes.*",
        "community.okd.*",
        "helm*",
        "k8s*",
        "kubernetes.core.*",
        "kubevirt.*",
        "nomad_job",
        "openshift_*",
    ],
    becomes: "Nothing: what runs in a cluster is no part of the machine. services.k3s.autoDeployCharts and \
              services.k3s.manifests can state it for a cluster of k3s.",
    run: |params, run| {
        act(
            params,
            run,
            "it acts on the API of a cluster (services.k3s.autoDeployCharts and .manifests state it where the machine runs k3s)",
        )
    },
    ..ELSEWHERE
};

pub(super) const HARDWARE: Module = Module {
    names: &[
        "dellemc.*",
        "hpilo_*",
        "hponcfg",
        "idrac_*",
        "ilo_*",
        "ipmi_*",
        "ocapi_*",
        "redfish_*",
        "wakeonlan",
        "wdc_redfish_*",
        "xcc_redfish_*",
    ],
    becomes: "Nothing: it talks to the controller of a machine's hardware.",
    run: |params, run| {
        act(
            params,
            run,
            "it acts on the controller of a machine's hardware",
        )
    },
    ..ELSEWHERE
};

pub(super) const HYPERVISOR: Module = Module {
    names: &[
        "community.proxmox.*",
        "community.vmware.*",
        "one_host",
        "one_image",
        "one_service",
        "one_template",
        "one_vm",
        "one_vnet",
        "ovirt.*",
        "ovirt_*",
        "proxmox*",
        "rhevm",
        "vcenter_*",
        "vmware.*",
        "vmware_*",
        "vsphere_*",
        "xenserver_guest*",
    ],
    becomes: "Nothing: the machines of a hypervisor are no part of this one.",
    run: |params, run| act(params, run, "it acts on the API of a hypervisor"),
    ..ELSEWHERE
};

pub(super) const MESSAGES: Module = Module {
    names: &[
        "bearychat",
        "bigpanda",
        "campfire",
        "cisco_webex",
        "datadog_*",
        "discord",
        "grove",
        "honeybadger_deployment",
        "irc",
        "jabber",
        "jira",
        "logentries_msg",
        "mail",
        "matrix",
        "mattermost",
        "mqtt",
        "newrelic_deployment",
        "nexmo",
        "office_365_connector_card",
        "pagerduty*",
        "pingdom",
        "pushbullet",
        "pushover",
        "rocketchat",
        "rollbar_deployment",
        "say",
        "sendgrid",
        "slack",
        "statusio_maintenance",
        "syslogger",
        "telegram",
        "twilio",
        "typetalk",
        "uptimerobot",
    ],
    becomes: "Nothing: it sends a message.",
    run: |params, run| {
        params.rest();
        run.not_needed("it sends a message when Ansible runs, and does nothing on this machine");
        Ok(())
    },
    ..ELSEWHERE
};

/// Stores of data, and managers of machines.
pub(super) const MACHINES: Module = Module {
    names: &[
        "awx.awx.*",
        "check_point.mgmt.*",
        "cyberark.*",
        "hitachivantara.*",
        "ibm_sa_*",
        "ieisystem.*",
        "infinidat.*",
        "inspur.*",
        "kaytus.*",
        "manageiq_*",
        "netapp.*",
        "netapp_eseries.*",
        "oneview_*",
        "pritunl_*",
        "purestorage.*",
        "spectrum_*",
        "ss_3par_cpg",
        "stacki_host",
        "utm_*",
        "wti.*",
    ],
    becomes: "Nothing: a store of data or a manager of machines is a system of its own.",
    run: |params, run| act(params, run, "it acts on a system of its own"),
    ..ELSEWHERE
};

/// Servers that may be the machine's own.
pub(super) const SERVERS: Module = Module {
    names: &["grafana_*", "grafana.grafana.*", "zabbix_*"],
    becomes: "Nothing: what a server keeps is its data. Of a Grafana of the machine's own it is left to you: \
              services.grafana.provision states it.",
    run: |params, run| {
        let url = params.string(&["grafana_url", "url", "server_url"])?;
        let own = ["localhost", "127.0.0.1", "[::1]"];
        if let Some(url) = url.filter(|it| own.iter().any(|host| it.contains(host))) {
            params.rest();
            let reason = format!("it is data of a server of this machine, at `{url}`");
            return Err(Refusal::new(Code::CannotState, reason)
                .cure("state it in services.grafana.provision, or do it by hand"));
        }
        act(params, run, "it acts on the API of a service")
    },
    ..ELSEWHERE
};

pub(super) const SERVICES: Module = Module {
    names: &[
        "alerta_customer",
        "bitbucket_*",
        "catapult",
        "circonus_annotation",
        "cloudflare_dns",
        "cobbler_*",
        "community.dns.*",
        "community.hashi_vault.*",
        "community.hrobot.*",
        "dnsimple",
        "dnsmadeeasy",
        "f5networks.*",
        "foreman_*",
        "freeipa.ansible_freeipa.*",
        "gandi_livedns",
        "github_*",
        "gitlab_branch",
        "gitlab_deploy_key",
        "gitlab_group*",
        "gitlab_hook",
        "gitlab_instance_variable",
        "gitlab_issue",
        "gitlab_label",
        "gitlab_merge_request",
        "gitlab_milestone",
        "gitlab_project*",
        "gitlab_protected_branch",
        "gitlab_user",
        "hetzner_dns_*",
        "imc_rest",
        "infoblox.*",
        "ipa_*",
        "ipwcli_dns",
        "jenkins_build",
        "jenkins_job",
        "keycloak_*",
        "librato_annotation",
        "netbox.*",
        "netbox_*",
        "netcup_dns",
        "nsupdate",
        "route53*",
        "rundeck_*",
        "splunk.*",
        "taiga_issue",
        "theforeman.*",
        "udm_*",
        "vault_*",
    ],
    becomes: "Nothing: what a service far away keeps is no part of the machine.",
    run: |params, run| act(params, run, "it acts on the API of a service"),
    ..ELSEWHERE
};

pub(super) const NETWORK: Module = Module {
    names: &[
        "ansible.netcommon.*",
        "arista.eos.*",
        "cisco.*",
        "community.ciscosmb.*",
        "community.fortios.*",
        "community.network.*",
        "community.routeros.*",
        "edgeos_*",
        "edgeswitch_*",
        "eos_*",
        "fortinet.*",
        "fortios_*",
        "ios_*",
        "iosxr_*",
        "junipernetworks.*",
        "junos_*",
        "nxos_*",
        "paloaltonetworks.*",
        "panos_*",
        "routeros_*",
        "vyos.vyos.*",
        "vyos_*",
    ],
    becomes: "Nothing: a switch or router with a system of its own is no part of the machine.",
    run: |params, run| {
        act(
            params,
            run,
            "it acts on a switch or router with a system of its own",
        )
    },
    ..ELSEWHERE
};

const ELSEWHERE: Module = Module {
    names: &[],
    collection: "",
    becomes: "",
    kind: Kind::Elsewhere,
    run: |_, _| Ok(()),
};

/// Tells whether a module asks an API, so that later tasks hang on its answer, and makes nothing there.
pub(super) fn asks(name: &str) -> bool {
    const ASKING: [&str; 9] = [
        "helm_template",
        "k8s_cluster_info",
        "k8s_log",
        "kustomize",
        "vault_kv1_get",
        "vault_kv2_get",
        "vault_list",
        "vault_login",
        "vault_read",
    ];
    let last = name.rsplit('.').next().unwrap_or(name);
    last.ends_with("_info") || last.ends_with("_facts") || ASKING.contains(&last)
}

fn act(params: &mut Params, run: &mut Run<'_, '_>, what: &str) -> Result<(), Refusal> {
    params.rest();
    if asks(&run.task.full_name) {
        run.probe(format!("{what}, and only asks"));
    } else {
        run.not_needed(format!("{what}, and not on this machine"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn what_is_made_elsewhere_is_no_part_of_the_machine() {
        check(
            "- amazon.aws.ec2_instance: {name: web}",
            &["not-needed: it acts on an account of a cloud, and not on this machine"],
        );
        check(
            "- hetzner.hcloud.server: {name: web}",
            &["not-needed: it acts on an account of a cloud, and not on this machine"],
        );
        check(
            "- slack: {msg: done, token: x}",
            &["not-needed: it sends a message when Ansible runs, and does nothing on this machine"],
        );
    }
}
