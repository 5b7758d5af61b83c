# Locale on web1.
{ ... }:

{
  # site.yml:25 Zone
  time.timeZone = "Europe/Oslo";
}
