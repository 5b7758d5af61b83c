# What the source leaves to whoever runs it: give each name its value.
{
  nobody_set_this = "GIVE-nobody_set_this-HERE";
}
