import { canonicalHost, filterValues, redirectHosts } from './filter-values.js';

const HOSTS: [name: string, uris: string[] | undefined, hosts: string[]][] = [
  [
    'each host once',
    ['https://a.example/1', 'https://a.example/2', 'https://b.example'],
    ['a.example', 'b.example'],
  ],
  ['lower case, IDN in ASCII', ['https://BÜCHER.example/'], ['xn--bcher-kva.example']],
  ['loopback literals', ['http://127.0.0.1:8080/cb', 'http://[::1]/cb'], ['127.0.0.1', '[::1]']],
  ['private-use schemes have none', ['com.example.app:/cb', 'com.example.app://cb'], []],
  ['nothing registered', undefined, []],
];
test.each(HOSTS)('design §6 · redirect hosts: %s', (_name, redirect_uris, hosts) => {
  expect(redirectHosts({ redirect_uris })).toEqual(hosts);
});

test('design §6 · a host is found in any spelling', () => {
  expect(canonicalHost('BÜCHER.example')).toBe('xn--bcher-kva.example');
  expect(canonicalHost('no host at all/')).toBe('no host at all/');
});

test('design §6 · names are compared in lower case; what is absent is null', () => {
  expect(filterValues({ client_name: 'My ÄPP' })).toEqual({
    name: 'my äpp',
    software_id: null,
    token_endpoint_auth_method: null,
    grant_types: [],
    application_type: null,
  });
});
