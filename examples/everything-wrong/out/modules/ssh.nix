# SSH: what is the same on web1, web2.
{ ... }:

{
  # site.yml:1 What can go wrong (assumed: sshd runs, the plays come over ssh)
  services.openssh.enable = true;
}
