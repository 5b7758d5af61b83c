module tea
