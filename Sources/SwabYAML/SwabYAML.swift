// SwabYAML
