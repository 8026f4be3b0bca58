import { readInput } from '../input/read-input.js';
import { encodeCursor } from './client-cursor.js';
import { clientPage, clientQuery } from './client-query.js';
import { ListClientsQuery } from './inputs.js';

const key = { client_id_issued_at: 5, client_id: 'c' };

describe('client list · query', () => {
  test.each<[string, Record<string, string>, object]>([
    ['nothing', {}, { limit: 50 }],
    ['a name in any case', { name: 'My ÉX' }, { limit: 50, name: 'my éx' }],
    ['a host in any case', { redirectHost: 'App.Example' }, { limit: 50, redirectHost: 'app.example' }],
    [
      'an international host',
      { redirectHost: 'bücher.example' },
      { limit: 50, redirectHost: 'xn--bcher-kva.example' },
    ],
    ['an address', { redirectHost: '[::1]' }, { limit: 50, redirectHost: '[::1]' }],
    ['a cursor', { cursor: encodeCursor(key), limit: '7' }, { limit: 7, after: key }],
    [
      'RFC members and status',
      { software_id: 's', token_endpoint_auth_method: 'none', grant_type: 'implicit', status: 'deleted' },
      {
        limit: 50,
        software_id: 's',
        token_endpoint_auth_method: 'none',
        grant_type: 'implicit',
        status: 'deleted',
      },
    ],
  ])('%s', (_name, raw, wanted) => {
    expect(clientQuery(readInput(ListClientsQuery, raw, 'query'))).toEqual(wanted);
  });
});

test('client list · page: next is a cursor, null at the end', () => {
  const readModel = { position: 1, head: 1, lagSeconds: 0 };
  expect(clientPage({ items: [], next: key, position: 1 }, readModel)).toEqual({
    items: [],
    next: encodeCursor(key),
    readModel,
  });
  expect(clientPage({ items: [], next: null, position: 1 }, readModel).next).toBeNull();
});
