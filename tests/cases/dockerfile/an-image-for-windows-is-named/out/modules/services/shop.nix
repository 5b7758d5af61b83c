# Service `shop`, on example.
{ ... }:

{
  # MANUAL shop/Dockerfile:2 FROM: the image is one for Windows.
  #   Find what it runs for Linux.

  # MANUAL shop/Dockerfile:3 SHELL: the image is one for Windows.
  #   Find what it runs for Linux.

  # MANUAL shop/Dockerfile:4 RUN: the image is one for Windows.
  #   Find what it runs for Linux.

  # MANUAL shop/Dockerfile:6 CMD: the image is one for Windows.
  #   Find what it runs for Linux.
}
