# Files on web.
{ ... }:

{
  # MANUAL site.yml:3 Nowhere: the file `gone.txt` is not in the input (looked for at files/gone.txt, gone.txt).
  #   Put the file back, or state what it holds.
  #   src: gone.txt
  #   dest: /etc/gone
}
