# Ansible role `b` (roles/b), on web.
{ ... }:

{
  # roles/b/tasks/main.yml:1 B
  environment.etc.b.text = ''
    b
  '';
}
