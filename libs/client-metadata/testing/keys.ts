/** Public keys for tests; nobody holds the private halves any more. */
export const RSA = {
  kty: 'RSA',
  n: '2SDK5ML5CvOQPrPPjlvvVDF-AFDcZu678mmyYhz5PUtCn599k-I8cPkx7G4k3vVVwFCVqSa71LdHrkoBPqqVzKY3_atq3w5b-f-lvupu9O9UxyPer-V6cf6DyUfPi8SGVKiXdikRc0L7MbBYGPqG0P4rktPgFqCZlE2fUXwXBQKKfka_NP3pQ5CP3OdQ7ib_KS1PMKs9HXAKYzw9dHalrRnpY0GGaHDe4qvInC40WBMf7xroKij5QU_yCTdI61g4ssILJGOBwBw5uS_uQFpxuqD0R5ezpmecd6NT500WSA84wGnemsSeR4shXdQmWTgZHjSZWPXl8UfMXPbTo1m9Nw',
  e: 'AQAB',
};
export const RSA_OTHER = {
  kty: 'RSA',
  n: 's-JpzR0AjQ976_QiSxLE5FDa-2RCmP4QbPuXOLuDjQ3OqvawoUzBQQclaKWHr2zbJC2yHnS-pJ4teWvSrHzurjIeG8lZLqI0wP0i4v-PuZSwdRQYn4v9nEga6EfhIrQ1SZKAGJ6S6M6QwYNsuwDOOv4f6Dt5gRIWV3duWAcYeJUwYhJ_CQNfyLHBatms7yHOktNLMbVuoXchEWhijyZlxZVAYGTWns03nvwyQgDtMVZlIFVCO6SxbmGKIxJvxXikW9UWpdWhflya8NtdR76f4bfp-tO5BHbQKFRJL0F6zvolR1h6l3SaiohWxAOSwbbSk6cfJL-o7HerwNmdfN-4yQ',
  e: 'AQAB',
};
export const RSA_1024 = {
  kty: 'RSA',
  n: 'vmxirFqpcCGugqs8VykZPKP9CYBpxClwp4wcWP_YAPJmd2gVFgPDAHTr_BIWy-NzuVlnDDnf7tqkdPy1NXHcc3J6GjgqwHb2Cybt8W3pEK7B8rndyP1T5YLXqWrk9qEwaQcqQ59TCmSGmNsy_A6ws3w45RF9GXiyQFnuhXHUSAc',
  e: 'AQAB',
};
export const RSA_EXPONENT_3 = {
  kty: 'RSA',
  n: 'xaHP9c6zWLcmJYIuVnWEdwMhWKUQYoGsJikX5mlLVJIXJB3K4tEsA_eQ06uXKQmJJ33DARgJMA8oUa8haRyzCCzBhb5ls1K2JFJeSa4Eg2Tg8K6Wc74JNGAIiYYxuC7OHEr14FtQw8fiiN9uS4GsnEuP2oPj5bGI-WlRUi_Jqh1UVuxO2lfGVKuyo_bOMwfovB54c-OS8diK8GBnetLD0Xs6NaTJGZVm1hLTsasQ2WBVdyvYR5043KE11LeJj1HNFb_UXB-tEwwsKuQe3OXMv0-ZFzKqmrtE5AMeF0qSM_2A4accrbFS6ccJaouDmxKc7QN5_cSGA6G2bhIRexfC3Q',
  e: 'Aw',
};
export const P256 = {
  kty: 'EC',
  x: 'JMLBxK3j6iLLX7E5xIqGdfvWPDFprI4AuisQuXFdAH8',
  y: 'yNA0wgW3CzTcqtePW-PUKP97lioylsojbajsTMhMfn0',
  crv: 'P-256',
};
export const P384 = {
  kty: 'EC',
  x: '-7_sRs0CQCu8cDItxnMA026dViCB3b6V2Y6-4sk15MbNo3o09K_r4vmLWU6dnlL1',
  y: '-XxgDitxjHtXDAQ05tI85zg0OoG2YMfERkoxIVLj67orG3OPWoJXO6J5Hb7M_lwk',
  crv: 'P-384',
};
export const P521 = {
  kty: 'EC',
  x: 'AT7qI9hxDQU8APlGgeuLIoDsizOEAvAyPDJ-ANRte9Jo6fWUrZtWBjESv2CBTZccUFYkx4Jke1fsKtQUScpMxrwA',
  y: 'AICtnJ4zEroulb7EStb4kEWsJ-RoJuFvDmoomlfIM9pfQlHDW0zgLmTVPrGYUxD3KTT1ZLJ-9Ef0kgH6djRMMOQy',
  crv: 'P-521',
};
export const SECP256K1 = {
  kty: 'EC',
  x: '37wy-QNhiIEmOCpGi_XumvhjpcCI4s9nT2tgTG5YlYc',
  y: 'zxJRe2r3o-Q1BVEJUgNR635YsUylQRVXZQYTCr6jfvk',
  crv: 'secp256k1',
};
export const ED25519 = { crv: 'Ed25519', x: 'tP0IL3uc4-9hd1xWJakaYT027zXSdE4mfF6eaiyNEuI', kty: 'OKP' };
export const ED448 = {
  crv: 'Ed448',
  x: 'OhY9_YFvZMXbI74a5QhgAKQxh43tAHmblS5kxX6vJl1P72hMK00M39KTKmyW-nlOTaBL9RTLXIsA',
  kty: 'OKP',
};
export const X25519 = { crv: 'X25519', x: '4vTVANGKLJLgunL8V0NeBC-_4ooM8oHMcK6pcuHBKkc', kty: 'OKP' };
export const X448 = {
  crv: 'X448',
  x: 'jTvv4miX7weucNRTwBmPhQRFk2OhsU2tLYiyaz4SThCPYhodCoXNaJRbKs3pfjlLVcqR8kQhtWI',
  kty: 'OKP',
};
/** Self-signed certificate of {@link P256}, base64 DER. */
export const P256_CERTIFICATE =
  'MIIBiTCCAS+gAwIBAgIUTwnuRCRhcTQSpjUxtUOvp6HTbS8wCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwOY2xpZW50LmV4YW1wbGUwIBcNMjYxMTI0MDEyMzE3WhgPMjEyNjEwMzEwMTIzMTdaMBkxFzAVBgNVBAMMDmNsaWVudC5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEJMLBxK3j6iLLX7E5xIqGdfvWPDFprI4AuisQuXFdAH/I0DTCBbcLNNyq149b49Qo/3uWKjKWyiNtqOxMyEx+faNTMFEwHQYDVR0OBBYEFOUAfti7UvS1n1NcMduhIExYNxKlMB8GA1UdIwQYMBaAFOUAfti7UvS1n1NcMduhIExYNxKlMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgdmMowUUgXd/IlzgbV9COIH31xCS5fkAHhz+sQh17wWsCIQCLDVYj8HBx72eh2Br8Aa+z/tcqAnWdysE55b21fbUxfA==';
