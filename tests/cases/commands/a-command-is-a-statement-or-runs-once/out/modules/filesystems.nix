# Filesystems on web1.
{ ... }:

{
  # site.yml:8 Its line
  swapDevices = [
    {
      device = "/swap";
      size = 1024;
    }
  ];
}
