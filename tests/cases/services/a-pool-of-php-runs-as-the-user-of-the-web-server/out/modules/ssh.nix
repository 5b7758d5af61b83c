# SSH: what is the same on web1, app1.
{ ... }:

{
  # site.yml:1 play, :12 play (assumed: sshd runs, the plays come over ssh)
  services.openssh.enable = true;
}
