//! Tests of the modules for containers, and of those that have little to say.

use crate::import::ansible::modules::tests::check;

#[test]
fn a_container_is_read_with_what_it_has() {
    check(
        "- docker_container:\n    name: shop\n    image: shop:1\n    pull: true\n    restart_policy: unless-stopped\n    command: serve --port '80 81'\n    env: {PORT: '{{ port }}', PASSWORD: '{{ db_password }}'}\n    ports: ['8080:80']\n    volumes: /srv:/data\n    networks: [{name: back, aliases: [db], ipv4_address: 10.0.0.2}]\n    memory: 1g\n    ulimits: ['nofile:1:2']\n    links: ['db:database']\n    etc_hosts: {a: 10.0.0.1}\n    cap_drop: [all]\n    recreate: true",
        &[
            r#"{"container":{"name":"shop","engine":"docker","image":"shop:1","pulls":true,"started":true,"restart":"always","command":["serve","--port","80 81"],"environment":[["PORT","80"],["PASSWORD",[{"secret":"site.yml:3 db_password"}]]],"ports":["8080:80"],"volumes":["/srv:/data"],"networks":[{"network":"back","fields":[["alias","db"],["ip","10.0.0.2"]]}],"capabilities":[["ALL",false]],"privileged":false,"options":["--add-host=a:10.0.0.1","--link=db:database","--memory=1g","--ulimit=nofile=1:2"],"needs":["db"]}}"#,
        ],
    );
}

#[test]
fn a_container_has_states() {
    check(
        "- docker_container: {name: a, image: a, state: present, network_mode: 'container:b'}\n- docker_container: {name: a, state: started}",
        &[
            r#"{"container":{"name":"a","engine":"docker","image":"a","pulls":false,"started":true,"networks":[{"network":"container:b"}],"privileged":false,"needs":["b"]}}"#,
            "not-needed: later the task \"docker_container\" writes the same thing",
        ],
    );
    check(
        "- docker_container: {name: a, image: a}\n- docker_container: {name: a, state: absent}",
        &[
            "not-needed: made here and removed again by the task \"docker_container\"",
            "not-needed: the container `a` was made by an earlier task and is gone again",
        ],
    );
    check(
        "- docker_container: {name: a, restart: true}\n- docker_container: {name: a, state: stopped}",
        &[
            "manual: the container `a` is made elsewhere: its image is not in the input",
            "not-needed: the container `a` was never there: a new machine does not have it",
        ],
    );
    check(
        "- docker_container: {name: a, image: a, detach: false}",
        &["manual: the container `a` runs once, to its end, while Ansible waits"],
    );
}

#[test]
fn health_checks_and_mounts_are_options() {
    check(
        "- docker_container:\n    name: a\n    image: a\n    tty: true\n    interactive: true\n    healthcheck: {test: [CMD, curl, 'a b'], interval: 1m, start_period: 5s}\n    mounts: [{type: tmpfs, target: /tmp, tmpfs_size: 1G, labels: {x: y}}]",
        &[
            r#"{"container":{"name":"a","engine":"docker","image":"a","pulls":false,"started":true,"privileged":false,"options":["--tty","--mount=type=tmpfs,target=/tmp,tmpfs-size=1G","--health-cmd=curl 'a b'","--health-interval=1m","--health-start-period=5s"]}} if the image has a shell for its health check if the container needs no open standard input"#,
            "manual: of the container `a` this is not stated: `labels` of a mount",
        ],
    );
}

#[test]
fn what_belongs_to_containers_is_said() {
    check(
        "- docker_volume: {name: data}\n- docker_volume: {name: nas, driver_options: {type: cifs}}\n- docker_network: {name: back, internal: true, ipam_config: [{subnet: 10.0.0.0/24}]}\n- docker_image: {name: shop, source: pull}\n- docker_image: {name: shop, source: build, build: {path: x}}\n- docker_login: {username: a, password: b}\n- docker_prune: {images: true}",
        &[
            r#"{"container-network":{"name":"back","engine":"docker","options":["--internal","--subnet=10.0.0.0/24"]}}"#,
            "not-needed: Docker makes the volume `data` when the first container that names it starts",
            "manual: NixOS has no option for volumes of Docker; of `nas` this is not stated: the options of its driver",
            "not-needed: the unit of a container fetches its image when it starts: `shop` needs no task",
            "manual: the image `shop` is built on the machine",
            "manual: each container of NixOS logs in for itself; this is for `https://index.docker.io/v1/`",
            "not-needed: a new machine has nothing to prune; virtualisation.docker.autoPrune.enable = true; does it every week",
        ],
    );
}

#[test]
fn firewalld_opens_ports_of_the_public_zone() {
    check(
        "- firewalld: {service: https, permanent: true, state: enabled}\n- firewalld: {port: 8080-8081/tcp, zone: public, state: enabled}\n- firewalld: {port: 8080-8081/tcp, state: disabled}\n- firewalld: {rich_rule: 'rule x', state: enabled}\n- firewalld: {port: 1/tcp, zone: internal, state: enabled}",
        &[
            r#"{"firewall-port":{"protocol":"tcp","first":443,"last":443}}"#,
            r#"{"firewall-port":{"protocol":"tcp","first":1,"last":1,"interface":"@internal"}}"#,
            "not-needed: made here and removed again by the task \"firewalld\"",
            "not-needed: the open port was made by an earlier task and is gone again",
            "manual: the rich rule has `x`",
        ],
    );
}

#[test]
fn an_interface_of_firewalld_is_in_its_zone() {
    check(
        "- firewalld: {zone: vpn, interface: wg0, state: enabled}",
        &[r#"{"setting":{"of":"firewall-zone","name":"wg0","value":"vpn"}}"#],
    );
}

#[test]
fn what_other_systems_have_is_said() {
    check(
        "- selinux: {state: disabled}\n- seboolean: {name: httpd_can_network_connect, state: true}\n- dpkg_divert: {path: /etc/x}\n- snap: {name: [hello]}\n- homebrew: {name: jq, state: absent}",
        &[
            r#"{"package":{"name":"hello","family":"other"}} if the `hello` of nixpkgs does for that of snap"#,
            "not-needed: NixOS runs without SELinux",
            "not-needed: NixOS has no SELinux policy, so that the switch `httpd_can_network_connect` has no meaning; what the policy kept services from is lost, and systemd's sandboxing of their units comes nearest",
            "not-needed: NixOS has no dpkg, and no package of it writes `/etc/x`",
            "not-needed: the package `jq` was never there: a new machine does not have it",
        ],
    );
}
