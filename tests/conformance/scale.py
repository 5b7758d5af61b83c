#!/usr/bin/env python3
"""Writes a project of many hosts, to measure how the time grows; run by hand: scale.py DIR HOSTS

200 groups in a tree (fewer for fewer hosts), variables on every level, 50 roles of which every host plays about ten,
with templates, loops, conditions and handlers, and a play that reads the variables of all hosts.
"""

import pathlib
import sys

root, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
groups, roles = max(1, min(200, count // 5)), 50


def write(name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


lines = []
for group in range(groups):
    hosts = range(group, count, groups)
    lines.append(f"[g{group:03}]")
    lines += [f"h{host:04} ansible_host=10.{host // 250}.{host % 250}.1 number={host}" for host in hosts]
for region in range(0, groups, 20):
    lines += [f"[region{region:03}:children]"] + [f"g{group:03}" for group in range(region, min(region + 20, groups))]
write("inventory/hosts.ini", "\n".join(lines) + "\n")
write("inventory/group_vars/all.yml", "domain: example.org\nadmins: [ada, grace, edsger]\nlevel: all\n")
for group in range(groups):
    write(
        f"inventory/group_vars/g{group:03}.yml",
        f"level: g{group:03}\nport: {8000 + group}\nsite: site-{group % 7}.{{{{ domain }}}}\n",
    )
for role in range(roles):
    here = f"roles/r{role:02}"
    write(f"{here}/defaults/main.yml", f"r{role:02}_name: service{role}\nr{role:02}_workers: 4\n")
    write(
        f"{here}/tasks/main.yml",
        f"""- name: Install
  ansible.builtin.package:
    name: [nginx, curl]
- name: Configure
  ansible.builtin.template:
    src: service.conf.j2
    dest: /etc/service{role}.conf
    mode: "0640"
  notify: Restart {role}
- name: Folders
  ansible.builtin.file:
    path: /srv/{{{{ r{role:02}_name }}}}/{{{{ item }}}}
    state: directory
  loop: [data, log, run]
- name: Users
  ansible.builtin.user:
    name: "{{{{ item }}}}"
    groups: [users]
  loop: "{{{{ admins }}}}"
- name: Only on some
  ansible.builtin.copy:
    content: "{{{{ level }}}}\\n"
    dest: /etc/level{role}
  when: number % 2 == 0 and ansible_os_family == 'Debian'
""",
    )
    write(
        f"{here}/handlers/main.yml",
        f"- name: Restart {role}\n  ansible.builtin.service:\n    name: nginx\n    state: restarted\n",
    )
    write(
        f"{here}/templates/service.conf.j2",
        """# {{ ansible_managed }}
listen {{ port }};
host {{ inventory_hostname }}.{{ site }};
{% for admin in admins %}
admin {{ admin }}{% if loop.last %} last{% endif %}

{% endfor %}
""",
    )
plays = ["- hosts: all\n  gather_facts: true\n  roles: [r00, r01, r02, r03, r04]\n"]
for role in range(5, roles):
    some = ":".join(f"g{group:03}" for group in range(role % groups, groups, 9))
    plays.append(f"- hosts: {some}\n  roles: [r{role:02}]\n")
plays.append(
    """- hosts: g000
  tasks:
    - name: All hosts
      ansible.builtin.copy:
        content: |
          {% for host in groups['all'] %}
          {{ hostvars[host].ansible_host }} {{ host }}
          {% endfor %}
        dest: /etc/all-hosts
"""
)
write("site.yml", "\n".join(plays))
