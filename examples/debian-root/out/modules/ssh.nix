# SSH on till.
{ ... }:

{
  services.openssh = {
    # etc/ssh/sshd_config.d/port.conf:1, etc/systemd/system/multi-user.target.wants/ssh.service (assumed: sshd
    # runs, as its file was there)
    enable = true;
    # etc/ssh/sshd_config.d/port.conf:1 (assumed: sshd runs, as its file was there)
    ports = [ 2222 ];
    settings = {
      # etc/ssh/sshd_config:3 (assumed: sshd runs, as its file was there)
      PermitRootLogin = "no";
      # etc/ssh/sshd_config:4 (assumed: sshd runs, as its file was there)
      PasswordAuthentication = false;
      # etc/ssh/sshd_config:5 (assumed: sshd runs, as its file was there)
      KbdInteractiveAuthentication = false;
      # etc/ssh/sshd_config:6 (assumed: sshd runs, as its file was there)
      UsePAM = true;
      # etc/ssh/sshd_config:7 (assumed: sshd runs, as its file was there)
      X11Forwarding = false;
      # etc/ssh/sshd_config:8 (assumed: sshd runs, as its file was there)
      PrintMotd = false;
      # etc/ssh/sshd_config:9 (assumed: sshd runs, as its file was there)
      AcceptEnv = [
        "LANG"
        "LC_*"
      ];
    };
    # etc/ssh/sshd_config:13, :14 (assumed: sshd runs, as its file was there)
    extraConfig = ''
      Match User shop
        ForceCommand internal-sftp
        AllowTcpForwarding no
    '';
  };
}
