//! How long a translation takes, from the arguments to the last printed file: a playbook of ten tasks, and a project of
//! hundreds of roles.
//!
//! The start of the process itself is not in it; that is measured from outside.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

const ROLES: usize = 300;
const HOSTS: usize = 12;
const ROLES_OF_A_HOST: usize = 60;

const TEN_TASKS: &str = r#"- hosts: web
  become: true
  vars:
    domain: shop.example.org
  tasks:
    - name: Packages
      apt: {name: [nginx, git, htop], state: present, update_cache: true}
    - name: Owner of the shop
      user: {name: shop, uid: 2001, home: /srv/shop, shell: /usr/sbin/nologin, system: true}
    - name: Folder of the shop
      file: {path: /srv/shop/public, state: directory, owner: shop, mode: "0755"}
    - name: Greeting
      copy: {dest: /etc/motd, content: "Welcome to {{ domain }}\n"}
    - name: No root logins
      lineinfile: {path: /etc/ssh/sshd_config, regexp: '^#?PermitRootLogin', line: PermitRootLogin no}
    - name: Forwarding
      sysctl: {name: net.ipv4.ip_forward, value: "1"}
    - name: Web ports
      ufw: {rule: allow, port: "{{ item }}", proto: tcp}
      loop: ["80", "443"]
    - name: Nightly report
      cron: {name: report, minute: "0", hour: "3", user: shop, job: /srv/shop/bin/report}
    - name: Time zone
      timezone: {name: Europe/Rome}
    - name: Web server
      service: {name: nginx, state: started, enabled: true}
      when: ansible_os_family == "Debian"
"#;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn small(root: &Path) {
    write(root, "hosts", "[web]\nweb1\n");
    write(root, "site.yml", TEN_TASKS);
}

/// Every host has its own choice of roles, so that most roles stand on several hosts and none on all.
fn large(root: &Path) {
    let mut inventory = String::new();
    let mut site = String::new();
    for host in 0..HOSTS {
        writeln!(inventory, "[group{host}]\nhost{host} rank={host}\n").unwrap();
        writeln!(site, "- hosts: group{host}\n  become: true\n  roles:").unwrap();
        for role in 0..ROLES_OF_A_HOST {
            writeln!(
                site,
                "    - role{}",
                (host * 25 + role * 5 + host % 5) % ROLES
            )
            .unwrap();
        }
    }
    write(root, "hosts", &inventory);
    write(root, "site.yml", &site);
    for number in 0..ROLES {
        let role = format!("roles/role{number}");
        let defaults = format!(
            "role{number}_port: {}\nrole{number}_name: app{number}\n",
            20_000 + number
        );
        write(root, &format!("{role}/defaults/main.yml"), &defaults);
        write(root, &format!("{role}/tasks/main.yml"), &tasks(number));
        let handlers = format!(
            "- name: restart app{number}\n  service: {{name: app{number}, state: restarted}}\n"
        );
        write(root, &format!("{role}/handlers/main.yml"), &handlers);
        let unit = format!(
            "[Unit]\nDescription=App {number}\nAfter=network.target\n\n[Service]\nUser=app{number}\n\
             Environment=PORT={{{{ role{number}_port }}}} RANK={{{{ rank }}}}\n\
             ExecStart=/srv/app{number}/bin/serve\nRestart=on-failure\n\n[Install]\nWantedBy=multi-user.target\n"
        );
        write(root, &format!("{role}/templates/app.service.j2"), &unit);
    }
}

fn tasks(number: usize) -> String {
    format!(
        r#"- name: Packages
  apt: {{name: [git, curl], state: present}}
- name: Owner
  user: {{name: "{{{{ role{number}_name }}}}", uid: {uid}, home: /srv/app{number}, system: true}}
- name: Folder
  file: {{path: "/srv/{{{{ role{number}_name }}}}/data", state: directory, owner: "{{{{ role{number}_name }}}}"}}
- name: Settings
  copy:
    dest: /etc/app{number}.conf
    content: |
      port = {{{{ role{number}_port }}}}
      listen = {{{{ "127.0.0.1" if rank | int > 5 else "0.0.0.0" }}}}
- name: Unit
  template: {{src: app.service.j2, dest: /etc/systemd/system/app{number}.service}}
  notify: restart app{number}
- name: Port
  ufw: {{rule: allow, port: "{{{{ role{number}_port }}}}", proto: tcp}}
- name: Limits
  sysctl: {{name: "{{{{ item.key }}}}", value: "{{{{ item.value }}}}"}}
  with_dict: {{fs.file-max: "100000", vm.swappiness: "10"}}
- name: Start
  systemd: {{name: app{number}, state: started, enabled: true, daemon_reload: true}}
  when: ansible_service_mgr == "systemd"
"#,
        uid = 5000 + number
    )
}

fn translate(root: &Path) {
    let args = [
        "ops2nix",
        "translate",
        root.to_str().unwrap(),
        "--stdout",
        "-q",
    ];
    let (mut stdout, mut stderr) = (std::io::sink(), Vec::new());
    let _ = ops2nix::cli::run(args.map(OsString::from), &mut stdout, &mut stderr);
    assert!(stderr.is_empty(), "{}", String::from_utf8_lossy(&stderr));
}

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let (few, many) = (folder.path().join("few"), folder.path().join("many"));
    small(&few);
    large(&many);
    criterion.bench_function("ten tasks", |bencher| bencher.iter(|| translate(&few)));
    let mut group = criterion.benchmark_group("projects");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(20));
    group.bench_function("300 roles on 12 hosts", |bencher| {
        bencher.iter(|| translate(&many))
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
