# What the source leaves to whoever runs it: give each name its value.
{
  shop_folder = "/GIVE-shop_folder-HERE";
  shop_name = "GIVE-shop_name-HERE";
  shop_name_upper = "GIVE-shop_name_upper-HERE";
  shop_user = "GIVE-shop_user-HERE";
  web_ansible_default_ipv4_address = "GIVE-default_ipv4_address-HERE";
}
