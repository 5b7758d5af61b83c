# SSH on web1.
{ ... }:

{
  # site.yml:1 play (assumed: sshd runs, the plays come over ssh)
  services.openssh.enable = true;
}
