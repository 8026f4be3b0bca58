import { OUTBOUND_REASONS, OutboundError } from '@rollbook/outbound';

test.each(Object.entries(OUTBOUND_REASONS))(
  'spec H15 · the text of %s is fit for an answer',
  (_reason, text) => {
    expect(text).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  },
);

test('the cause stays out of the message', () => {
  const error = new OutboundError('network', new Error('connect ECONNREFUSED 10.0.0.1:443'));
  expect(error.message).not.toContain('10.0.0.1');
  expect(error.cause).toBeInstanceOf(Error);
});
