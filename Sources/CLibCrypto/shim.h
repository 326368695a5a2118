#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <string.h>

/* libcrypto's own are macros of macros, which Swift doesn't import. */
static inline int swab_keypair_selection(void) { return EVP_PKEY_KEYPAIR; }
static inline int swab_set_gcm_tag(EVP_CIPHER_CTX *context, int count, void *tag) {
  return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, count, tag);
}

/* HMAC-SHA1 with one key for many short messages: SHA-1 as it stands after each of the two padded
   keys. libcrypto's HMAC() spends nine tenths of its time on looking up what SHA-1 is. The
   functions used here are deprecated in its favour, and all there is without that look-up. */
typedef struct {
  SHA_CTX inner, outer;
} swab_hmac_sha1;

/* The key has 64 bytes at most. */
static inline swab_hmac_sha1 swab_hmac_sha1_begin(const unsigned char *key, size_t count) {
  swab_hmac_sha1 state;
  unsigned char inner[SHA_CBLOCK], outer[SHA_CBLOCK];
  memset(inner, 0x36, sizeof inner);
  memset(outer, 0x5c, sizeof outer);
  for (size_t index = 0; index < count && index < SHA_CBLOCK; index++) {
    inner[index] ^= key[index];
    outer[index] ^= key[index];
  }
  SHA1_Init(&state.inner);
  SHA1_Update(&state.inner, inner, sizeof inner);
  SHA1_Init(&state.outer);
  SHA1_Update(&state.outer, outer, sizeof outer);
  return state;
}

static inline void swab_hmac_sha1_finish(const swab_hmac_sha1 *state, const unsigned char *bytes,
                                         size_t count, unsigned char *result) {
  SHA_CTX inner = state->inner, outer = state->outer;
  SHA1_Update(&inner, bytes, count);
  SHA1_Final(result, &inner);
  SHA1_Update(&outer, result, SHA_DIGEST_LENGTH);
  SHA1_Final(result, &outer);
}

static inline bool swab_hmac_sha1_equals(const swab_hmac_sha1 *state, const unsigned char *bytes,
                                         size_t count, const unsigned char *hash) {
  unsigned char result[SHA_DIGEST_LENGTH];
  swab_hmac_sha1_finish(state, bytes, count, result);
  return memcmp(result, hash, sizeof result) == 0;
}
