print("swab")
