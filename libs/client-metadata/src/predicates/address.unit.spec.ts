import { isAllowedAddress, isSpecialPurposeAddress } from '@rollbook/client-metadata';

describe('S1 · special-purpose addresses', () => {
  test.each(
    (
      '0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1 172.31.255.255 ' +
      '192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 ' +
      '255.255.255.255 :: ::1 ::ffff:10.0.0.1 ::ffff:7f00:1 ::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 100::1 2001::1 ' +
      '2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1 fc00::1 fd12:3456::1 ' +
      'fe80::1 fec0::1 ff02::1 4000::1 [::1] 2130706433 0x7f000001 127.1 0177.0.0.1 127.0.0.1. 0x7f.1.'
    ).split(' '),
  )('%s is one', (address) => {
    expect(isSpecialPurposeAddress(address)).toBe(true);
    expect(isAllowedAddress(address, [])).toBe(false);
  });

  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.32.0.1',
    '2606:4700::1111',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is none', (address) => {
    expect(isSpecialPurposeAddress(address)).toBe(false);
    expect(isAllowedAddress(address, [])).toBe(true);
  });

  test.each(['', 'localhost', 'example.com', '999.1.1.1', '::1::', 'fe80::1/64'])(
    '%j is no address',
    (address) => {
      expect(isSpecialPurposeAddress(address)).toBe(false);
      expect(isAllowedAddress(address, ['0.0.0.0/0', '::/0'])).toBe(false);
    },
  );

  test.each([
    ['10.1.2.3', ['10.1.0.0/16'], true],
    ['10.2.2.3', ['10.1.0.0/16'], false],
    ['::ffff:10.1.2.3', ['10.1.0.0/16'], true],
    ['fd00::5', ['10.0.0.0/8', 'fd00::/8'], true],
    ['fd00::5', ['10.0.0.0/8'], false],
    ['10.1.2.3', ['nonsense', '10.1.2.3/99'], false],
    ['127.0.0.1', ['127.0.0.1/32'], true],
  ])('%s with %j allowed: %s', (address, networks, allowed) => {
    expect(isAllowedAddress(address, networks)).toBe(allowed);
  });
});
