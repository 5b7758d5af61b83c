# Locale on till.
{ ... }:

{
  # etc/default/keyboard:2
  console.useXkbConfig = true;

  # etc/default/locale:1
  i18n.defaultLocale = "de_DE.UTF-8";

  # etc/default/locale:2
  i18n.extraLocaleSettings.LC_TIME = "en_DK.UTF-8";
}
