import {
  type Command,
  fold,
  initialState,
  liveRegistrationAccessTokens,
  stateAsOf,
} from '@rollbook/registration';
import {
  CLIENT,
  clientSecretRecord,
  given,
  metadataOf,
  register,
  tokenDigest,
} from '@rollbook-testing/registration';

const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T12:00:00.000Z`;
const rotateToken = (day: number, token: string, previousValidUntil: string | null): Command => ({
  type: 'RotateRegistrationAccessToken',
  now: at(day),
  origin: {},
  digest: tokenDigest(token),
  previousValidUntil,
});
const tokens = (...accepted: Command[]) =>
  given(register(), ...accepted).state.registrationAccessTokens.map(({ digest, validUntil }) => [
    ['t1', 't2', 't3', 't4'].find((name) => tokenDigest(name) === digest),
    validUntil,
  ]);

test('RFC 7591 §3.2.1 · a registration is the first state', () => {
  expect(given(register()).state).toEqual({
    status: 'active',
    streamVersion: 1,
    recordedAt: '2026-11-01T00:00:00.000Z',
    client_id: CLIENT,
    client_id_issued_at: 1793491200,
    metadata: metadataOf(),
    personal: null,
    kid: null,
    secrets: [{ ...clientSecretRecord('s1'), validUntil: null }],
    registrationAccessTokens: [{ digest: tokenDigest('t1'), validUntil: null }],
  });
});

describe('RFC 7592 §5 · registration access tokens', () => {
  test('without a grace window every earlier one ends', () => {
    expect(tokens(rotateToken(2, 't2', at(9)), rotateToken(3, 't3', null))).toEqual([['t3', null]]);
  });

  test('in a grace window the earlier ones stay, each to its own end', () => {
    expect(tokens(rotateToken(2, 't2', at(4)), rotateToken(3, 't3', at(5)))).toEqual([
      ['t1', at(4)],
      ['t2', at(5)],
      ['t3', null],
    ]);
  });

  test('a grace window that is over is forgotten at the next rotation', () => {
    expect(tokens(rotateToken(2, 't2', at(3)), rotateToken(4, 't3', at(5)))).toEqual([
      ['t2', at(5)],
      ['t3', null],
    ]);
  });

  test('a window ends at its end, to the millisecond', () => {
    const { state } = given(register(), rotateToken(2, 't2', at(4)));
    const live = (time: string) => liveRegistrationAccessTokens(state, new Date(time)).length;
    expect([live('2026-11-04T11:59:59.999Z'), live(at(4))]).toEqual([2, 1]);
  });
});

test('RFC 7592 §2.3 · deletion ends every credential at once; the record stays readable', () => {
  const { state } = given(register(), {
    type: 'DeleteClient',
    now: at(2),
    origin: {},
    by: 'client',
    reason: null,
  });
  expect(state).toMatchObject({
    status: 'deleted',
    metadata: metadataOf(),
    secrets: [],
    registrationAccessTokens: [],
  });
});

const updated = (change: object): Command => ({
  type: 'UpdateClient',
  now: at(2),
  origin: {},
  metadata: metadataOf({ client_name: 'Other' }),
  currentPersonalMetadata: { contacts: ['a@example.org'] },
  secret: null,
  registrationAccessToken: null,
  ...change,
});

describe('design §3 · personal facts', () => {
  const contacts = { metadata: metadataOf({ contacts: ['a@example.org'] }) };
  const origin = { ip: '192.0.2.1' };
  test('are those of the newest whole record', () => {
    const { events, state } = given(register(contacts), rotateToken(3, 't2', null));
    expect(state.personal).toEqual({ eventId: events[0]?.eventId, personal: events[0]?.personal });
  });

  test('a record without any ends those before it; the key stays known', () => {
    expect(given(register(contacts), updated({})).state).toMatchObject({ personal: null, kid: 'k1' });
  });

  test('an address alone brings the key', () => {
    expect(given(register({ origin })).state.kid).toBe('k1');
  });
});

test('design §3 · as of a time: the longest prefix recorded until then', () => {
  const { events } = given(register(), rotateToken(2, 't2', null), rotateToken(4, 't3', null));
  const versionAt = (time: string) => stateAsOf(events, new Date(time)).streamVersion;
  expect([versionAt('2026-10-01T00:00:00Z'), versionAt(at(2)), versionAt(at(3)), versionAt(at(5))]).toEqual([
    0, 2, 2, 3,
  ]);
  expect(fold(events)).toEqual(stateAsOf(events, new Date(at(5))));
});

test('folding changes neither the state before nor the event', () => {
  const state = Object.freeze(initialState());
  const events = given(register()).events.map((event) => Object.freeze(event));
  expect(fold(events, state).streamVersion).toBe(1);
});
