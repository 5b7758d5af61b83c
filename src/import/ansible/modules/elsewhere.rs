//! Modules that act on another machine or on a service far away, through its API: whatever they make there is no part of
//! this machine. So are messages that a play sends.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/index.html>

use super::{Kind, Module, Run};
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
    becomes: "Steers only: what it makes in an account of a cloud is no part of the machine.",
    run: |params, run| act(params, run, "it is about an account of a cloud"),
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
    becomes: "Steers only: what runs in a cluster is no part of the machine. services.k3s.autoDeployCharts and \
              services.k3s.manifests can state it for a cluster of k3s.",
    run: |params, run| {
        act(
            params,
            run,
            "it talks to the API of a cluster (services.k3s.autoDeployCharts and .manifests can state it where the machine runs k3s)",
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
    becomes: "Steers only: it talks to the controller of a machine's hardware.",
    run: |params, run| {
        act(
            params,
            run,
            "it talks to the controller of a machine's hardware",
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
    becomes: "Steers only: the machines of a hypervisor are no part of this one.",
    run: |params, run| {
        act(
            params,
            run,
            "it makes a machine of its own, through the API of a hypervisor",
        )
    },
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
    becomes: "Steers only: it sends a message.",
    run: |params, run| act(params, run, "it sends a message when Ansible runs"),
    ..ELSEWHERE
};

pub(super) const SERVICES: Module = Module {
    names: &[
        "bitbucket_*",
        "catapult",
        "cloudflare_dns",
        "cobbler_*",
        "community.dns.*",
        "community.hashi_vault.*",
        "community.hrobot.*",
        "dnsimple",
        "dnsmadeeasy",
        "f5networks.*",
        "foreman_*",
        "gandi_livedns",
        "github_*",
        "gitlab_branch",
        "gitlab_deploy_key",
        "gitlab_group*",
        "gitlab_hook",
        "gitlab_issue",
        "gitlab_label",
        "gitlab_merge_request",
        "gitlab_milestone",
        "gitlab_project*",
        "gitlab_protected_branch",
        "hetzner_dns_*",
        "infoblox.*",
        "jenkins_build",
        "netbox.*",
        "netbox_*",
        "netcup_dns",
        "nsupdate",
        "route53*",
        "theforeman.*",
        "vault_*",
    ],
    becomes: "Steers only: what a service far away keeps is no part of the machine.",
    run: |params, run| {
        act(
            params,
            run,
            "it talks to the API of a service, and makes nothing on this machine",
        )
    },
    ..ELSEWHERE
};

const ELSEWHERE: Module = Module {
    names: &[],
    collection: "",
    becomes: "",
    kind: Kind::Steers,
    run: |_, _| Ok(()),
};

fn act(params: &mut Params, run: &mut Run<'_, '_>, what: &str) -> Result<(), Refusal> {
    params.rest();
    run.control(format!("{what}: no part of the machine"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn what_is_made_elsewhere_is_no_part_of_the_machine() {
        check(
            "- amazon.aws.ec2_instance: {name: web}",
            &["control: it is about an account of a cloud: no part of the machine"],
        );
        check(
            "- hetzner.hcloud.server: {name: web}",
            &["control: it is about an account of a cloud: no part of the machine"],
        );
        check(
            "- slack: {msg: done, token: x}",
            &["control: it sends a message when Ansible runs: no part of the machine"],
        );
    }
}
