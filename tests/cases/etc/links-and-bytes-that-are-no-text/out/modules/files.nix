# Files on box.
{ ... }:

{
  # etc/latin.conf (assumed: what reads it looks there on NixOS too)
  environment.etc."latin.conf".text = ''
    café = 1
  '';

  # etc/above
  environment.etc.above.source = "/shadow";

  # MANUAL etc/tool: it is binary: what it says cannot be seen here.
  #   Make it anew from what it was made of, or carry it over.

  # MANUAL etc/a: it is not read: the links go round in a circle.
  #   Look at what the link leads to on the old machine.

  # MANUAL etc/b: it is not read: the links go round in a circle.
  #   Look at what the link leads to on the old machine.

  # MANUAL etc/lost.conf: the link leads to `/etc/gone.conf`, which is not there.
}
