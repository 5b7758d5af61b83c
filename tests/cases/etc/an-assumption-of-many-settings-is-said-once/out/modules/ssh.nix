# SSH on shop.
{ pkgs, ... }:

{
  # Assumed: sshd runs, as its file was there.
  services.openssh = {
    # etc/ssh/sshd_config:1
    enable = true;
    settings = {
      # etc/ssh/sshd_config:1
      PermitRootLogin = "no";
      # etc/ssh/sshd_config:2
      PasswordAuthentication = false;
      # etc/ssh/sshd_config:3
      X11Forwarding = false;
      # etc/ssh/sshd_config:4
      MaxAuthTries = 3;
      # etc/ssh/sshd_config:5
      LoginGraceTime = 20;
      # etc/ssh/sshd_config:6
      ClientAliveInterval = 60;
      # etc/ssh/sshd_config:7
      UseDns = false;
      # etc/ssh/sshd_config:8
      AllowGroups = [ "people" ];
    };
    # etc/ssh/sshd_config:9
    allowSFTP = true;
    sftpFlags = [
      "-f AUTHPRIV"
      "-l INFO"
    ];
    # etc/ssh/sshd_config:11, :12 (assumed: `/usr/bin/git-shell` is taken from `pkgs.git`)
    extraConfig = ''
      Match Group files
        ChrootDirectory %h
        ForceCommand ${pkgs.git}/bin/git-shell
    '';
  };
}
