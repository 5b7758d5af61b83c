# What the source leaves to whoever runs it: give each name its value.
{
  shop_path = "/GIVE-shop_path-HERE";
}
