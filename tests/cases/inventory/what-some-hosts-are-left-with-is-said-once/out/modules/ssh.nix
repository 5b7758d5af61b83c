# SSH: what is the same on web1, web2, db1.
{ ... }:

{
  # site.yml:1 play, :8 play (assumed: sshd runs, the plays come over ssh)
  services.openssh.enable = true;
}
