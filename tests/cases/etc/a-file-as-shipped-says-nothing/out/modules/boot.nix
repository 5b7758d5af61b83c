# Boot on box.
{ ... }:

{
  # etc/sysctl.conf:2
  boot.kernel.sysctl."net.ipv4.ip_forward" = 1;
}
