// Swab
