import { readFileSync } from 'node:fs';
import { type ClientEvent, fold } from '@rollbook/registration';

// docs/verifying-secrets.md §2 tells consumers how to fold the events; this holds it to what `evolve` does.
type History = {
  name: string;
  events: Pick<ClientEvent, 'type' | 'data'>[];
  active: boolean;
  secrets: unknown[];
};
const { histories } = JSON.parse(readFileSync('docs/vectors/secrets.json', 'utf8')) as {
  histories: History[];
};

describe('docs/verifying-secrets.md §2 · which secrets a client has', () => {
  test.each(histories)('$name', ({ events, active, secrets }) => {
    const recorded = events.map((event, i) => ({
      ...event,
      eventId: `019a3f5e-7c00-7000-8000-${String(i).padStart(12, '0')}`,
      schemaVersion: 1,
      streamId: 'client-vectors',
      streamVersion: i + 1,
      recordedAt: '2026-11-01T10:00:00.000Z',
      correlationId: 'vectors',
      causationId: null,
      actor: { kind: 'system', ref: null },
      policyVersion: '0000000000000000',
      personal: null,
    })) as ClientEvent[];
    const state = fold(recorded);
    expect({ active: state.status === 'active', secrets: state.secrets }).toEqual({ active, secrets });
  });
});
