# Locale on web.
{ ... }:

{
  # site.yml:3 Vienna
  time.timeZone = "Europe/Vienna";
  # MANUAL main.yml:3 Berlin: another playbook sets this differently, and the first one stands.
  #   time.timeZone = "Europe/Berlin";
}
