# Files on web.
{ ... }:

{
  # MANUAL site.yml:3 Out: the file `out.txt` is not in the input (looked for at files/out.txt, out.txt).
  #   Put the file back, or state what it holds.
  #   src: out.txt
  #   dest: /etc/out
}
