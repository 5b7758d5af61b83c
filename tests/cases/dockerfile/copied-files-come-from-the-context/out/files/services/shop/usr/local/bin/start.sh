#!/bin/sh
exec lighttpd -D -f /etc/shop/a.conf
