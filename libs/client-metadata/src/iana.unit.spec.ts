import { MEMBERS, UNSUPPORTED } from '@rollbook/client-metadata';
import { IANA_CLIENT_METADATA } from '@rollbook-testing/client-metadata';

describe('IANA OAuth Dynamic Client Registration Metadata, state 2026-03-25', () => {
  test('has 71 names', () => {
    expect(new Set(IANA_CLIENT_METADATA).size).toBe(71);
  });

  test.each(IANA_CLIENT_METADATA)('%s is supported, or has a reason', (name) => {
    expect(Object.hasOwn(MEMBERS, name) || Object.hasOwn(UNSUPPORTED, name)).toBe(true);
  });

  test('every other row of the table is specified somewhere and counted', () => {
    const registered: readonly string[] = IANA_CLIENT_METADATA;
    const others = [...Object.keys(MEMBERS), ...Object.keys(UNSUPPORTED)].filter(
      (name) => !registered.includes(name),
    );
    // U1–U10 are one member each, U11 and U13 too, U12 are nineteen, U14 two.
    expect(others).toHaveLength(10 + 2 + 19 + 2);
  });

  test('no member is both', () => {
    expect(Object.keys(MEMBERS).filter((name) => Object.hasOwn(UNSUPPORTED, name))).toEqual([]);
  });
});
