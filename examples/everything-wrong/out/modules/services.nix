# Services: what is the same on web1, web2.
{ ... }:

{
  # site.yml:90 Changed later (assumed: the line of help that NixOS puts below it may stay)
  services.getty.greetingLine = ''
    two
  '';
}
