# SSH on db1.example.org.
{ ... }:

{
  # site.yml:102 sshd, :132 ssh from everywhere (assumed: sshd runs, the play came over ssh)
  services.openssh = {
    enable = true;
    settings = {
      PasswordAuthentication = false;
      X11Forwarding = false;
      AllowGroups = [
        "wheel" # assumed: the group `sudo` is `wheel` on NixOS
        "postgres"
      ];
    };
  };
}
