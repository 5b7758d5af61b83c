# Packages on mail1.
{ pkgs, ... }:

{
  # etc/dovecot/dovecot.conf (assumed: the other files of `/etc/dovecot` are as their package ships them)
  environment.systemPackages = [ (pkgs.dovecot_pigeonhole_0_5 or pkgs.dovecot_pigeonhole) ];
}
