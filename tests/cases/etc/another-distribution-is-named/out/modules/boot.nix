# Boot on tiny.
{ ... }:

{
  # etc/sysctl.d/x.conf:1
  boot.kernel.sysctl."vm.swappiness" = 10;
}
