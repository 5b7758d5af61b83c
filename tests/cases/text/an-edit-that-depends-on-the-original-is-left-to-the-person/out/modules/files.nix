# Files on web1.
{ ... }:

{
  # MANUAL site.yml:3 More arguments: `/etc/shop.conf` is not in the input: the edit needs the original.
  #   State what the edit means with the NixOS option of that service.
  #   path: /etc/shop.conf
  #   regexp: ^(args=.*)
  #   line: \1 -v
  #   backrefs: true

  # MANUAL site.yml:5 Nobody knows this file: `/etc/shop.conf` is not in the input: the edit needs the original.
  #   Say it with the option of that service; the line is `a = b`

  # MANUAL site.yml:15 Two lines from one: `/etc/shop.conf` is not in the input: the edit needs the original.
  #   State what the edit means with the NixOS option of that service.
  #   path: /etc/shop.conf
  #   regexp: ^(x=.*)
  #   line: |
  #     #\1
  #     x=2
  #   backrefs: true
}
