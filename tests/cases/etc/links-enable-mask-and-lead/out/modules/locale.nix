# Locale on box.
{ ... }:

{
  # etc/localtime
  time.timeZone = "Europe/Rome";
}
