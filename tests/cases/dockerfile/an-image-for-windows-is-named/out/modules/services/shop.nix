# Service `shop`, on example.
{ ... }:

{
  # MANUAL shop/Dockerfile:2 FROM, :3 SHELL, :4 RUN, :6 CMD: the image is one for Windows.
  #   Find what it runs for Linux.
}
