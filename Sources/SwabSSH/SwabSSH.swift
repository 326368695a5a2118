// SwabSSH
