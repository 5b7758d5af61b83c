# Ansible role `a` (roles/a), on web.
{ ... }:

{
  # roles/a/tasks/main.yml:1 A
  environment.etc.a.text = ''
    a
  '';
}
