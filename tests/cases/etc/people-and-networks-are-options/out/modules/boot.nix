# Boot on till.
{ ... }:

{
  # etc/default/grub:2
  boot.loader.timeout = 2;

  # etc/default/grub:3 (assumed: the kernel of NixOS knows the parameter, and the machine needs it)
  boot.kernelParams = [ "console=ttyS0" ];
}
