# SSH on till.
{ ... }:

{
  services.openssh = {
    # etc/ssh/sshd_config.d/port.conf:1, etc/systemd/system/multi-user.target.wants/ssh.service
    enable = true;
    # etc/ssh/sshd_config.d/port.conf:1
    ports = [ 2222 ];
    settings = {
      # etc/ssh/sshd_config:3
      PermitRootLogin = "no";
      # etc/ssh/sshd_config:4
      PasswordAuthentication = false;
      # etc/ssh/sshd_config:5
      KbdInteractiveAuthentication = false;
      # etc/ssh/sshd_config:6
      UsePAM = true;
      # etc/ssh/sshd_config:7
      X11Forwarding = false;
      # etc/ssh/sshd_config:8
      PrintMotd = false;
      # etc/ssh/sshd_config:9
      AcceptEnv = [
        "LANG"
        "LC_*"
      ];
    };
    # etc/ssh/sshd_config:13, :14
    extraConfig = ''
      Match User shop
        ForceCommand internal-sftp
        AllowTcpForwarding no
    '';
  };
}
