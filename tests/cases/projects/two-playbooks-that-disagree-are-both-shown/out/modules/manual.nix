# What is left to a person on web.
{ ... }:

{
  # MANUAL main.yml:3 Berlin: another playbook sets this differently, and the first one stands.
  #   !timezone
  #   name: Europe/Berlin
}
