import { RegistrationError } from '@rollbook/protocol';
import { instant, isInstant, instantMs, oneOf, text, wholeNumber } from './members.js';
import { type InputSource, readInput } from './read-input.js';

class Example {
  @text({ max: 5, says: 'a name' }) name?: string;
  @wholeNumber({ min: 1, max: 10, default: 3, says: 'how many' }) limit!: number;
  @oneOf(['active', 'deleted'], { says: 'a status' }) status?: string;
  @instant({ says: 'since when' }) since?: string;
}
class Reason {
  @text({ max: 1_024, required: true, says: 'why' }) reason!: string;
}

const violationsOf = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    if (error instanceof RegistrationError) {
      expect(error.refusal).toBe('invalid_request');
      return error.violations.map(({ members, rule }) => `${members.join()}:${rule}`);
    }
    throw error;
  }
  return [];
};

describe('input · what is accepted', () => {
  test.each<[string, InputSource, unknown, object]>([
    ['nothing gives the defaults', 'query', {}, { limit: 3 }],
    ['an absent body is an empty one', 'body', undefined, { limit: 3 }],
    ['digits of a query are a number', 'query', { limit: '10' }, { limit: 10 }],
    ['a number of a body stays one', 'body', { limit: 10 }, { limit: 10 }],
    [
      'text, word and time',
      'query',
      { name: 'Ünï', status: 'active', since: '2026-01-31T00:00:00.5+01:00' },
      { limit: 3, name: 'Ünï', status: 'active', since: '2026-01-31T00:00:00.5+01:00' },
    ],
    ['an object without prototype', 'body', Object.assign(Object.create(null), { limit: 1 }), { limit: 1 }],
  ])('%s', (_name, source, raw, wanted) => {
    const read = readInput(Example, raw, source);
    expect(read).toBeInstanceOf(Example);
    expect(Object.fromEntries(Object.entries(read))).toEqual(wanted);
  });
});

describe('input · what is refused', () => {
  test.each<[string, InputSource, unknown, string[]]>([
    ['an unknown member', 'query', { nam: 'x' }, ['nam:known-member']],
    [
      'a member of Object.prototype',
      'body',
      { toString: 'x', constructor: 1 },
      ['toString:known-member', 'constructor:known-member'],
    ],
    ['__proto__ as a member', 'body', JSON.parse('{"__proto__":{"limit":1}}'), ['__proto__:known-member']],
    ['a repeated parameter', 'query', { limit: ['1', '2'] }, ['limit:single-value']],
    ['an array in a body', 'body', { name: ['a'] }, ['name:text']],
    ['digits in a body', 'body', { limit: '1' }, ['limit:whole-number']],
    ['an empty number', 'query', { limit: '' }, ['limit:whole-number']],
    ['a number with a sign', 'query', { limit: '+1' }, ['limit:whole-number']],
    ['an exponent', 'query', { limit: '1e0' }, ['limit:whole-number']],
    ['below the bound', 'query', { limit: '0' }, ['limit:whole-number']],
    ['above the bound', 'query', { limit: '11' }, ['limit:whole-number']],
    ['null', 'body', { limit: null }, ['limit:whole-number']],
    ['text that is too long', 'query', { name: 'abcdef' }, ['name:text']],
    ['empty text', 'query', { name: '' }, ['name:text']],
    ['blank text', 'query', { name: ' ' }, ['name:text']],
    ['a line break', 'query', { name: 'a\nb' }, ['name:text']],
    ['a C1 control', 'query', { name: 'a\u0085' }, ['name:text']],
    ['a lone surrogate', 'body', { name: '\ud800' }, ['name:text']],
    ['a word that is none', 'query', { status: 'Active' }, ['status:one-of']],
    ['a date alone', 'query', { since: '2026-01-31' }, ['since:instant']],
    [
      'everything at once',
      'query',
      { limit: '0', since: 'x', z: '1', name: ['a', 'b'] },
      ['z:known-member', 'name:single-value', 'limit:whole-number', 'since:instant'],
    ],
    ['a body that is a list', 'body', [], [':object']],
    ['a body that is a number', 'body', 1, [':object']],
  ])('%s', (_name, source, raw, wanted) => {
    expect(violationsOf(() => readInput(Example, raw, source))).toEqual(wanted);
  });

  test('a required member is named', () => {
    expect(violationsOf(() => readInput(Reason, undefined, 'body'))).toEqual(['reason:text']);
  });
  test('the sentence says what would be right, and does not repeat strange names', () => {
    expect(() => readInput(Reason, { 'a\u001bb': 1, reason: 'x' }, 'body')).toThrow(
      'of members this endpoint takes only reason',
    );
    expect(() => readInput(Example, { limit: 'x' }, 'query')).toThrow(
      'limit must be a whole number from 1 to 10',
    );
  });
});

describe('RFC 3339 §5.6 · instants', () => {
  test.each([
    ['2026-01-31T00:00:00Z', true],
    ['2026-01-31t00:00:00.123456789z', true],
    ['2024-02-29T00:00:00-23:59', true],
    ['2026-06-30T23:59:60Z', true],
    ['2026-02-29T00:00:00Z', false],
    ['2026-13-01T00:00:00Z', false],
    ['2026-01-31T24:00:00Z', false],
    ['2026-01-31 00:00:00Z', false],
    ['2026-01-31T00:00:00', false],
    ['2026-01-31T00:00:00 01:00', false],
  ])('%s: %s', (value, wanted) => {
    expect(isInstant(value)).toBe(wanted);
    if (wanted) expect(Number.isFinite(instantMs(value))).toBe(true);
  });
  test('a leap second is the next second', () => {
    expect(instantMs('2026-06-30T23:59:60Z')).toBe(Date.UTC(2026, 6, 1));
  });
});
