# Services on till.
{ ... }:

{
  # etc/default/keyboard:1, :2, :3
  services.xserver.xkb = {
    model = "pc105";
    layout = "de";
    variant = "nodeadkeys";
  };
}
