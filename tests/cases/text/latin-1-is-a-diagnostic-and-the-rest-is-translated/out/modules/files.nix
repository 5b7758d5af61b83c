# Files on web.
{ ... }:

{
  # site.yml:6 A file
  environment.etc.latin.source = ../files/files/etc/latin;

  # site.yml:8 A text
  environment.etc.name.text = "Grüße!";
}
