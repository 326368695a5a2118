// SwabDocker
