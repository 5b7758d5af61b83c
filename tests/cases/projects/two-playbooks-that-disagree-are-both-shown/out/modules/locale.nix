# Locale on web.
{ ... }:

{
  # site.yml:3 Vienna
  time.timeZone = "Europe/Vienna";
}
