# Locale on till.
{ ... }:

{
  # etc/default/keyboard:2
  console.useXkbConfig = true;

  # etc/default/locale:1
  i18n.defaultLocale = "de_AT.UTF-8";

  # etc/default/locale:2
  i18n.extraLocaleSettings.LC_MESSAGES = "en_GB.UTF-8";

  # etc/timezone:1, etc/localtime
  time.timeZone = "Europe/Vienna";
}
