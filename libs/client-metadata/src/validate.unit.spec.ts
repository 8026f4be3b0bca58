import { validateClientMetadata } from '@rollbook/client-metadata';
import { BACKEND_CLIENT, EVERYTHING, WEB_CLIENT } from '@rollbook-testing/client-metadata';

const validate = (input: unknown) =>
  validateClientMetadata(input, { policy: EVERYTHING, operation: { kind: 'register' } });

test('the guide · its example request is accepted as it is', () => {
  expect(validate(WEB_CLIENT)).toEqual({
    ok: true,
    metadata: WEB_CLIENT,
    warnings: [],
    sectorDocument: null,
  });
  expect(validate(BACKEND_CLIENT)).toMatchObject({ ok: true, metadata: BACKEND_CLIENT });
});
