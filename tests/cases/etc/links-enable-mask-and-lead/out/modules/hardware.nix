# Hardware on box.
{ ... }:

{
  # etc/systemd/system/bluetooth.service
  hardware.bluetooth.enable = false;
}
