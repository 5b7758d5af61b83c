# Ansible role `good`, as it is on every host that has it: web1, web2.
{ pkgs, ... }:

{
  # roles/good/tasks/main.yml:1 One bad apple does not spoil the rest, site.yml:44 A parameter that does not
  # exist (assumed: the parameter `colour` of `apt` changes nothing here)
  environment.systemPackages = [ pkgs.git ];
}
