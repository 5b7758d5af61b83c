# Security on web1.
{ ... }:

{
  # site.yml:7 Who may be root (assumed: what else stands in `/etc/pam.d/su` is as NixOS has it; it is the user
  # who calls it that must be of the group)
  security.pam.services.su.requireWheel = true;
}
