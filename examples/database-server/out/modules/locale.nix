# Locale on db1.example.org.
{ ... }:

{
  # site.yml:11 Time zone
  time.timeZone = "Europe/Vienna";
}
