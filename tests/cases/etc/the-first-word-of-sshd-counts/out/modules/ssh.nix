# SSH on box.
{ ... }:

{
  # etc/ssh/sshd_config:1, :4, etc/ssh/sshd_config.d/10-own.conf:1, :2 (assumed: sshd runs, as its file was
  # there)
  services.openssh = {
    enable = true;
    ports = [
      2222
      22
    ];
    settings = {
      PermitRootLogin = "no";
      PasswordAuthentication = false;
    };
  };
}
