# Packages: what is the same on web1, web2.
{ ... }:

{
  # MANUAL site.yml:68 A condition that hangs on it: it hangs on the output of the task "Only the machine can
  #   tell".
  #   Where its condition holds:
  #   environment.systemPackages = [ pkgs.htop ];
}
